"""Attendance: the facts about one person, for their consultant's own file, and the answer to "we missed you"."""

from datetime import datetime
from enum import StrEnum

from bot.actions.absences import drafts
from bot.actions.absences.drafts import Refused, WhyNot
from bot.actions.absences.reports import times_before
from bot.actions.acting import Acting
from bot.telling import absences as told
from reminders.kinds import Kind, useful_for
from reminders.planning.after_absence import chase
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment, appointment_for
from storage.appointments.schedule import appointments_by_id
from storage.attendance.facts import MissedFact, missed_facts
from storage.attendance.patterns import missed_of
from storage.people.people import Person
from storage.vocabulary import AbsenceReason, AbsenceState


class FactsRefused(StrEnum):
    """Why no facts are given out."""

    NOT_THEIRS = "not_theirs"  # no such person, or none that they may act for: which, is not told


async def facts_about(
    acting: Acting, person_id: int, since: datetime, until: datetime
) -> list[MissedFact] | FactsRefused:
    """What is known of a person's missed and late appointments in [since, until), with the look in the audit log."""
    person = await acting.person(person_id)
    if person is None:
        return FactsRefused.NOT_THEIRS
    acting.audit("attendance_facts", f"person:{person.id}")
    return await missed_facts(acting.session, person.id, since, until, zone=acting.zone)


async def missed_around(acting: Acting, person_id: int, appointment_id: int) -> list[Appointment] | Refused:
    """The appointments that a question "we missed you" is about, by time: this one and those around it that the person
    was not at and said nothing of."""
    if await acting.person(person_id) is None:
        return Refused(WhyNot.NOT_THEIRS)
    appointment = await appointment_for(acting.session, person_id, appointment_id, zone=acting.zone)
    if appointment is None:
        return Refused(WhyNot.NOT_THEIRS)
    around = useful_for(Kind.MISSED)
    since, until = appointment.starts_at - around, min(acting.now, appointment.starts_at + around)
    rows = await missed_of(acting.session, [person_id], since, until, acting.zone)
    found = await appointments_by_id(acting.session, [row.appointment_id for row in rows])
    if appointment.id not in found:
        return Refused(WhyNot.CLOSED)
    return sorted(found.values(), key=lambda a: (a.starts_at, a.id))


async def say_was_there(acting: Acting, person_id: int, appointment_id: int) -> list[Appointment] | Refused:
    """A person who was missed says that they were there: the consultant hears it, and mends the list or talks."""
    missed = await missed_around(acting, person_id, appointment_id)
    if isinstance(missed, Refused):
        return missed
    person = await acting.session.get_one(Person, person_id)
    consultant = await acting.who_hears(person)
    if consultant is not None:
        key = f"was_there:{missed[-1].id}:{person_id}"
        await acting.tell_consultant(consultant.id, key, told.was_there(person, missed), about=person)
    acting.audit("says_was_there", f"appointment:{missed[-1].id}")
    return missed


async def report_missed(
    acting: Acting, person_id: int, appointment_id: int, reason: AbsenceReason
) -> Absence | Refused:
    """A person who was missed says why: a report of what is over, which the consultant gets at once."""
    missed = await missed_around(acting, person_id, appointment_id)
    if isinstance(missed, Refused):
        return missed
    report = await drafts.begin(acting, person_id)
    if isinstance(report, Refused):
        return report
    person = await acting.session.get_one(Person, person_id)
    await drafts.include_these(acting, report, missed)
    report.reason, report.state, report.version = reason, AbsenceState.REPORTED, 1
    report.reported_at = acting.now
    acting.audit("reported_absence", f"absence:{report.id}")
    consultant = await acting.who_hears(person)
    if consultant is not None:
        body = told.missed_answer(report, person, missed, await times_before(acting, report))
        await acting.tell_consultant(consultant.id, f"absence:{report.id}:1", body, about=person)
        await acting.put(*chase(report, consultant, acting.now, acting.zone, acting.parts.holidays))
    return report
