"""Who was there, who was not, and who had said so: attendance lists put beside absence reports.

What is found here are facts, never a judgement: whether something follows from a missed lesson, people decide (1.11,
3.8). Reading costs a bounded number of queries, whatever the number of people.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointment_kinds import APPOINTMENTS
from storage.appointments.absence_reports import is_same_day
from storage.appointments.absences import Absence, AbsenceAppointment
from storage.appointments.appointments import Appointment, LessonGroup, Participation, group_named
from storage.engine.one_of_many import among
from storage.people.people import Person
from storage.vocabulary import SENT_REPORT, THERE, AbsenceReason, AppointmentKind, AppointmentStatus, Presence

# More ids than this do not fit in one statement on both engines; the rows are then compared here.
_MOST_IDS = 10_000


@dataclass(frozen=True, slots=True)
class AttendanceChange:
    """A presence that a list brought in, or changed. Minutes that changed alone are no such change."""

    appointment_id: int
    person_id: int
    presence: Presence


# Called in the transaction that stores the list's rows, so that what follows is stored with them or not at all.
OnAttendance: TypeAlias = Callable[[AsyncSession, Sequence[AttendanceChange]], Awaitable[None]]


class Outcome(StrEnum):
    """What the list and the reports say together about one person and one appointment."""

    PRESENT = "present"
    LATE = "late"
    EXCUSED = "excused"
    REPORTED = "reported"
    NOT_REPORTED = "not_reported"


@dataclass(frozen=True, slots=True)
class SentReport:
    """An absence report that the consultant got and that was not taken back; days are local, both included."""

    id: int
    person_id: int
    reason: AbsenceReason | None
    reported_at: datetime | None
    from_on: date | None
    until_on: date | None
    open_ended: bool
    # The appointments that it was made for; empty = for a period only.
    chosen: frozenset[int]

    def covers(self, appointment_id: int, day: date) -> bool:
        """Whether it is about this appointment, which is on this local day.

        It is when the appointment was chosen, or when the day lies in the period of a report without chosen
        appointments or of an open-ended one (which names those of its first weeks only). Somebody who chose one of two
        lessons of a day did not report the other. A period without a last day is one day, or open-ended without end.
        Once an open-ended report got its last day (better again), what had been chosen for later is on again.
        """
        if self.open_ended and self.until_on is not None and day > self.until_on:
            return False
        if appointment_id in self.chosen:
            return True
        if self.from_on is None or (self.chosen and not self.open_ended):
            return False
        if self.until_on is None:
            return day >= self.from_on if self.open_ended else day == self.from_on
        return self.from_on <= day <= self.until_on


@dataclass(frozen=True, slots=True)
class Attended:
    """One line of an attendance list with what is known beside it; instants are UTC."""

    appointment_id: int
    person_id: int
    kind: AppointmentKind
    starts_at: datetime
    ends_at: datetime | None
    presence: Presence
    # That count: the list's, else the appointment's own length; 0 when the person was not there, None when not known.
    minutes: int | None
    outcome: Outcome
    # When the first report about it was sent; for any absence, an excused one too.
    reported_at: datetime | None
    group: str | None
    # With whom it was, else where.
    provider: str | None


def outcome_of(presence: Presence, reports: Collection[SentReport]) -> Outcome:
    """What became of an appointment, given the person's sent reports that cover it (`SentReport.covers`).

    Only an absence is looked up in the reports: excused stays excused, and who came was there.
    """
    if presence is Presence.ABSENT:
        return Outcome.REPORTED if reports else Outcome.NOT_REPORTED
    return Outcome(presence.value)


def minutes_counted(
    presence: Presence, minutes: int | None, starts_at: datetime, ends_at: datetime | None
) -> int | None:
    """The minutes that count as attended: the list's, else the appointment's length; 0 for who was not there."""
    if presence not in THERE:
        return 0
    if minutes is not None or ends_at is None:
        return minutes
    return round((ends_at - starts_at) / timedelta(minutes=1))


async def attendance_of(
    session: AsyncSession,
    *,
    person_ids: Collection[int] | None = None,
    group: str | None = None,
    consultant_id: int | None = None,
    since: datetime,
    until: datetime,
    zone: ZoneInfo,
) -> list[Attended]:
    """What lists say of appointments that start in [since, until) and took place, by time and person.

    `person_ids`, `group` (a lesson group's name) and `consultant_id` each narrow it down; None = all. An appointment of
    which no list came is absent. One query where no list came, else four.
    """
    wanted = set(person_ids) if person_ids is not None else None
    conditions: list[ColumnElement[bool]] = [
        Participation.presence.is_not(None),
        Appointment.status == AppointmentStatus.PLANNED,
        Appointment.starts_at >= since,
        Appointment.starts_at < until,
    ]
    if wanted is not None and len(wanted) <= _MOST_IDS:
        conditions.append(Participation.person_id.in_(wanted))
    if group is not None:
        group_id = await group_named(session, group)
        if group_id is None:
            return []
        conditions.append(Appointment.group_id == group_id)
    if consultant_id is not None:
        conditions.append(Person.consultant_id == consultant_id)
    found_rows = await session.execute(
        _listed(
            conditions,
            Appointment.id,
            Participation.person_id,
            Appointment.kind,
            Appointment.starts_at,
            Appointment.ends_at,
            Participation.presence,
            Participation.minutes,
        ).order_by(Appointment.starts_at, Appointment.id, Participation.person_id)
    )
    rows = found_rows.all()
    if not rows:
        return []
    # Encrypted columns once an appointment, not once a member of its group.
    places = await session.execute(
        select(Appointment.id, Appointment.with_whom, Appointment.location, LessonGroup.name)
        .outerjoin(LessonGroup, LessonGroup.id == Appointment.group_id)
        .where(Appointment.id.in_(_listed(conditions, Appointment.id)))
    )
    providers, groups = dict[int, str | None](), dict[int, str | None]()
    for appointment_id, with_whom, location, name in places:
        providers[appointment_id], groups[appointment_id] = with_whom or location, name
    listed = [row for row in rows if wanted is None or row.person_id in wanted]
    away = {row.person_id for row in listed if row.presence not in THERE}
    reports = await sent_reports(session, away, zone)
    found = []
    for appointment_id, person_id, kind, starts_at, ends_at, presence, minutes in listed:
        covering = []
        if presence not in THERE:
            day = starts_at.astimezone(zone).date()
            covering = [report for report in reports.get(person_id, ()) if report.covers(appointment_id, day)]
        found.append(
            Attended(
                appointment_id=appointment_id,
                person_id=person_id,
                kind=kind,
                starts_at=starts_at,
                ends_at=ends_at,
                presence=presence,
                minutes=minutes_counted(presence, minutes, starts_at, ends_at),
                outcome=outcome_of(presence, covering),
                reported_at=min((r.reported_at for r in covering if r.reported_at is not None), default=None),
                group=groups.get(appointment_id),
                provider=providers.get(appointment_id),
            )
        )
    return found


async def sent_reports(
    session: AsyncSession, person_ids: Collection[int], zone: ZoneInfo
) -> dict[int, list[SentReport]]:
    """The reports of these people that were sent and not taken back, by person and in the order they came.

    Drafts and withdrawn ones are absent. The note, which may say more than it should, is not read. Two queries.
    """
    sent = (among(Absence.person_id, person_ids), Absence.state.in_(SENT_REPORT))
    chosen: defaultdict[int, set[int]] = defaultdict(set)
    for absence_id, appointment_id, reported_for, starts_at in await session.execute(
        select(
            AbsenceAppointment.absence_id,
            AbsenceAppointment.appointment_id,
            AbsenceAppointment.reported_for,
            Appointment.starts_at,
        )
        .join(Appointment, Appointment.id == AbsenceAppointment.appointment_id)
        .where(AbsenceAppointment.absence_id.in_(select(Absence.id).where(*sent)))
    ):
        # What was held on another day than it was reported for was not reported.
        chosen[absence_id].update({appointment_id} if is_same_day(reported_for, starts_at, zone) else ())
    found: defaultdict[int, list[SentReport]] = defaultdict(list)
    for row in await session.execute(
        select(
            Absence.id,
            Absence.person_id,
            Absence.reason,
            Absence.reported_at,
            Absence.from_on,
            Absence.until_on,
            Absence.open_ended,
        )
        .where(*sent)
        .order_by(Absence.id)
    ):
        found[row.person_id].append(SentReport(*row, frozenset(chosen.get(row.id, ()))))
    return dict(found)


@dataclass(frozen=True, slots=True)
class HoursMade:
    """Hours attended by one person. `pvt` is part of `participation` too, as in the Z-route's 800 (1.8)."""

    lessons: float = 0.0
    pvt: float = 0.0
    participation: float = 0.0


# What the attendance report names; MAP's own hours stand in the plan (storage/attendance/made_hours.py).
_REPORTED: Final = frozenset(one.name for one in fields(HoursMade))


def hours(rows: Iterable[Attended]) -> dict[int, HoursMade]:
    """The hours each person attended, by person id; a person in no row is absent.

    They are counted towards 600 (lessons before a B1-route scales down), 800 (lessons, Z-route), 800 (activation and
    participation, Z-route) and 12 (PVT): DOMAIN.md, "Hours"; reminders.terms.terms knows which of these are whose. What
    has neither minutes nor an end counts nothing.
    """
    minutes: defaultdict[int, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        made = minutes[row.person_id]
        for counted in _REPORTED & APPOINTMENTS[row.kind].hours:
            made[counted] += row.minutes or 0
    return {
        person_id: HoursMade(**{name: count / 60 for name, count in made.items()})
        for person_id, made in minutes.items()
    }


def unreported_patterns(
    rows: Iterable[Attended], *, count: int = 3, window: timedelta = timedelta(weeks=4)
) -> dict[int, tuple[Attended, ...]]:
    """People who missed `count` appointments or more without a report within `window`, by person id.

    The window ends with the person's newest such appointment; the value is those within it, by time. Whole days are
    compared: two lessons four weeks apart are within four weeks, also when the clock was changed in between.
    """
    missed: defaultdict[int, list[Attended]] = defaultdict(list)
    for row in rows:
        if row.outcome is Outcome.NOT_REPORTED:
            missed[row.person_id].append(row)
    found = {}
    for person_id, every in missed.items():
        newest = max(row.starts_at for row in every).date()
        within = [row for row in every if newest - row.starts_at.date() <= window]
        if len(within) >= count:
            found[person_id] = tuple(sorted(within, key=lambda row: (row.starts_at, row.appointment_id)))
    return found


def _listed(conditions: Sequence[ColumnElement[bool]], *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Participation)
        .join(Appointment, Appointment.id == Participation.appointment_id)
        .join(Person, Person.id == Participation.person_id)
        .where(*conditions)
    )
