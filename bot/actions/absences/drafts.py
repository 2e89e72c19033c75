"""Absence reports that are not sent yet: filled in answer by answer, kept in the database, changed by nobody else.

Nobody is told of a draft. What is asked, and in which order, is the screen's or page's own affair.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from bot.actions.acting import Acting
from storage.appointments.absence_reports import (
    absence_of,
    add_appointments,
    choose_appointments,
    chosen_appointments,
    standing_appointments,
    standing_reports,
)
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment, appointment_for, appointments_of, day_bounds
from storage.people.sent_media import SentMedia, joined
from storage.vocabulary import AbsenceReason, AbsenceState, AppointmentStatus

#: Letters of a note.
NOTE_LENGTH: Final = 1000
#: What began so lately is meant too: as long as most lessons last.
JUST_BEGUN: Final = timedelta(hours=3)
#: How far an absence without an end reaches for now; it is asked after before that.
OPEN_ENDED_REACH: Final = timedelta(days=7)


class WhyNot(StrEnum):
    """Why nothing was done with a report."""

    NOT_THEIRS = "not_theirs"  # no such report or appointment, or somebody else's: which, is not told
    REPORTED = "reported"  # this was reported already
    WITHDRAWN = "withdrawn"  # it was taken back
    CANCELLED = "cancelled"  # what it is about does not take place, so that nothing need be reported
    NO_REASON = "no_reason"
    MOVED = "moved"  # to another day since it was shown: that is another thing to say yes to
    OVER = "over"  # all that it is about began
    CLOSED = "closed"  # the illness is over, or the question was answered


@dataclass(frozen=True, slots=True)
class Refused:
    """Why nothing was done, and the report that stands in the way."""

    why: WhyNot
    report: Absence | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What a person adds in their own words, in `language`, and what they sent along, as a report keeps it."""

    text: str = ""
    language: str = ""
    attachment: tuple[SentMedia, ...] = ()


async def open_report(acting: Acting, person_id: int, report_id: int) -> Absence | Refused:
    """A person's report, in whatever state."""
    person = await acting.person(person_id)
    report = await absence_of(acting.session, person_id, report_id) if person is not None else None
    return report if report is not None else Refused(WhyNot.NOT_THEIRS)


async def begin(
    acting: Acting, person_id: int, appointment_id: int | None = None, note: Note = Note()
) -> Absence | Refused:
    """Open a draft, about this appointment or about nothing yet."""
    if await acting.person(person_id) is None:
        return Refused(WhyNot.NOT_THEIRS)
    appointment = None
    if appointment_id is not None:
        found = await _to_report(acting, person_id, appointment_id)
        if isinstance(found, Refused):
            return found
        appointment = found
    draft = Absence(person_id=person_id, started_at=acting.now)
    acting.session.add(draft)
    await acting.session.flush()
    await add_note(acting, draft, note)
    if appointment is not None:
        await _choose(acting, draft, [appointment])
    return draft


async def include(
    acting: Acting, draft: Absence, appointment_id: int, *, beside_others: bool = False
) -> Absence | Refused:
    """Make the draft be about this appointment; with `beside_others` about those chosen before too."""
    await _may_fill(acting, draft)
    found = await _to_report(acting, draft.person_id, appointment_id, but=draft.replaces_id)
    if isinstance(found, Refused):
        return found
    chosen = await chosen_appointments(acting.session, draft.id) if beside_others else []
    draft.open_ended = False
    await _choose(acting, draft, [*(a for a in chosen if a.id != found.id), found])
    return draft


async def include_these(acting: Acting, draft: Absence, appointments: Sequence[Appointment]) -> None:
    """Make the draft be about some of their appointments: those of an hour or a part of a day that was said, or that
    are over."""
    await _may_fill(acting, draft)
    await _choose(acting, draft, appointments)


async def from_day(acting: Acting, draft: Absence, first: date) -> None:
    """A period that begins on this local day; its end is not known yet."""
    await _may_fill(acting, draft)
    draft.from_on, draft.until_on, draft.open_ended = first, None, False


async def include_days(acting: Acting, draft: Absence, first: date, last: date) -> None:
    """Make the draft be about these local days, both included, and the appointments in them."""
    await _may_fill(acting, draft)
    await _choose(acting, draft, await ahead_between(acting, draft.person_id, first, last))
    draft.from_on, draft.until_on, draft.open_ended = first, last, False


async def include_all_from(acting: Acting, draft: Absence, first: date) -> None:
    """Make the draft be about everything from this local day on, as far as it is asked after: until better."""
    await include_days(acting, draft, first, max(first, acting.today) + OPEN_ENDED_REACH)
    draft.open_ended, draft.from_on, draft.until_on = True, first, None


async def only_chosen(acting: Acting, draft: Absence) -> None:
    """The draft is about what was chosen and no longer."""
    await _may_fill(acting, draft)
    draft.open_ended = False


async def give_reason(acting: Acting, draft: Absence, reason: AbsenceReason) -> None:
    """Why the person cannot come."""
    await _may_fill(acting, draft)
    draft.reason = reason


async def add_note(acting: Acting, draft: Absence, note: Note) -> None:
    """Words (instead of those before; "" = as they were) and what was sent along (beside what was before)."""
    await _may_fill(acting, draft)
    if note.text.strip():
        draft.note, draft.note_language = note.text.strip()[:NOTE_LENGTH], note.language or None
    if note.attachment:
        draft.attachment = joined(draft.attachment, note.attachment)


async def drop(acting: Acting, draft: Absence) -> None:
    """The report is not sent after all."""
    await _may_fill(acting, draft)
    draft.state = AbsenceState.WITHDRAWN


async def copy_of(acting: Acting, report: Absence) -> Absence:
    """A draft with all that a report that was sent says, to be changed; it takes that one's place when it is sent."""
    draft = Absence(
        person_id=report.person_id,
        reason=report.reason,
        from_on=report.from_on,
        until_on=report.until_on,
        open_ended=report.open_ended,
        note=report.note,
        note_language=report.note_language,
        attachment=report.attachment,
        replaces_id=report.id,
        started_at=acting.now,
    )
    acting.session.add(draft)
    await acting.session.flush()
    holds_for = await standing_appointments(acting.session, report.id, acting.zone)
    await add_appointments(acting.session, draft.id, [appointment.id for appointment in holds_for])
    return draft


async def ahead_between(acting: Acting, person_id: int, first: date, last: date) -> list[Appointment]:
    """A person's appointments of these local days, both included, that have not begun or just began."""
    since = max(day_bounds(first, acting.zone)[0], acting.now - JUST_BEGUN)
    return await appointments_of(acting.session, person_id, since, day_bounds(last, acting.zone)[1], zone=acting.zone)


async def missed_between(acting: Acting, person_id: int, first: date, last: date) -> list[Appointment]:
    """A person's appointments of these past local days, both included, that they have not reported."""
    since, until = day_bounds(first, acting.zone)[0], day_bounds(last, acting.zone)[1]
    found = await appointments_of(acting.session, person_id, since, until, zone=acting.zone)
    return [one for one in found if not await standing_reports(acting.session, person_id, one, acting.zone)]


async def _to_report(
    acting: Acting, person_id: int, appointment_id: int, *, but: int | None = None
) -> Appointment | Refused:
    """An appointment that can be reported: theirs, taking place, and in no report but this one."""
    appointment = await appointment_for(acting.session, person_id, appointment_id, zone=acting.zone)
    if appointment is None:
        return Refused(WhyNot.NOT_THEIRS)
    if appointment.status is AppointmentStatus.CANCELLED:
        return Refused(WhyNot.CANCELLED)
    about = await standing_reports(acting.session, person_id, appointment, acting.zone)
    others = [report for report in about if report.id != but]
    return Refused(WhyNot.REPORTED, others[-1]) if others else appointment


async def _choose(acting: Acting, draft: Absence, appointments: Sequence[Appointment]) -> None:
    """Make the draft be about these appointments, and their days."""
    await choose_appointments(acting.session, draft.id, [appointment.id for appointment in appointments])
    days = [appointment.starts_at.astimezone(acting.zone).date() for appointment in appointments] or [acting.today]
    draft.from_on, draft.until_on = min(days), max(days)


async def _may_fill(acting: Acting, draft: Absence) -> None:
    """A screen that got a draft by `open_report` may fill it in.

    Raises:
        LookupError: it is not theirs, or was sent.
    """
    if draft.state is not AbsenceState.DRAFT or await acting.person(draft.person_id) is None:
        raise LookupError("only an open report of their own can be filled in")
