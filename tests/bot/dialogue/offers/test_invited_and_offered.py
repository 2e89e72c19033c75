"""Conversations of an invitation and of an offer, as they go on Telegram, in the web chat and by SMS, in 3 languages.

Buttons are pressed where there are buttons; by SMS the number beside the choice is sent.
"""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from bot.events import Pressed
from locales.rendering.message import Text, Value, verbatim
from storage.engine.database import Database
from tests.bot.dialogue.offers.test_offers import CAFE, offered
from tests.bot.dialogue.somebody import AMSTERDAM, CHANNELS, Somebody, on_all_channels
from tests.bot.dialogue.talk import Talk
from tests.clock import FakeClock


@pytest.fixture(params=[*CHANNELS])
async def channel(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def talk(sqlite_database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with on_all_channels(sqlite_database, clock) as settled:
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
