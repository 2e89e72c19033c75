"""Trouble is said once when it begins and once when it is over, however often it struck in between."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from reminders.delivery.channel import Receipt, RetryLater
from reminders.sending.recorder import Recorder
from storage.engine.database import Database
from storage.outbox.claimed_row import ClaimedRow
from storage.outbox.queue import OutboxQueue
from storage.outbox.results import Result
from storage.vocabulary import MessageState
from tests.clock import FakeClock
from tests.reminders.sending.outbox_world import FakeSender, OutboxWorld, drain


def _taken() -> Receipt:
    return Receipt("ref")


AWAY = OperationalError("UPDATE", {}, Exception("away"))


@pytest.fixture
def world(database: Database, clock: FakeClock) -> OutboxWorld:
    return OutboxWorld(database, clock)


async def test_results_that_cannot_be_written(world: OutboxWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reminders.sending.recorder._RETRY_WAIT", (0.0,))
    struck = 0

    class _Away(OutboxQueue):
        async def record(self, results: Sequence[Result]) -> None:
            nonlocal struck
            struck += 1
            if struck <= 5:
                raise AWAY
            await super().record(results)

    recorder = Recorder(_Away(world.database, "host/1/1"), lambda _results: None)
    with capture_logs() as said:
        recorder.add(Result(1, MessageState.SENT))
        await recorder.flush()
    assert [(line["event"], line.get("times")) for line in said] == [
        ("outbox_not_recorded_began", None),
        ("outbox_not_recorded_over", 5),
    ]


async def test_a_database_that_cannot_be_asked(world: OutboxWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.tell("hello", person=await world.person())
    claim, struck = OutboxQueue.claim, 0

    async def away(queue: OutboxQueue, now: datetime, limit: int, lease: timedelta) -> list[ClaimedRow]:
        nonlocal struck
        struck += 1
        if struck <= 5:
            raise AWAY
        return await claim(queue, now, limit, lease)

    monkeypatch.setattr(OutboxQueue, "claim", away)
    sender = FakeSender()
    dispatcher = world.dispatcher(sender)
    with capture_logs() as said:
        for _ in range(8):
            await dispatcher._claim_more()
        await drain(dispatcher)
    assert [(line["event"], line.get("times")) for line in said] == [
        ("outbox_stumbling_began", None),
        ("outbox_stumbling_over", 5),
    ]


async def test_a_channel_that_fails(world: OutboxWorld, clock: FakeClock) -> None:
    down = True
    sender = FakeSender(answer=lambda *_: RetryLater("unreachable") if down else _taken())
    dispatcher = world.dispatcher(sender)
    for number in range(40):
        await world.tell(str(number), person=await world.person(str(number)))
    with capture_logs() as said:
        for round_number in range(40):
            down = round_number < 20
            await drain(dispatcher)
            clock.forward(seconds=61)
    events = [line["event"] for line in said]
    assert events == ["channel_failing_began", "channel_failing_over"]
    assert dispatcher.channels_down == []
