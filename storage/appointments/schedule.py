"""Many people's appointments at once, as little of each as planning and composing need.

Slots have nothing that is encrypted: a page of people costs a handful of queries and no decryption.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from sqlalchemy import LargeBinary, Select, Table, bindparam, outerjoin, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import ColumnElement

from storage.appointments.appointments import Appointment, LessonGroup, Membership, Participation
from storage.appointments.changes import NewAppointment
from storage.engine.one_of_many import among, among_those
from storage.vocabulary import THERE, Answer, AppointmentKind, AppointmentStatus, CancelReason


@dataclass(frozen=True, slots=True)
class Slot:
    """When an appointment is and what is planned by; instants are UTC."""

    id: int
    kind: AppointmentKind
    starts_at: datetime
    ends_at: datetime | None
    made_at: datetime
    mandatory: bool
    version: int
    person_id: int | None
    group_id: int | None


class ScheduledAppointment(NamedTuple):
    """An appointment as it is put into words; see Appointment for the fields.

    Not the mapped class, which costs twice the reading and more for each look at a field: a morning's reminders are
    composed by the thousand.
    """

    id: int
    kind: AppointmentKind
    starts_at: datetime
    ends_at: datetime | None
    person_id: int | None
    group_id: int | None
    status: AppointmentStatus
    version: int
    location: str | None
    online_url: str | None
    with_whom: str | None
    note: str | None
    cancelled_because: CancelReason | None
    # As they stand encrypted: what is told is written down so (storage/outbox/heard.py).
    location_token: bytes | None = None
    online_url_token: bytes | None = None


# Of the table, not of the mapped class, which makes each row twice.
_COLUMNS = cast(Table, Appointment.__table__).c
_ROWS = select(
    *(_COLUMNS[name] for name in ScheduledAppointment._fields[:-2]),
    type_coerce(_COLUMNS.location, LargeBinary).label("location_token"),
    type_coerce(_COLUMNS.online_url, LargeBinary).label("online_url_token"),
).where(among_those(_COLUMNS.id, "ids"))
_GIVEN = cast(Table, Participation.__table__).c
_ANSWERS = select(_GIVEN.appointment_id, _GIVEN.person_id, _GIVEN.answer, _GIVEN.answered_for).where(
    among_those(_GIVEN.appointment_id, "ids")
)


_THEN = _COLUMNS.starts_at.type


def _slots_of(owner: ColumnElement[int | None]) -> Select[Any]:
    return select(*(_COLUMNS[field.name] for field in fields(Slot))).where(
        among_those(owner, "ids"),
        _COLUMNS.status == AppointmentStatus.PLANNED,
        _COLUMNS.starts_at >= bindparam("since", type_=_THEN),
        _COLUMNS.starts_at < bindparam("until", type_=_THEN),
    )


_SLOTS_OF_PEOPLE, _SLOTS_OF_GROUPS = _slots_of(_COLUMNS.person_id), _slots_of(_COLUMNS.group_id)
_IN_GROUP = cast(Table, Membership.__table__).c
_MEMBERS = {
    name: select(_IN_GROUP.group_id, _IN_GROUP.person_id, _IN_GROUP.from_on, _IN_GROUP.until_on).where(
        among_those(_IN_GROUP[name], "ids")
    )
    for name in ("person_id", "group_id")
}


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a group, from a day until a day (None = open), both included."""

    group_id: int
    person_id: int
    from_on: date
    until_on: date | None

    def on(self, day: date) -> bool:
        """Whether the membership holds on that local day."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


def is_for(
    person_id: int,
    owner_id: int | None,
    group_id: int | None,
    starts_at: datetime,
    members: Iterable[Member],
    zone: ZoneInfo,
) -> bool:
    """Whether an appointment that starts then is this person's: their own, or of a group that they are in that day."""
    if group_id is None:
        return owner_id == person_id
    day = starts_at.astimezone(zone).date()
    return any(m.group_id == group_id and m.person_id == person_id and m.on(day) for m in members)


async def schedules_of(
    session: AsyncSession,
    person_ids: Collection[int],
    since: datetime,
    until: datetime,
    *,
    zone: ZoneInfo,
    groups_until: datetime | None = None,
    own_since: datetime | None = None,
    members: Sequence[Member] | None = None,
) -> dict[int, list[Slot]]:
    """The planned appointments of these people that start in [since, until), by person and time.

    Classes of groups are read until `groups_until` only (None = `until`), on the days the person is a member; their own
    since `own_since` (None = `since`). `members` are these people's memberships where they were read already. A person
    without any is absent. What the session has not flushed yet is not seen.
    """
    found: defaultdict[int, list[Slot]] = defaultdict(list)
    own = await session.execute(_SLOTS_OF_PEOPLE, {"ids": person_ids, "since": own_since or since, "until": until})
    for row in own:
        found[row.person_id].append(Slot(*row))
    if members is None:
        members = await members_of(session, person_ids=person_ids)
    by_group: defaultdict[int, list[Member]] = defaultdict(list)
    for member in members:
        by_group[member.group_id].append(member)
    if by_group:
        wanted = {"ids": by_group.keys(), "since": since, "until": groups_until or until}
        for row in await session.execute(_SLOTS_OF_GROUPS, wanted):
            slot = Slot(*row)
            day = slot.starts_at.astimezone(zone).date()
            # Two memberships of one group may touch or overlap: once is enough.
            for person_id in {m.person_id for m in by_group[row.group_id] if m.on(day)}:
                found[person_id].append(slot)
    for slots in found.values():
        slots.sort(key=lambda slot: (slot.starts_at, slot.id))
    return dict(found)


async def members_of(
    session: AsyncSession, *, person_ids: Collection[int] = (), group_ids: Collection[int] = ()
) -> list[Member]:
    """Memberships of these people, and those in these groups; what the session has not flushed yet is not seen."""
    found: set[Member] = set()
    for name, wanted in (("person_id", person_ids), ("group_id", group_ids)):
        if wanted:
            found.update(Member(*row) for row in await session.execute(_MEMBERS[name], {"ids": wanted}))
    return sorted(found, key=lambda m: (m.group_id, m.person_id, m.from_on))


async def people_on(
    session: AsyncSession, moments: Sequence[tuple[Appointment | NewAppointment, datetime]], *, zone: ZoneInfo
) -> list[frozenset[int]]:
    """The ids of the people each appointment is for when it starts at that instant, in the same order."""
    by_group: defaultdict[int, list[Member]] = defaultdict(list)
    groups = {appointment.group_id for appointment, _ in moments if appointment.group_id is not None}
    for member in await members_of(session, group_ids=groups):
        by_group[member.group_id].append(member)
    found: list[frozenset[int]] = []
    for appointment, starts_at in moments:
        if appointment.person_id is not None:
            found.append(frozenset({appointment.person_id}))
        else:
            day = starts_at.astimezone(zone).date()
            found.append(frozenset(m.person_id for m in by_group[appointment.group_id or 0] if m.on(day)))
    return found


async def appointments_by_id(session: AsyncSession, ids: Collection[int]) -> dict[int, Appointment]:
    """Appointments in full (decrypted), by id."""
    found: dict[int, Appointment] = {}
    if ids:
        found.update((a.id, a) for a in await session.scalars(select(Appointment).where(among(Appointment.id, ids))))
    return found


async def appointment_rows(session: AsyncSession, ids: Collection[int]) -> dict[int, ScheduledAppointment]:
    """Appointments as they are put into words (decrypted), by id."""
    if not ids:
        return {}
    rows = await session.execute(_ROWS, {"ids": ids})
    return {row.id: row for row in map(ScheduledAppointment._make, rows)}


async def answers_to(
    session: AsyncSession, appointment_ids: Collection[int], person_ids: Collection[int]
) -> dict[tuple[int, int], tuple[Answer | None, datetime | None]]:
    """What these people answered to these appointments, and when those were to begin: by (appointment, person)."""
    found: dict[tuple[int, int], tuple[Answer | None, datetime | None]] = {}
    wanted = set(person_ids)
    if not appointment_ids or not wanted:
        return found
    rows = await session.execute(_ANSWERS, {"ids": appointment_ids})
    for appointment_id, person_id, answer, answered_for in rows:
        if person_id in wanted:
            found[appointment_id, person_id] = (answer, answered_for)
    return found


async def contact_moments(
    session: AsyncSession, person_ids: Collection[int], kinds: Collection[AppointmentKind], until: datetime
) -> dict[int, list[datetime]]:
    """When each person met the municipality: appointments of these kinds before `until` that were not missed.

    What the session has not flushed yet is not seen.
    """
    if not person_ids:
        return {}
    found: defaultdict[int, list[datetime]] = defaultdict(list)
    rows = await session.execute(_meetings_of(frozenset(kinds)), {"ids": person_ids, "until": until})
    for person_id, starts_at, presence, answer in rows:
        # Where nobody noted who was there it counts unless the person said that they would not come.
        took_place = answer in (None, Answer.COMING) if presence is None else presence in THERE
        if took_place:
            found[person_id].append(starts_at)
    return dict(found)


@cache
def _meetings_of(kinds: frozenset[AppointmentKind]) -> Select[Any]:
    given = (_GIVEN.appointment_id == _COLUMNS.id) & (_GIVEN.person_id == _COLUMNS.person_id)
    return (
        select(_COLUMNS.person_id, _COLUMNS.starts_at, _GIVEN.presence, _GIVEN.answer)
        .select_from(outerjoin(Appointment.__table__, Participation.__table__, given))
        .where(
            among_those(_COLUMNS.person_id, "ids"),
            _COLUMNS.kind.in_(sorted(kinds)),
            _COLUMNS.status == AppointmentStatus.PLANNED,
            _COLUMNS.starts_at < bindparam("until", type_=_THEN),
        )
    )


async def own_appointments(
    session: AsyncSession, person_ids: Collection[int], since: datetime, until: datetime
) -> list[tuple[Appointment, Participation | None]]:
    """These people's own appointments (no group's) that start in [since, until) and take place, by time, with what they
    said about them."""
    rows = await session.execute(
        select(Appointment, Participation)
        .outerjoin(
            Participation,
            (Participation.appointment_id == Appointment.id) & (Participation.person_id == Appointment.person_id),
        )
        .where(
            Appointment.person_id.in_(person_ids),
            Appointment.starts_at >= since,
            Appointment.starts_at < until,
            Appointment.status == AppointmentStatus.PLANNED,
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return [(appointment, given) for appointment, given in rows]


async def group_names(session: AsyncSession, group_ids: Iterable[int | None]) -> dict[int, str]:
    """The names of these lesson groups, by id."""
    wanted = [group_id for group_id in group_ids if group_id is not None]
    rows = await session.execute(select(LessonGroup.id, LessonGroup.name).where(LessonGroup.id.in_(wanted)))
    return {row.id: row.name for row in rows}
