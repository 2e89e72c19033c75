"""A process that dies in the middle of a call: what was answered is there, and nobody is rung twice."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.channels.phone.records import CHANNEL
from locales.rendering.message import Body, Part, verbatim
from reminders.delivery.receipts import Receipts
from reminders.kinds import Kind
from storage.appointments.appointments import Participation
from storage.engine.database import Database
from storage.outbox.message import Message, Outgoing, put
from storage.vocabulary import Answer, CallOutcome
from tests.bot.channels.phone.rig import MemoryCarrier, phone_channel
from tests.bot.channels.phone.town import NUMBER, Town, town
from tests.bot.dialogue.talk import RENDERER, Talk
from tests.clock import FakeClock


@pytest.fixture
async def at(database: Database, clock: FakeClock) -> AsyncIterator[Town]:
    async with town(database, clock) as settled:
        yield settled


async def test_a_killed_process_makes_no_second_call_within_the_hour_and_loses_no_answer(at: Town) -> None:
    """The first process is left as a kill leaves it: its call is under way for ever. Another one takes over."""
    await at.agrees()
    await at.until_it_rings()
    await at.amina.picks_up()
    await at.amina.presses("1", "1")
    database, clock = at.talk.database, at.talk.clock
    async with database.reading() as session:
        assert Answer.COMING in set(await session.scalars(select(Participation.answer)))
    [call] = await at.calls()
    assert call.outcome is CallOutcome.UNDER_WAY

    carrier = MemoryCarrier()
    channel = phone_channel(carrier, database, clock, RENDERER, Receipts(database, clock, sleep=clock.tick).report)
    another = Talk(database, clock, channels={CHANNEL: channel})
    await channel.start(another.inbox.receive)
    async with database.writing() as session:
        body = Body((Part(verbatim("Tot morgen")),)).to_json()
        message = Outgoing("later", Kind.SAY, clock.now(), body, person_id=at.talk.person_ids["Amina"])
        await put(session, [message], clock.now())
    for minutes in (1, 20, 30):
        clock.forward(minutes=minutes)
        await another.settle()
    assert carrier.dialled == []
    async with database.reading() as session:
        waiting = (await session.scalars(select(Message).where(Message.key == "later"))).one()
    assert waiting.reason == "may_have_been_called"
    # After the hour the broken call counts as one in vain: it is tried again in another part of the day.
    clock.set(waiting.next_at)
    await another.settle()
    for task in [*channel._tasks]:
        await task
    assert carrier.dialled == []
    async with database.reading() as session:
        waiting = (await session.scalars(select(Message).where(Message.key == "later"))).one()
    assert (waiting.reason, waiting.next_at - call.at >= timedelta(hours=2)) == ("called_before", True)
    clock.set(waiting.next_at)
    await another.settle()
    assert carrier.dialled == [NUMBER]
    for line in carrier.lines.values():
        await line.breaks()
    await channel.stop()
    await channel.close()
