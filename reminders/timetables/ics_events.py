"""One VEVENT of an .ics file as checked values: times on the wall of its own zone, rules that are safe to run."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from reminders.timetables.ics_lines import IcsBlock, Property
from reminders.timetables.ics_rules import RuleText, read_rule
from reminders.timetables.ics_times import EventFault, Frame, Oddity, WholeDays, is_day, read_stamp, read_start, zone_of
from reminders.timetables.ics_titles import says_cancelled, seems_cancelled
from reminders.timetables.ics_zones import Zones

LONGEST_EVENT = timedelta(hours=24)
MOST_DATES = 2_000
MOST_RULES = 3
LONGEST_TEXT = 2_000

_DURATION = re.compile(r"\+?P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """What a VEVENT says. Wall times are of `zone`: that of its DTSTART, the municipality's when that floats."""

    uid: str
    line: int
    zone: tzinfo
    starts: datetime
    ends: datetime | None
    summary: str
    location: str | None
    description: str | None
    cancelled: bool
    sequence: int
    rules: tuple[RuleText, ...] = ()
    # Dates (a whole day) or wall times that do not take place.
    exdates: tuple[date, ...] = ()
    rdates: tuple[datetime, ...] = ()
    # The start that this event replaces.
    recurrence_id: datetime | None = None
    this_and_future: bool = False
    utc_rule: bool = field(default=False)
    # When this version was written, as the file has it (an instant in UTC as text); empty = not said.
    stamp: str = field(default="", compare=False)
    oddities: tuple[Oddity, ...] = field(default=(), compare=False)

    @property
    def recurs(self) -> bool:
        """Whether it stands for more than one start."""
        return bool(self.rules or self.rdates)


@dataclass(frozen=True, slots=True)
class CalendarZones:
    """How times of one calendar of a file are read: `named` by TZID, `floating` without; `shown` is X-WR-TIMEZONE."""

    named: Zones
    floating: tzinfo
    shown: tzinfo | None = None


def read_event(block: IcsBlock, zones: CalendarZones, series: EventRecord | None = None) -> EventRecord:
    """Check one VEVENT. `series` is what a RECURRENCE-ID belongs to, in whose zone the event is then read.

    Raises:
        WholeDays: it has no time of the day.
        EventFault: what is wrong, and on which line.
    """
    if not block.closed:
        raise EventFault("not_closed", "the event is cut off (no END:VEVENT): export the file again", block.line)
    broken = next((found for found in block.broken if found.decides), None)
    if broken is not None:
        raise EventFault("broken_line", "this line is no NAME:VALUE: export the file again", broken.line)
    start = _only(block, "DTSTART")
    if start is None:
        raise EventFault("no_start", "the event has no DTSTART: give it a start time", block.line)
    if is_day(start):
        raise _whole_days(block, read_stamp(start, start.value)[0], start.line)
    zone, floating = zone_of(start, zones.named)
    own_zone = zones.floating if floating else zone
    repeats_in_utc = bool(block.first("RRULE")) and start.value.strip().upper().endswith("Z")
    if repeats_in_utc and zones.shown is not None:
        # Such calendars write instants, and name beside them the zone in whose wall time they repeat.
        own_zone, repeats_in_utc = zones.shown, False
    frame = Frame(zones.named, own_zone if series is None else series.zone)
    starts = frame.wall(start, start.value)
    rules = block.all("RRULE")
    if len(rules) > MOST_RULES:
        raise EventFault("too_many_rules", "more than three RRULEs: split the event", rules[MOST_RULES].line)
    recurrence = _only(block, "RECURRENCE-ID")
    of_series = starts.time() if series is None else series.starts.time()
    ends, oddities = _ends(block, frame, starts)
    summary = _text(block, "SUMMARY") or ""
    cancelled = block.says("STATUS") == "CANCELLED" or says_cancelled(summary, is_free=_is_free(block))
    return EventRecord(
        uid=_text(block, "UID") or "",
        line=block.line,
        zone=frame.zone,
        starts=starts,
        ends=ends,
        summary=summary,
        location=_text(block, "LOCATION"),
        description=_text(block, "DESCRIPTION"),
        cancelled=cancelled,
        sequence=_sequence(block),
        rules=tuple(read_rule(rule, frame, starts) for rule in rules),
        exdates=tuple(_exdates(block, frame, starts.time())),
        rdates=tuple(_rdates(block, frame, starts)),
        recurrence_id=None if recurrence is None else read_start(recurrence, recurrence.value, frame, of_series),
        this_and_future=is_this_and_future(block),
        utc_rule=repeats_in_utc,
        stamp=max((block.says("LAST-MODIFIED"), block.says("DTSTAMP"))),
        oddities=(*oddities, *_oddities(block, summary, cancelled)),
    )


def read_replaced_start(block: IcsBlock, zones: CalendarZones, series: EventRecord | None) -> datetime | None:
    """The start that an unreadable VEVENT would replace, on the wall of its series; None when that is unreadable too.

    A time without a zone is the series' own.
    """
    found = block.all("RECURRENCE-ID")
    if len(found) != 1 or is_this_and_future(block):
        return None
    frame = Frame(zones.named, zones.floating if series is None else series.zone)
    try:
        return read_start(found[0], found[0].value, frame, time() if series is None else series.starts.time())
    except EventFault:
        return None


def read_day(block: IcsBlock) -> date | None:
    """On which day (of its own zone) an unreadable VEVENT would begin, as far as that can be read."""
    start = block.first("DTSTART")
    try:
        return None if start is None else read_stamp(start, start.value)[0]
    except EventFault:
        return None


def is_this_and_future(block: IcsBlock) -> bool:
    """Whether a VEVENT replaces a class and all after it."""
    found = block.first("RECURRENCE-ID")
    return found is not None and found.parameters.get("RANGE", "").upper() == "THISANDFUTURE"


def _is_free(block: IcsBlock) -> bool:
    return block.says("TRANSP") == "TRANSPARENT" or block.says("X-MICROSOFT-CDO-BUSYSTATUS") == "FREE"


def _whole_days(block: IcsBlock, first: date, line: int) -> WholeDays:
    """The days of an event of whole days; an end that is none means its first day only."""
    end = block.first("DTEND")
    try:
        last = first if end is None else read_stamp(end, end.value)[0] - timedelta(days=1)
    except EventFault:
        last = first
    return WholeDays(first, max(first, last), line)


def _oddities(block: IcsBlock, summary: str, cancelled: bool) -> list[Oddity]:
    found = [
        Oddity("broken_text", f"this line of {broken.name} is no NAME:VALUE, and was passed over", broken.line)
        for broken in block.broken[:1]
    ]
    found += [
        Oddity("empty_dates", f"{empty.name} is empty, and was passed over", empty.line)
        for name in ("EXDATE", "RDATE")
        for empty in block.all(name)
        if not empty.value.strip(" ,")
    ]
    exrule = block.first("EXRULE")
    if exrule is not None:
        message = "EXRULE is not read, so the classes that it leaves out are in: name them in EXDATE"
        found.append(Oddity("exrule", message, exrule.line))
    if not cancelled and seems_cancelled(summary):
        message = "the title says that it does not take place, and the event does: cancel it in the timetable if so"
        found.append(Oddity("maybe_cancelled", message, block.line))
    return found


def _ends(block: IcsBlock, frame: Frame, starts: datetime) -> tuple[datetime | None, list[Oddity]]:
    end, duration = _only(block, "DTEND"), _only(block, "DURATION")
    if end is not None:
        if is_day(end):
            message = "DTEND is a day, while the event has a time: taken without an end"
            return None, [Oddity("end_without_time", message, end.line)]
        ends, line = frame.wall(end, end.value), end.line
    elif duration is not None:
        found = _DURATION.fullmatch(duration.value.strip())
        if found is None or not any(found.groups()):
            raise EventFault("bad_duration", "DURATION is no length such as PT2H", duration.line)
        weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        if length > LONGEST_EVENT:
            raise EventFault("too_long", "the event lasts longer than a day: mend its end", duration.line)
        ends, line = starts + length, duration.line
    else:
        return None, []
    if ends < starts:
        # Somebody moved it and left the old end: that it takes place, and when it begins, is said all the same.
        when = f"{starts:%Y-%m-%d %H:%M}"
        message = f"the event of {when} ends before it starts: taken without an end; mend it, and look at the start"
        return None, [Oddity("ends_before_start", message, line)]
    if ends > starts and not any((starts.hour, starts.minute, ends.hour, ends.minute)):
        raise WholeDays(starts.date(), ends.date() - timedelta(days=1), line)
    if ends - starts > LONGEST_EVENT:
        raise EventFault("too_long", "the event lasts longer than a day: mend its end", line)
    return (None if ends == starts else ends), []


def _exdates(block: IcsBlock, frame: Frame, of_series: time) -> list[date]:
    found: list[date] = []
    for exdate, value in _listed(block, "EXDATE"):
        day, clock, _ = read_stamp(exdate, value)
        found.append(day if clock is None else read_start(exdate, value, frame, of_series))
    return found


def _rdates(block: IcsBlock, frame: Frame, starts: datetime) -> list[datetime]:
    found: list[datetime] = []
    for rdate, value in _listed(block, "RDATE"):
        day, clock, _ = read_stamp(rdate, start := value.partition("/")[0])
        found.append(datetime.combine(day, starts.time()) if clock is None else frame.wall(rdate, start))
    return found


def _listed(block: IcsBlock, name: str) -> list[tuple[Property, str]]:
    listed = [
        (Property(name, found.parameters, value, found.line), value)
        for found in block.all(name)
        for value in found.value.split(",")
        if value.strip()
    ]
    if len(listed) > MOST_DATES:
        raise EventFault("too_many_dates", f"more than {MOST_DATES} dates in {name}: split the event", block.line)
    return listed


def _only(block: IcsBlock, name: str) -> Property | None:
    found = block.all(name)
    if len({(one.value, tuple(one.parameters.items())) for one in found}) > 1:
        raise EventFault("twice", f"{name} stands twice in the event: remove one", found[1].line)
    return found[0] if found else None


def _text(block: IcsBlock, name: str) -> str | None:
    found = block.first(name)
    return None if found is None else found.text().strip()[:LONGEST_TEXT] or None


def _sequence(block: IcsBlock) -> int:
    found = block.first("SEQUENCE")
    value = "" if found is None else found.value.strip()
    return int(value) if value.isdecimal() and len(value) < 10 else 0
