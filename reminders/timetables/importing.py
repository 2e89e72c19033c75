"""Imports a group's timetable (.ics): classes come, move and go, and only what changed is told."""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from reminders.local_time import to_instant, to_wall
from reminders.timetables.difference import TimetableDiff, diff_timetable
from reminders.timetables.occurrences import Occurrence, OccurrenceNote, Timetable
from reminders.timetables.reading import read_timetable
from storage.appointments.appointments import Appointment, classes_by_external_id
from storage.appointments.changes import OnChanges
from storage.appointments.changing import AppointmentWriter
from storage.appointments.details import Details, word_of
from storage.appointments.schedule import members_of
from storage.engine.columns import Json
from storage.engine.database import Database
from storage.importing.groups import group_ids
from storage.importing.run import Report
from storage.vocabulary import AppointmentKind, AppointmentStatus, ChangeSource

# Two school years, and as far as appointments are planned; what lies further off will be in a later file.
HORIZON: Final = timedelta(days=800)
# Attendance lists come for lessons that were given before the timetable was imported.
PAST: Final = timedelta(days=400)
# Of the lessons that are planned, so many may be missing from a file before it is taken for a mistake.
CANCEL_SHARE: Final = 0.3
FEWEST_MISSING: Final = 3
_NOTES: Final[Mapping[OccurrenceNote, str]] = {
    OccurrenceNote.GAP: "does not exist in that night (the clock goes forward); taken as one hour later",
    OccurrenceNote.FOLD: "exists twice in that night (the clock goes back); taken as the first of the two",
    OccurrenceNote.HOLIDAY: "is on a public holiday; is that right?",
    OccurrenceNote.NIGHT: "is at night; is its time zone right?",
}


# What a timetable speaks of.
_NAMED: Final = frozenset({"starts_at", "ends_at", "location", "note", "status"})


@dataclass(frozen=True, slots=True)
class _Known:
    """A class as the timetable last told of it; see KnownOccurrence."""

    starts_at: datetime
    ends_at: datetime | None
    summary: str
    location: str | None
    cancelled: bool


def _known_of(appointment: Appointment, word: Mapping[str, Json] | None) -> _Known:
    """What the timetable said before or, where that was not kept, what stands in the appointment."""
    said: Mapping[str, Json] = {name: word_of(getattr(appointment, name)) for name in _NAMED} | dict(word or {})
    starts_at, ends_at = said["starts_at"], said["ends_at"]
    location, note = said["location"], said["note"]
    return _Known(
        datetime.fromisoformat(str(starts_at)),
        datetime.fromisoformat(ends_at) if isinstance(ends_at, str) else None,
        note if isinstance(note, str) else "",
        location if isinstance(location, str) else None,
        said["status"] == AppointmentStatus.CANCELLED,
    )


async def import_timetable(
    database: Database,
    group: str,
    data: bytes,
    *,
    zone: ZoneInfo,
    now: datetime,
    on_changes: OnChanges,
    dry_run: bool = False,
    by: str = "operator",
    cancel_missing: bool = False,
    cancel_share: float = CANCEL_SHARE,
) -> Report:
    """Make the group's classes from today on be those of the file; with `dry_run` nothing is kept.

    What the file does not mention is unknown outside the days that it covers, and cancelled on these days. A file that
    lacks more than `cancel_share` of what is planned, or names nothing at all, is refused as a whole unless
    `cancel_missing` says that it is meant so (then all that is missing of its events is cancelled; of an empty file,
    everything).

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
    async with database.writer or nullcontext(), AsyncSession(database.engine, expire_on_commit=False) as session:
        group_id = (await group_ids(session, [group], partial(_known_as, report)))[group]
        if not await members_of(session, group_ids=[group_id]):
            report.warnings.append((1, "group", f"{group!r} has no members yet; import groups, so that it is told"))
        known = await _known(session, group_id)
        writer = AppointmentWriter(session, source=ChangeSource.TIMETABLE, by=by, now=now, listener=on_changes)
        words = await writer.listen_to(known.values())
        begin = to_instant(datetime.combine(today, time()), zone).instant
        named = {found.key for found in coming.occurrences}
        # A class of before today that the file now puts on a coming day was moved, and is not a new one.
        compared = {
            key: _known_of(a, words.get(a.id)) for key, a in known.items() if a.starts_at >= begin or key in named
        }
        difference = diff_timetable(compared, coming, cancel_missing=cancel_missing)
        difference = _without_begun(difference, known, timetable, now)
        planned = sum(not found.cancelled and found.starts_at > now for found in compared.values())
        refusal = None if cancel_missing else _refusal(difference, known, timetable, planned, cancel_share)
        if refusal is not None:
            report.rejected.append((1, "cancelled", refusal))
            report.unchanged = planned
            await session.rollback()
            return report
        await _free_keys(session, group_id, known, difference)
        _write(writer, group_id, known, difference, coming)
        _warn(report, timetable, difference)
        _warn_of_uncovered(report, timetable, difference, known)
        # Some programs give every event a new UID at each export: a lesson at that time is then known already.
        starts = {appointment.starts_at for appointment in known.values()}
        late = [found for found in over if found.key not in known and found.starts_at not in starts]
        for found in late:
            _make(writer, group_id, found)
        await writer.finish()
        await (session.rollback() if dry_run else session.commit())
    # A new UID alone is no change to anybody.
    updated = sum(bool(change.fields) for change in difference.changed)
    report.created = len(difference.added) + len(late)
    report.updated = updated
    report.cancelled = len(difference.cancelled)
    report.unchanged = len(difference.unchanged) + len(difference.changed) - updated + len(over) - len(late)
    return report


def _known_as(report: Report, given: str, name: str) -> None:
    report.warnings.append(
        (1, "group", f"{given!r} was taken as the group {name!r}, which differs in capitals or spaces")
    )


def _refusal(
    difference: TimetableDiff, known: Mapping[str, Appointment], timetable: Timetable, planned: int, share: float
) -> str | None:
    """Why a file is taken for a mistake, and what to do; None when it is not."""
    if timetable.covered is None and timetable.complete and not timetable.unread and planned:
        what = f"the file names no lesson, while {planned} are planned"
    elif len(difference.missing) >= FEWEST_MISSING and len(difference.missing) > share * planned:
        first, last = _span(difference.missing, known, timetable)
        what = f"the file lacks {len(difference.missing)} of the {planned} planned lessons ({first} to {last})"
    else:
        return None
    return (
        f"{what}, and would cancel them: nothing was imported. Look at the export; if they really do not take place, "
        "import it again with --cancel-missing"
    )


def _span(keys: Iterable[str], known: Mapping[str, Appointment], timetable: Timetable) -> tuple[date, date]:
    days = [to_wall(known[key].starts_at, timetable.zone).date() for key in keys]
    return min(days), max(days)


def _warn_of_uncovered(
    report: Report, timetable: Timetable, difference: TimetableDiff, known: Mapping[str, Appointment]
) -> None:
    """Lessons on days that the file does not cover stay, and somebody should know that they do."""
    if not difference.uncovered or timetable.covered is None:
        return
    first, last = _span(difference.uncovered, known, timetable)
    count = len(difference.uncovered)
    what = f"{count} planned lesson{'s' if count > 1 else ''} ({first} to {last}) not in this file"
    covered = f"which covers {timetable.covered[0]} to {timetable.covered[1]}"
    mend = "unchanged; if they do not take place, cancel them in the timetable, or export the whole period"
    report.warnings.append((1, "days", f"{what}, {covered}: {mend}"))


async def _free_keys(
    session: AsyncSession, group_id: int, known: Mapping[str, Appointment], difference: TimetableDiff
) -> None:
    """Let classes change keys with each other: first each gives up its own, then each takes its new one."""
    wanted = {change.new.key for change in difference.changed} | {found.key for found in difference.added}
    kept = {change.old_key for change in difference.changed if change.old_key == change.new.key}
    for key in wanted & known.keys() - kept:
        known[key].external_id = _external_id(group_id, f"{key}-{known[key].id}")
    await session.flush()


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
    found = await classes_by_external_id(session, group_id, prefix)
    return {external_id.removeprefix(prefix): appointment for external_id, appointment in found.items()}


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
        missing=difference.missing.difference(begun),
    )


def _write(
    writer: AppointmentWriter,
    group_id: int,
    known: Mapping[str, Appointment],
    difference: TimetableDiff,
    coming: Timetable,
) -> None:
    """What the difference means for the classes, in the order of the file's changes."""
    for found in difference.added:
        _make(writer, group_id, found)
    for change in difference.changed:
        writer.hear(known[change.old_key], _details(change.new), _NAMED, _external_id(group_id, change.new.key))
    for key in difference.cancelled:
        appointment = known[key]
        gone = Details(AppointmentKind.CLASS, appointment.starts_at, status=AppointmentStatus.CANCELLED)
        writer.hear(appointment, gone, {"status"})
    # What is said again is remembered too, where earlier words were not kept.
    again = {found.key: found for found in coming.occurrences if not found.cancelled}
    for key in difference.unchanged:
        if key in again and not writer.has_heard(known[key]):
            writer.hear(known[key], _details(again[key]), _NAMED)


def _make(writer: AppointmentWriter, group_id: int, found: Occurrence) -> None:
    writer.enter(_external_id(group_id, found.key), _details(found), _NAMED, group_id=group_id)


def _details(found: Occurrence) -> Details:
    return Details(
        kind=AppointmentKind.CLASS,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        location=found.location or None,
        note=found.summary or None,
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
