"""Rather listening than reading: chosen at the start, kept, heard on request, and never somebody else's message."""

from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from bot.events import Pressed
from bot.voice.sound import VoiceFailed
from bot.voice.speaking import Speaker
from bot.voice.speech import SpeechWriter
from locales.glossary.reading import load_glossary
from locales.rendering.catalog import Catalogs
from locales.rendering.message import Text
from storage.appointments.appointments import Appointment
from storage.engine.database import Database
from storage.outbox.message import Message
from storage.people.people import Person
from storage.vocabulary import AppointmentStatus
from tests.bot.dialogue.talk import RENDERER, Phone, Talk, town
from tests.bot.voice.beeps import Beeps
from tests.clock import FakeClock


@pytest.fixture
def beeps() -> Beeps:
    return Beeps("nl", "en", "ar", "ti")


@pytest.fixture
async def talk(database: Database, clock: FakeClock, beeps: Beeps) -> AsyncIterator[Talk]:
    speaker = Speaker(SpeechWriter(Catalogs(), ZoneInfo("Europe/Amsterdam"), load_glossary()), beeps, workers=1)
    async with town(database, clock, speaker) as settled:
        yield settled


async def listening(talk: Talk, language: str = "en") -> Phone:
    """Amina, who said at the start that she would rather listen."""
    amina = talk.phone("1")
    await amina.starts(await talk.code_for("Amina"))
    await amina.does(Pressed(f"lang:{language}"))
    await amina.taps("listen.rather")
    await amina.taps("consent.yes")
    return amina


async def test_the_start_can_be_heard_by_everybody(talk: Talk, beeps: Beeps) -> None:
    amina = talk.phone("1")
    await amina.starts(await talk.code_for("Amina"))
    languages = amina.messages[-1]
    assert languages.voice is not None
    assert {locale for _, locale, _ in beeps.said} == {"en", "nl", "ar", "ti"}
    await amina.does(Pressed("lang:en"))
    consent = amina.messages[-1]
    assert consent.voice is not None
    assert consent.picture is not None
    assert consent.picture.alt
    # Who goes on reading gets words, and a button to hear them.
    await amina.taps("consent.yes")
    assert (amina.messages[-1].voice, amina.messages[-1].picture) == (None, None)
    assert amina.messages[-1].hear.startswith("hear:")


async def test_who_listens_sees_and_hears_everything(talk: Talk) -> None:
    amina = await listening(talk)
    for intent in (
        "menu",
        "appts",
        f"appt:{talk.appointment_ids['Amina-meeting']}",
        "plan",
        "absent",
        "settings",
        "letter",
    ):
        await amina.does(Pressed(intent))
        message = amina.messages[-1]
        assert message.voice is not None, intent
        assert message.picture is not None, intent
        assert message.hear == "", intent
    await talk.planner.plan_ahead(talk.database)
    talk.clock.forward(days=1)
    await talk.settle()
    reminders = [
        message for message in amina.messages[-3:] if message.picture and "Gemeentehuis" in message.picture.alt
    ]
    assert reminders
    assert all(message.voice for message in reminders)


async def test_reading_again_is_a_setting(talk: Talk) -> None:
    amina = await listening(talk)
    await amina.does(Pressed("settings"))
    await amina.taps("listen.read")
    amina.sees("listen.off")
    assert amina.messages[-1].voice is None
    await amina.does(Pressed("settings"))
    await amina.taps("listen.rather")
    amina.sees("listen.on")
    assert amina.messages[-1].voice is not None


async def test_a_language_without_a_voice_says_so(talk: Talk, beeps: Beeps) -> None:
    amina = await listening(talk, "so")
    await amina.does(Pressed("listen:on"))
    amina.sees("listen.no_voice")
    assert beeps.said[-1][1:] == ("nl", True)
    assert amina.messages[-1].voice is not None


async def test_a_message_can_be_heard_on_request_and_still_be_answered(talk: Talk) -> None:
    amina = await talk.linked("Amina", "1")
    await amina.does(Pressed(f"appt:{talk.appointment_ids['Amina-meeting']}"))
    asked = amina.messages[-1]
    closed = list(talk.channel.closed)
    await amina.does(Pressed(asked.hear, "1"))
    amina.sees("listen.here")
    assert amina.messages[-1].file is not None
    assert amina.messages[-1].file.media_type == "audio/ogg"
    assert amina.messages[-1].hear == ""
    # Its buttons are not taken away.
    assert talk.channel.closed == closed
    await amina.taps("button.coming")
    amina.sees("appointment.thanks_coming")


async def test_a_reminder_that_holds_no_more_is_not_read_aloud(talk: Talk) -> None:
    amina = await talk.linked("Amina", "1")
    await talk.planner.plan_ahead(talk.database)
    talk.clock.forward(days=1)
    await talk.settle()
    reminder = next(message for message in reversed(amina.messages) if message.hear and "Gemeentehuis" in message.text)
    async with talk.database.writing() as session:
        for appointment in await session.scalars(select(Appointment)):
            appointment.status = AppointmentStatus.CANCELLED
            appointment.version += 1
    await amina.does(Pressed(reminder.hear))
    amina.sees("listen.gone")


async def test_nobody_hears_what_was_said_to_another(talk: Talk) -> None:
    amina, omar = await talk.linked("Amina", "1"), await talk.linked("Omar", "2")
    hers = amina.messages[-1].hear
    async with talk.database.reading() as session:
        newest = await session.scalar(select(func.max(Message.id)))
    for intent in (hers, "hear:", "hear:x", "hear:99999999", f"hear:{newest}0", "hear:-1", "hear:" + "9" * 40):
        await omar.does(Pressed(intent))
        omar.sees("listen.gone")
        assert omar.messages[-1].file is None


async def test_without_sound_the_message_comes_all_the_same(talk: Talk, beeps: Beeps) -> None:
    amina = await listening(talk)
    beeps.fails = VoiceFailed("broken")
    await amina.does(Pressed("plan"))
    amina.sees("plan.title")
    assert amina.messages[-1].voice is None
    assert amina.messages[-1].picture is not None


async def test_order_is_kept_while_pictures_are_made(talk: Talk) -> None:
    amina = await listening(talk)
    before = len(amina.messages)
    for intent in ("plan", "menu", "settings", "appts"):
        await amina.does(Pressed(intent))
    titles = [message.blocks[0].text for message in amina.messages[before:]]
    assert len(titles) == 4
    assert len(set(titles)) == 4


async def test_please_call_me(talk: Talk) -> None:
    amina, sanne = await listening(talk), await talk.linked("Sanne", "3")
    await amina.does(Pressed("letter"))
    await amina.taps("letter.call_me")
    amina.sees("letter.sent")
    sanne.sees("letter.call_me")


async def test_a_consultant_gets_the_road_as_a_picture_of_their_own_people_only(talk: Talk) -> None:
    sanne, karim = await talk.linked("Sanne", "3"), await talk.linked("Karim", "4")
    await sanne.does(Pressed(f"who:{talk.person_ids['Amina']}"))
    await sanne.taps("consultant.road")
    file = sanne.messages[-1].file
    assert file is not None
    assert file.media_type == "image/png"
    assert (sanne.messages[-1].voice, sanne.messages[-1].hear) == (None, "")
    await karim.does(Pressed(f"road:{talk.person_ids['Amina']}"))
    assert karim.messages[-1].file is None


async def test_erasing_forgets_it(talk: Talk) -> None:
    amina = await listening(talk)
    await amina.does(Pressed("erase"))
    await amina.taps("privacy.erase_yes")
    async with talk.database.reading() as session:
        person = await session.get_one(Person, talk.person_ids["Amina"])
    assert person.listens is False


async def test_a_pressed_button_is_confirmed_by_voice_and_to_nobody_else(talk: Talk, beeps: Beeps) -> None:
    amina, label = await listening(talk), RENDERER.say(Text("menu.absent"), "en").rstrip(".")
    beeps.said.clear()
    await amina.taps("menu.absent")
    said = [text for text, _, _ in beeps.said]
    assert label in said[0]
    assert label not in amina.messages[-1].text
    # What was not among the answers is not said back.
    await amina.does(Pressed("plan"))
    async with talk.database.reading() as session:
        kept = [row.params for row in await session.scalars(select(Message).order_by(Message.id.desc()).limit(2))]
    assert ["pressed" in params for params in kept] == [False, True]
