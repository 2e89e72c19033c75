"""What Notify tells us: receipts and received texts."""

import json
import uuid

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette

from bot.actions.acting import Proof
from bot.channels.base import News, NewsState
from bot.channels.notify.callbacks import INBOUND_PATH, LARGEST, RECEIPTS_PATH
from bot.demo.counterparts import notify as side
from bot.demo.counterparts.notify_kept import Fate
from bot.events import Command, InboundEvent, Left, Said, Started
from tests.bot.channels.notify.rig import MAILBOX, PERSON, Rig, rendered, rigged

UNREACHABLE = OperationalError("select 1", {}, Exception("gone"))


def text(message: str = "Hallo", **changed: object) -> bytes:
    body = {
        "id": str(uuid.uuid4()),
        "source_number": "31612345678",
        "destination_number": "3197010200300",
        "message": message,
        "date_received": "2026-03-02T08:00:00.000000Z",
    }
    return json.dumps({**body, **changed}).encode()


def receipt(**changed: object) -> bytes:
    body = {
        "id": "11111111-1111-4111-8111-111111111111",
        "reference": "7",
        "to": PERSON,
        "status": "delivered",
        "created_at": "2026-03-02T08:00:00.000000Z",
        "completed_at": "2026-03-02T08:00:05.000000Z",
        "sent_at": "2026-03-02T08:00:01.000000Z",
        "notification_type": "sms",
        "template_id": side.SMS_TEMPLATE,
        "template_version": 1,
    }
    return json.dumps({**body, **changed}).encode()


# Received texts.


async def test_a_text_arrives_with_its_number_and_id(rig: Rig) -> None:
    identifier = await rig.notify.texts(PERSON, "Ik ben ziek")
    assert rig.heard == [InboundEvent("sms", PERSON, identifier, Said("Ik ben ziek"), proof=Proof.CLAIMED)]


async def test_codes_and_words_arrive_as_what_they_mean(rig: Rig) -> None:
    for said in ("ACDEF GHJKM", "توقف", "START"):
        await rig.notify.texts(PERSON, said)
    assert [event.payload for event in rig.heard] == [Started("ACDEFGHJKM"), Left(said=True), Command("start")]


async def test_a_name_or_short_code_is_taken_and_ignored(rig: Rig) -> None:
    for sender in ("KPN", "1200", "67067", "00000", "Belasting1"):
        assert await rig.post(INBOUND_PATH, text(source_number=sender)) == 200
    assert await rig.post(INBOUND_PATH, text("  \x00 ")) == 200
    assert rig.heard == []


async def test_a_text_that_could_not_be_stored_is_brought_again(rig: Rig) -> None:
    rig.fails = [UNREACHABLE, UNREACHABLE]
    identifier = await rig.notify.texts(PERSON, "Ik ben ziek")
    await rig.notify.settled()
    assert [event.event_id for event in rig.heard] == [identifier]


async def test_a_stopped_channel_asks_for_it_later(rig: Rig) -> None:
    await rig.sms.stop()
    assert await rig.post(INBOUND_PATH, text()) == 503
    assert await rig.post(RECEIPTS_PATH, receipt()) == 503
    assert (rig.heard, rig.news) == ([], [])


async def test_an_old_text_changes_nothing(rig: Rig) -> None:
    rig.clock.forward(days=7, minutes=1)
    assert await rig.post(INBOUND_PATH, text()) == 200
    assert await rig.post(RECEIPTS_PATH, receipt()) == 200
    assert (rig.heard, rig.news) == ([], [])


# Receipts.


@pytest.mark.parametrize(
    ("fate", "news"),
    [
        pytest.param("delivered", (NewsState.DELIVERED, "", False), id="delivered"),
        pytest.param("permanent-failure", (NewsState.FAILED, "permanent_failure", True), id="number gone"),
        pytest.param("temporary-failure", (NewsState.FAILED, "temporary_failure", False), id="full, or off too long"),
        pytest.param("technical-failure", (NewsState.FAILED, "technical_failure", False), id="between them"),
    ],
)
async def test_what_became_of_a_message(rig: Rig, fate: Fate, news: tuple[NewsState, str, bool]) -> None:
    state, reason, gone = news
    for address in (PERSON, MAILBOX):
        rig.notify.becomes(address, fate)
    sms = await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
    mail = await rig.email.send(MAILBOX, rendered("Hallo"), reference="8")
    await rig.notify.settled()

    told = sorted(rig.news, key=lambda one: one.channel)
    assert told == [
        News("email", state, mail.provider_ref, "8", reason, gone),
        News("sms", state, sms.provider_ref, "7", reason, gone),
    ]
    assert await rig.sms.status_of(sms.provider_ref or "") == told[1]


async def test_a_phone_that_is_off_gets_its_messages_later(rig: Rig) -> None:
    rig.notify.switches_off(PERSON)
    sent = await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
    await rig.notify.settled()
    assert (rig.notify.sms_of(PERSON), rig.news) == ([], [])
    assert await rig.sms.status_of(sent.provider_ref or "") is None

    await rig.notify.switches_on(PERSON)
    assert [line.text for line in rig.notify.sms_of(PERSON)] == ["Hallo"]
    assert [news.state for news in rig.news] == [NewsState.DELIVERED]


async def test_a_message_that_was_given_up_has_failed_for_now(rig: Rig) -> None:
    rig.notify.switches_off(PERSON)
    await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
    await rig.notify.settled()
    await rig.notify.gives_up(PERSON)
    assert [(news.reason, news.gone) for news in rig.news] == [("temporary_failure", False)]


async def test_a_receipt_that_could_not_be_stored_is_brought_again(rig: Rig) -> None:
    rig.fails = [UNREACHABLE]
    await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
    await rig.notify.settled()
    assert [news.reference for news in rig.news] == ["7"]


@pytest.mark.parametrize("status", ["created", "sending", "pending", "sent", "something-new"])
async def test_what_is_not_the_end_is_no_news(rig: Rig, status: str) -> None:
    assert await rig.post(RECEIPTS_PATH, receipt(status=status)) == 200
    assert rig.news == []


async def test_a_letters_receipt_is_not_ours(rig: Rig) -> None:
    assert await rig.post(RECEIPTS_PATH, receipt(notification_type="letter")) == 200
    assert rig.news == []


async def test_another_deployments_receipt_is_not_ours() -> None:
    async with rigged(prefix="stad-a:") as rig:
        assert await rig.post(RECEIPTS_PATH, receipt(reference="7")) == 200
        assert await rig.post(RECEIPTS_PATH, receipt(reference="stad-b:7")) == 200
        assert rig.news == []
        await rig.sms.send(PERSON, rendered("Hallo"), reference="7")
        await rig.notify.settled()
        assert [news.reference for news in rig.news] == ["7"]


async def test_what_notify_does_not_know_has_no_status(rig: Rig) -> None:
    assert await rig.sms.status_of(str(uuid.uuid4())) is None
    assert await rig.email.status_of("../template") is None
    rig.notify.refuses_next(500, "Exception", "Internal server error")
    assert await rig.sms.status_of(str(uuid.uuid4())) is None


# Who may bring them, and in what shape.


@pytest.mark.parametrize("path", [INBOUND_PATH, RECEIPTS_PATH])
@pytest.mark.parametrize(
    ("token", "body", "status"),
    [
        pytest.param(None, b"", 403, id="no token"),
        pytest.param("", b"{}", 403, id="empty token"),
        pytest.param("wrong", b"{}", 403, id="wrong token"),
        pytest.param(f"{side.CALLBACK_TOKEN}x", b"{}", 403, id="token and more"),
        pytest.param(side.CALLBACK_TOKEN, b"", 400, id="nothing"),
        pytest.param(side.CALLBACK_TOKEN, b"{", 400, id="half"),
        pytest.param(side.CALLBACK_TOKEN, b"[" * 100_000, 400, id="deep"),
        pytest.param(side.CALLBACK_TOKEN, b"\xff\xfe", 400, id="no utf-8"),
        pytest.param(side.CALLBACK_TOKEN, b'{"id": 1}', 400, id="other fields"),
        pytest.param(side.CALLBACK_TOKEN, b" " * (LARGEST + 1), 413, id="too large"),
    ],
)
async def test_what_is_refused(rig: Rig, path: str, token: str | None, body: bytes, status: int) -> None:
    assert await rig.post(path, body, token=token) == status
    assert (rig.heard, rig.news) == ([], [])


async def test_without_a_token_of_our_own_nothing_is_taken(rig: Rig) -> None:
    object.__setattr__(rig.sms._callbacks._config, "callback_token", "")
    assert await rig.post(INBOUND_PATH, text(), token="") == 403


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "id",
    "source_number",
    "message",
    "date_received",
    "status",
    "reference",
    "completed_at",
    "created_at",
    "notification_type",
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    path=st.sampled_from([INBOUND_PATH, RECEIPTS_PATH]),
    body=st.one_of(
        st.binary(max_size=200),
        st.dictionaries(st.sampled_from(FIELDS), VALUES).map(lambda fields: json.dumps(fields).encode()),
        st.builds(lambda words, sender: text(words, source_number=sender), st.text(), st.text(max_size=30)),
    ),
)
async def test_no_callback_is_too_odd(path: str, body: bytes) -> None:
    rig = Rig()
    rig.build("http://127.0.0.1:9")
    app = Starlette(routes=[*rig.sms.routes()])
    await rig.sms.start(rig.receive)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://maatje.example") as client:
        answer = await client.post(path, content=body, headers={"authorization": f"Bearer {side.CALLBACK_TOKEN}"})
    assert answer.status_code in (200, 400)
    for event in rig.heard:
        assert event.address.startswith("+")
        assert len(event.event_id) <= 120


async def test_the_same_text_once_more_has_the_same_id(rig: Rig) -> None:
    for _ in range(2):
        await rig.notify.brings_text("one", "31612345678", "Hallo")
    assert {event.event_id for event in rig.heard} == {"one"}
