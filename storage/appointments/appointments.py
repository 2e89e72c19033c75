"""Appointments of one person or of a group, group memberships, and each person's answer and presence."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    String,
    UniqueConstraint,
    and_,
    bindparam,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import ColumnElement

from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, Encrypted, RowId, vocabulary
from storage.engine.encryption.kinds import EncryptedNumber, EncryptedWord
from storage.engine.encryption.row_binding import keyed_hashes
from storage.engine.one_of_many import among_texts
from storage.vocabulary import Answer, AppointmentKind, AppointmentStatus, CancelReason, Presence

_WHOSE = ("appointment_id", "person_id")


class LessonGroup(Base, kw_only=True):
    """A group at a language provider, to which a timetable belongs."""

    __tablename__ = "lesson_group"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    name: Mapped[str] = mapped_column(Encrypted("lesson_group.name"))
    # A keyed index: a name stands once, and a timetable's or a list's group is found by it.
    name_hash: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True, init=False, info={"hash_of": "name"})


class Membership(Base, kw_only=True):
    """A person in a group from a day until a day (both included; no end = open)."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("group_id", "person_id", "from_on"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    group_id: Mapped[int] = mapped_column(ForeignKey("lesson_group.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None] = mapped_column(default=None)


class Appointment(Base, kw_only=True):
    """One appointment: of a person, or a class of a group (then every member of that day has it).

    `version` counts changes that people must hear of (time, place, status); reminders planned for an older version
    are not sent. Instants are UTC; the wall time that was agreed follows from them and the zone of the deployment.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (group_id IS NULL)", name="one_owner"),
        Index("ix_appointment_person_starts", "person_id", "starts_at"),
        Index("ix_appointment_group_starts", "group_id", "starts_at"),
        Index("ix_appointment_starts", "starts_at"),
        IDS_NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    external_id: Mapped[str] = mapped_column(String(255), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), default=None)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("lesson_group.id", ondelete="CASCADE"), default=None)
    kind: Mapped[AppointmentKind] = mapped_column(vocabulary(AppointmentKind))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None] = mapped_column(default=None)
    location: Mapped[str | None] = mapped_column(Encrypted("appointment.location"), default=None)
    online_url: Mapped[str | None] = mapped_column(Encrypted("appointment.online_url"), default=None)
    with_whom: Mapped[str | None] = mapped_column(Encrypted("appointment.with_whom"), default=None)
    note: Mapped[str | None] = mapped_column(Encrypted("appointment.note"), default=None)
    mandatory: Mapped[bool] = mapped_column(default=True)
    status: Mapped[AppointmentStatus] = mapped_column(vocabulary(AppointmentStatus), default=AppointmentStatus.PLANNED)
    # Why it does not take place, where somebody said so; of what takes place, nothing.
    cancelled_because: Mapped[CancelReason | None] = mapped_column(vocabulary(CancelReason), default=None)
    version: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Participation(Base, kw_only=True):
    """One person's answer to, and presence at, one appointment."""

    __tablename__ = "participation"
    __table_args__ = (UniqueConstraint("appointment_id", "person_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    answer: Mapped[Answer | None] = mapped_column(vocabulary(Answer), default=None)
    # The appointment's version that was answered, and when that was to begin: an answer holds for its day.
    answered_version: Mapped[int | None] = mapped_column(default=None)
    answered_for: Mapped[datetime | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    # Bound to appointment and person, not to a number: lists write them over what may be there already.
    presence: Mapped[Presence | None] = mapped_column(
        EncryptedWord("participation.presence", Presence, _WHOSE), default=None
    )
    minutes: Mapped[int | None] = mapped_column(EncryptedNumber("participation.minutes", _WHOSE), default=None)


async def appointments_of(
    session: AsyncSession,
    person_id: int,
    since: datetime,
    until: datetime | None = None,
    *,
    zone: ZoneInfo,
    status: AppointmentStatus | None = AppointmentStatus.PLANNED,
    limit: int = 100,
) -> list[Appointment]:
    """A person's appointments that start in [since, until), own and of groups they are in on that day, by time."""
    given = {"since": since, "until": until, "most": limit}
    own = await session.scalars(_own(until is not None, status), {**given, "person": person_id})
    of_groups: Iterable[Appointment] = ()
    if spans := await _spans_of(session, person_id, since, zone):
        theirs = select(Appointment).where(or_(*spans))
        of_groups = await session.scalars(_in_time(theirs, until is not None, status), given)
    return sorted({a.id: a for a in (*own, *of_groups)}.values(), key=lambda a: (a.starts_at, a.id))[:limit]


def _in_time(wanted: Select[Appointment], bounded: bool, status: AppointmentStatus | None) -> Select[Appointment]:
    then = Appointment.starts_at.type
    wanted = wanted.where(Appointment.starts_at >= bindparam("since", type_=then))
    if bounded:
        wanted = wanted.where(Appointment.starts_at < bindparam("until", type_=then))
    if status is not None:
        wanted = wanted.where(Appointment.status == status)
    return wanted.order_by(Appointment.starts_at).limit(bindparam("most"))


@cache
def _own(bounded: bool, status: AppointmentStatus | None) -> Select[Appointment]:
    """Put together once: nearly every turn of a conversation asks it. So is the next."""
    return _in_time(select(Appointment).where(Appointment.person_id == bindparam("person")), bounded, status)


@cache
def _lasting() -> Select[Membership]:
    return select(Membership).where(
        Membership.person_id == bindparam("person"),
        or_(Membership.until_on.is_(None), Membership.until_on >= bindparam("first")),
    )


async def _spans_of(
    session: AsyncSession, person_id: int, since: datetime, zone: ZoneInfo
) -> list[ColumnElement[bool]]:
    """The appointments of each of a person's memberships that did not end before this instant."""
    first = since.astimezone(zone).date()
    memberships = await session.scalars(_lasting(), {"person": person_id, "first": first})
    spans: list[ColumnElement[bool]] = []
    for membership in memberships:
        begins = day_bounds(max(membership.from_on, first), zone)[0]
        span = and_(Appointment.group_id == membership.group_id, Appointment.starts_at >= begins)
        # The last day there is has no day after it; it is written for "no end".
        if membership.until_on is not None and membership.until_on < date.max:
            span = and_(span, Appointment.starts_at < day_bounds(membership.until_on, zone)[1])
        spans.append(span)
    return spans


async def appointment_for(
    session: AsyncSession, person_id: int, appointment_id: int, *, zone: ZoneInfo
) -> Appointment | None:
    """The appointment when it is this person's (own, or of a group on that day); None otherwise, whatever the id."""
    appointment = await session.get(Appointment, appointment_id)
    if appointment is None:
        return None
    if appointment.person_id is not None:
        return appointment if appointment.person_id == person_id else None
    memberships = await session.scalars(
        select(Membership).where(Membership.group_id == appointment.group_id, Membership.person_id == person_id)
    )
    return appointment if any(_in_membership(appointment, m, zone) for m in memberships) else None


async def appointment_by_id(
    session: AsyncSession, appointment_id: int, *, for_update: bool = False
) -> Appointment | None:
    """An appointment, whosever it is; with `for_update` as it is now, and locked until the transaction ends."""
    return await session.get(Appointment, appointment_id, with_for_update=True if for_update else None)


async def appointments_at(
    session: AsyncSession, person_id: int, kind: AppointmentKind, starts_at: datetime
) -> list[Appointment]:
    """A person's own appointments of a kind that begin at this very instant, cancelled ones included, oldest first."""
    return list(
        await session.scalars(
            select(Appointment)
            .where(Appointment.person_id == person_id, Appointment.starts_at == starts_at, Appointment.kind == kind)
            .order_by(Appointment.id)
        )
    )


async def meetings_between(
    session: AsyncSession, person_ids: Collection[int], since: datetime, until: datetime
) -> list[Appointment]:
    """These people's own planned appointments that start in [since, until)."""
    found = await session.scalars(
        select(Appointment).where(
            Appointment.person_id.in_(person_ids),
            Appointment.starts_at >= since,
            Appointment.starts_at < until,
            Appointment.status == AppointmentStatus.PLANNED,
        )
    )
    return list(found)


async def latest_meetings(session: AsyncSession, person_ids: Collection[int], *, limit: int) -> list[Appointment]:
    """These people's own appointments but classes, the latest first."""
    found = await session.scalars(
        select(Appointment)
        .where(Appointment.person_id.in_(person_ids), Appointment.kind != AppointmentKind.CLASS)
        .order_by(Appointment.starts_at.desc())
        .limit(limit)
    )
    return list(found)


async def free_external_id(session: AsyncSession, wanted: str) -> str:
    """This external id or, when an appointment has it (that was moved since), the first free one after it: "…-2"."""
    found = await session.scalars(
        select(Appointment.external_id).where(Appointment.external_id.startswith(wanted, autoescape=True))
    )
    taken, number = set(found), 1
    while (name := wanted if number == 1 else f"{wanted}-{number}") in taken:
        number += 1
    return name


async def appointments_by_external_id(session: AsyncSession, external_ids: Collection[str]) -> dict[str, Appointment]:
    """The appointments with these external ids, by them."""
    found = await session.scalars(select(Appointment).where(among_texts(Appointment.external_id, external_ids)))
    return {appointment.external_id: appointment for appointment in found}


async def classes_by_external_id(session: AsyncSession, group_id: int, prefix: str) -> dict[str, Appointment]:
    """A group's appointments whose external ids begin so, by them."""
    found = await session.scalars(
        select(Appointment).where(
            Appointment.group_id == group_id, Appointment.external_id.startswith(prefix, autoescape=True)
        )
    )
    return {appointment.external_id: appointment for appointment in found}


async def participation_in(session: AsyncSession, appointment_id: int, person_id: int) -> Participation | None:
    """What a person answered to an appointment, and whether they were there."""
    return await session.scalar(
        select(Participation).where(
            and_(Participation.appointment_id == appointment_id, Participation.person_id == person_id)
        )
    )


async def answer_appointments(
    session: AsyncSession, person_id: int, appointments: Collection[Appointment], answer: Answer | None, now: datetime
) -> None:
    """Record a person's answer to appointments, for the versions they now have."""
    for appointment in appointments:
        found = await participation_in(session, appointment.id, person_id)
        if found is None:
            found = Participation(appointment_id=appointment.id, person_id=person_id)
            session.add(found)
        found.answer, found.answered_at = answer, now
        found.answered_version, found.answered_for = appointment.version, appointment.starts_at


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which a local day begins and ends (23 or 25 hours apart on DST days)."""
    start = datetime.combine(day, datetime.min.time(), tzinfo=zone)
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=zone)
    return start, end


def _in_membership(appointment: Appointment, membership: Membership, zone: ZoneInfo) -> bool:
    day = appointment.starts_at.astimezone(zone).date()
    return membership.from_on <= day and (membership.until_on is None or day <= membership.until_on)


async def group_named(session: AsyncSession, name: str) -> int | None:
    """The id of the lesson group with this very name."""
    hashes = keyed_hashes(session.get_bind().dialect, LessonGroup.name, [name])
    return await session.scalar(select(LessonGroup.id).where(LessonGroup.name_hash.in_(hashes)))
