"""What was said once is not asked again: a report from words, told late, and what stands beside it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.faq.finding import Candidate
from bot.understanding.acts import NextOne, SpeechAct, Understanding, When
from storage.appointments.absence_reports import chosen_appointments
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment
from storage.people.relayed import Letter
from storage.vocabulary import AbsenceReason, AbsenceState, AppointmentKind, LetterKind
from tests.bot.dialogue.talk import Talk

ILL = Understanding(SpeechAct.ABSENCE, 0.95, reason=AbsenceReason.CHILD_ILL, topic="report_sick_lesson")


class Heard:
    """Understands what the test says that a text means."""

    def __init__(self, meanings: Mapping[str, Understanding]) -> None:
        self._meanings = meanings

    def understand(
        self, text: str, locale: str | None = None, now: datetime | None = None, *, asked: bool = False
    ) -> Understanding:
        """See Door."""
        return self._meanings.get(text, Understanding(SpeechAct.OTHER, 1.0, language=locale))


def hears(talk: Talk, **meanings: Understanding) -> None:
    object.__setattr__(talk.services, "door", Heard({name.replace("_", " "): one for name, one in meanings.items()}))


def on(talk: Talk, days: int, more: int = 0) -> When:
    first = talk.clock.now().date() + timedelta(days=days)
    return When(first=first, last=first + timedelta(days=more))


async def report(talk: Talk) -> Absence:
    async with talk.database.reading() as session:
        (found,) = await session.scalars(select(Absence))
    return found


async def test_reason_and_day_in_words_are_confirmed_in_one_tap(talk: Talk) -> None:
    hears(talk, child_ill_tomorrow=replace(ILL, when=on(talk, 1)))
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.says("child ill tomorrow")
    amina.sees("absence.check")
    await amina.taps("absence.send")
    sent = await report(talk)
    assert (sent.state, sent.reason) == (AbsenceState.REPORTED, AbsenceReason.CHILD_ILL)
    assert sent.from_on == sent.until_on == talk.clock.now().date() + timedelta(days=1)
    sanne.sees("reason.child_ill")


async def test_all_week_is_every_lesson_of_it(talk: Talk) -> None:
    hears(talk, ill_all_week=replace(ILL, when=on(talk, 0, 6)))
    amina = await talk.linked("Amina")
    await talk.linked("Sanne")
    await amina.says("ill all week")
    await amina.taps("absence.send")
    sent = await report(talk)
    assert sent.until_on is not None
    assert sent.from_on is not None
    assert (sent.until_on - sent.from_on).days == 6


async def test_what_was_missed_is_reported_afterwards(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await talk.linked("Sanne")
    missed = talk.appointment_ids["Amina-class"]
    async with talk.database.reading() as session:
        lesson = await session.get_one(Appointment, missed)
    talk.clock.forward(seconds=(lesson.starts_at - talk.clock.now()).total_seconds() + 24 * 3600)
    await talk.settle()
    hears(talk, missed_yesterday=replace(ILL, when=on(talk, -1)), missed_before=replace(ILL, when=on(talk, -2)))
    await amina.says("missed yesterday")
    amina.sees("absence.check")
    await amina.taps("absence.send")
    sent = await report(talk)
    async with talk.database.reading() as session:
        assert [one.id for one in await chosen_appointments(session, sent.id)] == [missed]
    assert sent.from_on == sent.until_on == talk.clock.now().date() - timedelta(days=1)
    # It was reported, and before it there was nothing: which one is meant is asked.
    await amina.says("missed yesterday")
    amina.sees("absence.which")
    await amina.says("missed before")
    amina.sees("absence.none_on", on=talk.clock.now().date() - timedelta(days=2))
    amina.sees("absence.which")


async def test_since_yesterday_has_no_end(talk: Talk) -> None:
    yesterday = talk.clock.now().date() - timedelta(days=1)
    hears(talk, ill_since_yesterday=replace(ILL, when=When(first=yesterday, since=True)))
    amina = await talk.linked("Amina")
    await talk.linked("Sanne")
    await amina.says("ill since yesterday")
    await amina.taps("absence.send")
    sent = await report(talk)
    assert (sent.open_ended, sent.from_on) == (True, yesterday)


async def test_ill_since_yesterday_and_not_to_the_next_lesson_is_that_lesson_alone(talk: Talk) -> None:
    """How long a child is ill already says nothing of how long its mother stays away."""
    when = When(first=talk.clock.now().date() - timedelta(days=1), since=True, next_one=NextOne.LESSON)
    hears(talk, not_to_the_next=replace(ILL, when=when))
    amina = await talk.linked("Amina")
    await talk.linked("Sanne")
    await amina.says("not to the next")
    amina.sees("absence.check")
    await amina.taps("absence.send")
    sent = await report(talk)
    async with talk.database.reading() as session:
        about = await chosen_appointments(session, sent.id)
    assert [one.kind for one in about] == [AppointmentKind.CLASS]
    assert not sent.open_ended


async def test_a_lesson_that_has_begun_is_not_the_next(talk: Talk) -> None:
    hears(talk, not_to_the_next=replace(ILL, when=When(next_one=NextOne.LESSON)))
    amina = await talk.linked("Amina")
    begun = talk.appointment_ids["Amina-class"]
    async with talk.database.reading() as session:
        lesson = await session.get_one(Appointment, begun)
    talk.clock.forward(seconds=(lesson.starts_at - talk.clock.now()).total_seconds() + 300)
    await amina.says("not to the next")
    async with talk.database.reading() as session:
        draft = (await session.scalars(select(Absence))).one()
        assert begun not in [one.id for one in await chosen_appointments(session, draft.id)]


async def test_the_next_appointment_is_asked_where_a_lesson_comes_first(talk: Talk) -> None:
    hears(talk, not_to_the_next=replace(ILL, when=When(next_one=NextOne.MEETING)))
    amina = await talk.linked("Amina")
    await amina.says("not to the next")
    amina.sees("absence.which")


async def test_only_what_was_not_said_is_asked(talk: Talk) -> None:
    hears(talk, not_tomorrow=replace(ILL, reason=None, when=on(talk, 1)), child_ill=ILL)
    amina = await talk.linked("Amina")
    await amina.says("not tomorrow")
    amina.sees("absence.why")
    await amina.taps("reason.ill")
    amina.sees("absence.check")
    await amina.taps("absence.drop")
    await amina.says("child ill")
    amina.sees("absence.which")


async def test_a_day_without_an_appointment_is_said_and_which_is_meant_is_asked(talk: Talk) -> None:
    when = on(talk, 5)
    hears(talk, child_ill_saturday=replace(ILL, when=when))
    amina = await talk.linked("Amina")
    await amina.says("child ill saturday")
    assert when.first is not None
    amina.sees("absence.none_on", on=when.first)
    amina.sees("absence.which")


async def test_who_is_late_is_told_to_be_late_and_not_reported(talk: Talk) -> None:
    late = Understanding(SpeechAct.LATE, 0.9, reason=AbsenceReason.CHILD_ILL, when=When(minutes=20))
    hears(talk, child_ill_20_minutes_late=late)
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.says("child ill 20 minutes late")
    sanne.sees("consultant.letter_late", person="Amina Tesfay")
    sanne.sees("understood.late")
    sanne.sees("understood.minutes", minutes=20)
    async with talk.database.reading() as session:
        assert [letter.kind for letter in await session.scalars(select(Letter))] == [LetterKind.LATE]
        assert list(await session.scalars(select(Absence))) == []


async def test_a_question_beside_a_report_is_answered_first(talk: Talk) -> None:
    fine = replace(
        ILL,
        when=on(talk, 1),
        also=(SpeechAct.QUESTION,),
        candidates=(Candidate("report_sick_lesson", 0.9), Candidate("fine_missed_lessons", 0.8)),
    )
    hears(talk, ill_do_I_get_a_fine=fine)
    amina = await talk.linked("Amina")
    await amina.says("ill do I get a fine")
    amina.sees("faq.question.fine_missed_lessons")
    amina.sees("absence.check")


@pytest.mark.parametrize("sure", [True, False])
async def test_what_is_not_sure_ends_with_the_emergency_number(talk: Talk, *, sure: bool) -> None:
    candidates = () if sure else (Candidate("fine_when", 0.4),)
    unclear = Understanding(SpeechAct.OTHER if sure else SpeechAct.QUESTION, 0.4, candidates=candidates)
    hears(talk, what=unclear)
    amina = await talk.linked("Amina")
    await amina.says("what")
    amina.sees("urgent.call_112")
