"""The web chat with the real dialogue behind a real server: a town of two people, and a consultant elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import NamedTuple

import uvicorn

from bot.channels.web.channel import WebChannel
from bot.serve import server_config
from locales.rendering.message import Body
from reminders.kinds import Kind
from storage.appointments.appointments import Appointment
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from storage.outbox.message import Outgoing, put_new
from storage.people.contacts import contact_made_at
from storage.people.people import Person
from storage.vocabulary import Priority
from tests.bot.dialogue.talk import RENDERER, Talk
from tests.browser.serving import listener_on
from tests.clock import FakeClock

SANNES = "sanne's telephone"


class ChatTown(NamedTuple):
    """A town, where its page is, and what its consultant read."""

    talk: Talk
    url: str

    @property
    def sanne_read(self) -> str:
        """Everything that came to Sanne, who is on another channel."""
        return "\n".join(message.text for message in self.talk.more["telegram"].sent.get(SANNES, []))

    async def amina(self, language: str) -> str:
        """Amina, who agreed long ago, in this language, with a meeting of Sanne's tomorrow; her link code."""
        talk = self.talk
        async with talk.database.writing() as session:
            person = await session.get_one(Person, talk.person_ids["Amina"])
            person.language = language
            person.language_chosen_at = person.consented_at = talk.clock.now()
            meeting = await session.get_one(Appointment, talk.appointment_ids["Amina-meeting"])
            meeting.with_whom = "Sanne"
        return await talk.code_for("Amina")

    async def reminds(self, body: Body) -> None:
        """Something comes to Amina that she did not ask for."""
        talk = self.talk
        now = talk.clock.now()
        async with talk.database.writing() as session:
            person_id = talk.person_ids["Amina"]
            told = Outgoing(
                key=f"told:{now.isoformat()}:{body.parts[0].text.key}",
                kind=Kind.SAY,
                due_at=now,
                params=body.to_json(),
                person_id=person_id,
                priority=Priority.URGENT,
            )
            await put_new(session, [told], now)
        await talk.settle()


@asynccontextmanager
async def chat_served(sqlite_url: str) -> AsyncIterator[ChatTown]:
    """Serve it until the block ends; the clock stands on the day before the meeting."""
    database = open_database(sqlite_url, KeyRing(["a secret for tests that is long enough"]))
    listener, url = listener_on()
    clock = FakeClock()
    web = WebChannel(database, clock, RENDERER, public_url=url, look_every=timedelta(milliseconds=50))
    talk = Talk(database, clock, None, None, "telegram", channels={"web": web})
    await talk.settle_in()
    async with database.writing() as session:
        hers = await contact_made_at(session, database.keys, "telegram", SANNES, clock.now())
        hers.consultant_id, hers.linked_at = talk.consultant_ids["Sanne"], clock.now()
    clock.forward(days=1)
    await web.start(talk.inbox.receive)
    server = uvicorn.Server(server_config(talk.app.http, most=100))
    running = asyncio.create_task(server._serve(sockets=[listener]))
    try:
        yield ChatTown(talk, url)
    finally:
        await talk.inbox.stop()
        await web.stop()
        server.should_exit = True
        await running
        listener.close()
        await database.close()
