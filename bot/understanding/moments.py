"""Which days and hours a text names: "tomorrow", "since yesterday", "until Friday", "all week", "at nine".

A pure function of the text and the local moment at which it was written. What is not said stays None: nothing is
guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.faq.words import MAX_CHARACTERS, normalise
from bot.understanding.acts import DayPart, NextOne, When
from bot.understanding.moment_words import MomentMark, MomentWords, Sign, moment_words
from locales.rendering.calendars import CALENDARS
from locales.rendering.languages import SOURCE

_CLOCK: Final = re.compile(r"(?<![\d.:/-])([01]?\d|2[0-3])\s?[:.hu]\s?([0-5]\d)(?![\d.:/-])")
_DATE: Final = re.compile(r"(?<![\d.:/-])([0-3]?\d)[-/.]([01]?\d)(?:[-/.](?:20)?(\d\d))?(?![\d:/-])")
_HOURS_NAMED: Final = re.compile(r"(?<!\d)([01]?\d|2[0-3])(?:\s?[:.hu]\s?([0-5]\d))?(?![\d:])")
#: Two hours that lie further apart are no "instead of".
_MOST_LATE: Final = 120
#: A number written as one with its unit: 20min, 9h, 15ka.
_UNIT: Final = re.compile(r"\b(\d+)([^\W\d_])")
#: So many words may stand between "until" and the day.
_BETWEEN: Final = 2
#: A date this far in the past is next year's.
_LONG_AGO: Final = timedelta(days=60)
#: Nobody is a working day late: such a number of minutes is something else.
_MOST_MINUTES: Final = 8 * 60


@dataclass(frozen=True, slots=True)
class _Named:
    """A day that is named, with the place in the text and what stands beside it."""

    day: date
    last: date
    start: int
    until: bool
    since: bool


def read_when(text: str, languages: Sequence[str], now: datetime, *, late: bool = False) -> When:
    """The days and hours in a text.

    Args:
        text: what somebody wrote.
        languages: locales whose words are looked for, the likeliest first; Dutch is always looked for too.
        now: the local moment.
        late: the text says that somebody is late: "an hour" is an amount of time then, and no clock.
    """
    known = moment_words()
    best = When()
    for language in dict.fromkeys((*languages, SOURCE)):
        words = known.get(language)
        if words is not None:
            best = _joined(best, _read(text, words, now, late=late))
    return best


def _joined(first: When, second: When) -> When:
    """What the first says, and where it says nothing the second."""
    days = first if first.first is not None or first.last is not None else second
    return When(
        first=days.first,
        last=days.last,
        at=first.at or second.at,
        part=first.part or second.part,
        minutes=first.minutes if first.minutes is not None else second.minutes,
        since=days.since,
        next_one=first.next_one or second.next_one,
    )


def _read(text: str, known: MomentWords, now: datetime, *, late: bool) -> When:
    plain = "".join(
        str(unicodedata.decimal(each)) if each.isdecimal() else each for each in text[:MAX_CHARACTERS].lower()
    )
    clock = _CLOCK.search(plain)
    at = time(int(clock[1]), int(clock[2])) if clock else None
    numbers = _DATE.search(plain if clock is None else plain[: clock.start()] + plain[clock.end() :])
    written = _CLOCK.sub(" ", plain)
    written = _DATE.sub(" ", written) if numbers else written
    words = normalise(_UNIT.sub(r"\1 \2", written)).split()
    marks = known.marks(words)
    today = now.date()
    first, last, since = _days(marks, today, _of_numbers(numbers, today))
    part = next((mark.value for mark in marks if mark.sign is Sign.PART and isinstance(mark.value, DayPart)), None)
    ahead = next((mark.value for mark in marks if mark.sign is Sign.NEXT and isinstance(mark.value, NextOne)), None)
    minutes = _minutes(marks, late=late)
    if late and minutes is None and not any(mark.sign in (Sign.HALF, Sign.HALF_AFTER) for mark in marks):
        minutes = _between_two_hours(plain)
    if at is None:
        at = _hour(marks, known, late=late, minutes=minutes)
    return When(first, last, at, part, minutes, since, ahead)


def _of_numbers(found: re.Match[str] | None, today: date) -> date | None:
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


def _days(marks: Sequence[MomentMark], today: date, written: date | None) -> tuple[date | None, date | None, bool]:
    named = list(_named(marks, today))
    if not named and written is None and any(mark.sign is Sign.NOW for mark in marks):
        # "Do I get a fine now?" says nothing of the day; "I am ill now" does, where no other is named.
        return today, today, False
    if written is not None:
        # Taken out of the words: "until" beside it is seen by its being the only one that has no day yet.
        until = any(mark.sign in (Sign.UNTIL, Sign.UNTIL_AFTER) for mark in marks) and not any(n.until for n in named)
        named.append(_Named(written, written, len(marks), until, False))
    ends = [one.last for one in named if one.until]
    starts = [one for one in named if one.since and not one.until]
    plain = [one for one in named if not one.until and not one.since]
    if ends:
        last = max(ends)
        begins = [one.day for one in (*starts, *plain) if one.day <= last]
        return (min(begins) if begins else min(today, last)), last, False
    if starts and not plain:
        return min(one.day for one in starts), None, True
    if plain:
        # "Ill since yesterday, I do not come today": what began before goes on, and today is what is meant.
        return min(one.day for one in plain), max(one.last for one in plain), False
    return None, None, False


def _named(marks: Sequence[MomentMark], today: date) -> Iterator[_Named]:
    week = next((mark.value for mark in marks if mark.sign is Sign.WEEK and mark.value), None)
    weekday = any(mark.sign is Sign.WEEKDAY for mark in marks)
    past = _past_weekdays(marks)
    monday = today - timedelta(days=today.weekday())
    for place, mark in enumerate(marks):
        until = mark.until or _before(marks, place, Sign.UNTIL, _BETWEEN) or _after(marks, place, Sign.UNTIL_AFTER)
        since = mark.since or _before(marks, place, Sign.SINCE, 0) or _after(marks, place, Sign.SINCE_AFTER)
        value = mark.value if isinstance(mark.value, int) else 0
        if mark.sign is Sign.WEEKDAY and past and place not in past:
            # "On Friday I was not there, on Tuesday I come again."
            continue
        if mark.sign is Sign.DAY:
            day = today + timedelta(days=value)
            yield _Named(day, day, mark.start, until, since)
        elif mark.sign is Sign.WEEKDAY:
            day = today + timedelta(days=(value - today.weekday()) % 7)
            if isinstance(week, int):
                day = monday + timedelta(days=7 * week + value)
            elif place in past:
                day = today - timedelta(days=(today.weekday() - value) % 7 or 7)
            elif since and not any(other.sign in (Sign.UNTIL, Sign.UNTIL_AFTER) for other in marks):
                day = today - timedelta(days=(today.weekday() - value) % 7)
            yield _Named(day, day, mark.start, until, since)
        elif mark.sign is Sign.WEEK and not weekday:
            begin = today if value == 0 else monday + timedelta(days=7 * value)
            yield _Named(begin, monday + timedelta(days=6 + 7 * value), mark.start, until, False)
        elif mark.sign is Sign.MONTH:
            found = _in_month(marks, place, today)
            if found is not None:
                yield _Named(found, found, mark.start, until, since)


def _past_weekdays(marks: Sequence[MomentMark]) -> set[int]:
    """The places of weekdays that are past: "last Friday", and "on Friday I was not there"."""
    found = {
        place
        for place, mark in enumerate(marks)
        if mark.sign is Sign.WEEKDAY and (_before(marks, place, Sign.LAST, 1) or _after(marks, place, Sign.LAST))
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


def _before(marks: Sequence[MomentMark], place: int, sign: Sign, most: int) -> bool:
    return any(
        mark.sign is sign and 0 <= marks[place].start - mark.end <= most for mark in marks[max(0, place - 4) : place]
    )


def _after(marks: Sequence[MomentMark], place: int, sign: Sign) -> bool:
    return any(mark.sign is sign and 0 <= mark.start - marks[place].end <= 1 for mark in marks[place + 1 : place + 4])


def _minutes(marks: Sequence[MomentMark], *, late: bool) -> int | None:
    """An amount of time: "20 minutes", "half an hour"; with `late`, "an hour" too."""
    for place, mark in enumerate(marks):
        if mark.sign is Sign.SPAN and isinstance(mark.value, int):
            return mark.value
        if mark.sign is Sign.MINUTES or (late and mark.sign is Sign.HOURS):
            number = _number_beside(marks, place)
            unit = 1 if mark.sign is Sign.MINUTES else 60
            if number is None and unit == 60 and not _before(marks, place, Sign.AT, 1):
                number = 1
            if number is not None and number * unit <= _MOST_MINUTES:
                if unit == 60 and _before(marks, place - 1 if place else 0, Sign.AT, 1):
                    continue
                return number * unit
    return None


def _between_two_hours(plain: str) -> int | None:
    """How much later the one hour is than the other: "at half past nine and not at nine" with digits."""
    at = sorted({60 * int(hour) + int(minute or 0) for hour, minute in _HOURS_NAMED.findall(plain)})
    return at[1] - at[0] if len(at) == 2 and at[1] - at[0] <= _MOST_LATE else None


def _number_beside(marks: Sequence[MomentMark], place: int) -> int | None:
    mark = marks[place]
    for other in (*reversed(marks[:place]), *marks[place + 1 :]):
        near = 0 <= mark.start - other.end <= 1 or 0 <= other.start - mark.end <= 1
        if other.sign is Sign.NUMBER and near and isinstance(other.value, int):
            return other.value
    return None


def _hour(marks: Sequence[MomentMark], known: MomentWords, *, late: bool, minutes: int | None) -> time | None:
    """An hour of the clock: a number beside a word that says so."""
    for place, mark in enumerate(marks):
        if mark.sign is not Sign.NUMBER or not isinstance(mark.value, int) or not 0 < mark.value < 24:
            continue
        said_at = _before(marks, place, Sign.AT, 0)
        clock = _after(marks, place, Sign.CLOCK) or (_after(marks, place, Sign.HOURS) and not late)
        half = _before(marks, place, Sign.HALF, 0)
        if not (said_at or clock or half) or (minutes is not None and mark.value == minutes):
            continue
        if minutes is not None and mark.value * 60 == minutes and late:
            continue
        hour = mark.value
        if known.ethiopian_clock and hour <= 6:
            hour += 6
        if half:
            return time(hour - 1, 30)
        return time(hour, 30 if _after(marks, place, Sign.HALF_AFTER) else 0)
    return None
