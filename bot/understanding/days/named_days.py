"""Which days the signs of a text name (see moment_words.py): today, weekdays past and coming, weeks, dates, and what
begins, ends or lasts how long.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.understanding.days.beside import (
    BETWEEN,
    NAMED,
    is_after,
    is_before,
    is_said_back,
    is_said_since,
    number_beside,
)
from bot.understanding.days.numbered_days import (
    DAY,
    MONTHLY,
    days_from_now,
    days_in_month,
    in_numbers,
    next_day_of_month,
    numbers_before,
)
from bot.understanding.days.signs import MomentMark, Sign

#: Who stays away longer names a date.
_MOST_DAYS: Final = 14
_ENDS: Final = frozenset({Sign.UNTIL, Sign.UNTIL_AFTER, Sign.BACK})
_SINGLE_DAYS: Final = NAMED | {Sign.ON_THE, Sign.AFTER_DAYS}


@dataclass(frozen=True, slots=True)
class _Named:
    """A day that is named, with the place in the text and what stands beside it; `back` is the day before somebody
    comes again."""

    day: date
    last: date
    start: int
    until: bool
    since: bool
    back: bool = False


def days_of(marks: Sequence[MomentMark], today: date) -> tuple[date | None, date | None, bool]:
    """The first and the last day that are named (None: not said), and whether it goes on since the first."""
    named = [*_named(marks, today), *_coming_days(marks, today)]
    if not named and any(mark.sign is Sign.NOW for mark in marks):
        # "Do I get a fine now?" says nothing of the day; "I am ill now" does, where no other is named.
        return today, today, False
    # "Until Monday, on Monday I am there again" ends on the day before.
    ends = [one.last for one in named if one.back] or [one.last for one in named if one.until]
    starts = [one for one in named if one.since and not one.until]
    plain = _without_beginnings([one for one in named if not one.until and not one.since], today)
    if ends:
        last = max(ends)
        begins = [one.day for one in (*starts, *plain) if one.day <= last]
        return (min(begins) if begins else min(today, last)), last, False
    if starts and not plain:
        first, count = min(one.day for one in starts), _count_of_days(marks)
        if count and first >= today:
            return first, first + (count - 1) * DAY, False
        return first, None, True
    if plain:
        # "Ill since yesterday, I do not come today": what began before goes on, and today is what is meant.
        return min(one.day for one in plain), max(one.last for one in plain), False
    return None, None, False


def _count_of_days(marks: Sequence[MomentMark]) -> int | None:
    """So many days: "three days"."""
    counts = (number_beside(marks, place) for place, mark in enumerate(marks) if mark.sign is Sign.DAYS)
    return next((count for count in counts if count and count <= _MOST_DAYS), None)


def _coming_days(marks: Sequence[MomentMark], today: date) -> Iterator[_Named]:
    """ "The next two days"."""
    place = next((place for place, mark in enumerate(marks) if mark.sign is Sign.DAYS), None)
    count = _count_of_days(marks)
    if place is not None and count and (is_before(marks, place, Sign.COMING, 2) or is_after(marks, place, Sign.COMING)):
        yield _Named(today + DAY, today + count * DAY, marks[place].start, False, False)


def _without_beginnings(plain: list[_Named], today: date) -> list[_Named]:
    """Without a past day that stands apart from today or a later one: "it began yesterday, today I do not come"."""
    later = [one for one in plain if one.last >= today]
    return [one for one in plain if not later or one.last >= today or any(abs(o.start - one.start) <= 2 for o in later)]


def _named(marks: Sequence[MomentMark], today: date) -> Iterator[_Named]:
    past = _past_weekdays(marks)
    dates = {last.weekday() for mark in _dates(marks, today) for last in mark}
    begun: date | None = None
    for place, mark in enumerate(marks):
        if _is_said_otherwise(marks, place, dates) or (mark.sign is Sign.WEEKDAY and past and place not in past):
            # "On Friday I was not there, on Tuesday I come again."
            continue
        days = _days_at(marks, place, today, past=place in past)
        if days is None:
            continue
        first, last, begins = days
        until = (
            mark.until
            or is_before(marks, place, Sign.UNTIL, BETWEEN)
            or is_before(marks, begins, Sign.UNTIL, BETWEEN)
            or is_after(marks, place, Sign.UNTIL_AFTER)
        )
        if mark.sign in _SINGLE_DAYS and is_said_back(marks, place) and last > today:
            yield _Named(last - DAY, last - DAY, mark.start, until=True, since=False, back=True)
            continue
        since = is_said_since(marks, place, begins) or is_before(marks, begins, Sign.FROM, 0)
        # "From Wednesday to Friday", whatever the word between.
        until = until or (begun is not None and today <= begun < last and _follows_a_day(marks, place))
        begun = last if since else None
        whole = first < last or mark.sign is Sign.WEEK
        yield _Named(first, last, mark.start, until and first == last, since and not whole)


def _days_at(marks: Sequence[MomentMark], place: int, today: date, *, past: bool) -> tuple[date, date, int] | None:
    """The first and the last day that this mark names, and at which mark its name begins; None where it names none."""
    mark = marks[place]
    value = mark.value if isinstance(mark.value, int) else 0
    weeks = [_week_of(marks, at) for at, other in enumerate(marks) if other.sign is Sign.WEEK]
    week = next((one for one in weeks if one), None)
    monday = today - today.weekday() * DAY
    day: date | None = None
    begins = place
    if mark.sign is Sign.DAY:
        day = today + value * DAY
    elif mark.sign is Sign.WEEKDAY:
        day = monday + (7 * week + value) * DAY if week is not None else _weekday(marks, place, today, past=past)
    elif mark.sign is Sign.WEEK and not any(other.sign is Sign.WEEKDAY for other in marks):
        # "Last week, all week" is the last.
        begin = monday + 7 * (week or 0) * DAY
        return max(begin, today) if not week else begin, begin + 6 * DAY, place
    elif mark.sign is Sign.DATE:
        day = in_numbers(value, today)
        begins, numbers = numbers_before(marks, place)
        if day is not None and len(numbers) == 1 and numbers[0] < day.day and begins < place - 1:
            # "9 to 11/12".
            return day.replace(day=numbers[0]), day, begins
        begins = place
    elif mark.sign in (Sign.MONTH, Sign.MONTH_NUMBER):
        return days_in_month(marks, place, today)
    elif mark.sign is Sign.AFTER_DAYS:
        day = days_from_now(marks, place, today)
    elif mark.sign is Sign.ON_THE:
        day = next_day_of_month(marks, place, today)
    return (day, day, begins) if day is not None else None


def _weekday(marks: Sequence[MomentMark], place: int, today: date, *, past: bool) -> date:
    """The weekday that is meant: past, today, or the next."""
    value = marks[place].value
    ahead = (value - today.weekday()) % 7 if isinstance(value, int) else 0
    until = (
        marks[place].until
        or is_before(marks, place, Sign.UNTIL, BETWEEN)
        or is_after(marks, place, Sign.UNTIL_AFTER)
        or is_said_back(marks, place)
    )
    if past:
        return today - (7 - ahead) * DAY
    if ahead == 0 and (until or is_before(marks, place, Sign.COMING, 1) or is_after(marks, place, Sign.COMING)):
        return today + 7 * DAY
    if (
        is_said_since(marks, place, place)
        and not any(other.sign in _ENDS for other in marks)
        and not _leads_to_a_day(marks, place)
    ):
        return today - (-ahead % 7) * DAY
    return today + ahead * DAY


def _dates(marks: Sequence[MomentMark], today: date) -> Iterator[tuple[date, ...]]:
    for place, mark in enumerate(marks):
        days = _days_at(marks, place, today, past=False) if mark.sign in MONTHLY else None
        if days is not None:
            yield days[:2]


def _is_said_otherwise(marks: Sequence[MomentMark], place: int, dates: Collection[int]) -> bool:
    """Whether another word says which day it is: "Monday 14 December", "tomorrow this evening", "Friday morning"."""
    mark = marks[place]
    if mark.sign is Sign.WEEKDAY and mark.value in dates:
        return True
    if mark.or_morning and any(other.sign is Sign.WEEKDAY and other.end == mark.start for other in marks[:place]):
        return True
    part = any(other.sign is Sign.PART and other.start == mark.start for other in marks)
    beside = any(
        other.sign in (Sign.DAY, Sign.WEEKDAY) and (other.end == mark.start or other.start == mark.end)
        for other in marks
    )
    return mark.sign is Sign.DAY and mark.value == 0 and part and beside


def _follows_a_day(marks: Sequence[MomentMark], place: int) -> bool:
    """Whether one word stands between the day before and this."""
    return any(other.sign in NAMED and marks[place].start - other.end == 1 for other in marks[:place])


def _leads_to_a_day(marks: Sequence[MomentMark], place: int) -> bool:
    return any(other.sign in NAMED and other.start - marks[place].end == 1 for other in marks[place + 1 :])


def _week_of(marks: Sequence[MomentMark], place: int) -> int:
    """Which week: "the whole week" beside "coming" is the next."""
    value = marks[place].value
    if value == 0 and is_after(marks, place, Sign.COMING):
        return 1
    if value == 0 and is_after(marks, place, Sign.LAST):
        return -1
    return value if isinstance(value, int) else 0


def _past_weekdays(marks: Sequence[MomentMark]) -> set[int]:
    """The places of weekdays that are past: "last Friday", and "on Friday I was not there"."""
    found = {
        place
        for place, mark in enumerate(marks)
        if mark.sign is Sign.WEEKDAY and (is_before(marks, place, Sign.LAST, 1) or is_after(marks, place, Sign.LAST))
    }
    went = next((mark.start for mark in marks if mark.sign is Sign.WENT), None)
    if went is not None and not found:
        places = [place for place, mark in enumerate(marks) if mark.sign is Sign.WEEKDAY]
        # Of what comes after "I was not there on Friday" another day may be spoken of.
        found = {place for place in places if marks[place].start < went} or set(places)
    return found
