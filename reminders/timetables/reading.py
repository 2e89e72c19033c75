"""A language provider's timetable (.ics), read as single classes within a horizon.

Recurrence is worked out in the wall time of each event's own zone, so that a class at 09:00 stays at 09:00 across both
DST nights; the instants come last. The outer form is read by `reminders.timetables.ics_lines`, one event by
`reminders.timetables.ics_events`; what comes out is in `reminders.timetables.occurrences`, whose names are named here
too.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo

import holidays
import recurring_ical_events
from icalendar import Calendar, Event, vRecur

from reminders.local_time import AMSTERDAM, to_instant, to_wall
from reminders.timetables.difference import ChangedClass, KnownOccurrence, TimetableDiff, diff_timetable
from reminders.timetables.ics_events import EventFault, EventRecord, read_event
from reminders.timetables.ics_lines import IcsBlock, TooDeep, read_blocks
from reminders.timetables.ics_zones import Zones
from reminders.timetables.occurrences import (
    Occurrence,
    OccurrenceNote,
    OccurrenceStatus,
    Timetable,
    TimetableFault,
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
        frozenset(reading.unread_uids),
        reading.complete,
        frozenset(reading.called_off_uids),
    )


@dataclass(slots=True)
class _Reading:
    zone: tzinfo
    horizon: tuple[date, date]
    occurrences: dict[str, Occurrence] = field(default_factory=dict)
    faults: list[TimetableFault] = field(default_factory=list)
    unread_uids: set[str] = field(default_factory=set)
    called_off_uids: set[str] = field(default_factory=set)
    complete: bool = True
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
        if not calendars:
            self._useless("no_calendar", "this is no calendar file (.ics): it has no BEGIN:VCALENDAR")
            return
        if not all(calendar.closed for calendar in calendars):
            self._useless("cut_off", "the file ends too early (no END:VCALENDAR): export it again", calendars[-1].line)
        years = range(self.horizon[0].year, self.horizon[1].year + 2)
        # Bevrijdingsdag is "optional" there, and an official day all the same (Algemene termijnenwet, 3).
        self._holidays = holidays.country_holidays("NL", years=years, language="nl", categories=("public", "optional"))
        # Calendars in one file are read as one: some exporters put what replaces a class into another than its series.
        self._read_events(calendars, Zones(root))

    def _read_events(self, calendars: list[IcsBlock], zones: Zones) -> None:
        blocks: list[tuple[IcsBlock, bool]] = []
        for calendar in calendars:
            method = calendar.first("METHOD")
            all_cancelled = method is not None and method.value.strip().upper() == "CANCEL"
            if all_cancelled:
                # It names what is cancelled (RFC 5546, 3.2.5), not the rest of the timetable.
                self.complete = False
            blocks.extend((block, all_cancelled) for block in calendar.walk("VEVENT"))
        if len(blocks) > MOST_EVENTS:
            self._useless("too_many_events", f"more than {MOST_EVENTS} events: export a shorter period")
            blocks = blocks[:MOST_EVENTS]
        by_uid: dict[str, list[tuple[IcsBlock, bool]]] = defaultdict(list)
        for block, all_cancelled in blocks:
            found = block.first("UID")
            uid = "" if found is None else found.text().strip()
            if not uid:
                self.complete = False
                self._fault(
                    block, EventFault("no_uid", "the event has no UID, so a change could not be seen", block.line)
                )
            else:
                by_uid[uid].append((block, all_cancelled))
        series = 0
        for uid, parts in by_uid.items():
            records = self._records(uid, parts, zones)
            if any(record.recurs for record in records):
                series += 1
                if series > MOST_SERIES:
                    self.unread_uids.add(uid)
                    line = parts[0][0].line
                    self._fault(parts[0][0], EventFault("too_many_series", "more than 1,000 series", line))
                    continue
            self._add_event(uid, records)

    def _records(self, uid: str, parts: list[tuple[IcsBlock, bool]], zones: Zones) -> list[EventRecord]:
        """The records of one UID: first the series itself, then what replaces single classes of it.

        Of several for the same, the one with the highest SEQUENCE is the newest.
        """
        found: dict[datetime | None, EventRecord] = {}
        for block, all_cancelled in sorted(parts, key=lambda part: part[0].first("RECURRENCE-ID") is not None):
            try:
                master = found.get(None)
                record = read_event(block, zones, self.zone, master.zone if master is not None else None)
                if all_cancelled:
                    record = replace(record, cancelled=True)
                other = found.get(record.recurrence_id)
                if other is None or other.sequence < record.sequence:
                    found[record.recurrence_id] = record
                    if record.recurrence_id is None:
                        (self.called_off_uids.add if all_cancelled else self.called_off_uids.discard)(uid)
                elif other.sequence == record.sequence and replace(other, line=record.line) != record:
                    raise EventFault("uid_twice", "two events have the same UID: only the first is used", block.line)
            except EventFault as fault:
                self.unread_uids.add(uid)
                self._fault(block, fault)
        return list(found.values())

    def _add_event(self, uid: str, records: list[EventRecord]) -> None:
        if not records:
            return
        master = records[0]
        try:
            if len(records) == 1 and not master.recurs and master.recurrence_id is None:
                self._add(master, master.starts, master.ends, None)
            else:
                for record, starts, ends, original in self._expanded(records):
                    self._add(record, starts, ends, original)
        except (ValueError, OverflowError, TypeError, KeyError, IndexError):
            # The library's own words are of no help to whoever made the file.
            self.unread_uids.add(uid)
            self.faults.append(
                TimetableFault(
                    master.line, _name(master.summary, uid), "bad_rule", "the repetition cannot be worked out"
                )
            )
        self.faults.extend(
            TimetableFault(
                record.exrule_line,
                _name(master.summary, uid),
                "exrule",
                "EXRULE is not read, so the classes that it leaves out are in: name them in EXDATE",
                left_out=False,
            )
            for record in records
            if record.exrule_line is not None
        )
        if any(record.utc_rule for record in records):
            self.faults.append(
                TimetableFault(
                    master.line,
                    _name(master.summary, uid),
                    "repeats_in_utc",
                    "repeats in UTC: its local time changes by an hour in summer; export it with a time zone",
                    left_out=False,
                )
            )

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

    def _add(self, record: EventRecord, starts: datetime, ends: datetime | None, original: datetime | None) -> None:
        start = to_instant(starts, record.zone)
        starts_local = to_wall(start.instant, self.zone)
        recurrence_id = None if original is None else to_instant(original, record.zone).instant
        days = {starts_local.date(), to_wall(recurrence_id or start.instant, self.zone).date()}
        if not any(self.horizon[0] <= day <= self.horizon[1] for day in days):
            return
        key = occurrence_key(record.uid, recurrence_id)
        if len(self.occurrences) >= MOST_OCCURRENCES and key not in self.occurrences:
            if self.complete:
                self._useless("too_many_classes", f"more than {MOST_OCCURRENCES} classes: export a shorter period")
            return
        ends_at = None if ends is None else to_instant(ends, record.zone).instant
        if ends is not None and ends_at is not None and ends_at <= start.instant:
            ends_at = start.instant + (ends - starts)
        holiday = self._holidays.get(starts_local.date())
        notes = [] if start.oddity is None else [OccurrenceNote(start.oddity)]
        self.occurrences[key] = Occurrence(
            key=key,
            uid=record.uid,
            recurrence_id=recurrence_id,
            starts_at=start.instant,
            ends_at=ends_at,
            starts_local=starts_local,
            summary=record.summary,
            location=record.location,
            description=record.description,
            status=OccurrenceStatus.CANCELLED if record.cancelled else OccurrenceStatus.PLANNED,
            sequence=record.sequence,
            notes=tuple(notes + ([] if holiday is None else [OccurrenceNote.HOLIDAY])),
            on_holiday=holiday,
        )

    def _fault(self, block: IcsBlock, fault: EventFault) -> None:
        summary, uid = block.first("SUMMARY"), block.first("UID")
        name = _name("" if summary is None else summary.text(), "" if uid is None else uid.text())
        self.faults.append(TimetableFault(fault.line, name, fault.code, fault.message))

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
