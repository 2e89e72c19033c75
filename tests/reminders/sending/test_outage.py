"""A provider that is down for an hour, and what sending must not hold meanwhile; workers that share one database."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from locales.rendering.render import Rendered
from reminders.delivery.channel import AddressGone, Capabilities, Receipt, RetryLater
from reminders.sending.limits import Limits
from storage.engine.database import Database
from storage.outbox.message import Outgoing
from storage.vocabulary import MessageState
from tests.clock import START, FakeClock
from tests.reminders.sending.outbox_world import FakeSender, OutboxWorld, drain, say

OUTAGE = timedelta(hours=1)


@pytest.fixture
def world(database: Database, clock: FakeClock) -> OutboxWorld:
    return OutboxWorld(database, clock)


async def test_after_an_hour_of_outage_what_is_of_use_arrives_once_and_the_rest_expires(
    world: OutboxWorld, clock: FakeClock
) -> None:
    def answer(_address: str, _text: str) -> Receipt | Exception:
        return RetryLater("unreachable") if clock.now() < START + OUTAGE else Receipt("ok")

    sender = FakeSender(answer=answer)
    dispatcher = world.dispatcher(sender)
    people = [await world.person(str(number)) for number in range(12)]
    for number, person in enumerate(people):
        # Some were due before it began, some fall due in the middle.
        due_in = timedelta(minutes=number % 4 * 15)
        await world.tell(f"short {number}", person=person, due_in=due_in, useful_for=timedelta(minutes=10))
        await world.tell(f"long {number}", person=person, due_in=due_in, useful_for=timedelta(hours=3))
        await world.tell(f"open {number}", person=person, due_in=due_in)
    while clock.now() < START + OUTAGE + timedelta(minutes=15):
        await drain(dispatcher)
        clock.forward(seconds=20)
    states = await world.states()
    assert {states[f"short {number}"] for number in range(12)} == {"expired"}
    assert {states[f"{use} {number}"] for number in range(12) for use in ("long", "open")} == {"sent"}
    assert len(sender.texts) == len(set(sender.texts)) == 24
    # To each in the order they were meant: what follows keeps behind what waits.
    for number in range(12):
        assert [heard for heard in sender.texts if heard.split()[1] == str(number)] == [
            f"long {number}",
            f"open {number}",
        ]


async def test_an_outage_costs_the_provider_few_tries(world: OutboxWorld, clock: FakeClock) -> None:
    down: list[datetime] = []

    def answer(_address: str, _text: str) -> RetryLater:
        down.append(clock.now())
        return RetryLater("unreachable")

    dispatcher = world.dispatcher(FakeSender(answer=answer))
    for number in range(60):
        await world.tell(str(number), person=await world.person(str(number)))
    while clock.now() < START + OUTAGE:
        await drain(dispatcher)
        clock.forward(seconds=20)
    # Each message alone would try a dozen times in the hour; the breaker lets three through a minute, and that many it
    # needs to find out when the provider is back.
    assert 60 < len(down) < 300
    assert len([at for at in down if at > START + timedelta(minutes=50)]) >= 10


async def test_one_channel_down_does_not_hold_up_another(world: OutboxWorld) -> None:
    telegram = FakeSender(answer=lambda *_: RetryLater("unreachable"))
    web = FakeSender("web")
    for number in range(60):
        await world.tell(f"t{number}", person=await world.person(f"t{number}", "telegram"))
        await world.tell(f"w{number}", person=await world.person(f"w{number}", "web"))
    await drain(world.dispatcher(telegram, web))
    assert len(web.sent) == 60


class _HangingSender:
    """Says when it was given a message, and answers when it is let."""

    name = "telegram"
    capabilities = Capabilities(buttons=True)

    def __init__(self) -> None:
        self.given, self.let = asyncio.Event(), asyncio.Event()

    async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
        self.given.set()
        await self.let.wait()
        return Receipt("late")


async def test_no_transaction_is_open_while_a_message_is_being_sent(world: OutboxWorld, database: Database) -> None:
    await world.tell("hello", person=await world.person())
    sender = _HangingSender()
    dispatcher = world.dispatcher(sender)
    async with asyncio.timeout(10):
        sending = asyncio.create_task(dispatcher.run_once())
        await sender.given.wait()
        assert await _open_transactions(database) == 0
        sender.let.set()
        await sending
    assert (await world.states())["hello"] == "sent"


async def _open_transactions(database: Database) -> int:
    """How many transactions anybody has open on this database, seen from a connection of its own."""
    engine = create_async_engine(database.url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            if database.is_sqlite:
                # 1 = somebody reads or writes, so the log cannot be emptied.
                return int((await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))).one()[0])
            others = text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL"
                " AND pid <> pg_backend_pid()"
            )
            return int((await connection.execute(others)).scalar_one())
    finally:
        await engine.dispose()


async def test_two_workers_on_one_postgresql_share_the_work(postgresql_database: Database, clock: FakeClock) -> None:
    world = OutboxWorld(postgresql_database, clock)
    people = [await world.person(str(number)) for number in range(100)]
    due_at = clock.now()
    await world.put(
        *(
            Outgoing(f"{person} {turn}", "say", due_at, say(f"{person} {turn}"), person_id=person)
            for person in people
            for turn in range(5)
        )
    )
    senders = FakeSender(), FakeSender()
    limits = Limits(batch=25, in_hand=50)
    workers = [world.dispatcher(sender, worker=f"host{n}/1/1", limits=limits) for n, sender in enumerate(senders)]
    while sum(await asyncio.gather(*(worker.run_once() for worker in workers))):
        pass
    said = [*senders[0].texts, *senders[1].texts]
    assert len(said) == len(set(said)) == 500
    assert min(len(sender.sent) for sender in senders) >= 100
    for sender in senders:
        for person in people:
            heard = [words for words in sender.texts if words.split()[0] == str(person)]
            assert heard == sorted(heard)
    assert {message.state for message in (await world.messages()).values()} == {MessageState.SENT}


async def test_where_the_last_other_way_is_gone_a_message_waits_for_the_channel_that_is_down(
    world: OutboxWorld, clock: FakeClock
) -> None:
    """Found by the model: it failed there and then, and half an hour later the channel worked again."""
    web = FakeSender("web", answer=lambda *_: RetryLater("unreachable"))
    telegram = FakeSender(answer=lambda *_: AddressGone("blocked"))
    dispatcher = world.dispatcher(web, telegram)
    person = await world.person("amina", "web", "telegram")
    await world.tell("tomorrow at ten", person=person, useful_for=timedelta(hours=20))
    while clock.now() < START + timedelta(hours=5):
        await drain(dispatcher)
        clock.forward(minutes=4)
    assert telegram.tries == 1
    web.answer = lambda *_: Receipt("ok")
    clock.forward(minutes=10)
    await drain(dispatcher)
    assert web.texts == ["tomorrow at ten"]
