"""What a group of rows of the attendance table is compared with, read at once and not row by row."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.appointments import Appointment, Participation, day_bounds
from storage.appointments.schedule import Member, members_of
from storage.importing.groups import find_groups
from storage.people.people import person_ids
from storage.vocabulary import AppointmentKind, AppointmentStatus, Presence

# So many days are looked through at once for a lesson near the one that does not exist.
_DAYS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class AttendanceRow:
    """One row: an appointment's id, or a group and the lesson's start (an instant); None where the other is given."""

    appointment_external_id: str | None
    group: str | None
    starts_at: datetime | None
    person_external_id: str
    presence: Presence
    minutes: int | None

    @property
    def appointment_field(self) -> str:
        """The column by which the row says what appointment it is about."""
        return "appointment_external_id" if self.appointment_external_id is not None else "starts_at"


class FoundAppointment(NamedTuple):
    """An appointment as far as a row of the table is checked with it."""

    id: int
    external_id: str
    person_id: int | None
    group_id: int | None
    starts_at: datetime
    status: AppointmentStatus
    kind: AppointmentKind
    ends_at: datetime | None


class StoredPresence(NamedTuple):
    """What is known of one person at one appointment; None = nothing yet."""

    presence: Presence | None
    minutes: int | None


_COLUMNS = (
    Appointment.id,
    Appointment.external_id,
    Appointment.person_id,
    Appointment.group_id,
    Appointment.starts_at,
    Appointment.status,
    Appointment.kind,
    Appointment.ends_at,
)


@dataclass(frozen=True, slots=True)
class Lookups:
    """All that a group of rows is compared with, read at once: six queries, one more for lessons that do not exist."""

    people: dict[str, int]
    by_id: dict[str, FoundAppointment]
    groups: dict[str, int]
    lessons: dict[tuple[int, datetime], FoundAppointment]
    # Starts of the lessons of a group on a local day, for rows that name none of them.
    near: dict[tuple[int, date], list[datetime]]
    memberships: dict[tuple[int | None, int], list[Member]]
    stored: dict[tuple[int, int], StoredPresence]

    @classmethod
    async def read(cls, session: AsyncSession, values: Sequence[AttendanceRow], zone: ZoneInfo) -> "Lookups":
        """Read what these rows name."""
        people = await person_ids(session, {v.person_external_id for v in values})
        ids = {v.appointment_external_id for v in values if v.appointment_external_id is not None}
        by_id = {
            row.external_id: FoundAppointment(*row)
            for row in await session.execute(select(*_COLUMNS).where(Appointment.external_id.in_(ids)))
        }
        names = {v.group for v in values if v.group is not None}
        groups = {name: group.id for name, group in (await find_groups(session, names)).items()}
        asked = {
            (groups[v.group], v.starts_at)
            for v in values
            if v.group is not None and v.starts_at is not None and v.group in groups
        }
        lessons = await _lessons(session, asked)
        memberships: defaultdict[tuple[int | None, int], list[Member]] = defaultdict(list)
        for member in await members_of(session, person_ids=people.values()):
            memberships[member.group_id, member.person_id].append(member)
        appointments = {found.id for found in (*by_id.values(), *lessons.values())}
        stored = {
            (appointment_id, person_id): StoredPresence(presence, minutes)
            for appointment_id, person_id, presence, minutes in await session.execute(
                select(
                    Participation.appointment_id, Participation.person_id, Participation.presence, Participation.minutes
                ).where(Participation.appointment_id.in_(appointments), Participation.person_id.in_(people.values()))
            )
        }
        near = await _near(session, asked - lessons.keys(), zone)
        return cls(people, by_id, groups, lessons, near, dict(memberships), stored)


async def _lessons(
    session: AsyncSession, asked: set[tuple[int, datetime]]
) -> dict[tuple[int, datetime], FoundAppointment]:
    rows = await session.execute(
        select(*_COLUMNS)
        .where(
            Appointment.group_id.in_({group_id for group_id, _ in asked}),
            Appointment.starts_at.in_({starts_at for _, starts_at in asked}),
        )
        .order_by(Appointment.id)
    )
    found: dict[tuple[int, datetime], FoundAppointment] = {}
    for row in rows:
        lesson = FoundAppointment(*row)
        key = (row.group_id, lesson.starts_at)
        # A lesson that takes place goes before one that was cancelled at the same time.
        if key not in found or found[key].status is AppointmentStatus.CANCELLED:
            found[key] = lesson
    return found


async def _near(
    session: AsyncSession, missing: Iterable[tuple[int, datetime]], zone: ZoneInfo
) -> dict[tuple[int, date], list[datetime]]:
    days = sorted({(group_id, starts_at.astimezone(zone).date()) for group_id, starts_at in missing})
    found: defaultdict[tuple[int, date], list[datetime]] = defaultdict(list)
    for first in range(0, len(days), _DAYS_AT_ONCE):
        spans = [(group_id, *day_bounds(day, zone)) for group_id, day in days[first : first + _DAYS_AT_ONCE]]
        for group_id, starts_at in await session.execute(
            select(Appointment.group_id, Appointment.starts_at).where(
                Appointment.status == AppointmentStatus.PLANNED,
                or_(
                    *(
                        and_(
                            Appointment.group_id == group_id,
                            Appointment.starts_at >= start,
                            Appointment.starts_at < end,
                        )
                        for group_id, start, end in spans
                    )
                ),
            )
        ):
            if group_id is not None:
                found[group_id, starts_at.astimezone(zone).date()].append(starts_at)
    return dict(found)
