"""What people write about coming, in their own words: it starts a report, closes one, or shows what it is about."""

import pytest
from sqlalchemy import select

from bot.events import Pressed
from locales.rendering.message import Text
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment
from storage.vocabulary import AbsenceState
from tests.bot.dialogue.talk import RENDERER, Phone, Talk


async def reported(talk: Talk) -> list[Absence]:
    async with talk.database.reading() as session:
        return list(await session.scalars(select(Absence).order_by(Absence.id)))


async def is_ill(amina: Phone) -> None:
    await amina.says("my child is ill")
    await amina.taps("absence.until_better")
    await amina.taps("reason.child_ill")
    await amina.taps("absence.send")


@pytest.mark.parametrize("text", ["my child is ill", "ziek", "انا مريض", "ውላደይ ሓሚሙ", "hasta", "ребенок заболел"])
async def test_free_text_in_any_language_starts_a_report(talk: Talk, text: str) -> None:
    amina = await talk.linked("Amina")
    await amina.says(text)
    amina.sees("absence.which")


async def test_a_cry_for_help_goes_before_it(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.says("! I am ill")
    amina.sees("urgent.title")


async def test_what_the_finder_is_sure_of_is_answered(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.says("?long_absence I am ill and cannot come")
    amina.sees("faq.question.long_absence")


@pytest.mark.parametrize("text", ["when I am ill", "I was ill last week", "I am not ill"])
async def test_a_question_about_absence_is_answered_and_reports_nothing(talk: Talk, text: str) -> None:
    amina = await talk.linked("Amina")
    await amina.says(f"?report_sick_lesson {text}")
    amina.sees("faq.answer.report_sick_lesson")
    assert await reported(talk) == []
    await amina.taps("menu.absent")
    amina.sees("absence.which")


@pytest.mark.parametrize("text", ["I am better", "ሓውየ", "my child is better", "I will be there"])
async def test_better_in_words_closes_what_has_no_end(talk: Talk, text: str) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await is_ill(amina)
    await amina.says(text)
    amina.sees("absence.good_to_hear")
    sanne.sees("consultant.better", person="Amina Tesfay")
    unknown = RENDERER.say(Text("absence.from_open", {"on": talk.clock.now().date()}), "nl")
    assert unknown not in sanne.messages[-1].text
    (report,) = await reported(talk)
    assert report.better_on is not None


async def test_coming_after_all_in_words_asks_before_it_takes_back(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await talk.linked("Sanne")
    await amina.does(Pressed(f"notcome:{talk.appointment_ids['Amina-meeting']}"))
    await amina.taps("reason.ill")
    await amina.taps("absence.only_this")
    await amina.taps("absence.send")
    await amina.says("I will come")
    amina.sees("absence.change_what")
    assert [report.state for report in await reported(talk)] == [AbsenceState.REPORTED]
    await amina.taps("absence.take_back")
    assert [report.state for report in await reported(talk)] == [AbsenceState.WITHDRAWN]


async def test_coming_in_words_shows_the_next_appointment_to_confirm(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.says("I will be there")
    assert any(intent.startswith("come:") for intent in amina.intents())
    await amina.taps("button.coming")
    amina.sees("appointment.thanks_coming")


async def test_better_without_a_report_shows_what_can_be_confirmed(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.says("I am better")
    assert any(intent.startswith("come:") for intent in amina.intents())


async def test_who_writes_from_bed_means_the_lesson_that_has_begun(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    async with talk.database.reading() as session:
        lesson = await session.get_one(Appointment, talk.appointment_ids["Amina-class"])
    talk.clock.forward(seconds=(lesson.starts_at - talk.clock.now()).total_seconds() + 1800)
    await amina.says("I am ill")
    await amina.does(Pressed(f"ab:1:w:{lesson.id}"))
    assert f"ab:1:w:{lesson.id}" in amina.intents()
    await amina.taps("reason.ill")
    await amina.taps("absence.send")
    sanne.sees("consultant.absence_afterwards", person="Amina Tesfay")
