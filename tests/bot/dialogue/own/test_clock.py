"""The Ethiopian clock beside ours: a person's own wish, in everything that tells a time, for who reads Amharic or
Tigrinya."""

import json
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import LargeBinary, select, type_coerce

from bot.events import Pressed
from bot.voice.speaking import Speaker
from bot.voice.speech import SpeechWriter
from locales.glossary.reading import load_glossary
from locales.rendering.catalog import Catalogs
from storage.engine.database import Database
from storage.people.people import Person
from storage.privacy.export import export_person
from tests.bot.dialogue.talk import Phone, Talk, town
from tests.bot.voice.beeps import Beeps
from tests.clock import FakeClock

#: Amina's meeting on Wednesday, by both clocks.
BOTH = {"am": "15:00 (9:00 ከቀኑ)", "ti": "15:00 (9:00 ድሕሪ ቀትሪ)"}


@pytest.fixture
def beeps() -> Beeps:
    return Beeps("nl", "ti")


@pytest.fixture
async def talk(database: Database, clock: FakeClock, beeps: Beeps) -> AsyncIterator[Talk]:
    speaker = Speaker(SpeechWriter(Catalogs(), ZoneInfo("Europe/Amsterdam"), load_glossary()), beeps, workers=1)
    async with town(database, clock, speaker) as settled:
        yield settled


async def by_both_clocks(talk: Talk, language: str) -> Phone:
    """Amina, who wished for it in the settings."""
    amina = await talk.linked("Amina", "1")
    await amina.does(Pressed(f"lang:{language}"))
    await amina.does(Pressed("settings"))
    await amina.taps("settings.clock_both")
    amina.sees("settings.clock_both_now")
    return amina


@pytest.mark.parametrize("language", BOTH)
async def test_who_wishes_it_reads_both_and_who_wishes_no_more_ours(talk: Talk, language: str) -> None:
    amina = await by_both_clocks(talk, language)
    meeting = f"appt:{talk.appointment_ids['Amina-meeting']}"
    await amina.does(Pressed("appts"))
    assert BOTH[language] in amina.news
    label = next(b.label for row in amina.messages[-1].buttons for b in row if b.intent == meeting)
    assert BOTH[language] in label
    # Who writes what stands on a button presses it.
    await amina.says(label)
    assert BOTH[language] in amina.news
    amina.sees("appointment.where", place="Gemeentehuis")
    await amina.does(Pressed("settings"))
    await amina.taps("settings.clock_ours")
    amina.sees("settings.clock_ours_now")
    await amina.does(Pressed("appts"))
    assert "15:00" in amina.news
    assert BOTH[language] not in amina.news


@pytest.mark.parametrize(("language", "lesson"), [("am", "11:00 (5:00 ከጠዋቱ)"), ("ti", "11:00 (5:00 ናይ ንግሆ)")])
async def test_a_reminder_tells_both(talk: Talk, language: str, lesson: str) -> None:
    amina = await by_both_clocks(talk, language)
    await talk.planner.plan_ahead(talk.database)
    amina.mark()
    talk.clock.forward(days=1)
    await talk.settle()
    assert lesson in amina.news
    talk.clock.forward(days=1)
    await talk.settle()
    assert BOTH[language] in amina.news


async def test_the_sound_and_the_picture_tell_both(talk: Talk, beeps: Beeps) -> None:
    amina = await by_both_clocks(talk, "ti")
    await amina.does(Pressed("appts"))
    assert not _said(beeps)
    await amina.does(Pressed(amina.messages[-1].hear))
    assert _said(beeps)
    await amina.does(Pressed("listen:on"))
    await amina.does(Pressed(f"appt:{talk.appointment_ids['Amina-meeting']}"))
    picture = amina.messages[-1].picture
    assert picture is not None
    assert BOTH["ti"] in picture.alt


def _said(beeps: Beeps) -> bool:
    return any("ሰዓት ትሽዓተ ድሕሪ ቀትሪ" in str(said) for said in beeps.said)


async def test_nobody_else_is_offered_it_or_told_by_it(talk: Talk) -> None:
    amina = await by_both_clocks(talk, "am")
    await amina.does(Pressed("lang:en"))
    await amina.does(Pressed("settings"))
    assert not any(intent.startswith("clock") for row in amina.messages[-1].buttons for _, intent, _ in row)
    await amina.does(Pressed("appts"))
    assert "15:00 (afternoon)" in amina.news
    # A word without what is wished sets nothing.
    await amina.does(Pressed("clock"))
    amina.sees("settings.title")


async def test_it_is_kept_without_telling_who_wishes_it_given_and_erased(talk: Talk) -> None:
    amina = await by_both_clocks(talk, "am")
    async with talk.database.reading() as session:
        stored = (await session.scalars(select(type_coerce(Person.ethiopian_clock, LargeBinary)))).all()
        copy = await export_person(session, await session.get_one(Person, talk.person_ids["Amina"]))
    assert len(stored) == 2
    assert len({len(value) for value in stored}) == 1
    assert '"ethiopian_clock": true' in json.dumps(copy)
    await amina.does(Pressed("erase"))
    await amina.taps("privacy.erase_yes")
    async with talk.database.reading() as session:
        assert not (await session.get_one(Person, talk.person_ids["Amina"])).ethiopian_clock
