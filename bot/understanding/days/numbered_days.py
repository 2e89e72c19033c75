"""Days by their number: "4 December", "8 to 15 December", "7 month 12", "on the fourth", "in three days"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from bot.understanding.days.beside import BETWEEN, is_before
from bot.understanding.days.signs import MomentMark, Sign
from locales.rendering.calendars import CALENDARS

DAY: Final = timedelta(days=1)
#: A date this far in the past is next year's.
_LONG_AGO: Final = timedelta(days=60)
_A_YEAR: Final = timedelta(days=366)
_MONTHS: Final = 12
_MOST_OF_A_MONTH: Final = 31
#: What may stand between the days of a month and its name.
_JOINING: Final = frozenset(
    {Sign.UNTIL, Sign.UNTIL_AFTER, Sign.SINCE, Sign.SINCE_AFTER, Sign.FROM, Sign.AT, Sign.ON_THE}
)
MONTHLY: Final = frozenset({Sign.MONTH, Sign.MONTH_NUMBER, Sign.DATE})


def dated(day: int, month: int, today: date, year: int | None = None) -> date | None:
    """That day of that month, in the year that is meant where none is said; None where there is no such day."""
    try:
        found = date(year or today.year, month, day)
        if year is None and found < today - _LONG_AGO:
            found = date(today.year + 1, month, day)
    except ValueError:
        return None
    return found


def in_numbers(value: int, today: date) -> date | None:
    """The date of `Sign.DATE`; None where the digits are something else, such as a telephone number."""
    try:
        found = date(value // 10000, value // 100 % 100, value % 100)
    except ValueError:
        return None
    return found if abs(found - today) < _A_YEAR else None


def days_in_month(marks: Sequence[MomentMark], place: int, today: date) -> tuple[date, date, int] | None:
    """The day of a month whose number stands beside its name, or the days of "8 to 15 December"."""
    begins, numbers = numbers_before(marks, place)
    if not numbers:
        begins, numbers = place, _numbers_after(marks, place)
    days = [day for number in numbers if (day := _on_day(marks, place, number, today)) is not None]
    if not days or len(days) != len(numbers):
        return None
    return min(days[0], days[-1]), days[-1], begins


def _on_day(marks: Sequence[MomentMark], place: int, number: int, today: date) -> date | None:
    month = marks[place]
    which = month.value if month.sign is Sign.MONTH else _numbered_month(marks, place)
    if not isinstance(which, int):
        return None
    if not month.calendar:
        return dated(number, which, today)
    count = CALENDARS[month.calendar]
    days = (today + distance * DAY for distance in range(-60, 306))
    return next((day for day in days if (count(day).month, count(day).day) == (which, number)), None)


def _numbered_month(marks: Sequence[MomentMark], place: int) -> int | None:
    """The month that "7 month 12" means; where none is said, that of an earlier one."""
    for at in range(place, -1, -1):
        if marks[at].sign is Sign.MONTH_NUMBER and at + 1 < len(marks):
            value = marks[at + 1].value
            beside = marks[at + 1].sign is Sign.NUMBER and marks[at + 1].start - marks[at].end <= 1
            if beside and isinstance(value, int) and 0 < value <= _MONTHS:
                return value
    return None


def numbers_before(marks: Sequence[MomentMark], place: int) -> tuple[int, list[int]]:
    """The days of a month, at most two, that stand before its name, and the mark at which they begin."""
    numbers: list[int] = []
    begins = at = place
    while at and len(numbers) < 2 and marks[begins].start - marks[at - 1].end <= BETWEEN:
        at -= 1
        number = _as_day(marks, at, beside=begins == place)
        if number is not None:
            numbers.insert(0, number)
            begins = at
        elif marks[at].sign not in _JOINING:
            break
    return begins, numbers


def _numbers_after(marks: Sequence[MomentMark], place: int) -> list[int]:
    """The same behind its name: "December 8 to 15"."""
    numbers: list[int] = []
    end = marks[place].end
    for at in range(place + 1, len(marks)):
        if marks[place].sign is Sign.MONTH_NUMBER or len(numbers) == 2 or marks[at].start - end > 1:
            break
        number = _as_day(marks, at, beside=not numbers)
        if number is not None:
            numbers.append(number)
            end = marks[at].end
        elif marks[at].sign in _JOINING:
            end = max(end, marks[at].end)
        else:
            break
    return numbers


def _as_day(marks: Sequence[MomentMark], place: int, *, beside: bool) -> int | None:
    """The number, unless it is no day of a month: an hour of the clock, so many minutes."""
    value = marks[place].value
    if marks[place].sign is not Sign.NUMBER or not isinstance(value, int) or not 0 < value <= _MOST_OF_A_MONTH:
        return None
    counted = any(
        mark.start == marks[place].end and mark.sign in (Sign.HOURS, Sign.MINUTES, Sign.CLOCK, Sign.DAYS)
        for mark in marks[place + 1 : place + 3]
    )
    hour = is_before(marks, place, Sign.AT, 0) and not is_before(marks, place, Sign.SINCE, 0)
    return None if counted or (hour and not beside) else value


def days_from_now(marks: Sequence[MomentMark], place: int, today: date) -> date | None:
    """The day that "in three days" and "three days from now" mean."""
    for around in (marks[place + 1 : place + 3], marks[max(0, place - 2) : place]):
        said = sorted([*around, marks[place]], key=lambda mark: mark.start)
        close = all(one.end == other.start for one, other in pairwise(said))
        if close and [mark.sign for mark in around] == [Sign.NUMBER, Sign.DAYS] and isinstance(around[0].value, int):
            return today + around[0].value * DAY
    return None


def next_day_of_month(marks: Sequence[MomentMark], place: int, today: date) -> date | None:
    """The next fourth where "on the fourth" names no month."""
    after = place + 1
    if after >= len(marks) or marks[after].start != marks[place].end or any(m.sign in MONTHLY for m in marks):
        return None
    number = _as_day(marks, after, beside=False)
    days = (today + distance * DAY for distance in range(_MOST_OF_A_MONTH))
    return next((day for day in days if day.day == number), None)
