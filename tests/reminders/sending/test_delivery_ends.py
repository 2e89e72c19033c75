"""How sending ends: receipts, dead workers, a stop in the middle, a database that is away, contacts that are final."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.render import Rendered
from reminders.delivery.channel import AddressGone, Capabilities, Receipt
from reminders.delivery.composing import ClaimedMessage, Composed
from reminders.sending.limits import Limits
from reminders.sending.recorder import GROUP, MOST_UNWRITTEN, Recorder
from reminders.wording.composers import SayComposer
from storage.engine.database import Database
from storage.outbox.leases import is_dead, worker_name
from storage.outbox.message import Outgoing
from storage.outbox.queue import OutboxQueue
from storage.outbox.receipts import record_receipt
from storage.outbox.results import Result
from storage.vocabulary import ContactState, MessageState
from tests.clock import FakeClock
from tests.reminders.sending.outbox_world import FakeSender, OutboxWorld, drain, say

SENT, DELIVERED, READ, FAILED = MessageState.SENT, MessageState.DELIVERED, MessageState.READ, MessageState.FAILED


@pytest.fixture
def world(database: Database, clock: FakeClock) -> OutboxWorld:
    return OutboxWorld(database, clock)


@pytest.mark.parametrize(
    ("receipts", "expected"),
    [
        pytest.param([DELIVERED], DELIVERED, id="delivered"),
        pytest.param([DELIVERED, READ], READ, id="delivered and read"),
        pytest.param([READ, DELIVERED], READ, id="a late receipt takes nothing back"),
        pytest.param([DELIVERED, DELIVERED], DELIVERED, id="twice"),
    ],
)
async def test_receipts(
    world: OutboxWorld, clock: FakeClock, receipts: list[MessageState], expected: MessageState
) -> None:
    row_id = await world.tell("hello", person=await world.person())
    await drain(world.dispatcher(FakeSender()))
    first_at = clock.forward(minutes=1)
    for state in receipts:
        async with world.database.writing() as session:
            await record_receipt(session, [row_id], state, clock.now())
        clock.forward(minutes=1)
    message = (await world.messages())["hello"]
    assert message.state is expected
    assert (message.delivered_at if receipts[0] is DELIVERED else message.read_at) == first_at


async def test_what_failed_or_waits_has_no_receipt(world: OutboxWorld, clock: FakeClock) -> None:
    person = await world.person()
    failed = await world.tell("failed", person=person)
    await drain(world.dispatcher(FakeSender(answer=lambda *_: AddressGone("blocked"))))
    waiting = await world.tell("waiting", person=person, due_in=timedelta(hours=1))
    async with world.database.writing() as session:
        await record_receipt(session, [failed, waiting], READ, clock.now())
        with pytest.raises(ValueError, match="receipt"):
            await record_receipt(session, [failed], FAILED, clock.now())
    assert await world.states() == {"failed": "failed", "waiting": "pending"}


@pytest.mark.parametrize(("reason", "state"), [("blocked", ContactState.BLOCKED), ("not_found", ContactState.GONE)])
async def test_a_final_error_flags_the_contact_and_later_messages_do_not_try_it(
    world: OutboxWorld, reason: str, state: ContactState
) -> None:
    telegram, web = FakeSender(answer=lambda *_: AddressGone(reason)), FakeSender("web")
    person = await world.person("amina", "telegram", "web")
    dispatcher = world.dispatcher(telegram, web)
    await world.tell("first", person=person)
    await drain(dispatcher)
    await world.tell("second", person=person)
    await drain(dispatcher)
    assert (await world.contact_of("amina")).state is state
    assert telegram.tries == 1
    assert web.texts == ["first", "second"]


async def test_a_contact_that_is_gone_on_the_way_to_the_last_keeps_the_order(world: OutboxWorld) -> None:
    telegram, web = FakeSender(answer=lambda *_: AddressGone("blocked")), FakeSender("web")
    person = await world.person("amina", "telegram", "web")
    for number in range(5):
        await world.tell(str(number), person=person)
    await drain(world.dispatcher(telegram, web))
    assert web.texts == [str(number) for number in range(5)]


async def test_the_same_key_twice_is_one_message(world: OutboxWorld, clock: FakeClock) -> None:
    person = await world.person()
    message = Outgoing("once", "say", clock.now(), say("once"), person_id=person)
    assert len(await world.put(message, message)) == 1
    assert await world.put(message) == []
    sender = FakeSender()
    await drain(world.dispatcher(sender))
    assert await world.put(message) == []
    await drain(world.dispatcher(sender))
    assert sender.texts == ["once"]


def test_a_living_worker_is_not_dead() -> None:
    assert not is_dead(worker_name())
    assert not is_dead("another-host.4026531836/1/1")
    assert not is_dead("nonsense")


def test_a_worker_that_ended_is_dead() -> None:
    script = "from storage.outbox.leases import worker_name; print(worker_name())"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()
    assert is_dead(ended)
    # Its number was given to another process: this one.
    host, _, started = ended.split("/")
    assert is_dead(f"{host}/{os.getpid()}/{int(started) + 1}")


async def test_what_a_dead_worker_held_is_taken_up_at_once(world: OutboxWorld, clock: FakeClock) -> None:
    host = worker_name().split("/")[0]
    person = await world.person()
    until = clock.now() + timedelta(hours=1)
    held = Outgoing(
        "x", "say", clock.now(), say("x"), person_id=person, lease_owner=f"{host}/{os.getpid()}/1", lease_until=until
    )
    await world.put(held)
    sender = FakeSender()
    await drain(world.dispatcher(sender))
    assert sender.texts == ["x"]


class _SlowSender:
    """Takes each message only when it is let."""

    name = "telegram"
    capabilities = Capabilities(buttons=True)

    def __init__(self) -> None:
        self.given, self.let = asyncio.Event(), asyncio.Event()
        self.taken = 0

    async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
        self.given.set()
        await self.let.wait()
        self.taken += 1
        return Receipt(reference)


async def test_a_stop_finishes_what_is_being_sent_and_puts_back_the_rest(world: OutboxWorld) -> None:
    person = await world.person()
    for number in range(3):
        await world.tell(str(number), person=person)
    sender, stop = _SlowSender(), asyncio.Event()
    async with asyncio.timeout(10):
        running = asyncio.create_task(world.dispatcher(sender).run(stop))
        await sender.given.wait()
        stop.set()
        for _ in range(10):
            # The stop is seen before the message that is under way is taken.
            await asyncio.sleep(0)
        sender.let.set()
        await running
    assert sender.taken == 1
    messages = await world.messages()
    assert [message.state for message in messages.values()] == [SENT, MessageState.PENDING, MessageState.PENDING]
    assert {message.lease_owner for message in messages.values()} == {None}


async def test_a_channel_that_hangs_is_given_up_and_tried_again(world: OutboxWorld) -> None:
    await world.tell("hello", person=await world.person())
    dispatcher = world.dispatcher(_SlowSender(), limits=Limits(send_timeout=timedelta(milliseconds=20)))
    await drain(dispatcher)
    message = (await world.messages())["hello"]
    assert (message.state, message.reason) == (MessageState.PENDING, "timeout")


class _AwayOnce(OutboxQueue):
    """A database that cannot be reached at the first writing."""

    def __init__(self, database: Database, worker: str) -> None:
        super().__init__(database, worker)
        self.groups: list[int] = []

    async def record(self, results: Sequence[Result]) -> None:
        self.groups.append(len(results))
        if len(self.groups) == 1:
            raise OperationalError("UPDATE", {}, Exception("away"))
        await super().record(results)


async def test_results_wait_for_a_database_that_is_away_and_nothing_is_sent_meanwhile(world: OutboxWorld) -> None:
    queue, written = _AwayOnce(world.database, "host/1/1"), list[int]()
    recorder = Recorder(queue, lambda results: written.extend(result.id for result in results))
    for number in range(1, MOST_UNWRITTEN + 1):
        assert recorder.has_room()
        recorder.add(Result(number, SENT))
    assert not recorder.has_room()
    await recorder.room()
    await recorder.flush()
    assert sorted(written) == list(range(1, MOST_UNWRITTEN + 1))
    assert queue.groups == [GROUP] * (MOST_UNWRITTEN // GROUP + 1)
    assert recorder.unwritten == 0


class _Stumbling(SayComposer):
    """Raises what is not a message's own fault, once."""

    def __init__(self) -> None:
        self.asked = 0
        self.was_asked = asyncio.Event()

    async def compose(
        self, session: AsyncSession, rows: Sequence[ClaimedMessage], now: datetime
    ) -> Mapping[int, Composed]:
        self.asked += 1
        self.was_asked.set()
        if self.asked == 1:
            raise OperationalError("SELECT", {}, Exception("away"))
        return await super().compose(session, rows, now)


async def test_a_running_worker_outlives_a_database_that_goes_away(world: OutboxWorld, clock: FakeClock) -> None:
    await world.tell("first", person=await world.person("a"))
    sender, stop, composer = _SlowSender(), asyncio.Event(), _Stumbling()
    sender.let.set()
    limits = Limits(poll=timedelta(milliseconds=10), lease=timedelta(seconds=40), sweep=timedelta(0))
    dispatcher = world.dispatcher(sender, composer=composer, limits=limits)
    async with asyncio.timeout(10):
        running = asyncio.create_task(dispatcher.run(stop))
        await composer.was_asked.wait()
        # Nobody holds the batch any more; when its lease ends it is claimed anew.
        clock.forward(seconds=60)
        await sender.given.wait()
        stop.set()
        await running
    assert await world.states() == {"first": "sent"}
