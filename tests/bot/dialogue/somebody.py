"""Amina on Telegram, in the web chat or by SMS, in one language: conversations are played in every pair of these."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from sqlalchemy import delete

from bot.actions.acting import Proof
from bot.channels.base import Capabilities
from bot.events import InboundEvent, Payload, Pressed, Said
from locales.rendering.message import Text, Value
from locales.rendering.render import Rendered
from storage.appointments.appointments import Appointment
from storage.engine.database import Database
from storage.people.contacts import Contact
from storage.people.people import Person
from tests.bot.dialogue.talk import RENDERER, Talk, town
from tests.clock import FakeClock

CHANNELS = {
    "telegram": Capabilities(buttons=True),
    "web": Capabilities(buttons=True),
    "sms": Capabilities(buttons=False, bare_numbers=True),
}
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class Somebody:
    """Amina, who reads one language on one channel."""

    def __init__(self, talk: Talk, channel: str, locale: str) -> None:
        self._talk, self._channel, self._locale = talk, channel, locale
        self._mark = 0

    async def begins(self) -> None:
        """She has agreed on this channel, has no other, and nothing is planned yet."""
        talk, now = self._talk, self._talk.clock.now()
        async with talk.database.writing() as session:
            await session.execute(delete(Appointment))
            person = await session.get_one(Person, talk.person_ids["Amina"])
            person.language, person.consented_at = self._locale, now
            session.add(
                Contact(
                    channel=self._channel,
                    address="amina",
                    address_hash=talk.database.keys.fingerprint("amina", f"contact/{self._channel}"),
                    person_id=person.id,
                    created_at=now,
                    linked_at=now,
                )
            )

    @property
    def _messages(self) -> list[Rendered]:
        where = self._talk.channel if self._channel == "web" else self._talk.more[self._channel]
        return where.sent.get("amina", [])

    async def _does(self, payload: Payload) -> None:
        self._mark = len(self._messages)
        proof = Proof.CLAIMED if self._channel == "sms" else Proof.ACCOUNT
        number = str(next(self._talk.numbers))
        await self._talk.inbox.receive(InboundEvent(self._channel, "amina", number, payload, proof=proof))
        await self._talk.settle()

    async def says(self, text: str) -> None:
        """Write."""
        await self._does(Said(text))

    async def opens_menu(self) -> None:
        """The menu, wherever she is."""
        await self._does(Pressed("menu"))

    async def taps(self, key: str) -> None:
        """Press the button of the last message with this label; by SMS its number is sent."""
        buttons = [one for row in self._messages[-1].buttons for one in row]
        wanted = RENDERER.say(Text(key), self._locale)
        [place] = [at for at, one in enumerate(buttons) if one.label.endswith(wanted)]
        await self._does(Said(str(place + 1)) if self._channel == "sms" else Pressed(buttons[place].intent, "1"))

    def sees(self, key: str, **params: Value) -> None:
        """What came since holds this, in her language."""
        wanted = RENDERER.say(Text(key, params), self._locale)
        news = "\n".join(message.text for message in self._messages[self._mark :])
        assert wanted in news, f"{wanted!r} not in {news!r}"

    def waits(self) -> None:
        """What comes from now on is new."""
        self._mark = len(self._messages)


@asynccontextmanager
async def on_all_channels(database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    """The town on all CHANNELS, each with what it can do."""
    async with town(database, clock, more=("telegram", "sms")) as settled:
        for name, capabilities in CHANNELS.items():
            (settled.channel if name == "web" else settled.more[name]).capabilities = capabilities
        yield settled
