"""The calendars that people count by beside the Gregorian one: year, month and day of a date in each.

Both are arithmetic of a few lines, tested against known days and, for Solar Hijri, once compared with persiantools over
every day of 1850 to 2122. A library is no gain: those that are kept have no types, and none has the Ethiopian year.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

# The day (as date.toordinal counts) before year 1 of the Solar Hijri calendar.
_SOLAR_HIJRI_START: Final = 226894
# The first and last year for which the rule of 33 years gives the same as the sun does.
_SOLAR_HIJRI_YEARS: Final = range(1178, 1502)
_LONG_MONTHS_DAYS: Final = 6 * 31
# The day (as date.toordinal counts) on which year 0 would have begun, 29 August 7 of the Julian calendar.
_ETHIOPIAN_YEAR_0: Final = 2431
_FOUR_YEARS: Final = 4 * 365 + 1


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of a calendar; `month` counts from 1."""

    year: int
    month: int
    day: int


def solar_hijri(day: date) -> CalendarDay:
    """The day in the calendar of Iran and Afghanistan, whose year begins on the first day of spring.

    Raises:
        ValueError: outside the years 1178 to 1501 (1799 to March 2123 of ours).
    """
    year = day.year - 621
    if day.toordinal() < _first_day(year):
        year -= 1
    if year not in _SOLAR_HIJRI_YEARS:
        raise ValueError("outside the years of which the Solar Hijri calendar is known")
    day_of_year = day.toordinal() - _first_day(year)
    if day_of_year < _LONG_MONTHS_DAYS:
        return CalendarDay(year, day_of_year // 31 + 1, day_of_year % 31 + 1)
    rest = day_of_year - _LONG_MONTHS_DAYS
    return CalendarDay(year, rest // 30 + 7, rest % 30 + 1)


def _first_day(year: int) -> int:
    """1 Farvardin (Hamal) as date.toordinal counts: eight leap years in every 33."""
    return _SOLAR_HIJRI_START + 365 * (year - 1) + (8 * year + 21) // 33 + 1


def ethiopian(day: date) -> CalendarDay:
    """The day in the Ethiopian calendar, whose year begins on 11 September (12 before a Gregorian leap year).

    Raises:
        ValueError: before its first year (8).
    """
    cycles, rest = divmod(day.toordinal() - _ETHIOPIAN_YEAR_0, _FOUR_YEARS)
    # The last day of four years is the sixth extra day of the last of them.
    extra = rest // (_FOUR_YEARS - 1)
    year = 4 * cycles + rest // 365 - extra
    if year < 1:
        raise ValueError("before the first year of the Ethiopian calendar")
    day_of_year = rest % 365 + 365 * extra
    return CalendarDay(year, day_of_year // 30 + 1, day_of_year % 30 + 1)


CALENDARS: Final[dict[str, Callable[[date], CalendarDay]]] = {"solar_hijri": solar_hijri, "ethiopian": ethiopian}
