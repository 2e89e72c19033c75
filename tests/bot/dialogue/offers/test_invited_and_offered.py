"""Conversations of an invitation and of an offer, as they go on Telegram, in the web chat and by SMS, in 3 languages.

Buttons are pressed where there are buttons; by SMS the number beside the choice is sent.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete

from bot.actions.acting import Proof
from bot.channels.base import Capabilities
from bot.events import InboundEvent, Payload, Pressed, Said
from locales.rendering.message import Text, Value, verbatim
from locales.rendering.render import Rendered
from storage.appointments.appointments import Appointment
from storage.engine.database import Database
from storage.people.contacts import Contact
from storage.people.people import Person
from tests.bot.dialogue.offers.test_offers import CAFE, offered
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


@pytest.fixture(params=[*CHANNELS])
async def channel(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def talk(sqlite_database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with town(sqlite_database, clock, more=("telegram", "sms")) as settled:
        for name, capabilities in CHANNELS.items():
            (settled.channel if name == "web" else settled.more[name]).capabilities = capabilities
        yield settled


@pytest.mark.parametrize("locale", ["nl", "ar", "ti"])
async def test_an_exam_is_told_answered_and_followed(talk: Talk, channel: str, locale: str) -> None:
    amina = Somebody(talk, channel, locale)
    await amina.begins()
    sanne = await talk.linked("Sanne", "sanne")
    talk.clock.forward(minutes=5)
    amina.waits()
    await sanne.does(Pressed(f"make:{talk.person_ids['Amina']}:exam:2603051000:none"))
    amina.sees("notice.new", kind=Text("kind.exam"))
    amina.sees("about.exam_duo")
    amina.sees("bring.title")
    amina.sees("bring.item", icon=verbatim("🪪"), what=Text("bring.identity"))
    amina.sees("reminder.ask")
    await amina.taps("button.coming")
    amina.sees("appointment.thanks_coming")
    talk.clock.set(datetime(2026, 3, 5, 11, 0, tzinfo=AMSTERDAM))
    await talk.planner.plan_ahead(talk.database)
    await talk.settle()
    talk.clock.set(datetime(2026, 3, 6, 10, 0, tzinfo=AMSTERDAM))
    amina.waits()
    await talk.planner.plan_ahead(talk.database)
    await talk.settle()
    amina.sees("after.title", kind=Text("kind.exam"))
    amina.sees("after.exam")
    amina.sees("after.none")


@pytest.mark.parametrize("locale", ["nl", "ar", "ti"])
async def test_an_offer_is_looked_at_taken_and_let_go(talk: Talk, channel: str, locale: str) -> None:
    amina = Somebody(talk, channel, locale)
    await amina.begins()
    sanne = await talk.linked("Sanne", "sanne")
    await offered(talk, CAFE, "3;buddy;Een taalmaatje;;;;;\n")
    await amina.opens_menu()
    await amina.taps("menu.offers")
    amina.sees("offers.place", number="1", total="2")
    await amina.taps("offers.take")
    amina.sees("offers.taken")
    await amina.taps("menu.offers")
    amina.sees("offers.taken")
    await amina.taps("offers.next")
    amina.sees("offers.what", icon=verbatim("🤝"), what=_name(locale))
    await amina.taps("offers.something_else")
    amina.sees("offers.say_wish")
    sanne.mark()
    await amina.says("taalmaatje!")
    amina.sees("offers.asked")
    sanne.sees("consultant.offer_words", words="taalmaatje!")
    amina.waits()
    await sanne.taps("consultant.offer_refuse")
    amina.sees("offers.refused", what="taalmaatje!")


def _name(locale: str) -> Value:
    return verbatim("Een taalmaatje") if locale == "nl" else Text("offers.kind.buddy")
