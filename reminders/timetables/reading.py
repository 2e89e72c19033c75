"""A language provider's timetable (.ics), read as single classes within a horizon.

One bad part never decides about the others: of an event that cannot be read nothing is used, of a class whose
replacement cannot be read neither the old nor the new time, and everything else is.

Recurrence is worked out in the wall time of each event's own zone, so that a class at 09:00 stays at 09:00 across both
DST nights; the instants come last. The outer form is read by `reminders.timetables.ics_lines`, one event by
`reminders.timetables.ics_events`; what comes out is in `reminders.timetables.occurrences`, whose names are named here
too.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import holidays
import recurring_ical_events
from icalendar import Calendar, Event, vRecur

from reminders.local_time import AMSTERDAM, is_night, to_instant, to_wall
from reminders.timetables.difference import ChangedClass, KnownOccurrence, TimetableDiff, diff_timetable
from reminders.timetables.ics_events import CalendarZones, EventRecord, read_day
from reminders.timetables.ics_lines import IcsBlock, TooDeep, read_blocks
from reminders.timetables.ics_series import EventBlock, Series, WholeDayEvent, read_series
from reminders.timetables.ics_times import EventFault
from reminders.timetables.ics_titles import names_holiday
from reminders.timetables.ics_zones import UnknownZone, Zones
from reminders.timetables.occurrences import (
    Occurrence,
    OccurrenceNote,
    OccurrenceStatus,
    Timetable,
    TimetableFault,
    Unread,
    days_of,
    event_key,
    occurrence_key,
)

__all__ = [
    "ChangedClass",
    "KnownOccurrence",
    "Occurrence",
    "OccurrenceNote",
    "OccurrenceStatus",
    "Timetable",
    "TimetableDiff",
    "TimetableFault",
    "diff_timetable",
    "occurrence_key",
    "read_timetable",
]

LARGEST_FILE = 10 * 1024 * 1024
MOST_EVENTS = 20_000
MOST_SERIES = 1_000
MOST_OCCURRENCES = 50_000
# A series that began earlier than this before the horizon takes long to count through, and is surely a mistake.
LONGEST_AGO = timedelta(days=10 * 366)

_DAY = timedelta(days=1)
# What else a calendar holds; other blocks with a start are events whose first line is broken.
_BLOCKS = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "VAVAILABILITY", "VALARM", "VPOLL"})


def read_timetable(data: bytes, *, zone: tzinfo = AMSTERDAM, horizon: tuple[date, date]) -> Timetable:
    """Read an .ics file of any origin; never raises for what the file holds.

    `zone` is the municipality's, which floating times are in; `horizon` the first and the last local day of interest.
    Bounds: 10 MB, 20,000 events, 1,000 series, 50,000 classes; rules by the day at most.
    """
    reading = _Reading(zone, horizon)
    reading.read(data)
    return Timetable(
        tuple(sorted(reading.occurrences.values(), key=lambda found: (found.starts_at, found.key))),
        tuple(sorted(reading.faults, key=lambda fault: fault.line)),
        horizon,
        zone,
        tuple(reading.unread),
        frozenset(reading.unclear),
        reading.complete,
        frozenset(reading.called_off_uids),
        frozenset(reading.left_out),
        days_of(reading.occurrences.values(), zone),
    )


@dataclass(slots=True)
class _Reading:
    zone: tzinfo
    horizon: tuple[date, date]
    occurrences: dict[str, Occurrence] = field(default_factory=dict)
    faults: list[TimetableFault] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    unclear: set[tuple[str, date]] = field(default_factory=set)
    called_off_uids: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)
    complete: bool = True
    _whole_days: list[WholeDayEvent] = field(default_factory=list)
    _holidays: Mapping[date, str] = field(default_factory=dict)

    def read(self, data: bytes) -> None:
        if len(data) > LARGEST_FILE:
            self._useless("too_large", "the file is larger than 10 MB: export a shorter period")
            return
        try:
            root = read_blocks(data)
        except TooDeep:
            self._useless("no_calendar", "this is no calendar file (.ics): export it again")
            return
        calendars = [block for block in root.blocks if block.name == "VCALENDAR"]
        if not calendars and any(block.name == "VEVENT" for block in root.blocks):
            self.complete = False
            message = "the file has no BEGIN:VCALENDAR: its events were read, and nothing else concluded from it"
            self.faults.append(TimetableFault(1, "", "no_calendar", message, left_out=False))
            calendars = [root]
        if not calendars:
            self._useless("no_calendar", "this is no calendar file (.ics): it has no BEGIN:VCALENDAR")
            return
        if not all(calendar.closed for calendar in calendars):
            self._useless("cut_off", "the file ends too early (no END:VCALENDAR): export it again", calendars[-1].line)
        years = range(self.horizon[0].year, self.horizon[1].year + 2)
        # Bevrijdingsdag is "optional" there, and an official day all the same (Algemene termijnenwet, 3).
        self._holidays = holidays.country_holidays("NL", years=years, language="nl", categories=("public", "optional"))
        # Calendars in one file are read as one: some exporters put what replaces a class into another than its series.
        self._read_events(calendars, Zones(root, self.zone))
        self._tell_whole_days()

    def _read_events(self, calendars: list[IcsBlock], zones: Zones) -> None:
        parts: list[EventBlock] = []
        for calendar in calendars:
            all_cancelled = calendar.says("METHOD") == "CANCEL"
            if all_cancelled:
                # It names what is cancelled (RFC 5546, 3.2.5), not the rest of the timetable.
                self.complete = False
            self._tell_strays(calendar)
            read_with = self._zones_of(calendar, zones)
            parts.extend(EventBlock(block, read_with, all_cancelled) for block in calendar.walk("VEVENT"))
        if len(parts) > MOST_EVENTS:
            self._useless("too_many_events", f"more than {MOST_EVENTS} events: export a shorter period")
            parts = parts[:MOST_EVENTS]
        series_count = 0
        for uid, of_uid in self._by_uid(parts).items():
            series = read_series(of_uid)
            recurring = sum(any(record.recurs for record in records) for records in series.records)
            series_count += recurring
            if recurring and series_count > MOST_SERIES:
                series.unread, series.records = True, []
                fault = EventFault("too_many_series", "more than 1,000 series", of_uid[0].block.line)
                series.faults.append((of_uid[0].title, fault))
            self._add_series(uid, of_uid, series)

    def _tell_strays(self, calendar: IcsBlock) -> None:
        """What belongs to an event and stands in none: the line that begins it is broken, and it cannot be read."""
        strays = [calendar] if calendar.first("DTSTART") is not None else []
        strays += [block for block in calendar.blocks if block.name not in _BLOCKS and block.first("DTSTART")]
        for block in strays:
            start = block.first("DTSTART")
            line = block.line if start is None else start.line
            self.complete = False
            message = "this belongs to an event whose BEGIN:VEVENT is missing or broken: export the file again"
            self.faults.append(TimetableFault(line, _name(block.title(), ""), "no_event", message))

    def _zones_of(self, calendar: IcsBlock, zones: Zones) -> CalendarZones:
        """X-WR-TIMEZONE is the zone of times without one; UTC there says no more than nothing."""
        named = calendar.first("X-WR-TIMEZONE")
        try:
            shown = None if named is None else zones.zone(named.text())
        except UnknownZone:
            shown = None
        if shown is None or shown in (UTC, ZoneInfo("UTC"), ZoneInfo("Etc/UTC")):
            return CalendarZones(zones, self.zone)
        return CalendarZones(zones, shown, shown)

    def _by_uid(self, parts: list[EventBlock]) -> dict[str, list[EventBlock]]:
        """The events by UID; those without one get one of their title and start, and are known again by these."""
        by_uid: dict[str, list[EventBlock]] = defaultdict(list)
        without: list[EventBlock] = []
        for part in parts:
            found = part.block.first("UID")
            uid = "" if found is None else found.text().strip()
            (by_uid[uid] if uid else without).append(part)
        if without:
            line = without[0].block.line
            message = f"{len(without)} events have no UID; their lessons are known again by title, place and time"
            self.faults.append(TimetableFault(line, without[0].title, "no_uid", message, left_out=False))
        by_title: dict[str, list[str]] = defaultdict(list)
        for part in (part for part in without if not part.replaces):
            said = "|".join((part.title, part.block.says("DTSTART"), part.block.says("RRULE")))
            uid = f"no-uid-{hashlib.sha256(said.encode()).hexdigest()[:32]}"
            by_uid[uid].append(part)
            by_title[part.title].append(uid)
        for part in (part for part in without if part.replaces):
            # Of which of several series it replaces a class cannot be known, so none of them is read.
            for uid in set(by_title[part.title]) or {"no-uid"}:
                by_uid[uid].append(part)
        return by_uid

    def _add_series(self, uid: str, parts: list[EventBlock], series: Series) -> None:
        name = next((part.title for part in parts if part.title), uid)
        self.faults += [
            TimetableFault(fault.line, _name(title, uid), fault.code, fault.message) for title, fault in series.faults
        ]
        self.faults += [
            TimetableFault(oddity.line, _name(name, uid), oddity.code, oddity.message, left_out=False)
            for oddity in series.oddities
        ]
        self._whole_days += series.whole_days
        if series.called_off:
            self.called_off_uids.add(uid)
        unclear = {start for start, _ in series.unclear}
        for main in (records[0] for records in series.records):
            for day in main.exdates:
                start = day if isinstance(day, datetime) else datetime.combine(day, main.starts.time())
                if start not in unclear:
                    self.left_out.add(occurrence_key(uid, to_instant(start, main.zone).instant))
        for start, replaced in series.unclear:
            instant = to_instant(start, self.zone if replaced is None else replaced.zone).instant
            self.unclear.add((event_key(uid), to_wall(instant, self.zone).date()))
        if series.unread:
            self._leave(uid, parts)
        for records in series.records:
            self._add_records(uid, parts, records, is_only=len(series.records) == 1)

    def _add_records(self, uid: str, parts: list[EventBlock], records: list[EventRecord], *, is_only: bool) -> None:
        main = records[0]
        try:
            if len(records) == 1 and not main.recurs and main.recurrence_id is None:
                self._add(uid, main, main.starts, main.ends, None if is_only else main.starts)
            else:
                for record, starts, ends, original in self._expanded(records):
                    self._add(uid, record, starts, ends, original)
        except (ValueError, OverflowError, TypeError, KeyError, IndexError):
            # The library's own words are of no help to whoever made the file.
            self._leave(uid, parts)
            message = "the repetition cannot be worked out"
            self.faults.append(TimetableFault(main.line, _name(main.summary, uid), "bad_rule", message))
        if any(record.utc_rule for record in records):
            message = "repeats in UTC: its local time changes by an hour in summer; export it with a time zone"
            fault = TimetableFault(main.line, _name(main.summary, uid), "repeats_in_utc", message, left_out=False)
            self.faults.append(fault)

    def _leave(self, uid: str, parts: list[EventBlock]) -> None:
        """Use nothing of an event: what is known of its classes stays as it is."""
        event = event_key(uid)
        self.unread += [Unread(event, part.title, read_day(part.block)) for part in parts]
        for key in [key for key, found in self.occurrences.items() if found.uid == uid]:
            del self.occurrences[key]

    def _expanded(
        self, records: list[EventRecord]
    ) -> Iterator[tuple[EventRecord, datetime, datetime | None, datetime]]:
        """Every class of a series: its record, start, end and original start, on the wall of the series' zone."""
        first = datetime.combine(self.horizon[0] - _DAY, time())
        last = datetime.combine(self.horizon[1] + 2 * _DAY, time())
        if any(record.recurs and record.starts < first - LONGEST_AGO for record in records):
            raise ValueError("began too long ago")
        calendar = Calendar()
        for index, record in enumerate(records):
            calendar.add_component(_component(record, index, last))
        given: set[int] = set()
        for event in recurring_ical_events.of(calendar).between(first, last):
            index = int(event["X-MAATJE-RECORD"])
            record, starts = records[index], event["DTSTART"].dt
            given.add(index)
            original = starts if record.recurrence_id is None else starts - (record.starts - record.recurrence_id)
            yield record, starts, None if record.ends is None else starts + (record.ends - record.starts), original
        # A class that was moved out of the horizon is still the answer to what became of it.
        for index, record in enumerate(records):
            if record.recurrence_id is not None and index not in given and first <= record.recurrence_id < last:
                yield record, record.starts, record.ends, record.recurrence_id

    def _add(
        self, uid: str, record: EventRecord, starts: datetime, ends: datetime | None, original: datetime | None
    ) -> None:
        start = to_instant(starts, record.zone)
        starts_local = to_wall(start.instant, self.zone)
        recurrence_id = None if original is None else to_instant(original, record.zone).instant
        days = {starts_local.date(), to_wall(recurrence_id or start.instant, self.zone).date()}
        if not any(self.horizon[0] <= day <= self.horizon[1] for day in days):
            return
        key = occurrence_key(uid, recurrence_id)
        if len(self.occurrences) >= MOST_OCCURRENCES and key not in self.occurrences:
            if self.complete:
                self._useless("too_many_classes", f"more than {MOST_OCCURRENCES} classes: export a shorter period")
            return
        ends_at = None if ends is None else to_instant(ends, record.zone).instant
        if ends is not None and ends_at is not None and ends_at <= start.instant:
            ends_at = start.instant + (ends - starts)
        holiday = self._holidays.get(starts_local.date())
        notes = [] if start.oddity is None else [OccurrenceNote(start.oddity)]
        notes += [] if holiday is None else [OccurrenceNote.HOLIDAY]
        notes += [OccurrenceNote.NIGHT] if is_night(starts_local.time()) and not notes else []
        self.occurrences[key] = Occurrence(
            key=key,
            uid=uid,
            recurrence_id=recurrence_id,
            starts_at=start.instant,
            ends_at=ends_at,
            starts_local=starts_local,
            summary=record.summary,
            location=record.location,
            description=record.description,
            status=OccurrenceStatus.CANCELLED if record.cancelled else OccurrenceStatus.PLANNED,
            sequence=record.sequence,
            notes=tuple(notes),
            on_holiday=holiday,
        )

    def _tell_whole_days(self) -> None:
        """One line for all of them, and one for each holiday on which lessons stand."""
        if not self._whole_days:
            return
        count = len(self._whole_days)
        titles = ", ".join(title for title, _ in Counter(day.summary[:40] for day in self._whole_days).most_common(5))
        message = f"{count} whole-day event{'s' if count > 1 else ''} without a time, no lessons: {titles}"
        line = min(day.line for day in self._whole_days)
        self.faults.append(TimetableFault(line, "", "all_day", message, left_out=False))
        for day in self._whole_days:
            if not names_holiday(day.summary):
                continue
            on_it = [o for o in self.occurrences.values() if day.first <= o.starts_local.date() <= day.last]
            planned = sorted(f"{o.starts_local:%Y-%m-%d %H:%M}" for o in on_it if not o.cancelled)
            if planned:
                what = f"{len(planned)} lesson{'s' if len(planned) > 1 else ''} from {planned[0]}"
                message = f"{what}: does it take place on this day off? If not, cancel it in the timetable"
                name = _name(day.summary, "")
                self.faults.append(TimetableFault(day.line, name, "day_off", message, left_out=False))

    def _useless(self, code: str, message: str, line: int = 1) -> None:
        self.complete = False
        self.faults.append(TimetableFault(line, "", code, message))


def _name(summary: str, uid: str) -> str:
    return (summary.strip() or uid.strip())[:80]


def _component(record: EventRecord, index: int, last: datetime) -> Event:
    """The record as an event in floating time; every rule ends with the horizon, or it could run to the year 9999."""
    event = Event()
    event.add("UID", "series")
    event.add("DTSTART", record.starts)
    event.add("DTEND", record.ends or record.starts)
    event.add("SEQUENCE", record.sequence)
    event["X-MAATJE-RECORD"] = str(index)
    for rule in record.rules:
        until = last if rule.until is None else min(rule.until, last)
        text = rule.text if rule.counted else f"{rule.text};UNTIL={until.strftime('%Y%m%dT%H%M%S')}"
        event.add("RRULE", vRecur.from_ical(text))
    for rdate in record.rdates:
        event.add("RDATE", rdate)
    for exdate in record.exdates:
        event.add("EXDATE", exdate)
    if record.recurrence_id is not None:
        parameters = {"RANGE": "THISANDFUTURE"} if record.this_and_future else {}
        event.add("RECURRENCE-ID", record.recurrence_id, parameters=parameters)
    return event
