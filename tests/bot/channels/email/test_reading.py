"""What a mail is: an answer, a bounce, a machine's, or nothing that can be trusted."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions.acting import Proof
from bot.channels.email.reading import LARGEST, Bounced, HeardMail, Nothing, part_of, read
from bot.channels.email.tokens import Tokens
from bot.events import Media, Said
from storage.engine.keys import KeyRing
from storage.vocabulary import MediaKind
from tests.bot.channels.email.rig import OUR_SERVER, OURS, PERSON, sign
from tests.clock import FakeClock

TOKENS = Tokens(sign, OURS, FakeClock().now)
MARK = TOKENS.message_id("7", PERSON)
SENT = MARK.strip("<>")
# What our mail 7 had among its headers.
ORIGINAL = f"Message-ID: {MARK}\r\nTo: {PERSON}\r\nReply-To: {TOKENS.reply_address('7', PERSON)}"


def answer(text: str = "Ik kom", **headers: str) -> EmailMessage:
    """An answer of the person to message 7."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = PERSON
    mail["To"] = OURS
    mail["Subject"] = "Re: Gesprek"
    mail["Message-ID"] = "<a@b>"
    mail["In-Reply-To"] = MARK
    for name, value in headers.items():
        del mail[name.replace("_", "-")]
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def read_mail(mail: EmailMessage | bytes) -> HeardMail | Bounced | Nothing:
    raw = mail if isinstance(mail, bytes) else mail.as_bytes()
    return read(raw, "1.1", TOKENS)


def test_an_answer_says_which_message_it_answers() -> None:
    found = read_mail(answer())
    assert isinstance(found, HeardMail)
    assert (found.address, found.payload, found.answers) == (PERSON, Said("Ik kom"), "7")


def test_the_mark_may_be_in_the_address_that_is_answered() -> None:
    found = read_mail(answer(In_Reply_To="<other@x>", To=TOKENS.reply_address("9", PERSON)))
    assert isinstance(found, HeardMail)
    assert found.answers == "9"


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        pytest.param({"In_Reply_To": "<other@x>"}, "unproved", id="no mark"),
        pytest.param({"In_Reply_To": MARK.replace("m7.", "m8.")}, "unproved", id="the mark of another message"),
        pytest.param({"In_Reply_To": MARK[:-30] + "0" * 10 + MARK[-20:]}, "unproved", id="a changed mark"),
        pytest.param({"From": "thief@example.org"}, "unproved", id="somebody else's mark"),
        pytest.param({"From": ""}, "no_sender", id="no sender"),
        pytest.param({"From": "nobody"}, "no_sender", id="no address"),
        pytest.param({"Auto_Submitted": "auto-replied"}, "automatic", id="RFC 3834"),
        pytest.param({"Precedence": "bulk"}, "automatic", id="bulk"),
        pytest.param({"X_Autoreply": "yes"}, "automatic", id="older programs"),
        pytest.param({"List_Id": "<l.x>"}, "automatic", id="a list"),
        pytest.param({"Return_Path": "<>"}, "automatic", id="nobody to answer to"),
        pytest.param({"Subject": "Afwezig: Re: Gesprek"}, "automatic", id="away, in Dutch"),
        pytest.param({"Subject": "Automatisch antwoord: Gesprek"}, "automatic", id="Outlook in Dutch"),
        pytest.param({"Subject": "Out of office: back on Monday"}, "automatic", id="Outlook in English"),
        pytest.param({"Subject": "رد تلقائي: موعد"}, "automatic", id="Outlook in Arabic"),
    ],
)
def test_what_is_no_persons_answer_is_left_aside(headers: dict[str, str], why: str) -> None:
    found = read_mail(answer(**headers))
    assert isinstance(found, Nothing)
    assert found.why == why


def test_no_is_an_answer_of_a_person() -> None:
    assert isinstance(read_mail(answer(Auto_Submitted="no")), HeardMail)


@pytest.mark.parametrize("subject", ["Afwezig morgen", "Afwezigheid", "Re: Afmelding van Amina"])
def test_a_subject_about_being_away_is_no_machines(subject: str) -> None:
    assert isinstance(read_mail(answer(Subject=subject)), HeardMail)


@pytest.mark.parametrize(
    ("charset", "text"),
    [("windows-1256", "لا أستطيع أن أحضر"), ("koi8-r", "Я не приду"), ("iso-8859-9", "Hastayım"), ("utf-16", "Ik kom")],
)
def test_letters_arrive_in_any_charset(charset: str, text: str) -> None:
    head = f"From: {PERSON}\r\nIn-Reply-To: {MARK}\r\nMIME-Version: 1.0\r\n"
    raw = f"{head}Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode()
    found = read_mail(raw + text.encode(charset))
    assert isinstance(found, HeardMail)
    assert found.payload == Said(text)


def test_a_false_charset_costs_letters_and_not_the_answer() -> None:
    head = f"From: {PERSON}\r\nIn-Reply-To: {MARK}\r\nMIME-Version: 1.0\r\n"
    raw = f"{head}Content-Type: text/plain; charset=x-unknown-99\r\n\r\nIk kom".encode()
    found = read_mail(raw)
    assert isinstance(found, HeardMail)
    assert found.payload == Said("Ik kom")


def test_html_alone_is_read_without_what_it_quotes() -> None:
    mail = answer()
    mail.set_content(
        "<html><head><style>p{}</style></head><body><p>Ik kom <b>niet</b> &amp; bel u</p>"
        "<blockquote>Komt u?</blockquote></body></html>",
        subtype="html",
    )
    found = read_mail(mail)
    assert isinstance(found, HeardMail)
    assert found.payload == Said("Ik kom niet & bel u")


def test_a_photo_without_words_is_media() -> None:
    mail = answer("")
    mail.add_attachment(b"jpeg", maintype="image", subtype="jpeg", filename="x.jpg")
    found = read_mail(mail)
    assert isinstance(found, HeardMail)
    assert isinstance(found.payload, Media)
    assert found.payload.kind is MediaKind.PHOTO
    assert part_of(mail.as_bytes(), int(str(found.payload.file).rpartition(":")[2])) == b"jpeg"


@pytest.mark.parametrize(
    ("status", "action", "expected"),
    [
        ("5.1.1", "failed", Bounced(SENT, "bounced", gone=True)),
        ("5.2.2", "failed", Bounced(SENT, "mailbox_full", gone=False)),
        ("5.2.1", "failed", Bounced(SENT, "bounced", gone=True)),
        ("5.7.1", "failed", Bounced(SENT, "bounced", gone=False)),
        ("4.4.1", "delayed", Nothing("report")),
        ("4.4.7", "failed", Nothing("delayed")),
        ("2.0.0", "relayed", Nothing("report")),
    ],
)
def test_delivery_reports(status: str, action: str, expected: Bounced | Nothing) -> None:
    report = (
        'From: <>\r\nContent-Type: multipart/report; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nAction: {action}\r\n"
        f"Status: {status}\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{ORIGINAL}\r\n\r\nKomt u?\r\n"
        "--b--\r\n"
    )
    assert read_mail(report.encode()) == expected


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("disposition-notification", "Disposition: manual-action/MDN-sent-manually; displayed"),
        ("feedback-report", "Feedback-Type: abuse"),
    ],
)
def test_that_a_mail_was_read_or_called_spam_is_no_bounce(kind: str, part: str) -> None:
    report = (
        f'From: {PERSON}\r\nContent-Type: multipart/report; report-type={kind}; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: message/{kind}\r\n\r\n{part}\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\n{ORIGINAL}\r\n\r\nKomt u?\r\n--b--\r\n"
    )
    assert read_mail(report.encode()) == Nothing("report")


def test_too_large_a_mail_is_not_looked_into() -> None:
    assert read_mail(b"x" * (LARGEST + 1)) == Nothing("too_large")


@pytest.mark.parametrize(
    ("mail", "why"),
    [
        pytest.param("Subject: " + "=?utf-8?q?a?= " * 20_000 + "\r\n\r\nx", "long_header", id="encoded words"),
        pytest.param("Content-Type: text/plain; " + "a=b;" * 50_000 + "\r\n\r\nx", "long_header", id="parameters"),
        pytest.param("To: a@b.nl" + ",\r\n a@b.nl" * 20_000 + "\r\n\r\nx", "long_header", id="recipients"),
        pytest.param(
            'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + "--b\r\n\r\nx\r\n" * 2_000,
            "too_many_parts",
            id="parts",
        ),
    ],
)
def test_what_would_keep_us_busy_for_minutes_is_not_looked_into(mail: str, why: str) -> None:
    assert read_mail(f"From: {PERSON}\r\nIn-Reply-To: {MARK}\r\nMIME-Version: 1.0\r\n{mail}".encode()) == Nothing(why)


def test_a_long_line_is_read_at_once() -> None:
    found = read_mail(answer(" " * 300_000 + "Ik kom"))
    assert isinstance(found, HeardMail)
    assert found.payload == Said("Ik kom")


_HEADERS = f"From: {PERSON}\r\nIn-Reply-To: {MARK}\r\n".encode()


@given(st.binary(max_size=2_000), st.booleans())
def test_no_bytes_raise(rubbish: bytes, begins_well: bool) -> None:
    assert isinstance(read_mail((_HEADERS if begins_well else b"") + rubbish), HeardMail | Bounced | Nothing)


_NAMES = ("Content-Type", "From", "Subject", "Content-Transfer-Encoding", "Auto-Submitted", "References", "X")
_VALUES = st.one_of(
    st.sampled_from(
        ["multipart/mixed; boundary=b", "text/html; charset=bogus", "base64", "message/rfc822", "=?utf-8?b?!!!?=", MARK]
    ),
    st.text(st.characters(blacklist_characters="\r\n"), max_size=60),
)


@given(st.lists(st.tuples(st.sampled_from(_NAMES), _VALUES), max_size=8), st.text(max_size=400))
def test_no_headers_raise(headers: list[tuple[str, str]], body: str) -> None:
    raw = (
        "".join(f"{name}: {value}\r\n" for name, value in headers)
        + f"In-Reply-To: {MARK}\r\n\r\n--b\r\n{body}\r\n--b--"
    )
    assert isinstance(read_mail(raw.encode("utf-8", "surrogatepass")), HeardMail | Bounced | Nothing)


# --- who wrote it -----------------------------------------------------------------------------------------------------

SECRET = TOKENS.reply_address("7", PERSON)
CHECKED = f"{OUR_SERVER}; spf=pass; dmarc=pass (p=reject) header.from=example.org"


def heard(mail: EmailMessage, *, at: FakeClock | None = None) -> HeardMail | Bounced | Nothing:
    tokens = Tokens(sign, OURS, at.now) if at is not None else TOKENS
    return read(mail.as_bytes(), "1.1", tokens, server=OUR_SERVER)


@pytest.mark.parametrize(
    ("headers", "proof", "checked"),
    [
        pytest.param({"To": SECRET}, Proof.REPLY, False, id="the secret"),
        pytest.param({"To": SECRET, "Authentication-Results": CHECKED}, Proof.REPLY, True, id="confirmed"),
        pytest.param({"Authentication-Results": CHECKED}, Proof.CLAIMED, True, id="the Message-ID alone"),
        pytest.param({"References": f"<x@y> {MARK}", "In-Reply-To": "<x@y>"}, Proof.CLAIMED, False, id="a forward's"),
        pytest.param(
            {"To": SECRET, "Authentication-Results": f"{OUR_SERVER}; dmarc=fail header.from=example.org"},
            Proof.CLAIMED,
            False,
            id="the secret, from elsewhere",
        ),
        pytest.param(
            {"To": SECRET, "Authentication-Results": f"{OUR_SERVER}; dmarc=none header.from=example.org"},
            Proof.REPLY,
            False,
            id="a domain without rules",
        ),
        pytest.param(
            {"To": SECRET, "Authentication-Results": f"{OUR_SERVER}; dmarc=pass header.from=thief.example"},
            Proof.CLAIMED,
            False,
            id="another domain's pass",
        ),
        pytest.param(
            {"To": SECRET, "Authentication-Results": CHECKED.replace(OUR_SERVER, "mx.thief.example")},
            Proof.REPLY,
            False,
            id="somebody else's header",
        ),
        pytest.param(
            {"To": SECRET, "From": f"{PERSON}, thief@thief.example", "Authentication-Results": CHECKED},
            Proof.CLAIMED,
            False,
            id="two senders",
        ),
    ],
)
def test_what_proves_a_mail(headers: dict[str, str], proof: Proof, checked: bool) -> None:
    found = heard(answer(**headers))
    assert isinstance(found, HeardMail)
    assert (found.answers, found.proof, found.checked) == ("7", proof, checked)


@pytest.mark.parametrize(
    "results",
    [
        pytest.param("spf=pass smtp.mailfrom=dmarc=pass@thief.example; dmarc=fail header.from=a.b", id="address"),
        pytest.param("spf=pass (of dmarc=pass@thief.example); dmarc=fail header.from=example.org", id="comment"),
        pytest.param("spf=pass (a (b; dmarc=pass) c); dmarc=fail header.from=example.org", id="comment in a comment"),
        pytest.param('spf=pass smtp.mailfrom="a; dmarc=pass "@thief.example; dmarc=fail header.from=a.b', id="quotes"),
        pytest.param('dkim=pass header.i="\\"; dmarc=pass; \\""@t.example; dmarc=fail header.from=a.b', id="escapes"),
        pytest.param("dmarc=pass header.from=thief.example smtp.from=header.from=example.org", id="another's domain"),
        pytest.param("dmarc=pass header.from=example.org; dmarc=fail header.from=example.org", id="two verdicts"),
        pytest.param("dmarc=pass-not header.from=example.org", id="another word"),
        pytest.param(f"spf=pass smtp.mailfrom={'(' * 6000}; dmarc=pass header.from=example.org", id="too long"),
    ],
)
def test_what_a_sender_makes_our_server_repeat_is_no_verdict(results: str) -> None:
    """An intruder with a secret and a forged From: "dmarc=pass@thief.example" as the envelope's sender was a pass."""
    found = heard(answer(**{"To": SECRET, "Authentication-Results": f"{OUR_SERVER}; {results}"}))
    assert isinstance(found, HeardMail)
    assert not found.checked


def test_a_forged_verdict_below_our_servers_own_counts_for_nothing() -> None:
    mail = answer(To=SECRET)
    mail["Authentication-Results"] = f"{OUR_SERVER}; dmarc=fail header.from=example.org"
    mail["Authentication-Results"] = CHECKED
    found = heard(mail)
    assert isinstance(found, HeardMail)
    assert (found.proof, found.checked) == (Proof.CLAIMED, False)


def test_a_secret_holds_for_sixty_days_one_message_and_one_recipient() -> None:
    clock = FakeClock()
    clock.forward(days=60)
    late = heard(answer(To=SECRET), at=clock)
    assert isinstance(late, HeardMail)
    assert late.proof is Proof.REPLY
    clock.forward(days=1)
    later = heard(answer(To=SECRET), at=clock)
    assert isinstance(later, HeardMail)
    assert later.proof is Proof.CLAIMED
    other = answer(To=TOKENS.reply_address("7", "other@example.org"))
    found = heard(other)
    assert isinstance(found, HeardMail)
    assert found.proof is Proof.CLAIMED


def test_a_mail_of_before_a_rotation_of_keys_can_be_answered() -> None:
    old, new = KeyRing(["an old secret of thirty-two letters"]), None
    both = KeyRing(["a new secret of thirty-two letters!", "an old secret of thirty-two letters"])
    made = Tokens(lambda text: old.sign(text, "email"), OURS, FakeClock().now)
    new = Tokens(
        lambda text: both.sign(text, "email"), OURS, FakeClock().now, lambda text: both.signatures(text, "email")
    )
    assert new.answered([made.reply_address("7", PERSON)], PERSON) == "7"
    assert new.quoted([made.message_id("7", PERSON)], PERSON) == "7"
    assert new.unsubscribed(made.unsubscribe(PERSON)) == PERSON


@pytest.mark.parametrize(
    "original",
    [
        pytest.param(f"Message-ID: {MARK}\r\nTo: {PERSON}", id="only the Message-ID, which every answer carries"),
        pytest.param(f"Message-ID: {MARK}\r\nTo: other@example.org\r\nReply-To: {SECRET}", id="to somebody else"),
        pytest.param(f"Message-ID: {MARK}\r\nReply-To: {SECRET.replace('+r7.', '+r8.')}\r\nTo: {PERSON}", id="another"),
    ],
)
def test_a_forged_bounce_lets_no_address_go(original: str) -> None:
    report = (
        'From: <>\r\nContent-Type: multipart/report; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nAction: failed\r\n"
        f"Status: 5.1.1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{original}\r\n\r\nKomt u?\r\n--b--\r\n"
    )
    assert read_mail(report.encode()) == Nothing("report")
