"""Who said that they do not come to a lesson or meeting, and for how long: what may be handed on, not the reason."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.absence_reports import is_same_day
from storage.appointments.absences import Absence, AbsenceAppointment
from storage.appointments.appointments import Appointment, LessonGroup, Participation
from storage.appointments.schedule import is_for, members_of
from storage.vocabulary import SENT_REPORT, Answer, AppointmentKind, AppointmentStatus


class NotComing(NamedTuple):
    """One person and one appointment; `group` is the lesson group's name. `until_on` None with `from_on` = no end."""

    appointment_id: int
    person_id: int
    kind: AppointmentKind
    group: str | None
    starts_at: datetime
    ends_at: datetime | None
    from_on: date | None = None
    until_on: date | None = None


async def not_coming(
    session: AsyncSession,
    since: datetime,
    until: datetime,
    zone: ZoneInfo,
    *,
    groups: Collection[str] = (),
    kinds: Collection[AppointmentKind] = (),
) -> list[NotComing]:
    """Who does not come to what starts in [since, until): lessons of these groups, and people's own appointments of
    these kinds; by time and person."""
    names = {row.id: row.name for row in await session.execute(select(LessonGroup.id, LessonGroup.name))}
    wanted = [group_id for group_id, name in names.items() if name in groups]
    rows = list(
        await session.execute(
            select(Appointment, Participation.person_id, Participation.answered_for)
            .join(Participation, Participation.appointment_id == Appointment.id)
            .where(
                Appointment.status == AppointmentStatus.PLANNED,
                Appointment.starts_at >= since,
                Appointment.starts_at < until,
                Participation.answer == Answer.NOT_COMING,
                or_(
                    Appointment.group_id.in_(wanted),
                    Appointment.person_id.is_not(None) & Appointment.kind.in_(list(kinds)),
                ),
            )
            .order_by(Appointment.starts_at, Participation.person_id)
        )
    )
    members = await members_of(session, group_ids=wanted)
    spans = await _spans(session, {appointment.id for appointment, _, _ in rows})
    found: list[NotComing] = []
    for a, person_id, answered_for in rows:
        is_said_of_it = answered_for is not None and is_same_day(answered_for, a.starts_at, zone)
        if is_said_of_it and is_for(person_id, a.person_id, a.group_id, a.starts_at, members, zone):
            span = spans.get((a.id, person_id), (None, None))
            group = names.get(a.group_id or 0)
            found.append(NotComing(a.id, person_id, a.kind, group, a.starts_at, a.ends_at, *span))
    return found


async def _spans(
    session: AsyncSession, appointment_ids: Collection[int]
) -> dict[tuple[int, int], tuple[date | None, date | None]]:
    """From which day until which a report holds that names these appointments, by appointment and person."""
    if not appointment_ids:
        return {}
    rows = await session.execute(
        select(AbsenceAppointment.appointment_id, Absence.person_id, Absence.from_on, Absence.until_on)
        .join(Absence, Absence.id == AbsenceAppointment.absence_id)
        .where(AbsenceAppointment.appointment_id.in_(appointment_ids), Absence.state.in_(SENT_REPORT))
        .order_by(Absence.id)
    )
    return {(one, person_id): (from_on, until_on) for one, person_id, from_on, until_on in rows}
