"""A lesson of a whole group that is cancelled or moved: for everybody who is in the group that day.

Whoever has people of their own in the group may do it; colleagues' people hear it too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.actions.acting import Acting, Role
from bot.actions.meetings import MeetingRefused
from bot.actions.people import looked_at_list
from storage.appointments.appointments import Appointment, appointment_by_id
from storage.appointments.schedule import people_on
from storage.caseload import caseload_of
from storage.people.people import Person
from storage.vocabulary import AppointmentStatus, CancelReason


@dataclass(frozen=True, slots=True)
class GroupLesson:
    """A lesson, the people of whoever acts who have it, and how many others do; `refused` says why nothing was done."""

    appointment: Appointment
    people: Sequence[Person]
    others: int
    refused: MeetingRefused | None = None


async def open_lesson(acting: Acting, appointment_id: int, version: int | None = None) -> GroupLesson | MeetingRefused:
    """A lesson of a group that people of theirs are in, in this version (None = as it is); the look is logged."""
    lesson = await appointment_by_id(acting.session, appointment_id, for_update=version is not None)
    if acting.by.role is not Role.CONSULTANT or lesson is None or lesson.group_id is None:
        return MeetingRefused.NOT_THEIRS
    consultant = await acting.consultant()
    (whose,) = await people_on(acting.session, [(lesson, lesson.starts_at)], zone=acting.zone)
    theirs = [one for one in await caseload_of(acting.session, consultant.id, acting.today) if one.id in whose]
    if not theirs:
        return MeetingRefused.NOT_THEIRS
    looked_at_list(acting, "desk_lesson", [one.id for one in theirs])
    refused = None
    if version is not None and lesson.version != version:
        refused = MeetingRefused.CHANGED
    elif lesson.status is AppointmentStatus.CANCELLED:
        refused = MeetingRefused.CANCELLED
    elif lesson.starts_at <= acting.now:
        refused = MeetingRefused.BEGUN
    return GroupLesson(lesson, theirs, len(whose) - len(theirs), refused)


async def cancel_lesson(
    acting: Acting, appointment_id: int, version: int, because: CancelReason | None
) -> GroupLesson | MeetingRefused:
    """It does not take place, for nobody of the group. Everybody hears it, with the reason if one is said."""
    found = await open_lesson(acting, appointment_id, version)
    if isinstance(found, MeetingRefused) or found.refused is not None:
        return found
    writer = acting.writer()
    writer.cancel(found.appointment, because)
    await writer.finish()
    acting.audit("cancelled_appointment", f"appointment:{found.appointment.id}")
    return found


async def move_lesson(
    acting: Acting, appointment_id: int, version: int, starts_at: datetime
) -> GroupLesson | MeetingRefused:
    """Another time for the whole group; how long it lasts stays. Everybody hears it."""
    found = await open_lesson(acting, appointment_id, version)
    if isinstance(found, MeetingRefused) or found.refused is not None:
        return found
    if starts_at <= acting.now or starts_at == found.appointment.starts_at:
        why = MeetingRefused.PAST if starts_at <= acting.now else MeetingRefused.THERE_ALREADY
        return GroupLesson(found.appointment, found.people, found.others, why)
    writer = acting.writer()
    writer.move(found.appointment, starts_at)
    await writer.finish()
    acting.audit("moved_appointment", f"appointment:{found.appointment.id}")
    return found
