"""What may go twice after a kill is bounded, and leases are the rows' own and renewed."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from locales.rendering.render import Rendered
from reminders.delivery.channel import Capabilities, Receipt, Rejected
from reminders.sending.lanes import MOST_IN_FLIGHT, most_in_flight
from reminders.sending.leases import Leases
from reminders.sending.limits import Limits
from storage.engine.database import Database
from storage.outbox.message import Outgoing
from storage.outbox.queue import OutboxQueue
from storage.outbox.results import Result
from storage.vocabulary import Priority
from tests.clock import FakeClock
from tests.reminders.sending.outbox_world import FakeSender, OutboxWorld, drain, say


@pytest.fixture
def world(database: Database, clock: FakeClock) -> OutboxWorld:
    return OutboxWorld(database, clock)


@pytest.mark.parametrize(
    ("rate", "most"),
    [
        pytest.param(30, 30, id="Telegram"),
        pytest.param(80, 80, id="WhatsApp"),
        pytest.param(0.5, 1, id="slower than one a second"),
        pytest.param(5_000, MOST_IN_FLIGHT, id="very fast"),
        pytest.param(None, MOST_IN_FLIGHT, id="no rate"),
    ],
)
def test_a_second_of_a_channel_at_most(rate: float | None, most: int) -> None:
    assert most_in_flight(Capabilities(buttons=True, per_second=rate)) == most


class _Counting(FakeSender):
    """Takes everything at once, and says when it has so many."""

    def __init__(self, enough: int) -> None:
        super().__init__(capabilities=Capabilities(buttons=True, per_second=7))
        self.enough = enough
        self.has_enough = asyncio.Event()

    async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
        receipt = await super().send(address, message, reference=reference)
        if len(self.sent) == self.enough:
            self.has_enough.set()
        return receipt


async def test_no_more_is_sent_than_a_second_of_it_while_nothing_can_be_written(
    world: OutboxWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker may be killed at any time until the results are written: these few go twice, no more."""
    writing, asked = asyncio.Event(), asyncio.Event()
    record = OutboxQueue.record

    async def slow(queue: OutboxQueue, results: Sequence[Result]) -> None:
        asked.set()
        await writing.wait()
        await record(queue, results)

    monkeypatch.setattr(OutboxQueue, "record", slow)
    for number in range(30):
        await world.tell(str(number), person=await world.person(str(number)))
    sender = _Counting(enough=7)
    async with asyncio.timeout(20):
        sending = asyncio.create_task(drain(world.dispatcher(sender)))
        await sender.has_enough.wait()
        await asked.wait()
        for _ in range(50):
            # Whoever could send another now would.
            await asyncio.sleep(0)
        assert len(sender.sent) == 7
        writing.set()
        await sending
    assert len(sender.sent) == 30
    assert set((await world.states()).values()) == {"sent"}


async def test_a_place_is_free_again_when_an_address_did_not_take_it(world: OutboxWorld) -> None:
    telegram = FakeSender(
        capabilities=Capabilities(buttons=True, per_second=2), answer=lambda *_: Rejected("not_for_you")
    )
    web = FakeSender("web")
    for number in range(10):
        await world.tell(str(number), person=await world.person(str(number), "telegram", "web"))
    await drain(world.dispatcher(telegram, web))
    assert (telegram.tries, len(web.sent)) == (10, 10)


async def test_a_lease_is_the_rows_own_and_is_renewed_while_the_message_is_in_hand(
    world: OutboxWorld, clock: FakeClock, database: Database
) -> None:
    queue = OutboxQueue(database, "host/1/1")
    now = clock.now()
    reply = Outgoing(
        "reply",
        "say",
        now,
        say("reply"),
        contact_id=await world.stranger("someone"),
        priority=Priority.REPLY,
        lease_owner="host/1/1",
        lease_until=now + timedelta(seconds=60),
    )
    ids = await world.put(reply)
    leases = Leases(queue, clock, timedelta(seconds=120))
    leases.take(await queue.taken(ids))
    assert leases.hold(ids, now + timedelta(seconds=59))
    assert not leases.hold(ids, now + timedelta(seconds=60))
    clock.forward(seconds=50)
    await leases.renew()
    clock.forward(seconds=50)
    # Another worker does not take it up, 100 seconds after it was put there for 60.
    assert await OutboxQueue(database, "elsewhere/1/1").free_expired(clock.now(), ()) == 0
    assert leases.hold(ids, clock.now() + timedelta(seconds=60))


async def test_what_another_worker_has_by_now_is_not_sent(
    world: OutboxWorld, clock: FakeClock, database: Database
) -> None:
    await world.tell("once", person=await world.person())
    queue = OutboxQueue(database, "host/1/1")
    rows = await queue.claim(clock.now(), 10, timedelta(seconds=120))
    leases = Leases(queue, clock, timedelta(seconds=120))
    leases.take(rows)
    clock.forward(seconds=121)
    sender = FakeSender()
    await drain(world.dispatcher(sender, worker="elsewhere/1/1"))
    assert sender.texts == ["once"]
    await leases.renew()
    assert not leases.hold([row.id for row in rows], clock.now())


async def test_what_waits_long_for_its_channel_is_held_by_whoever_has_it(
    world: OutboxWorld, clock: FakeClock, database: Database
) -> None:
    """The first message takes longer than its lease lasts: another worker gets neither it nor what waits behind it."""

    class _Slow(FakeSender):
        async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
            for _ in range(10):
                clock.forward(seconds=29)
                await dispatcher.renew_leases()
                assert await OutboxQueue(database, "elsewhere/1/1").free_expired(clock.now(), ()) == 0
            return await super().send(address, message, reference=reference)

    sender = _Slow()
    dispatcher = world.dispatcher(sender, limits=Limits(lease=timedelta(seconds=120)))
    person = await world.person()
    for word in ("first", "second"):
        await world.tell(word, person=person)
    await drain(dispatcher)
    assert sender.texts == ["first", "second"]
