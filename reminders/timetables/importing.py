"""Imports a group's timetable (.ics): classes come, move and go, and only what changed is told."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from reminders.local_time import to_instant, to_wall
from reminders.timetables.difference import TimetableDiff, diff_timetable
from reminders.timetables.occurrences import Occurrence, OccurrenceNote, Timetable
from reminders.timetables.reading import read_timetable
from storage.appointments.appointments import Appointment, Membership
from storage.appointments.changes import AppointmentChange, OnChanges
from storage.engine.database import Database
from storage.importing.groups import group_ids
from storage.importing.run import Report
from storage.vocabulary import AppointmentKind, AppointmentStatus, Change

# Two school years, and as far as appointments are planned; what lies further off will be in a later file.
HORIZON: Final = timedelta(days=800)
# Attendance lists come for lessons that were given before the timetable was imported.
PAST: Final = timedelta(days=400)
_TOLD: Final = frozenset({"starts_at", "location", "status"})
_NOTES: Final[Mapping[OccurrenceNote, str]] = {
    OccurrenceNote.GAP: "does not exist in that night (the clock goes forward); taken as one hour later",
    OccurrenceNote.FOLD: "exists twice in that night (the clock goes back); taken as the first of the two",
    OccurrenceNote.HOLIDAY: "is on a public holiday; is that right?",
}


@dataclass(frozen=True, slots=True)
class _KnownClass:
    """A class that was imported before; see KnownOccurrence."""

    appointment: Appointment

    @property
    def starts_at(self) -> datetime:
        return self.appointment.starts_at

    @property
    def ends_at(self) -> datetime | None:
        return self.appointment.ends_at

    @property
    def summary(self) -> str:
        return self.appointment.note or ""

    @property
    def location(self) -> str | None:
        return self.appointment.location

    @property
    def cancelled(self) -> bool:
        return self.appointment.status is AppointmentStatus.CANCELLED


async def import_timetable(
    database: Database,
    group: str,
    data: bytes,
    *,
    zone: ZoneInfo,
    now: datetime,
    on_changes: OnChanges,
    dry_run: bool = False,
) -> Report:
    """Make the group's classes from today on be those of the file; with `dry_run` nothing is kept.

    Classes of before today that are not known yet are added, so that attendance can be noted; nobody is told of them,
    and those that are known stay as they were. Faults of the file are reported with their line as the row; an event
    with a fault leaves its known classes alone.
    """
    today = now.astimezone(zone).date()
    timetable = read_timetable(data, zone=zone, horizon=(today - PAST, today + HORIZON))
    over, coming = _over_and_coming(timetable, today)
    report = Report()
    for fault in timetable.faults:
        (report.rejected if fault.left_out else report.warnings).append(
            (fault.line, fault.event or fault.code, fault.message)
        )
    async with AsyncSession(database.engine, expire_on_commit=False) as session:
        group_id = (await group_ids(session, [group]))[group]
        members = await session.scalar(select(func.count()).where(Membership.group_id == group_id))
        if not members:
            report.warnings.append((1, "group", f"{group!r} has no members yet; import groups, so that it is told"))
        known = await _known(session, group_id)
        begin = to_instant(datetime.combine(today, time()), zone).instant
        named = {found.key for found in coming.occurrences}
        # A class of before today that the file now puts on a coming day was moved, and is not a new one.
        compared = {key: _KnownClass(a) for key, a in known.items() if a.starts_at >= begin or key in named}
        difference = _without_begun(diff_timetable(compared, coming), known, timetable, now)
        changes = _changes(session, group_id, known, difference, now)
        _warn(report, timetable, difference)
        # Some programs give every event a new UID at each export: a lesson at that time is then known already.
        starts = {appointment.starts_at for appointment in known.values()}
        late = [found for found in over if found.key not in known and found.starts_at not in starts]
        session.add_all(_appointment(group_id, found, now) for found in late)
        await session.flush()
        await on_changes(session, changes)
        await (session.rollback() if dry_run else session.commit())
    report.created = len(difference.added) + len(late)
    report.updated = len(difference.changed) + len(difference.cancelled)
    report.unchanged = len(difference.unchanged) + len(over) - len(late)
    return report


def _over_and_coming(timetable: Timetable, today: date) -> tuple[list[Occurrence], Timetable]:
    """The classes that took place before today, and the timetable from today on.

    A class that was moved across today's beginning, in either direction, is still to be dealt with.
    """
    over: list[Occurrence] = []
    coming: list[Occurrence] = []
    for found in timetable.occurrences:
        days = {found.starts_local.date(), to_wall(found.recurrence_id or found.starts_at, timetable.zone).date()}
        if max(days) >= today:
            coming.append(found)
        elif not found.cancelled:
            over.append(found)
    return over, replace(timetable, occurrences=tuple(coming), horizon=(today, timetable.horizon[1]))


async def _known(session: AsyncSession, group_id: int) -> dict[str, Appointment]:
    """The group's classes by key, as far as they came from a timetable."""
    prefix = _external_id(group_id, "")
    found = await session.scalars(
        select(Appointment).where(
            Appointment.group_id == group_id,
            Appointment.external_id.startswith(prefix, autoescape=True),
        )
    )
    return {appointment.external_id.removeprefix(prefix): appointment for appointment in found}


def _without_begun(
    difference: TimetableDiff, known: Mapping[str, Appointment], timetable: Timetable, now: datetime
) -> TimetableDiff:
    """What has begun and is merely absent was held: many exports hold what is to come only."""
    named = {found.key for found in timetable.occurrences}
    begun = [key for key in difference.cancelled if known[key].starts_at <= now and key not in named]
    return replace(
        difference,
        cancelled=tuple(key for key in difference.cancelled if key not in begun),
        unchanged=(*difference.unchanged, *begun),
    )


def _changes(
    session: AsyncSession, group_id: int, known: Mapping[str, Appointment], difference: TimetableDiff, now: datetime
) -> list[AppointmentChange]:
    changes: list[AppointmentChange] = []
    for found in difference.added:
        made = _appointment(group_id, found, now)
        session.add(made)
        changes.append(AppointmentChange(Change.MADE, made))
    for change in difference.changed:
        appointment = known[change.old_key]
        old_starts_at, old_location, was = appointment.starts_at, appointment.location, appointment.status
        appointment.external_id = _external_id(group_id, change.new.key)
        appointment.starts_at, appointment.ends_at = change.new.starts_at, change.new.ends_at
        appointment.location, appointment.note = change.new.location or None, change.new.summary or None
        appointment.status = AppointmentStatus.PLANNED
        appointment.updated_at = now
        if change.fields & _TOLD:
            appointment.version += 1
            appointment.made_at = now
            what = Change.RESTORED if was is AppointmentStatus.CANCELLED else Change.MOVED
            changes.append(AppointmentChange(what, appointment, old_starts_at, old_location))
    for key in difference.cancelled:
        appointment = known[key]
        appointment.status = AppointmentStatus.CANCELLED
        appointment.version += 1
        appointment.updated_at = now
        changes.append(AppointmentChange(Change.CANCELLED, appointment, appointment.starts_at, appointment.location))
    return changes


def _appointment(group_id: int, found: Occurrence, now: datetime) -> Appointment:
    return Appointment(
        external_id=_external_id(group_id, found.key),
        group_id=group_id,
        kind=AppointmentKind.CLASS,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        location=found.location or None,
        note=found.summary or None,
        made_at=now,
        updated_at=now,
    )


def _warn(report: Report, timetable: Timetable, difference: TimetableDiff) -> None:
    """What is new and strange is questioned; what was there before was questioned then."""
    fresh: list[Occurrence] = [*difference.added, *(change.new for change in difference.changed)]
    for found in fresh:
        for note in found.notes:
            day = found.starts_at.astimezone(timetable.zone)
            name = f" ({found.on_holiday})" if note is OccurrenceNote.HOLIDAY and found.on_holiday else ""
            report.warnings.append((1, f"{day:%Y-%m-%d %H:%M}", f"{found.summary} {_NOTES[note]}{name}".strip()))


def _external_id(group_id: int, key: str) -> str:
    return f"timetable:{group_id}:{key}"
