"""Meetings: consultants make, move, cancel and restore them; a person says that they come, or asks for another time.

A button and a page show one version of a meeting; an act on an older one is refused, so that nobody cancels what was
moved meanwhile. What the person hears of a change, and their reminders, are the affair of the writer's listener.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import uuid4

from bot.actions.absences.reports import comes_after_all
from bot.actions.acting import Acting, Role
from bot.telling import meetings as told
from reminders.wording.absence import can_be_moved
from storage.appointments.absence_reports import is_same_day
from storage.appointments.appointments import (
    Appointment,
    answer_appointments,
    appointment_by_id,
    appointment_for,
    appointments_at,
    free_external_id,
    participation_in,
)
from storage.appointments.details import Details
from storage.outbox.answering import version_shown
from storage.outbox.heard import heard_by, know
from storage.outbox.message import Message
from storage.people.people import Person
from storage.vocabulary import Answer, AppointmentKind, AppointmentStatus, CancelReason, Told

#: How long a new meeting lasts.
LENGTH: Final = timedelta(hours=1)
#: What consultants make: classes are the language provider's.
KINDS: Final = tuple(kind for kind in AppointmentKind if kind is not AppointmentKind.CLASS)


class MeetingRefused(StrEnum):
    """Why nothing was done."""

    NOT_THEIRS = "not_theirs"  # no such meeting or person, or none of theirs: which, is not told
    CHANGED = "changed"  # it is not any more as it was shown
    FIXED = "fixed"  # a class of a group, or cancelled: nobody here can move it
    BEGUN = "begun"
    PAST = "past"  # the new time does not lie ahead
    THERE_ALREADY = "there_already"  # the person has such a meeting at that very time
    CANCELLED = "cancelled"  # it does not take place
    OVER = "over"  # it began, or began too long ago


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting and whose it is; `refused` says why the act asked for was not done to it."""

    appointment: Appointment
    person: Person
    refused: MeetingRefused | None = None


async def open_meeting(acting: Acting, appointment_id: int, version: int) -> Meeting | MeetingRefused:
    """A meeting of one of their people in this version, with the look in the audit log.

    One that changed meanwhile is `refused` as CHANGED, one that cannot be moved as FIXED or BEGUN; it may be shown all
    the same.
    """
    if acting.by.role not in (Role.CONSULTANT, Role.OPERATOR):
        return MeetingRefused.NOT_THEIRS
    appointment = await appointment_by_id(acting.session, appointment_id, for_update=True)
    person = await acting.person(appointment.person_id) if appointment is not None else None
    if appointment is None or person is None:
        return MeetingRefused.NOT_THEIRS
    acting.audit("looked_at", f"person:{person.id}")
    if appointment.version != version:
        return Meeting(appointment, person, MeetingRefused.CHANGED)
    if not can_be_moved(appointment):
        return Meeting(appointment, person, MeetingRefused.FIXED)
    begun = appointment.starts_at <= acting.now
    return Meeting(appointment, person, MeetingRefused.BEGUN if begun else None)


async def make(
    acting: Acting, person_id: int, kind: AppointmentKind, starts_at: datetime, place: str, note: str = ""
) -> Meeting | MeetingRefused:
    """Make a meeting with the consultant who acts ("" = at no place); `note` says what it is about and what to
    bring. The person hears it.

    One of this kind at this very time that was cancelled takes place again: it is the same meeting, and its history
    goes on.
    """
    if acting.by.role not in (Role.CONSULTANT, Role.OPERATOR) or kind not in KINDS:
        return MeetingRefused.NOT_THEIRS
    # Locked, so that the same choice confirmed twice at once is one meeting.
    person = await acting.person(person_id, for_update=True)
    if person is None:
        return MeetingRefused.NOT_THEIRS
    if starts_at <= acting.now:
        return MeetingRefused.PAST
    same = await appointments_at(acting.session, person.id, kind, starts_at)
    if any(found.status is AppointmentStatus.PLANNED for found in same):
        return MeetingRefused.THERE_ALREADY
    by_whom = (await acting.consultant()).name if acting.by.role is Role.CONSULTANT else None
    ends_at = starts_at + LENGTH
    details = Details(kind, starts_at, ends_at, location=place or None, with_whom=by_whom, note=note or None)
    writer = acting.writer()
    if same:
        made = same[-1]
        writer.restore(made, details, {"ends_at", "location", "with_whom", "note"})
    else:
        moment = starts_at.astimezone(acting.zone)
        base = f"{acting.source.value}-{person.id}-{kind.value}-{moment:%y%m%d%H%M}"
        made = writer.make(await free_external_id(acting.session, base), details, person_id=person.id)
    await writer.finish()
    acting.audit("looked_at", f"person:{person.id}")
    acting.audit("made_appointment", f"person:{person.id}")
    return Meeting(made, person)


async def move(acting: Acting, appointment_id: int, version: int, starts_at: datetime) -> Meeting | MeetingRefused:
    """Another time; how long it lasts stays. The person hears it."""
    found = await open_meeting(acting, appointment_id, version)
    if isinstance(found, MeetingRefused) or found.refused is not None:
        return found
    if starts_at <= acting.now:
        return Meeting(found.appointment, found.person, MeetingRefused.PAST)
    if starts_at == found.appointment.starts_at:
        # Nobody is told of a move that is none.
        return Meeting(found.appointment, found.person, MeetingRefused.THERE_ALREADY)
    writer = acting.writer()
    writer.move(found.appointment, starts_at)
    await writer.finish()
    acting.audit("moved_appointment", f"person:{found.person.id}")
    return found


async def cancel(
    acting: Acting, appointment_id: int, version: int, because: CancelReason | None = None
) -> Meeting | MeetingRefused:
    """It does not take place. The person hears it, with the reason if one is said."""
    found = await open_meeting(acting, appointment_id, version)
    if isinstance(found, MeetingRefused) or found.refused is not None:
        return found
    writer = acting.writer()
    writer.cancel(found.appointment, because)
    await writer.finish()
    acting.audit("cancelled_appointment", f"person:{found.person.id}")
    return found


async def restore(acting: Acting, appointment_id: int, version: int) -> Meeting | MeetingRefused:
    """A cancelled meeting that lies ahead takes place after all, as it was. The person hears it."""
    found = await open_meeting(acting, appointment_id, version)
    if isinstance(found, MeetingRefused) or found.refused is MeetingRefused.CHANGED:
        return found
    appointment = found.appointment
    if appointment.status is not AppointmentStatus.CANCELLED or appointment.kind not in KINDS:
        return Meeting(appointment, found.person, MeetingRefused.FIXED)
    if appointment.starts_at <= acting.now:
        return Meeting(appointment, found.person, MeetingRefused.PAST)
    writer = acting.writer()
    writer.restore(appointment)
    await writer.finish()
    acting.audit("restored_appointment", f"person:{found.person.id}")
    return Meeting(appointment, found.person)


async def to_answer(
    acting: Acting, person_id: int, appointment_id: int, *, begun_within: timedelta = timedelta(0)
) -> Appointment | MeetingRefused:
    """An appointment of this person, or of a group of theirs, that can still be answered: not cancelled, not begun (or
    not so long ago)."""
    if await acting.person(person_id) is None:
        return MeetingRefused.NOT_THEIRS
    appointment = await appointment_for(acting.session, person_id, appointment_id, zone=acting.zone)
    if appointment is None:
        return MeetingRefused.NOT_THEIRS
    if appointment.status is AppointmentStatus.CANCELLED:
        return MeetingRefused.CANCELLED
    if appointment.starts_at + begun_within <= acting.now:
        return MeetingRefused.OVER
    return appointment


async def changed_meanwhile(
    acting: Acting, person_id: int, appointment_id: int, answered: Message | None
) -> Appointment | None:
    """An appointment ahead that is not any more as the person was told, by the message that they answer or else last;
    from now on they know it as it is. None where it is as they were told, or can be answered no more."""
    appointment = await to_answer(acting, person_id, appointment_id)
    if isinstance(appointment, MeetingRefused):
        return None
    shown = await version_shown(acting.session, answered, appointment.id) if answered is not None else None
    by_pair = await heard_by(acting.session, [person_id], appointment_ids=[appointment.id])
    heard = by_pair.get((person_id, appointment.id))
    moved = heard is not None and heard.takes_place and heard.starts_at != appointment.starts_at
    if not moved and shown in (None, appointment.version):
        return None
    know(acting.session, person_id, appointment, Told.MESSAGE, acting.now)
    return appointment


async def confirm(acting: Acting, person_id: int, appointment_id: int) -> Appointment | MeetingRefused:
    """The person comes. Who had said otherwise is no longer reported absent, and the consultant hears it."""
    appointment = await to_answer(acting, person_id, appointment_id)
    if isinstance(appointment, MeetingRefused):
        return appointment
    person = await acting.session.get_one(Person, person_id)
    before = await participation_in(acting.session, appointment.id, person_id)
    changed_mind = before is not None and before.answer in (Answer.NOT_COMING, Answer.OTHER_TIME)
    if changed_mind:
        await comes_after_all(acting, person_id, appointment)
    await answer_appointments(acting.session, person_id, [appointment], Answer.COMING, acting.now)
    acting.audit("comes", f"appointment:{appointment.id}")
    consultant = await acting.who_hears(person)
    if changed_mind and consultant is not None:
        # News each time that a mind is changed.
        key = f"coming:{appointment.id}:{person_id}:{uuid4().hex[:16]}"
        await acting.tell_consultant(consultant.id, key, told.coming_after_all(person, appointment), about=person)
    return appointment


async def ask_other_time(acting: Acting, person_id: int, appointment_id: int) -> Appointment | MeetingRefused:
    """The person asks for another time: the consultant hears it at once. Who reported that they cannot come stays
    reported, and is not asked again."""
    appointment = await to_answer(acting, person_id, appointment_id)
    if isinstance(appointment, MeetingRefused):
        return appointment
    person = await acting.session.get_one(Person, person_id)
    before = await participation_in(acting.session, appointment.id, person_id)
    if (
        before is None
        or before.answer is not Answer.NOT_COMING
        or not is_same_day(before.answered_for or appointment.starts_at, appointment.starts_at, acting.zone)
    ):
        await answer_appointments(acting.session, person_id, [appointment], Answer.OTHER_TIME, acting.now)
    acting.audit("asked_other_time", f"appointment:{appointment.id}")
    consultant = await acting.who_hears(person)
    if consultant is not None:
        key = f"othertime:{appointment.id}:{appointment.version}:{person_id}"
        await acting.tell_consultant(consultant.id, key, told.other_time_asked(person, appointment), about=person)
    return appointment
