"""One VEVENT of an .ics file as checked values: times on the wall of its own zone, rules that are safe to run."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from math import gcd

from icalendar import vRecur

from reminders.local_time import to_instant, to_wall
from reminders.timetables.ics_lines import IcsBlock, Property
from reminders.timetables.ics_titles import says_cancelled, seems_cancelled
from reminders.timetables.ics_zones import UnknownZone, Zones

LONGEST_EVENT = timedelta(hours=24)
MOST_DATES = 2_000
MOST_RULES = 3
LONGEST_TEXT = 2_000

# Seconds are left out, dashes and colons put in by programs that write their own files.
_STAMP = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[Tt ](\d\d):?(\d\d)(?::?(\d\d))?([Zz]?))?")
_DURATION = re.compile(r"\+?P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?")
_RULE_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "WKST"}
_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")


class EventFault(ValueError):
    """This event cannot be used: on which line, a stable code, and an English sentence on what to mend."""

    def __init__(self, code: str, message: str, line: int) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.line = line


class WholeDays(EventFault):
    """An event of whole days has no time to remind of: no lesson, but what is said of its days. Both days included."""

    def __init__(self, first: date, last: date, line: int) -> None:
        super().__init__("all_day", "an event of whole days has no time to remind of: give it a start time", line)
        self.first = first
        self.last = last


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something about an event that is used all the same: on which line, a stable code, an English sentence."""

    code: str
    message: str
    line: int


@dataclass(frozen=True, slots=True)
class RuleText:
    """A checked RRULE, without UNTIL; `until` is the last wall time, None = no end. counted = it has a COUNT."""

    text: str
    until: datetime | None
    counted: bool


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
    if _is_day(start):
        raise _whole_days(block, _stamp(start, start.value)[0], start.line)
    zone, floating = _zone_of(start, zones.named)
    own_zone = zones.floating if floating else zone
    repeats_in_utc = bool(block.first("RRULE")) and start.value.strip().upper().endswith("Z")
    if repeats_in_utc and zones.shown is not None:
        # Such calendars write instants, and name beside them the zone in whose wall time they repeat.
        own_zone, repeats_in_utc = zones.shown, False
    frame = _Frame(zones.named, own_zone if series is None else series.zone)
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
        rules=tuple(_rule(rule, frame, starts) for rule in rules),
        exdates=tuple(_exdates(block, frame, starts.time())),
        rdates=tuple(_rdates(block, frame, starts)),
        recurrence_id=None if recurrence is None else _start_on(recurrence, recurrence.value, frame, of_series),
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
    frame = _Frame(zones.named, zones.floating if series is None else series.zone)
    try:
        return _start_on(found[0], found[0].value, frame, time() if series is None else series.starts.time())
    except EventFault:
        return None


def read_day(block: IcsBlock) -> date | None:
    """On which day (of its own zone) an unreadable VEVENT would begin, as far as that can be read."""
    start = block.first("DTSTART")
    try:
        return None if start is None else _stamp(start, start.value)[0]
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
        last = first if end is None else _stamp(end, end.value)[0] - timedelta(days=1)
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


@dataclass(frozen=True, slots=True)
class _Frame:
    """Reads times onto the wall of one zone."""

    zones: Zones
    zone: tzinfo

    def wall(self, found: Property, value: str) -> datetime:
        day, clock, utc = _stamp(found, value)
        if clock is None:
            raise EventFault("not_a_time", f"{found.name} is a day without a time: give it a time", found.line)
        wall = datetime.combine(day, clock)
        zone: tzinfo = UTC if utc else _zone_of(found, self.zones)[0]
        if zone is self.zone or ("TZID" not in found.parameters and not utc):
            return wall
        try:
            return to_wall(to_instant(wall, zone).instant, self.zone)
        except OverflowError as error:
            raise EventFault("bad_time", f"{found.name} is outside the calendar: check the year", found.line) from error


def _zone_of(found: Property, zones: Zones) -> tuple[tzinfo, bool]:
    """The zone of a property's times, and whether they float (no zone at all)."""
    if found.value.strip().upper().endswith("Z"):
        return UTC, False
    tzid = found.parameters.get("TZID")
    if tzid is None:
        return UTC, True
    try:
        return zones.zone(tzid), False
    except UnknownZone as error:
        raise EventFault(
            "unknown_zone", f"the time zone {tzid[:60]!r} is not known: use Europe/Amsterdam", found.line
        ) from error


def _stamp(found: Property, value: str) -> tuple[date, time | None, bool]:
    match = _STAMP.fullmatch(value.strip())
    if match is None:
        raise EventFault("bad_time", f"{found.name} is no time such as 20260330T090000", found.line)
    year, month, day, hour, minute, second, utc = match.groups()
    try:
        on = date(int(year), int(month), int(day))
        if not 1970 <= on.year <= 2200:
            raise ValueError(on.year)
        # A leap second is not a time that anybody meets at.
        return on, None if hour is None else time(int(hour), int(minute), min(int(second or 0), 59)), bool(utc)
    except ValueError as error:
        raise EventFault("bad_time", f"{found.name} is a time that does not exist: mend it", found.line) from error


def _is_day(found: Property) -> bool:
    # Some exporters write VALUE=DATE in front of a day and a time: the time is meant.
    return _stamp(found, found.value)[1] is None


def _ends(block: IcsBlock, frame: _Frame, starts: datetime) -> tuple[datetime | None, list[Oddity]]:
    end, duration = _only(block, "DTEND"), _only(block, "DURATION")
    if end is not None:
        if _is_day(end):
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


def _rule(found: Property, frame: _Frame, starts: datetime) -> RuleText:
    parts: dict[str, str] = {}
    # Some exporters repeat the start's own time in the rule.
    said_already = {"BYHOUR": starts.hour, "BYMINUTE": starts.minute, "BYSECOND": starts.second}
    for part in "".join(found.value.split()).rstrip(";").upper().split(";"):
        key, equals, value = part.partition("=")
        if key in said_already and value.isdecimal() and int(value) == said_already[key]:
            continue
        if not equals or not value or key in parts or key not in _RULE_PARTS:
            raise EventFault("bad_rule", f"RRULE has a part that cannot be used: {part[:40]!r}", found.line)
        parts[key] = value
    until = parts.pop("UNTIL", None)
    if until is not None and "COUNT" in parts:
        raise EventFault("bad_rule", "RRULE has both COUNT and UNTIL: remove one", found.line)
    _check_rule(parts, found.line)
    return RuleText(
        ";".join(f"{key}={value}" for key, value in parts.items()),
        None if until is None else _until(found, until, frame),
        "COUNT" in parts,
    )


def _check_rule(parts: dict[str, str], line: int) -> None:
    """Refuse what no timetable needs and what would run for minutes without ever giving a date."""
    frequency = parts.get("FREQ", "")
    if frequency not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        raise EventFault("bad_frequency", "RRULE repeats neither by day, week, month nor year: mend FREQ", line)
    try:
        vRecur.from_ical(";".join(f"{key}={value}" for key, value in parts.items()))
        interval, count = int(parts.get("INTERVAL", "1")), int(parts.get("COUNT", "1"))
        days = [_DAY.fullmatch(day) for day in parts["BYDAY"].split(",")] if "BYDAY" in parts else []
        month_days = [int(day) for day in parts["BYMONTHDAY"].split(",")] if "BYMONTHDAY" in parts else []
        positions = [int(place) for place in parts["BYSETPOS"].split(",")] if "BYSETPOS" in parts else []
        months = [int(month) for month in parts["BYMONTH"].split(",")] if "BYMONTH" in parts else []
    except ValueError as error:
        raise EventFault("bad_rule", "RRULE cannot be read: mend it", line) from error
    numbered = any(day is not None and day[1] for day in days)
    fine = (
        1 <= interval <= 400
        and 1 <= count <= 10_000
        and all(days)
        and len(days) <= 35
        and all(1 <= abs(day) <= 31 for day in month_days)
        and all(1 <= abs(place) <= 4 for place in positions)
        and all(1 <= month <= 12 for month in months)
        # Of each of these a combination exists that no day ever fulfils.
        and not (frequency in ("DAILY", "WEEKLY") and (month_days or positions or numbered))
        and not (frequency == "DAILY" and days and gcd(interval, 7) > 1)
        and not (positions and (not days or month_days or numbered))
        and not (month_days and (numbered or (months and not _some_day(months, month_days))))
        and not (months and interval > 1)
    )
    if not fine:
        raise EventFault("bad_rule", "RRULE is not one that a timetable can have: make it simpler", line)


def _some_day(months: list[int], days: list[int]) -> bool:
    longest = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}
    return any(abs(day) <= longest.get(month, 31) for month in months for day in days)


def _until(found: Property, value: str, frame: _Frame) -> datetime | None:
    if value.startswith("9999"):
        # How some exporters write that there is no end.
        return None
    day, clock, _ = _stamp(found, value)
    # A day without a time is often written: that day is meant to be in.
    if clock is None:
        return datetime.combine(day, time(23, 59, 59))
    return frame.wall(Property("UNTIL", {}, value, found.line), value)


def _start_on(found: Property, value: str, frame: _Frame, of_series: time) -> datetime:
    """The start of a class of a series whose classes begin at `of_series`, on the series' wall.

    Some exporters leave out its time, or write the series' own wall time with the name of another zone.
    """
    day, clock, _ = _stamp(found, value)
    if clock is None or clock == of_series:
        meant = datetime.combine(day, of_series)
        return meant if clock is None or frame.wall(found, value).time() != of_series else frame.wall(found, value)
    return frame.wall(found, value)


def _exdates(block: IcsBlock, frame: _Frame, of_series: time) -> list[date]:
    found: list[date] = []
    for exdate, value in _listed(block, "EXDATE"):
        day, clock, _ = _stamp(exdate, value)
        found.append(day if clock is None else _start_on(exdate, value, frame, of_series))
    return found


def _rdates(block: IcsBlock, frame: _Frame, starts: datetime) -> list[datetime]:
    found: list[datetime] = []
    for rdate, value in _listed(block, "RDATE"):
        day, clock, _ = _stamp(rdate, start := value.partition("/")[0])
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
