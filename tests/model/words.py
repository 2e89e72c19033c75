"""Reads Dutch messages as people do: which days and times they name. Knows nothing of how they are made."""

import re
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

AMSTERDAM: Final = ZoneInfo("Europe/Amsterdam")
_MONTHS: Final = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
_DAY: Final = re.compile(rf"(?:maan|dins|woens|donder|vrij|zater|zon)dag (\d{{1,2}}) ({'|'.join(_MONTHS)})")
_DATE: Final = re.compile(rf"(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}})")
_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})")


def moments_in(text: str, now: datetime) -> list[datetime]:
    """The moments that a message names, in its order."""
    found, day = list[datetime](), None
    for line in text.splitlines():
        if (moment := moment_in(line, now)) is not None:
            found.append(moment)
        elif (named := day_in(line, now)) is not None:
            day = named
        elif day is not None and line.startswith("🕑 ") and (at := time_in(line)) is not None:
            found.append(moment_of(day, at))
    return found


def moment_in(line: str, now: datetime) -> datetime | None:
    """The day and time of a line that names both."""
    day, at = day_in(line, now), time_in(line)
    return moment_of(day, at) if day is not None and at is not None else None


def day_in(line: str, now: datetime) -> date | None:
    """The day of a line that names one, in the year that is nearest."""
    found = _DAY.search(line)
    if found is None:
        return None
    today = now.astimezone(AMSTERDAM).date()
    month = _MONTHS.index(found[2]) + 1
    near = [date(today.year + years, month, int(found[1])) for years in (-1, 0, 1) if month != 2 or int(found[1]) < 29]
    return min(near, key=lambda day: abs(day - today))


def date_in(line: str) -> date | None:
    """The date of a line that names one with its year."""
    found = _DATE.search(line)
    return date(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1])) if found is not None else None


def time_in(line: str) -> time | None:
    """The first time of day of a line."""
    found = _TIME.search(line)
    return time(int(found[1]), int(found[2])) if found is not None else None


def moment_of(day: date, at: time) -> datetime:
    """The instant of a local day and time."""
    return datetime.combine(day, at, tzinfo=AMSTERDAM)


def said(moment: datetime) -> str:
    """A moment as this test says it."""
    return f"{moment.astimezone(AMSTERDAM):%a %d %b %H:%M}"
