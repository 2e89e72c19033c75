"""Sending over SMTP, reading over IMAP, unsubscribing: against real servers."""

from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
import structlog
from starlette.applications import Starlette

from bot.actions.acting import Proof
from bot.channels.base import AddressGone, DeliveryError, NewsState, Rejected, RetryLater, Sent
from bot.channels.email.config import Security
from bot.events import Left, Media, Pressed, Said, Started, Unheard
from storage.vocabulary import MediaKind
from tests.bot.channels.email.rig import OUR_SERVER, OURS, PASSWORD, PERSON, Rig, reply_to, rigged
from tests.bot.channels.notify.rig import rendered

ASKS = rendered("Komt u morgen?", buttons=(("✅ Ik kom", "come:12"), ("🤒 Ik kom niet", "notcome:12")))


async def test_a_mail_arrives_and_a_repeat_is_the_same_mail(rig: Rig) -> None:
    first = await rig.channel.send(PERSON, ASKS, reference="7")
    again = await rig.channel.send(PERSON, ASKS, reference="7")
    assert first == again
    assert [mail["To"] for mail in rig.office.mails] == [PERSON, PERSON]
    assert len({mail["Message-ID"] for mail in rig.office.mails}) == 1
    # One connection is kept for all.
    assert rig.office.connections == 1


@pytest.mark.parametrize(
    ("answer", "error", "reason"),
    [
        ("550 5.1.1 no such user", AddressGone, "no_such_mailbox"),
        ("552 5.2.2 mailbox full", Rejected, "mailbox_full"),
        ("452 4.2.2 mailbox full", Rejected, "mailbox_full"),
        ("450 4.2.1 try later", RetryLater, "server_busy"),
        ("421 4.3.2 closing", RetryLater, "server_busy"),
        ("550 no such user here", AddressGone, "no_such_mailbox"),
        ("550 5.2.1 this account is disabled", AddressGone, "no_such_mailbox"),
        ("550 5.1.10 RecipientNotFound", AddressGone, "no_such_mailbox"),
        ("550 5.1.0 address unknown", AddressGone, "no_such_mailbox"),
        # Our own fault, which somebody here must mend: the sending stops, and no message is given up for it.
        ("550 5.7.1 your server is on a block list", RetryLater, "sender_refused"),
        ("554 5.7.1 <x>: Relay access denied", RetryLater, "sender_refused"),
        ("550 relay not permitted", RetryLater, "sender_refused"),
        ("550 5.1.1 blocked using zen.spamhaus.org", RetryLater, "sender_refused"),
        ("550 SPF check failed", RetryLater, "sender_refused"),
        ("550 5.4.5 Daily sending quota exceeded", RetryLater, "sender_refused"),
        ("550 5.4.1 recipient address rejected", Rejected, "refused"),
        ("550 mailbox unavailable", Rejected, "refused"),
        ("553 5.1.4 ambiguous", Rejected, "refused"),
        ("553 5.1.8 sender address rejected", RetryLater, "sender_refused"),
        ("530 5.7.0 authentication required", RetryLater, "login_refused"),
    ],
)
async def test_what_a_server_answers_for_an_address(rig: Rig, answer: str, error: type[Exception], reason: str) -> None:
    rig.office.answers[PERSON] = answer
    with pytest.raises(error) as caught:
        await rig.channel.send(PERSON, ASKS, reference="1")
    assert str(caught.value) == reason
    # The connection, or a new one, serves the next.
    await rig.channel.send("other@example.org", ASKS, reference="2")
    assert [mail["To"] for mail in rig.office.mails] == ["other@example.org"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("451 4.7.0 greylisted", RetryLater),
        ("554 5.7.1 looks like spam", Rejected),
        # Said after the whole mail as well, and of us all the same.
        ("550 5.7.26 This mail has been blocked because the sender is unauthenticated", RetryLater),
        ("550 5.7.1 Message rejected: our IP is blocked using a block list", RetryLater),
    ],
)
async def test_what_a_server_answers_for_a_mail(rig: Rig, answer: str, error: type[Exception]) -> None:
    rig.office.data_answers = [answer]
    with pytest.raises(error):
        await rig.channel.send(PERSON, ASKS, reference="1")
    await rig.channel.send(PERSON, ASKS, reference="1")
    assert len(rig.office.mails) == 1


async def test_a_server_that_is_gone_is_tried_later() -> None:
    async with rigged(reads=False) as rig:
        config = rig.channel._config
        object.__setattr__(config, "smtp_port", 1)
        with pytest.raises(RetryLater, match="unreachable"):
            await rig.channel.send(PERSON, ASKS, reference="1")


# The server warns of its own setting, which is right where TLS is there from the first byte.
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_mail_goes_encrypted_and_with_a_login(security: Security, tmp_path: Path) -> None:
    async with rigged(reads=False, security=security, folder=tmp_path) as rig:
        await rig.channel.send(PERSON, ASKS, reference="1")
        assert rig.office.logins == ["taken"]
        assert len(rig.office.mails) == 1


async def test_a_wrong_password_is_said_and_never_shown(tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as logs:
        async with rigged(reads=False, security="starttls", folder=tmp_path, password="not-" + PASSWORD) as rig:
            with pytest.raises(RetryLater, match="login_refused"):
                await rig.channel.send(PERSON, ASKS, reference="1")
            assert PASSWORD not in repr(rig.config)
    assert [line["event"] for line in logs] == ["smtp_login_refused"]
    assert PASSWORD not in str(logs)


async def test_an_answer_is_heard_without_waiting_for_the_next_look(rig: Rig) -> None:
    await rig.channel.send(PERSON, ASKS, reference="7")
    await rig.brings(reply_to(rig.office.mails[0], "Ik kom!\n\nOp ma 2 mrt 2026 om 09:00 schreef Maatje:\n> Komt u?"))
    await rig.until(lambda: len(rig.heard) == 1)
    [event] = rig.heard
    assert (event.address, event.payload, event.answers) == (PERSON, Said("Ik kom!"), "7")
    # While the channel waits (IDLE), the next is heard as well.
    await rig.brings(reply_to(rig.office.mails[0], "2"))
    await rig.until(lambda: len(rig.heard) == 2)
    assert rig.heard[1].payload == Said("2")
    assert len({event.event_id for event in rig.heard}) == 2


async def test_what_could_not_be_taken_comes_again(rig: Rig) -> None:
    await rig.channel.send(PERSON, ASKS, reference="7")
    rig.fails = [ConnectionError("database"), ConnectionError("database")]
    await rig.brings(reply_to(rig.office.mails[0], "Ik ben ziek"))
    await rig.until(lambda: len(rig.heard) == 1)
    assert rig.heard[0].payload == Said("Ik ben ziek")


async def test_a_mail_that_cannot_be_taken_keeps_no_other_and_comes_again(rig: Rig) -> None:
    await rig.channel.send(PERSON, ASKS, reference="7")
    rig.fails = [RuntimeError("a defect of ours"), RuntimeError("again")]
    await rig.brings(reply_to(rig.office.mails[0], "een"))
    await rig.brings(reply_to(rig.office.mails[0], "twee"))
    await rig.until(lambda: len(rig.heard) == 2)
    assert {event.payload for event in rig.heard} == {Said("een"), Said("twee")}


async def test_a_mail_that_comes_while_another_is_read_is_read_at_once(rig: Rig) -> None:
    """The server tells of it beside the answer to another command, which the library does not hand on."""
    await rig.channel.send(PERSON, ASKS, reference="7")
    rig.meanwhile = [reply_to(rig.office.mails[0], "twee")]
    await rig.brings(reply_to(rig.office.mails[0], "een"))
    await rig.until(lambda: len(rig.heard) == 2)
    assert [event.payload for event in rig.heard] == [Said("een"), Said("twee")]


async def test_a_link_code_opens_the_conversation_of_a_stranger(rig: Rig) -> None:
    link = rig.channel.link("ACDEFGHJKM")
    assert link == f"mailto:{OURS}?subject=ACDEFGHJKM"
    await rig.brings(b"From: new@example.org\r\nSubject: ACDEFGHJKM\r\nMessage-ID: <1@x>\r\n\r\n")
    await rig.until(lambda: len(rig.heard) == 1)
    assert (rig.heard[0].address, rig.heard[0].payload) == ("new@example.org", Started("ACDEFGHJKM"))


async def test_an_answer_from_another_address_is_nothing_and_its_sender_hears_so_once_a_day(rig: Rig) -> None:
    await rig.channel.send(PERSON, ASKS, reference="7")
    mail = rig.office.mails[0]
    await rig.brings(reply_to(mail, "Ik kom niet", sender="thief@example.org"))
    await rig.brings(reply_to(mail, "Nog eens: ik kom niet", sender="thief@example.org"))
    await rig.brings(reply_to(mail, "Ik kom"))
    await rig.until(lambda: len(rig.heard) == 3)
    # Not a word of it is handed on.
    assert [event.payload for event in rig.heard] == [Unheard("unproved"), Unheard("unproved"), Said("Ik kom")]
    assert [event.proof for event in rig.heard] == [Proof.CLAIMED, Proof.CLAIMED, Proof.REPLY]
    # The same event twice: the inbox takes it once.
    assert len({event.event_id for event in rig.heard}) == 2


def loose(text: str, sender: str = PERSON, **headers: str) -> bytes:
    """A mail that answers none of ours."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"From: {sender}\r\nTo: {OURS}\r\nSubject: Morgen\r\n{more}\r\n{text}\r\n".encode()


async def test_a_mail_that_answers_nothing_is_heard_as_claimed_where_its_sender_is_somebody(rig: Rig) -> None:
    rig.known.add(PERSON)
    await rig.brings(loose("Ik ben ziek", Message_ID="<1@x>"))
    await rig.brings(loose("Ik ben ziek", "new@example.org", Message_ID="<2@x>"))
    await rig.until(lambda: len(rig.heard) == 2)
    heard = {event.address: event for event in rig.heard}
    assert (heard[PERSON].payload, heard[PERSON].proof, heard[PERSON].checked) == (
        Said("Ik ben ziek"),
        Proof.CLAIMED,
        False,
    )
    assert heard[PERSON].answers is None
    assert heard["new@example.org"].payload == Unheard("unproved")


@pytest.mark.parametrize(
    "verdict", [f"{OUR_SERVER}; dmarc=fail header.from=example.org", "mx.other.example; spf=fail smtp.mailfrom=x"]
)
async def test_not_even_as_claimed_where_a_server_found_it_forged(rig: Rig, verdict: str) -> None:
    rig.known.add(PERSON)
    await rig.brings(loose("Ik ben ziek", Message_ID="<1@x>", Authentication_Results=verdict))
    await rig.brings(loose("Ik kom", Message_ID="<2@x>"))
    await rig.until(lambda: len(rig.heard) == 1)
    assert rig.heard[0].payload == Said("Ik kom")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Auto-Submitted", "auto-replied"),
        ("X-Spam-Flag", "YES"),
        ("Authentication-Results", "mx.gemeente.example; dmarc=fail header.from=example.org"),
    ],
)
async def test_nobody_is_told_who_may_not_have_written_it(rig: Rig, header: str, value: str) -> None:
    await rig.channel.send(PERSON, ASKS, reference="7")
    forged = reply_to(rig.office.mails[0], "Ik kom niet", sender="thief@example.org")
    forged[header] = value
    await rig.brings(forged)
    await rig.brings(reply_to(rig.office.mails[0], "Ik kom"))
    await rig.until(lambda: len(rig.heard) == 1)
    assert rig.heard[0].payload == Said("Ik kom")


async def test_a_mail_with_nothing_in_it_is_told_to_its_writer(rig: Rig) -> None:
    await rig.channel.send(PERSON, ASKS, reference="7")
    await rig.brings(reply_to(rig.office.mails[0], "> Komt u morgen?"))
    await rig.until(lambda: len(rig.heard) == 1)
    assert rig.heard[0].payload == Unheard("empty")


async def test_what_we_sent_is_known_where_somebody_can_say_it(rig: Rig) -> None:
    async def sent(reference: str) -> Sent | None:
        return Sent((("Komt u morgen om tien uur op het gemeentehuis?",),)) if reference == "7" else None

    rig.channel.compare_with(sent)
    await rig.channel.send(PERSON, ASKS, reference="7")
    await rig.brings(reply_to(rig.office.mails[0], "Komt u morgen om tien uur op het gemeentehuis?\nNee, ik ben ziek"))
    await rig.until(lambda: len(rig.heard) == 1)
    assert rig.heard[0].payload == Said("Nee, ik ben ziek")


async def test_a_photo_can_be_fetched_later(rig: Rig) -> None:
    await rig.channel.send(PERSON, ASKS, reference="7")
    mail = reply_to(rig.office.mails[0], "")
    mail.add_attachment(b"\xff\xd8\xff a note of the doctor", maintype="image", subtype="jpeg", filename="brief.jpg")
    await rig.brings(mail)
    await rig.until(lambda: len(rig.heard) == 1)
    payload = rig.heard[0].payload
    assert isinstance(payload, Media)
    assert payload.kind is MediaKind.PHOTO
    assert payload.file is not None
    assert await rig.channel.fetch(payload.file) == b"\xff\xd8\xff a note of the doctor"
    assert await rig.channel.fetch("0.1:1") is None


@pytest.mark.parametrize(
    ("method", "lines", "pressed"),
    [
        pytest.param("REPLY", "ATTENDEE;PARTSTAT=DECLINED:mailto:{person}", Pressed("notcome:12"), id="declined"),
        pytest.param(
            "REPLY",
            "ATTENDEE;PARTSTAT=DECLINED:mailto:{person}\r\nCOMMENT:Mijn kind is ziek",
            Pressed("notcome:12", words="Mijn kind is ziek"),
            id="declined with a comment",
        ),
        pytest.param(
            "REPLY",
            "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:other@example.org\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{person}",
            Pressed("come:12"),
            id="of two, the writer",
        ),
        pytest.param(
            "REPLY",
            "ATTENDEE;PARTSTAT=TENTATIVE:mailto:{person}",
            Pressed("appt:12", words="Ik weet nog niet of ik kom."),
            id="perhaps",
        ),
        pytest.param(
            "COUNTER",
            "ATTENDEE;PARTSTAT=TENTATIVE:mailto:{person}\r\nDTSTART:20260304T130000Z\r\nCOMMENT:Liever dan",
            Pressed("othertime:12", words="Ik stel een andere tijd voor: woensdag 4 maart 14:00 (middag).\nLiever dan"),
            id="another time",
        ),
    ],
)
async def test_an_answer_to_the_invitation_is_an_answer(rig: Rig, method: str, lines: str, pressed: Pressed) -> None:
    await rig.channel.send(PERSON, ASKS, reference="7")
    mail = reply_to(rig.office.mails[0], "")
    reply = (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\n"
        f"UID:appointment-12@maatje\r\nDTSTAMP:20260302T080000Z\r\n{lines.format(person=PERSON)}\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    mail.add_alternative(reply, subtype="calendar", params={"method": method})
    await rig.brings(mail)
    await rig.until(lambda: len(rig.heard) == 1)
    assert rig.heard[0].payload == pressed


async def test_words_and_every_file_are_brought(rig: Rig) -> None:
    await rig.channel.send(PERSON, ASKS, reference="7")
    mail = reply_to(rig.office.mails[0], "Ik ben ziek")
    mail.add_attachment(b"jpeg", maintype="image", subtype="jpeg", filename="arts.jpg")
    mail.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="brief.pdf")
    await rig.brings(mail)
    await rig.until(lambda: len(rig.heard) == 2)
    first, second = (event.payload for event in rig.heard)
    assert isinstance(first, Media)
    assert isinstance(second, Media)
    assert (first.kind, first.caption) == (MediaKind.PHOTO, "Ik ben ziek")
    assert (second.kind, second.caption) == (MediaKind.DOCUMENT, "")
    # Of one album, so that the second goes where the first went.
    assert first.album == second.album != ""
    assert rig.heard[0].event_id != rig.heard[1].event_id


def came_back(sent: EmailMessage, status: str, said: str = "") -> bytes:
    """What a server says of a mail that it took and could not deliver."""
    original = f"Message-ID: {sent['Message-ID']}\r\nReply-To: {sent['Reply-To']}"
    diagnostic = f"Diagnostic-Code: smtp; {said}\r\n" if said else ""
    return (
        "From: MAILER-DAEMON@example.org\r\nTo: x@y\r\nSubject: Undelivered\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        f"Final-Recipient: rfc822; {sent['To']}\r\nAction: failed\r\nStatus: {status}\r\n{diagnostic}\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{original}\r\n\r\n--b--\r\n"
    ).encode()


async def test_a_bounce_is_news_of_its_message(rig: Rig) -> None:
    await rig.channel.send(PERSON, ASKS, reference="7")
    message_id = rig.office.mails[0]["Message-ID"]
    await rig.brings(came_back(rig.office.mails[0], "5.1.1"))
    await rig.until(lambda: len(rig.news) == 1)
    [news] = rig.news
    # By the mail's whole id, which nobody can guess: our own number would let anybody report any message lost.
    assert (news.state, news.provider_ref, news.reference, news.gone) == (
        NewsState.FAILED,
        str(message_id).strip("<>"),
        None,
        True,
    )


async def test_mail_that_comes_back_because_of_us_stops_the_sending_for_a_while(rig: Rig) -> None:
    await rig.channel.send(PERSON, ASKS, reference="7")
    with structlog.testing.capture_logs() as logs:
        for _ in range(2):
            await rig.brings(came_back(rig.office.mails[0], "5.7.1", "550 blocked using a block list"))
        await rig.until(lambda: len(rig.news) == 2)
    assert not any(news.gone for news in rig.news), "nobody's address is lost by it"
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["smtp_came_back_for_us"]
    with pytest.raises(RetryLater, match="came_back_for_us"):
        await rig.channel.send(PERSON, ASKS, reference="8")
    rig.clock.forward(minutes=10)
    await rig.channel.send(PERSON, ASKS, reference="8")
    assert len(rig.office.mails) == 2


async def test_what_is_ours_to_mend_is_said_once_until_mail_is_taken_again(rig: Rig) -> None:
    refusal = "550 5.7.26 the sender is unauthenticated"
    with structlog.testing.capture_logs() as logs:
        for answers in ([refusal, refusal], [refusal]):
            rig.office.data_answers = list(answers)
            for _ in answers:
                with pytest.raises(RetryLater, match="sender_refused"):
                    await rig.channel.send(PERSON, ASKS, reference="1")
            await rig.channel.send(PERSON, ASKS, reference="1")
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["smtp_sender_refused"] * 2


async def test_unsubscribing_asks_a_person_and_obeys_a_mail_program() -> None:
    async with rigged(reads=False) as rig:
        await rig.channel.send(PERSON, ASKS, reference="7")
        header = rig.office.mails[0]["List-Unsubscribe"]
        assert rig.office.mails[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        path = str(header).strip("<>").removeprefix("https://maatje.example")
        app = Starlette(routes=list(rig.channel.routes()))
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="https://maatje.example") as client:
            page = await client.get(path, headers={"accept-language": "ar-SY,ar"})
            assert page.status_code == 200
            assert 'dir="rtl"' in page.text
            assert rig.heard == []
            assert (await client.post(path, data={"List-Unsubscribe": "One-Click"})).status_code == 200
            assert (await client.post(path[:-3] + "abc")).status_code == 404
        [event] = rig.heard
        assert (event.address, event.payload) == (PERSON, Left())


async def test_logs_hold_no_address_text_or_secret(rig: Rig) -> None:
    with structlog.testing.capture_logs() as logs:
        await rig.channel.send(PERSON, ASKS, reference="7")
        rig.office.answers[PERSON] = "550 5.7.9 no person@example.org here"
        with pytest.raises(DeliveryError):
            await rig.channel.send(PERSON, ASKS, reference="8")
        await rig.brings(reply_to(rig.office.mails[0], "geheim", sender="thief@example.org"))
        await rig.brings(reply_to(rig.office.mails[0], "Ik kom"))
        await rig.until(lambda: len(rig.heard) == 2)
    for secret in (PERSON, "thief", "geheim", "Ik kom", PASSWORD, "example.org"):
        assert secret not in str(logs)
