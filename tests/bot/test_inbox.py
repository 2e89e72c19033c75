"""When too much arrives, or the database cannot do its part, nothing is lost and nobody hears "sorry"."""

import asyncio
from collections.abc import Sequence
from typing import cast

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError, TimeoutError
from structlog.testing import capture_logs

from bot import inbox as inbox_module
from bot.actions.acting import Proof
from bot.channels.base import BringAgain
from bot.dialogue.services import Services
from bot.dialogue.turn import Turn
from bot.events import InboundEvent, Said
from bot.inbox import Inbox, ToBeSent
from bot.intake import Intake
from reminders.sending.just_put import JustPut
from storage.engine.database import Database
from storage.people.conversations import SeenEvent
from tests.clock import FakeClock


class Sends:
    """Stands in for the dispatcher: remembers what it was to send, and waits until it may go on."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.faults: list[Exception] = []
        self.may_go = asyncio.Event()
        self.may_go.set()

    async def send_now(self, ids: Sequence[int], just_put: JustPut | None = None) -> None:
        await self.may_go.wait()
        if self.faults:
            raise self.faults.pop(0)
        self.sent.extend(ids)

    def wake(self) -> None:
        """Nothing is due."""


class Rig:
    """An inbox whose screen is the test's own."""

    def __init__(self, database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, most: int = 100) -> None:
        self.database, self.sends = database, Sends()
        self.faults: list[Exception] = []
        monkeypatch.setattr(inbox_module, "step", self._step)
        self.intake = Intake(most=most, most_in_line=most)
        self.inbox = Inbox(
            database=database,
            services=cast(Services, object()),
            dispatcher=self.sends,
            channels={},
            clock=clock,
            worker="w",
            intake=self.intake,
            sleep=clock.tick,
        )

    async def _step(self, turn: Turn) -> None:
        if self.faults:
            raise self.faults.pop(0)
        turn.conversation.topic = "here"

    async def arrives(self, event_id: str, sender: str = "1") -> None:
        await self.inbox.receive(InboundEvent("telegram", sender, event_id, Said("hi"), proof=Proof.ACCOUNT))

    async def seen(self) -> int:
        async with self.database.reading() as session:
            return int(await session.scalar(select(func.count()).select_from(SeenEvent)) or 0)


GONE = Exception("gone")


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(OperationalError("q", {}, GONE), id="out of reach"),
        pytest.param(InternalError("q", {}, GONE), id="transaction aborted"),
        pytest.param(TimeoutError(), id="no connection free"),
    ],
)
async def test_what_the_database_could_not_do_is_brought_again(
    database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    rig = Rig(database, clock, monkeypatch)
    rig.faults = [fault]
    with pytest.raises(BringAgain):
        await rig.arrives("e1")
    assert await rig.seen() == 0
    await rig.arrives("e1")
    assert await rig.seen() == 1
    await rig.inbox.stop()
    assert rig.intake.in_hand == 0


async def test_a_database_that_is_away_is_said_once_and_so_is_its_return(
    sqlite_database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(sqlite_database, clock, monkeypatch)
    rig.faults = [OperationalError("q", {}, GONE) for _ in range(6)]
    with capture_logs() as said:
        for number in range(6):
            with pytest.raises(BringAgain):
                await rig.arrives(f"e{number}", str(number))
        for number in range(6):
            await rig.arrives(f"e{number}", str(number))
        await rig.inbox.stop()
    assert [(line["event"], line.get("times")) for line in said] == [
        ("inbox_database_began", None),
        ("inbox_database_over", 6),
    ]


async def test_a_flood_beyond_the_line_is_refused_and_taken_when_brought_again(
    sqlite_database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(sqlite_database, clock, monkeypatch, most=20)
    waiting = [(f"e{number}", str(number)) for number in range(100)]
    rounds = 0
    while waiting:
        rounds += 1
        done = await asyncio.gather(*(rig.arrives(*event) for event in waiting), return_exceptions=True)
        assert all(outcome is None or isinstance(outcome, BringAgain) for outcome in done)
        waiting = [event for event, outcome in zip(waiting, done, strict=True) if outcome is not None]
        await rig.inbox.stop()
    assert await rig.seen() == 100
    assert rounds > 1
    assert rig.intake.in_hand == 0


async def test_two_rows_that_met_are_tried_once_more(
    database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(database, clock, monkeypatch)
    rig.faults = [IntegrityError("q", {}, GONE)]
    await rig.arrives("e1")
    assert await rig.seen() == 1


async def test_replies_are_sent_again_at_once_when_the_database_stumbles_after_the_commit(
    sqlite_database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(sqlite_database, clock, monkeypatch)
    rig.sends.faults = [OperationalError("q", {}, GONE), OperationalError("q", {}, GONE)]
    monkeypatch.setattr(Inbox, "_handle", _replies)
    await rig.arrives("e1")
    await rig.inbox.stop()
    assert rig.sends.sent == [7]


async def _replies(_inbox: Inbox, _event: InboundEvent) -> ToBeSent:
    return ToBeSent([7])
