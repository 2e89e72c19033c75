"""One VEVENT of an .ics file as checked values: times on the wall of its own zone, rules that are safe to run."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from math import gcd

from icalendar import vRecur

from reminders.local_time import to_instant, to_wall
from reminders.timetables.ics_lines import IcsBlock, Property
from reminders.timetables.ics_zones import UnknownZone, Zones

LONGEST_EVENT = timedelta(hours=24)
MOST_DATES = 2_000
MOST_RULES = 3
LONGEST_TEXT = 2_000

_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
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
    # On which line it has an EXRULE, which RFC 5545 did away with and nobody works out any more.
    exrule_line: int | None = field(default=None, compare=False)

    @property
    def recurs(self) -> bool:
        """Whether it stands for more than one start."""
        return bool(self.rules or self.rdates)


def read_event(block: IcsBlock, zones: Zones, local_zone: tzinfo, series_zone: tzinfo | None = None) -> EventRecord:
    """Check one VEVENT.

    `series_zone` is the zone of the series that a RECURRENCE-ID belongs to; None = the event's own.

    Raises:
        EventFault: what is wrong, and on which line.
    """
    if not block.closed:
        raise EventFault("not_closed", "the event is cut off (no END:VEVENT): export the file again", block.line)
    if block.broken:
        raise EventFault("broken_line", "this line is no NAME:VALUE: export the file again", block.broken[0])
    start = _only(block, "DTSTART")
    if start is None:
        raise EventFault("no_start", "the event has no DTSTART: give it a start time", block.line)
    if _is_day(start):
        raise EventFault("all_day", "an event of whole days has no time to remind of: give it a start time", start.line)
    zone, floating = _zone_of(start, zones)
    own_zone = local_zone if floating else zone
    frame = _Frame(zones, series_zone or own_zone)
    starts = frame.wall(start, start.value)
    rules = block.all("RRULE")
    if len(rules) > MOST_RULES:
        raise EventFault("too_many_rules", "more than three RRULEs: split the event", rules[MOST_RULES].line)
    recurrence, exrule = _only(block, "RECURRENCE-ID"), block.first("EXRULE")
    status = block.first("STATUS")
    return EventRecord(
        uid=_text(block, "UID") or "",
        line=block.line,
        zone=frame.zone,
        starts=starts,
        ends=_ends(block, frame, starts),
        summary=_text(block, "SUMMARY") or "",
        location=_text(block, "LOCATION"),
        description=_text(block, "DESCRIPTION"),
        cancelled=status is not None and status.value.strip().upper() == "CANCELLED",
        sequence=_sequence(block),
        rules=tuple(_rule(rule, frame, starts) for rule in rules),
        exdates=tuple(_exdates(block, frame)),
        rdates=tuple(_rdates(block, frame, starts)),
        recurrence_id=None if recurrence is None else _start_on(recurrence, recurrence.value, frame, starts),
        this_and_future=recurrence is not None and recurrence.parameters.get("RANGE", "").upper() == "THISANDFUTURE",
        utc_rule=bool(rules) and start.value.strip().endswith("Z"),
        exrule_line=None if exrule is None else exrule.line,
    )


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
    if found.value.strip().endswith("Z"):
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
        return on, None if hour is None else time(int(hour), int(minute), min(int(second), 59)), bool(utc)
    except ValueError as error:
        raise EventFault("bad_time", f"{found.name} is a time that does not exist: mend it", found.line) from error


def _is_day(found: Property) -> bool:
    return found.parameters.get("VALUE", "").upper() == "DATE" or _stamp(found, found.value)[1] is None


def _ends(block: IcsBlock, frame: _Frame, starts: datetime) -> datetime | None:
    end, duration = _only(block, "DTEND"), _only(block, "DURATION")
    if end is not None:
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
        return None
    if ends < starts:
        raise EventFault("ends_before_start", "the event ends before it starts: mend its end", line)
    if ends - starts > LONGEST_EVENT:
        raise EventFault("too_long", "the event lasts longer than a day: mend its end", line)
    return None if ends == starts else ends


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


def _start_on(found: Property, value: str, frame: _Frame, starts: datetime) -> datetime:
    day, clock, _ = _stamp(found, value)
    # Some exporters leave out the time of the class that is meant.
    return datetime.combine(day, starts.time()) if clock is None else frame.wall(found, value)


def _exdates(block: IcsBlock, frame: _Frame) -> list[date]:
    found: list[date] = []
    for exdate, value in _listed(block, "EXDATE"):
        day, clock, _ = _stamp(exdate, value)
        found.append(day if clock is None else frame.wall(exdate, value))
    return found


def _rdates(block: IcsBlock, frame: _Frame, starts: datetime) -> list[datetime]:
    return [_start_on(rdate, value.partition("/")[0], frame, starts) for rdate, value in _listed(block, "RDATE")]


def _listed(block: IcsBlock, name: str) -> list[tuple[Property, str]]:
    listed = [
        (Property(name, found.parameters, value, found.line), value)
        for found in block.all(name)
        for value in found.value.split(",")
    ]
    if len(listed) > MOST_DATES:
        raise EventFault("too_many_dates", f"more than {MOST_DATES} dates in {name}: split the event", block.line)
    return listed


def _only(block: IcsBlock, name: str) -> Property | None:
    found = block.all(name)
    if len(found) > 1:
        raise EventFault("twice", f"{name} stands twice in the event: remove one", found[1].line)
    return found[0] if found else None


def _text(block: IcsBlock, name: str) -> str | None:
    found = block.first(name)
    return None if found is None else found.text().strip()[:LONGEST_TEXT] or None


def _sequence(block: IcsBlock) -> int:
    found = block.first("SEQUENCE")
    value = "" if found is None else found.value.strip()
    return int(value) if value.isdecimal() and len(value) < 10 else 0
