"""Which days the signs of a text name (see moment_words.py): today, weekdays past and coming, weeks, dates, and what
begins, ends or lasts how long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.understanding.moment_words import MomentMark, Sign
from locales.rendering.calendars import CALENDARS

#: So many words may stand between "until" and the day.
_BETWEEN: Final = 2
#: A date this far in the past is next year's.
_LONG_AGO: Final = timedelta(days=60)
#: Who stays away longer names a date.
_MOST_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class _Named:
    """A day that is named, with the place in the text and what stands beside it."""

    day: date
    last: date
    start: int
    until: bool
    since: bool


def date_in_numbers(found: re.Match[str] | None, today: date) -> date | None:
    """A date written as day, month and perhaps year."""
    if found is None:
        return None
    return _near(int(found[1]), int(found[2]), today, int(found[3]) + 2000 if found[3] else None)


def _near(day: int, month: int, today: date, year: int | None = None) -> date | None:
    try:
        found = date(year or today.year, month, day)
        if year is None and found < today - _LONG_AGO:
            found = date(today.year + 1, month, day)
    except ValueError:
        return None
    return found


def days_of(marks: Sequence[MomentMark], today: date, written: date | None) -> tuple[date | None, date | None, bool]:
    """The first and the last day that are named (None: not said), and whether it goes on since the first.

    `written` is a date in numbers that was taken out of the words before.
    """
    named = [*_named(marks, today), *_coming_days(marks, today)]
    if not named and written is None and any(mark.sign is Sign.NOW for mark in marks):
        # "Do I get a fine now?" says nothing of the day; "I am ill now" does, where no other is named.
        return today, today, False
    if written is not None:
        # Taken out of the words: "until" beside it is seen by its being the only one that has no day yet.
        until = any(mark.sign in (Sign.UNTIL, Sign.UNTIL_AFTER) for mark in marks) and not any(n.until for n in named)
        named.append(_Named(written, written, len(marks), until, False))
    ends = [one.last for one in named if one.until]
    starts = [one for one in named if one.since and not one.until]
    plain = _without_beginnings([one for one in named if not one.until and not one.since], today)
    if ends:
        last = max(ends)
        begins = [one.day for one in (*starts, *plain) if one.day <= last]
        return (min(begins) if begins else min(today, last)), last, False
    if starts and not plain:
        first, count = min(one.day for one in starts), _count_of_days(marks)
        if count and first >= today:
            return first, first + timedelta(days=count - 1), False
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
        yield _Named(today + timedelta(days=1), today + timedelta(days=count), marks[place].start, False, False)


def _without_beginnings(plain: list[_Named], today: date) -> list[_Named]:
    """Without a past day that stands apart from today or a later one: "it began yesterday, today I do not come"."""
    later = [one for one in plain if one.last >= today]
    return [one for one in plain if not later or one.last >= today or any(abs(o.start - one.start) <= 2 for o in later)]


def _named(marks: Sequence[MomentMark], today: date) -> Iterator[_Named]:
    weeks = [_week_of(marks, place) for place, mark in enumerate(marks) if mark.sign is Sign.WEEK]
    week = next((one for one in weeks if one), None)
    weekday = any(mark.sign is Sign.WEEKDAY for mark in marks)
    past = _past_weekdays(marks)
    monday = today - timedelta(days=today.weekday())
    for place, mark in enumerate(marks):
        until = mark.until or is_before(marks, place, Sign.UNTIL, _BETWEEN) or is_after(marks, place, Sign.UNTIL_AFTER)
        said = place - 1 if place and marks[place - 1].sign is Sign.LAST else place
        since = mark.since or is_before(marks, said, Sign.SINCE, 0) or is_after(marks, place, Sign.SINCE_AFTER)
        value = mark.value if isinstance(mark.value, int) else 0
        if mark.sign is Sign.WEEKDAY and past and place not in past:
            # "On Friday I was not there, on Tuesday I come again."
            continue
        if mark.or_morning and any(o.sign is Sign.WEEKDAY and o.end == mark.start for o in marks[:place]):
            continue
        if mark.sign is Sign.DAY:
            day = today + timedelta(days=value)
            yield _Named(day, day, mark.start, until, since)
        elif mark.sign is Sign.WEEKDAY:
            day = today + timedelta(days=(value - today.weekday()) % 7)
            if week is not None:
                day = monday + timedelta(days=7 * week + value)
            elif place in past:
                day = today - timedelta(days=(today.weekday() - value) % 7 or 7)
            elif day == today and (
                until or is_before(marks, place, Sign.COMING, 1) or is_after(marks, place, Sign.COMING)
            ):
                day += timedelta(days=7)
            elif since and not any(other.sign in (Sign.UNTIL, Sign.UNTIL_AFTER) for other in marks):
                day = today - timedelta(days=(today.weekday() - value) % 7)
            yield _Named(day, day, mark.start, until, since)
        elif mark.sign is Sign.WEEK and not weekday:
            # "Last week, all week" is the last.
            value = week or 0
            begin = today if value == 0 else monday + timedelta(days=7 * value)
            yield _Named(begin, monday + timedelta(days=6 + 7 * value), mark.start, until, False)
        elif mark.sign is Sign.MONTH:
            found = _in_month(marks, place, today)
            if found is not None:
                first = _first_of_range(marks, place, found)
                yield _Named(first or found, found, mark.start, until and first is None, since and first is None)


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


def _in_month(marks: Sequence[MomentMark], place: int, today: date) -> date | None:
    """The day of a month whose number stands beside its name."""
    month = marks[place]
    beside = [
        marks[at]
        for at in (place - 1, place + 1)
        if 0 <= at < len(marks) and max(marks[at].start - month.end, month.start - marks[at].end) <= 0
    ]
    number = next(
        (
            other.value
            for other in beside
            if other.sign is Sign.NUMBER and isinstance(other.value, int) and 0 < other.value <= 31
        ),
        None,
    )
    if number is None or not isinstance(month.value, int):
        return None
    if not month.calendar:
        return _near(number, month.value, today)
    count = CALENDARS[month.calendar]
    days = (today + timedelta(days=distance) for distance in range(-60, 306))
    return next((day for day in days if (count(day).month, count(day).day) == (month.value, number)), None)


def _first_of_range(marks: Sequence[MomentMark], place: int, last: date) -> date | None:
    """The first day of "8 to 15 December", where only the last stands beside the month."""
    numbers = [mark for mark in marks[max(0, place - 4) : place] if mark.sign is Sign.NUMBER]
    between = any(mark.sign in (Sign.UNTIL, Sign.UNTIL_AFTER) for mark in marks[max(0, place - 4) : place + 2])
    if len(numbers) != 2 or not between or not all(isinstance(mark.value, int) for mark in numbers):
        return None
    first = numbers[0].value
    return last.replace(day=first) if isinstance(first, int) and 0 < first < last.day else None


def is_before(marks: Sequence[MomentMark], place: int, sign: Sign, most: int) -> bool:
    """Whether such a sign stands before that mark, with at most so many words between."""
    return any(
        mark.sign is sign and 0 <= marks[place].start - mark.end <= most for mark in marks[max(0, place - 4) : place]
    )


def is_after(marks: Sequence[MomentMark], place: int, sign: Sign) -> bool:
    """Whether such a sign follows that mark, with at most a word between and no other day before it."""
    for mark in marks[place + 1 : place + 4]:
        if mark.sign is sign and 0 <= mark.start - marks[place].end <= 1:
            return True
        if mark.sign in (Sign.DAY, Sign.WEEKDAY) and mark.start >= marks[place].end:
            # What follows is said of that day.
            return False
    return False


def number_beside(marks: Sequence[MomentMark], place: int) -> int | None:
    """The number that stands beside that mark, before it or after it, with at most a word between."""
    mark = marks[place]
    for other in (*reversed(marks[:place]), *marks[place + 1 :]):
        near = 0 <= mark.start - other.end <= 1 or 0 <= other.start - mark.end <= 1
        if other.sign is Sign.NUMBER and near and isinstance(other.value, int):
            return other.value
    return None
