"""A town where Amina is reached by telephone, and by nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from sqlalchemy import delete, or_, select

from bot.channels.base import Channel
from bot.channels.phone.carrier import Carrier
from bot.channels.phone.channel import PhoneChannel
from bot.channels.phone.records import CHANNEL
from reminders.delivery.receipts import Receipts
from reminders.kinds import Kind
from storage.calls.phone_calls import PhoneCall
from storage.engine.database import Database
from storage.outbox.message import Message
from storage.people.contacts import Contact, contact_made_at
from storage.people.people import Person
from storage.vocabulary import MessageState
from tests.bot.channels.phone.rig import Handset, MemoryCarrier, phone_channel
from tests.bot.dialogue.talk import RENDERER, Talk
from tests.clock import FakeClock

NUMBER = "+31612345678"


class Town(NamedTuple):
    talk: Talk
    carrier: MemoryCarrier
    channel: PhoneChannel
    amina: Handset

    async def contact(self) -> Contact:
        async with self.talk.database.reading() as session:
            return (await session.scalars(select(Contact).where(Contact.channel == CHANNEL))).one()

    async def calls(self) -> list[PhoneCall]:
        async with self.talk.database.reading() as session:
            return list(await session.scalars(select(PhoneCall).order_by(PhoneCall.id)))

    async def reminders(self) -> list[Message]:
        async with self.talk.database.reading() as session:
            return list(await session.scalars(select(Message).where(Message.key.startswith("reminder"))))

    async def agrees(self, locale: str = "en") -> None:
        """Amina is reached by telephone, and by nothing else."""
        database, clock = self.talk.database, self.talk.clock
        async with database.writing() as session:
            contact = await contact_made_at(session, database.keys, CHANNEL, NUMBER, clock.now())
            contact.person_id, contact.linked_at = self.talk.person_ids["Amina"], clock.now()
            person = await session.get_one(Person, self.talk.person_ids["Amina"])
            person.consented_at, person.language = clock.now(), locale
            await self.talk.services.replan(session, [person.id])
            meeting = self.talk.appointment_ids["Amina-meeting"]
            others = or_(Message.kind != Kind.REMINDER, Message.appointment_id != meeting)
            await session.execute(delete(Message).where(Message.person_id == person.id, others))
        self.amina.locale = locale

    async def until_it_rings(self) -> None:
        """Go to the next reminder, and answer."""
        async with self.talk.database.reading() as session:
            due = await session.scalar(
                select(Message.due_at)
                .where(Message.state == MessageState.PENDING, Message.person_id.is_not(None))
                .order_by(Message.due_at)
            )
        assert due is not None
        self.talk.clock.set(max(due, self.talk.clock.now()))
        await self.talk.settle()

    async def ends(self) -> None:
        """Wait until the call is over and all of it is written down."""
        for task in [*self.channel._tasks]:
            await task
        await self.talk.settle()


@asynccontextmanager
async def town(
    database: Database, clock: FakeClock, by: Carrier | None = None, **others: Channel
) -> AsyncIterator[Town]:
    """`by` carries the calls, in memory where none is given; `others` are the channels beside the telephone and the
    chat, by name."""
    carrier = MemoryCarrier()
    receipts = Receipts(database, clock, sleep=clock.tick)
    channel = phone_channel(by or carrier, database, clock, RENDERER, receipts.report)
    talk = Talk(database, clock, channels={CHANNEL: channel, **others})
    receipts.wake = talk.dispatcher.wake
    await talk.settle_in()
    await channel.start(talk.inbox.receive)
    yield Town(talk, carrier, channel, Handset(carrier, NUMBER, RENDERER))
    for line in carrier.lines.values():
        await line.breaks()
    await channel.stop()
    await talk.inbox.stop()
    await channel.close()
