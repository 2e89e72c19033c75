"""Sending through Notify."""

import asyncio
from datetime import timedelta

import pytest
import structlog

from bot.channels.base import AddressGone, DeliveryError, Rejected, RetryLater
from bot.channels.notify.config import NotifyConfig
from bot.channels.notify.sms import SmsChannel
from bot.demo.counterparts import notify as side
from locales.rendering.message import Style
from locales.rendering.render import File, Rendered
from tests.bot.channels.notify.rig import LINK, MAILBOX, PERSON, Rig, rendered, rigged

ARABIC = rendered("موعدك يوم الاثنين", locale="ar", buttons=(("نعم", "y"),))
SENT = "POST /v2/notifications/sms"
PREVIEW = f"POST /v2/template/{side.SMS_TEMPLATE}/preview"


async def test_a_message_costs_one_request_and_shows_on_the_phone(rig: Rig) -> None:
    receipt = await rig.sms.send(PERSON, rendered("Komt u?", buttons=(("✅ Ja", "y"), ("Nee", "n"))), reference="7")
    await rig.notify.settled()

    [line] = rig.notify.sms_of(PERSON)
    assert (line.text, line.segments) == ("Komt u?\n1 = Ja\n2 = Nee", 1)
    assert receipt.provider_ref in rig.notify.sent
    assert rig.notify.sent[receipt.provider_ref or ""].reference == "7"
    assert rig.notify.requests == [SENT]


async def test_a_mail_has_its_title_as_subject_and_a_link_to_answer(rig: Rig) -> None:
    message = rendered(("Uw gesprek", Style.TITLE), "Komt u?", buttons=(("Ja", "y"),))
    await rig.email.send(MAILBOX, message, reference="7")
    await rig.notify.settled()

    [mail] = rig.notify.mails_of(MAILBOX)
    assert mail.subject == "Uw gesprek"
    assert mail.text == f"Komt u?\n\n1 = Ja\n\nAntwoord hier: {LINK}"


async def test_a_mail_without_questions_has_no_link(rig: Rig) -> None:
    await rig.email.send(MAILBOX, rendered("Tot morgen"), reference="7")
    await rig.notify.settled()
    assert [mail.text for mail in rig.notify.mails_of(MAILBOX)] == ["Tot morgen"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        pytest.param(None, "Woord. " * 400, id="a long text"),
        pytest.param(File("a.pdf", "application/pdf", b"%PDF"), "Uw gegevens", id="a file"),
    ],
)
async def test_what_does_not_fit_is_a_link_away(rig: Rig, file: File | None, text: str) -> None:
    await rig.sms.send(PERSON, rendered(text, file=file), reference="7")
    await rig.notify.settled()
    [line] = rig.notify.sms_of(PERSON)
    assert line.text.endswith(f"Lees meer: {LINK}")
    assert line.segments <= 5


# Letters outside of Notify's alphabet.


async def test_where_letters_would_be_lost_the_message_is_a_link(rig: Rig) -> None:
    await rig.sms.send(PERSON, ARABIC, reference="1")
    await rig.sms.send(PERSON, ARABIC, reference="2")
    await rig.notify.settled()
    texts = [line.text for line in rig.notify.sms_of(PERSON)]
    assert texts == [f"Er is een bericht voor u. Lees het hier: {LINK}"] * 2
    # Asked once, with letters in the order of the alphabet: not with what the message says.
    assert rig.notify.requests == [PREVIEW, SENT, SENT]


async def test_where_there_is_no_link_either_it_is_not_sent(rig: Rig) -> None:
    rig.link = None
    with pytest.raises(Rejected, match="letters_not_carried"):
        await rig.sms.send(PERSON, ARABIC, reference="1")
    assert rig.notify.sms_of(PERSON) == []


async def test_where_letters_go_through_they_are_sent(rig: Rig) -> None:
    rig.notify.unicode = True
    await rig.sms.send(PERSON, ARABIC, reference="1")
    await rig.notify.settled()
    assert [line.text for line in rig.notify.sms_of(PERSON)] == ["موعدك يوم الاثنين\n1 = نعم"]


async def test_notify_is_asked_again_after_a_day(rig: Rig) -> None:
    await rig.sms.send(PERSON, ARABIC, reference="1")
    rig.notify.unicode = True
    rig.clock.forward(days=1, minutes=1)
    await rig.sms.send(PERSON, ARABIC, reference="2")
    assert rig.notify.requests.count(PREVIEW) == 2


async def test_turkish_loses_its_accents_and_not_its_letters(rig: Rig) -> None:
    await rig.sms.send(PERSON, rendered("Yarın görüşmemiz var", locale="tr"), reference="1")
    await rig.notify.settled()
    assert [line.text for line in rig.notify.sms_of(PERSON)] == ["Yarin görüsmemiz var"]


async def test_an_installation_without_previews_shows_it_in_its_answer(rig: Rig) -> None:
    rig.notify.refuses_next(404, "NoResultFound", "No result found")
    await rig.sms.send(PERSON, ARABIC, reference="1")
    await rig.sms.send(PERSON, ARABIC, reference="2")
    await rig.notify.settled()
    first, second = (line.text for line in rig.notify.sms_of(PERSON))
    assert "?" in first
    assert second.endswith(LINK)


async def test_a_setting_saves_the_question() -> None:
    async with rigged(unicode=True) as rig:
        await rig.sms.send(PERSON, ARABIC, reference="1")
        assert rig.notify.requests == [SENT]


# Once, and no more than once.


async def test_a_message_that_notify_took_without_saying_so_is_not_sent_again(rig: Rig) -> None:
    rig.notify.loses_answers()
    with pytest.raises(RetryLater):
        await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
    receipt = await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
    await rig.notify.settled()

    assert [line.text for line in rig.notify.sms_of(PERSON)] == ["Hallo"]
    assert list(rig.notify.sent) == [receipt.provider_ref]


async def test_a_message_that_timed_out_is_looked_up() -> None:
    async with rigged(timeout=0.2) as rig:
        held = rig.notify.hold_answers()
        with pytest.raises(RetryLater, match="timed_out"):
            await rig.email.send(MAILBOX, rendered("Hallo"), reference="7")
        held.answer.set()
        await rig.email.send(MAILBOX, rendered("Hallo"), reference="7")
        await rig.notify.settled()
        assert len(rig.notify.mails_of(MAILBOX)) == 1


async def test_a_message_whose_sending_was_cancelled_is_looked_up(rig: Rig) -> None:
    held = rig.notify.hold_answers()
    sending = asyncio.create_task(rig.sms.send(PERSON, rendered("Hallo"), reference="7"))
    await held.taken.wait()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    held.answer.set()
    await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
    await rig.notify.settled()
    assert len(rig.notify.sms_of(PERSON)) == 1


async def test_what_notify_never_got_is_sent_after_all(rig: Rig) -> None:
    rig.notify.refuses_next(500, "InternalServerError", "Internal server error")
    with pytest.raises(RetryLater, match="unavailable"):
        await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
    await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
    await rig.notify.settled()
    assert len(rig.notify.sms_of(PERSON)) == 1
    assert rig.notify.requests == [SENT, "GET /v2/notifications", SENT]


async def test_while_it_cannot_be_looked_up_it_waits(rig: Rig) -> None:
    rig.notify.loses_answers()
    with pytest.raises(RetryLater):
        await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
    rig.notify.refuses_next(503, "Exception", "Internal server error")
    with pytest.raises(RetryLater, match="unavailable"):
        await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
    await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
    assert len(rig.notify.sent) == 1


async def test_a_doubt_from_before_a_restart_is_looked_up_too(rig: Rig) -> None:
    earlier = await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
    rig.sms.doubt("7")
    assert await rig.sms.send(PERSON, rendered("Hallo"), reference="7") == earlier
    assert len(rig.notify.sent) == 1


async def test_the_same_reference_of_another_database_is_no_reason_to_be_silent(rig: Rig) -> None:
    await rig.sms.send("+31687654321", rendered("Hallo"), reference="7")
    rig.sms.doubt("7")
    await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
    assert len(rig.notify.sent) == 2


# Refusals.

_RATE = "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds"
_DAY = "Exceeded send limits (sms: 250) for today"


@pytest.mark.parametrize(
    ("status", "kind", "words", "expected", "after"),
    [
        pytest.param(429, "RateLimitError", _RATE, "rate_limited", timedelta(seconds=60), id="too fast"),
        pytest.param(429, "TooManyRequestsError", _DAY, "daily_limit", timedelta(hours=16), id="the day's limit"),
        pytest.param(
            403, "AuthError", "Invalid token: API key not found", "key_refused", timedelta(minutes=10), id="key"
        ),
        pytest.param(
            403,
            "AuthError",
            "Error: Your system clock must be accurate to within 30 seconds",
            "clock_wrong",
            timedelta(minutes=10),
            id="clock",
        ),
        pytest.param(500, "Exception", "Internal server error", "unavailable", None, id="out of order"),
        pytest.param(
            404, "NoResultFound", "No result found", "unexpected_answer", timedelta(minutes=10), id="wrong base"
        ),
    ],
)
async def test_what_may_pass_is_tried_later(
    rig: Rig, status: int, kind: str, words: str, expected: str, after: timedelta | None
) -> None:
    rig.notify.refuses_next(status, kind, words)
    with pytest.raises(RetryLater) as raised:
        await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
    assert (raised.value.reason, raised.value.after) == (expected, after)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        pytest.param("Can’t send to this recipient using a team-only API key", "team_key", id="team"),
        pytest.param("Can’t send to this recipient when service is in trial mode", "trial_mode", id="trial"),
        pytest.param("Cannot send to international mobile numbers", "no_international_sms", id="abroad"),
        pytest.param("Template not found", "template", id="template"),
        pytest.param("Missing personalisation: message", "template_fields", id="fields"),
        pytest.param("phone_number is a required property", "bad_request", id="a defect of ours"),
        pytest.param("Something new", "bad_request", id="anything else"),
    ],
)
async def test_what_will_never_be_taken_is_rejected(rig: Rig, words: str, reason: str) -> None:
    rig.notify.refuses_next(400, "BadRequestError", words)
    with pytest.raises(Rejected) as raised:
        await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
    assert raised.value.reason == reason


@pytest.mark.parametrize("number", ["+316", "+31612345678999", "+999123456789", "Amina", "+"])
async def test_a_number_that_is_none_is_gone(rig: Rig, number: str) -> None:
    with pytest.raises(AddressGone, match="invalid"):
        await rig.sms.send(number, rendered("Hallo"), reference="7")


@pytest.mark.parametrize("address", ["amina", "amina@", "amina@localhost", "a..b@c.example", "a;b@c.example"])
async def test_an_address_that_is_none_is_gone(rig: Rig, address: str) -> None:
    with pytest.raises(AddressGone, match="invalid"):
        await rig.email.send(address, rendered("Hallo"), reference="7")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("InvalidPhoneError", "Het mobiele telefoonnummer is te kort"),
        ("BadRequestError", "Het mobiele telefoonnummer is te lang"),
        ("ValidationError", "phone_number Dit lijkt geen Nederlands mobiel telefoonnummer te zijn"),
        ("BadRequestError", "Landcode niet gevonden – controleer het mobiele telefoonnummer dat je hebt ingevoerd"),
        ("ValidationError", "phone_number Mobiele nummers mogen alleen de volgende tekens bevatten: 0 1 2"),
        ("BadRequestError", "Not a dutch mobile number"),
    ],
)
async def test_a_number_that_is_none_in_notifynls_words(rig: Rig, kind: str, words: str) -> None:
    rig.notify.refuses_next(400, kind, words)
    with pytest.raises(AddressGone, match="invalid"):
        await rig.sms.send(PERSON, rendered("Hallo"), reference="7")


@pytest.mark.parametrize(
    ("kind", "words", "reason"),
    [
        # The service may not send abroad, and ours is abroad to it: no number is wrong.
        ("InvalidPhoneError", "Not a UK mobile number", "no_international_sms"),
        ("BadRequestError", "Je bericht is te lang", "too_long"),
        ("BadRequestError", "Service is not allowed to send text messages", "no_permission"),
    ],
)
async def test_what_is_said_of_the_service_or_the_text_loses_no_number(
    rig: Rig, kind: str, words: str, reason: str
) -> None:
    rig.notify.refuses_next(400, kind, words)
    with pytest.raises(Rejected, match=reason):
        await rig.sms.send(PERSON, rendered("Hallo"), reference="7")


async def test_what_an_operator_must_mend_is_said_once_until_a_message_is_taken(rig: Rig) -> None:
    with structlog.testing.capture_logs() as logs:
        for times in (2, 1):
            for _ in range(times):
                rig.notify.refuses_next(400, "BadRequestError", "Can’t send when service is in trial mode")
                with pytest.raises(Rejected, match="trial_mode"):
                    await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
            await rig.sms.send(PERSON, rendered("Hallo"), reference="8")
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["notify_trial_mode"] * 2


async def test_a_revoked_key_and_a_wrong_template(rig: Rig) -> None:
    rig.notify.takes_team_only("+31600000000")
    with pytest.raises(Rejected, match="team_key"):
        await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
    rig.notify.revokes_key()
    with pytest.raises(RetryLater, match="key_refused"):
        await rig.sms.send(PERSON, rendered("Hallo"), reference="8")


async def test_a_daily_limit_ends_at_midnight(rig: Rig) -> None:
    rig.notify.sets_daily_limit(1)
    await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
    with pytest.raises(RetryLater) as raised:
        await rig.sms.send(PERSON, rendered("Hallo"), reference="8")
    assert raised.value.after is not None
    assert (rig.clock.now() + raised.value.after).isoformat() == "2026-03-03T00:00:00+00:00"


async def test_a_key_of_somebody_else_and_a_closed_port(rig: Rig) -> None:
    other = NotifyConfig(
        f"x-{side.SERVICE}-{side.SERVICE}", base_url=rig.sms._config.base_url, sms_template=side.SMS_TEMPLATE
    )
    nowhere = NotifyConfig(side.API_KEY, base_url="http://127.0.0.1:9", sms_template=side.SMS_TEMPLATE)
    for config, reason in ((other, "key_refused"), (nowhere, "unreachable")):
        channel = _channel(rig, config)
        with pytest.raises(RetryLater, match=reason):
            await channel.send(PERSON, rendered("Hallo"), reference="7")
        await channel.close()


def _channel(rig: Rig, config: NotifyConfig) -> SmsChannel:
    return SmsChannel(config, clock=rig.clock, renderer=rig.sms._renderer, report=rig.report, more=rig.more)


# Settings.


def test_the_key_is_shown_nowhere() -> None:
    config = NotifyConfig(side.API_KEY, sms_template=side.SMS_TEMPLATE, callback_token="geheim-woord")
    assert side.SECRET not in repr(config)
    assert "geheim" not in repr(config)
    with pytest.raises(ValueError, match="API key") as raised:
        NotifyConfig("geen sleutel", sms_template=side.SMS_TEMPLATE)
    assert "geen sleutel" not in str(raised.value)
    with pytest.raises(ValueError, match="template"):
        NotifyConfig(side.API_KEY)


def test_the_channels_share_the_services_limit() -> None:
    alone = NotifyConfig(side.API_KEY, sms_template=side.SMS_TEMPLATE)
    both = NotifyConfig(side.API_KEY, sms_template=side.SMS_TEMPLATE, email_template=side.EMAIL_TEMPLATE)
    assert (alone.per_second, both.per_second) == (50, 25)


async def test_errors_have_neither_address_nor_text(rig: Rig) -> None:
    rig.notify.refuses_next(400, "BadRequestError", f"phone_number {PERSON} is odd")
    message: Rendered = rendered("Vertrouwelijk")
    with pytest.raises(DeliveryError) as raised:
        await rig.sms.send(PERSON, message, reference="7")
    assert PERSON not in f"{raised.value!r}"
    assert raised.value.__cause__ is None
