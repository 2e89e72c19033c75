"""How it goes with somebody, how often they want to be asked, and how a meeting was for them."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from bot.actions.acting import Acting
from storage.appointments.appointments import appointment_for
from storage.attention.check_ins import CheckIn, check_in_of
from storage.attention.feedback import Feedback, feedback_on
from storage.vocabulary import CheckIns, Mood

#: An older question is not answered any more: what it was about is past.
_OPEN_FOR: Final = timedelta(days=14)


class FaceTaken(StrEnum):
    """What became of an answer."""

    KEPT = "kept"
    # The consultant sees it: it does not go well, and there is a consultant.
    CONSULTANT_SEES = "consultant_sees"
    TOO_LATE = "too_late"


async def choose_check_ins(acting: Acting, often: CheckIns) -> None:
    """How often the person is asked how it goes, from now on."""
    person = await acting.own_person()
    person.check_ins = often
    acting.audit("chose_check_ins", f"person:{person.id}")
    await acting.session.flush()


async def check_in(acting: Acting, week_of: date, mood: Mood) -> FaceTaken:
    """How it goes with the person in the week of this Monday; the last word of a week counts."""
    person = await acting.own_person()
    if not timedelta(0) <= acting.today - week_of <= _OPEN_FOR:
        return FaceTaken.TOO_LATE
    found = await check_in_of(acting.session, person.id, week_of)
    if found is None:
        acting.session.add(CheckIn(person_id=person.id, week_of=week_of, mood=mood, at=acting.now))
    else:
        found.mood, found.at = mood, acting.now
    acting.audit("checked_in", f"person:{person.id}")
    await acting.session.flush()
    consultant = await acting.who_hears(person) if mood is Mood.BAD else None
    sees = consultant is not None and await acting.is_reachable(consultant)
    return FaceTaken.CONSULTANT_SEES if sees else FaceTaken.KEPT


async def say_how_it_was(acting: Acting, appointment_id: int, mood: Mood) -> FaceTaken:
    """How an appointment of theirs was; nobody sees it but in sums (storage.attention.feedback)."""
    person = await acting.own_person()
    appointment = await appointment_for(acting.session, person.id, appointment_id, zone=acting.zone)
    if appointment is None or not timedelta(0) <= acting.now - appointment.starts_at <= _OPEN_FOR:
        return FaceTaken.TOO_LATE
    found = await feedback_on(acting.session, person.id, appointment.id)
    if found is None:
        acting.session.add(Feedback(person_id=person.id, appointment_id=appointment.id, mood=mood, at=acting.now))
    else:
        found.mood, found.at = mood, acting.now
    await acting.session.flush()
    return FaceTaken.KEPT
