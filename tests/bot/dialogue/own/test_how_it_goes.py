"""A bad week is said with one tap, and the consultant calls: on Telegram, on the web and by SMS, in three languages.

Choosing to be asked needs a way that is surely hers, which a text message is not; whoever chose is asked and answers by
SMS too, where each face is a number beside its word.
"""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from bot.events import Command
from locales.rendering.message import Text
from storage.engine.database import Database
from storage.people.people import Person
from storage.vocabulary import CheckIns
from tests.bot.dialogue.somebody import AMSTERDAM, CHANNELS, Somebody, on_all_channels
from tests.bot.dialogue.talk import RENDERER, Talk
from tests.bot.dialogue.test_attention import planned
from tests.clock import FakeClock


@pytest.fixture
async def talk(sqlite_database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with on_all_channels(sqlite_database, clock) as settled:
        yield settled


@pytest.mark.parametrize("locale", ["nl", "ar", "ti"])
@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_bad_week_is_said_with_a_tap_and_the_consultant_calls(talk: Talk, channel: str, locale: str) -> None:
    amina, sanne = Somebody(talk, channel, locale), await talk.linked("Sanne", "sanne")
    await amina.begins()
    await amina.opens_menu()
    await amina.taps("menu.settings")
    if channel == "sms":
        amina.sees("safer.consultant")
        # Who can give her a way of her own hears it.
        wanted, channel_name = Text("menu.settings"), Text("channel.sms")
        sanne.sees("consultant.asks_safely", person="Amina Tesfay", what=wanted, channel=channel_name)
        await chose_elsewhere(talk)
    else:
        await amina.taps("settings.check_ins")
        amina.sees("settings.check_ins_how")
        await amina.taps("check_ins.weekly")
        amina.sees("settings.kept")
    # Wednesday at five.
    await planned(talk)
    talk.clock.set(datetime(2026, 3, 4, 17, 0, tzinfo=AMSTERDAM))
    amina.waits()
    await planned(talk)
    amina.sees("check_in.ask")
    if channel == "sms":
        for face in ("mood.good", "mood.so_so", "mood.bad"):
            amina.sees(face)
    await amina.taps("mood.bad")
    amina.sees("check_in.bad")
    amina.sees("check_in.bad_seen")
    amina.sees("urgent.call_112")
    # She is on the consultant's list until somebody speaks with her.
    await sanne.does(Command("moods"))
    assert "Amina Tesfay" in sanne.news
    talk.clock.forward(minutes=30)
    await sanne.does(Command("contact", "amina"))
    await sanne.taps("contact.called")
    sanne.sees("consultant.contacted_noted", person="Amina Tesfay", how=RENDERER.say(Text("contact.called"), "nl"))
    talk.clock.forward(minutes=5)
    await sanne.does(Command("moods"))
    sanne.sees("consultant.nothing")
    # A week later it goes better, which is nobody's business.
    talk.clock.set(datetime(2026, 3, 11, 17, 0, tzinfo=AMSTERDAM))
    amina.waits()
    await planned(talk)
    amina.sees("check_in.ask")
    await amina.taps("mood.good")
    amina.sees("check_in.good")
    await sanne.does(Command("moods"))
    sanne.sees("consultant.nothing")


async def chose_elsewhere(talk: Talk) -> None:
    """She chose to be asked when she had a chat that was surely hers."""
    async with talk.database.writing() as session:
        (await session.get_one(Person, talk.person_ids["Amina"])).check_ins = CheckIns.WEEKLY
