"""What a worker has in hand is bounded, and one channel's wave takes none of the others' room."""

import asyncio
from collections import Counter

from reminders.delivery.channel import Capabilities, Receipt
from reminders.sending.limits import Limits
from storage.engine.database import Database
from storage.outbox.message import Outgoing, put
from storage.vocabulary import Priority
from tests.clock import FakeClock
from tests.reminders.sending.outbox_world import FakeSender, OutboxWorld, say


class _Stopped(FakeClock):
    """A clock by which no channel's next token comes until it goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.goes_on = asyncio.Event()

    async def tick(self, seconds: float) -> None:
        await self.goes_on.wait()
        await super().tick(seconds)


async def test_a_wave_over_a_slow_channel_keeps_no_quick_one_idle(sqlite_database: Database) -> None:
    clock = _Stopped()
    world = OutboxWorld(sqlite_database, clock)
    slow = FakeSender("sms", Capabilities(buttons=True, per_second=4))
    quick, all_went = FakeSender("web"), asyncio.Event()

    def answer(_address: str, _text: str) -> Receipt:
        if quick.tries == 20:
            all_went.set()
        return Receipt("ref")

    quick.answer = answer
    now = clock.now()
    async with sqlite_database.writing() as session:
        for channel, count in (("sms", 40), ("web", 20)):
            people = [world.new_person(f"{channel}{number}") for number in range(count)]
            session.add_all(people)
            await session.flush()
            session.add_all([world.new_contact(channel, one.external_id, person_id=one.id) for one in people])
            texts = [
                Outgoing(one.external_id, "say", now, say("Morgen"), person_id=one.id, priority=Priority.REMINDER)
                for one in people
            ]
            await put(session, texts, now)
    dispatcher = world.dispatcher(slow, quick, limits=Limits(batch=5, in_hand=10))
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    async with asyncio.timeout(15):
        await all_went.wait()
    # A second's worth of the slow one; five seconds' worth of it at most is in hand beside ten of all.
    assert (quick.tries, len(slow.sent)) == (20, 4)
    assert Counter((await world.states()).values())["sending"] <= 5 * 4 + 10
    stop.set()
    clock.goes_on.set()
    await running
