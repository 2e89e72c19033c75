"""The rule by which an event repeats (RRULE), checked before it is run: what no timetable needs is refused."""

import re
from dataclasses import dataclass
from datetime import datetime, time
from math import gcd

from icalendar import vRecur

from reminders.timetables.ics_lines import Property
from reminders.timetables.ics_times import EventFault, Frame, read_stamp

_RULE_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "WKST"}
_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")


@dataclass(frozen=True, slots=True)
class RuleText:
    """A checked RRULE, without UNTIL; `until` is the last wall time, None = no end. counted = it has a COUNT."""

    text: str
    until: datetime | None
    counted: bool


def read_rule(found: Property, frame: Frame, starts: datetime) -> RuleText:
    """Check one RRULE of an event that starts then, on the wall of `frame`. Raises EventFault."""
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


def _until(found: Property, value: str, frame: Frame) -> datetime | None:
    if value.startswith("9999"):
        # How some exporters write that there is no end.
        return None
    day, clock, _ = read_stamp(found, value)
    # A day without a time is often written: that day is meant to be in.
    if clock is None:
        return datetime.combine(day, time(23, 59, 59))
    return frame.wall(Property("UNTIL", {}, value, found.line), value)
