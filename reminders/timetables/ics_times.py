"""The times in an .ics file on the wall of one zone, and what is said of those that cannot be used."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

from reminders.local_time import to_instant, to_wall
from reminders.timetables.ics_lines import Property
from reminders.timetables.ics_zones import UnknownZone, Zones

# Seconds are left out, dashes and colons put in by programs that write their own files.
_STAMP = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[Tt ](\d\d):?(\d\d)(?::?(\d\d))?([Zz]?))?")


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
class Frame:
    """Reads times onto the wall of one zone."""

    zones: Zones
    zone: tzinfo

    def wall(self, found: Property, value: str) -> datetime:
        """A property's time there. Raises EventFault for a day without a time, and what is none."""
        day, clock, utc = read_stamp(found, value)
        if clock is None:
            raise EventFault("not_a_time", f"{found.name} is a day without a time: give it a time", found.line)
        wall = datetime.combine(day, clock)
        zone: tzinfo = UTC if utc else zone_of(found, self.zones)[0]
        if zone is self.zone or ("TZID" not in found.parameters and not utc):
            return wall
        try:
            return to_wall(to_instant(wall, zone).instant, self.zone)
        except OverflowError as error:
            raise EventFault("bad_time", f"{found.name} is outside the calendar: check the year", found.line) from error


def zone_of(found: Property, zones: Zones) -> tuple[tzinfo, bool]:
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


def read_stamp(found: Property, value: str) -> tuple[date, time | None, bool]:
    """A day, its time (None = the whole day), and whether that is UTC. Raises EventFault."""
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


def is_day(found: Property) -> bool:
    """Whether a property is a day without a time."""
    # Some exporters write VALUE=DATE in front of a day and a time: the time is meant.
    return read_stamp(found, found.value)[1] is None


def read_start(found: Property, value: str, frame: Frame, of_series: time) -> datetime:
    """The start of a class of a series whose classes begin at `of_series`, on the series' wall.

    Some exporters leave out its time, or write the series' own wall time with the name of another zone.
    """
    day, clock, _ = read_stamp(found, value)
    if clock is None or clock == of_series:
        meant = datetime.combine(day, of_series)
        return meant if clock is None or frame.wall(found, value).time() != of_series else frame.wall(found, value)
    return frame.wall(found, value)
