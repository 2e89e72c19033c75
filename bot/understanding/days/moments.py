"""Which days and hours a text names: "tomorrow", "since yesterday", "until Friday", "all week", "at nine".

A pure function of the text and the local moment at which it was written. What is not said stays None: nothing is
guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.faq.words import MAX_CHARACTERS, normalise
from bot.understanding.acts import DayPart, NextOne, When
from bot.understanding.days.beside import is_after, is_before, number_beside
from bot.understanding.days.moment_words import MomentWords, moment_words
from bot.understanding.days.named_days import days_of
from bot.understanding.days.numbered_days import dated
from bot.understanding.days.signs import MomentMark, Sign
from locales.rendering.languages import SOURCE

_CLOCK: Final = re.compile(r"(?<![\d.:/-])([01]?\d|2[0-3])\s?[:.hu]\s?([0-5]\d)(?![\d.:/-])")
_DATE: Final = re.compile(r"(?<![\d.:/-])([0-3]?\d)[-/.]([01]?\d)(?:[-/.](?:20)?(\d\d))?(?![\d:/-])")
#: "14/12-18/12": both ends are dates.
_DATES: Final = re.compile(r"([0-3]?\d[/.][01]?\d)\s?[-–—]\s?(?=[0-3]?\d[/.][01]?\d)")
#: With a point and no year it may be an hour of the clock: it is a date when it lies no further away than this.
_NEAR: Final = timedelta(days=120)
_HOURS_NAMED: Final = re.compile(r"(?<!\d)([01]?\d|2[0-3])(?:\s?[:.hu]\s?([0-5]\d))?(?![\d:])")
#: Two hours that lie further apart are no "instead of".
_MOST_LATE: Final = 120
#: A number written as one with its unit: 20min, 9h, 15ka.
_UNIT: Final = re.compile(r"\b(\d+)([^\W\d_])")
#: A word of other than Latin letters written as one with the number that follows: "for3".
_BEFORE_NUMBER: Final = re.compile(r"([^\W\d_a-z])(\d)")
#: Nobody is a working day late: such a number of minutes is something else.
_MOST_MINUTES: Final = 8 * 60


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
    today = now.date()
    written = _with_dates(_DATES.sub(r"\1 ", plain), known, today)
    clock = _CLOCK.search(written)
    at = time(int(clock[1]), int(clock[2])) if clock else None
    written = _BEFORE_NUMBER.sub(r"\1 \2", _CLOCK.sub(" ", written))
    marks = known.marks(normalise(_UNIT.sub(r"\1 \2", written)).split())
    first, last, since = days_of(marks, today)
    part = next((mark.value for mark in marks if mark.sign is Sign.PART and isinstance(mark.value, DayPart)), None)
    ahead = next((mark.value for mark in marks if mark.sign is Sign.NEXT and isinstance(mark.value, NextOne)), None)
    minutes = _minutes(marks, late=late)
    if late and minutes is None and not any(mark.sign in (Sign.HALF, Sign.HALF_AFTER) for mark in marks):
        minutes = _between_two_hours(plain)
    if at is None:
        at = _hour(marks, known, late=late, minutes=minutes)
    return When(first, last, at, part, minutes, since, ahead)


def _with_dates(plain: str, known: MomentWords, today: date) -> str:
    """The text with each date in numbers as one number, as `Sign.DATE` has it."""

    def rewritten(found: re.Match[str]) -> str:
        day = dated(int(found[1]), int(found[2]), today, int(found[3]) + 2000 if found[3] else None)
        before = known.marks(normalise(plain[: found.start()]).split()[-1:])
        after = known.marks(normalise(plain[found.end() :]).split()[:1])
        if found[3] is None and any(mark.sign in (Sign.MONTH, Sign.HOURS, Sign.CLOCK) for mark in after):
            # "8-12 December", "9.30 o'clock".
            return found[0].replace("-", " ")
        clock = found[3] is None and _CLOCK.fullmatch(found[0]) is not None
        if day is None or (clock and (abs(day - today) > _NEAR or any(mark.sign is Sign.AT for mark in before))):
            return found[0]
        return f" {day:%Y%m%d} "

    return _DATE.sub(rewritten, plain)


def _minutes(marks: Sequence[MomentMark], *, late: bool) -> int | None:
    """An amount of time: "20 minutes", "half an hour"; with `late`, "an hour" too."""
    for place, mark in enumerate(marks):
        if mark.sign is Sign.SPAN and isinstance(mark.value, int):
            return mark.value
        if mark.sign is Sign.MINUTES or (late and mark.sign is Sign.HOURS):
            number = number_beside(marks, place)
            unit = 1 if mark.sign is Sign.MINUTES else 60
            if number is None and unit == 60 and not is_before(marks, place, Sign.AT, 1):
                number = 1
            if number is not None and number * unit <= _MOST_MINUTES:
                if unit == 60 and is_before(marks, place - 1 if place else 0, Sign.AT, 1):
                    continue
                return number * unit
    return None


def _between_two_hours(plain: str) -> int | None:
    """How much later the one hour is than the other: "at half past nine and not at nine" with digits."""
    at = sorted({60 * int(hour) + int(minute or 0) for hour, minute in _HOURS_NAMED.findall(plain)})
    return at[1] - at[0] if len(at) == 2 and at[1] - at[0] <= _MOST_LATE else None


def _hour(marks: Sequence[MomentMark], known: MomentWords, *, late: bool, minutes: int | None) -> time | None:
    """An hour of the clock: a number beside a word that says so."""
    for place, mark in enumerate(marks):
        if mark.sign is not Sign.NUMBER or not isinstance(mark.value, int) or not 0 < mark.value < 24:
            continue
        said_at = is_before(marks, place, Sign.AT, 0)
        clock = is_after(marks, place, Sign.CLOCK) or (is_after(marks, place, Sign.HOURS) and not late)
        half = is_before(marks, place, Sign.HALF, 0)
        if not (said_at or clock or half) or (minutes is not None and mark.value == minutes):
            continue
        if minutes is not None and mark.value * 60 == minutes and late:
            continue
        hour = mark.value
        if known.ethiopian_clock and hour <= 6:
            hour += 6
        if half:
            return time(hour - 1, 30)
        return time(hour, 30 if is_after(marks, place, Sign.HALF_AFTER) else 0)
    return None
