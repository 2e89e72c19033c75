"""Days and times of day in each reader's own way: CLDR's patterns (Babel), and dates.yaml where those fall short.

The weekday always stands there. Times run to 24 and keep Western digits, as they stand on Dutch signs; the part of the
day goes with them in words, because 3:00 is nine in the morning to an Amharic or Tigrinya reader. Readers of Persian,
Dari, Pashto and Amharic get the day of their own calendar too; of Amharic and Tigrinya, who wish it the time of the
Ethiopian clock, which counts twice twelve hours from six.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import parse_pattern

from locales.rendering.calendars import CALENDARS

_FILE = Path(__file__).with_name("dates.yaml")
_DIGITS = {"arab": "٠١٢٣٤٥٦٧٨٩", "arabext": "۰۱۲۳۴۵۶۷۸۹"}
_HOURS_OF_A_PART = 6


class BadDates(ValueError):
    """dates.yaml is not in order; says where."""


@dataclass(frozen=True, slots=True)
class DateWords:
    """How one language writes days and times; see dates.yaml. `months` and `weekdays` are None where CLDR's serve."""

    day: str
    date: str
    parts: tuple[tuple[int, str], ...]
    weekdays: tuple[str, ...] | None
    months: tuple[str, ...] | None
    first_day: str | None
    calendar: str | None
    calendar_months: tuple[str, ...]
    digits: str | None
    # The part of the day behind a time of the Ethiopian clock, from 0:00, 6:00, 12:00 and 18:00 of ours.
    ethiopian_clock: tuple[str, ...]


@lru_cache(maxsize=64)
def babel_locale(code: str) -> Locale:
    """Babel's locale of one of ours."""
    return Locale.parse(code)


@lru_cache(maxsize=8192)
def day_text(day: date, locale: str) -> str:
    """Weekday, day and month, and the day of the reader's other calendar: "maandag 1 maart"."""
    words = date_words(locale)
    return _with_calendar(_apply(words.day, day, words, locale), day, words, year=False)


@lru_cache(maxsize=8192)
def short_day_text(day: date, locale: str) -> str:
    """Weekday, day and month without the other calendar: for the label of a button."""
    words = date_words(locale)
    return _apply(words.day, day, words, locale)


@lru_cache(maxsize=8192)
def date_text(day: date, locale: str) -> str:
    """Weekday, day, month and year, and the date of the reader's other calendar: "donderdag 1 maart 2029"."""
    words = date_words(locale)
    return _with_calendar(_apply(words.date, day, words, locale), day, words, year=True)


def weekday_text(day: date, locale: str) -> str:
    """The day of the week in full: "maandag"."""
    return _apply("cccc", day, date_words(locale), locale)


def month_text(day: date, locale: str) -> str:
    """The month in full, as it stands alone: "maart"."""
    return _apply("LLLL", day, date_words(locale), locale)


def other_day_text(day: date, locale: str) -> str:
    """Day and month in the reader's other calendar, in their digits; "" for who counts by none."""
    return _in_calendar(day, date_words(locale), year=False)


def time_text(moment: datetime, zone: ZoneInfo) -> str:
    """Wall time on a 24-hour clock with Western digits, as it stands on Dutch signs: "14:00"."""
    return moment.astimezone(zone).strftime("%H:%M")


def has_ethiopian_clock(locale: str) -> bool:
    """Whether readers of the language may count hours from six in the morning."""
    return bool(date_words(locale).ethiopian_clock)


def ethiopian_hour(hour: int) -> int:
    """An hour of ours (0 to 23) on the Ethiopian clock (1 to 12): ours from 6:00 and from 18:00."""
    return (hour - _HOURS_OF_A_PART) % 12 or 12


def ethiopian_part(hour: int, locale: str) -> str:
    """The part of the day behind that hour (0 to 23 of ours); "" where the language has no such clock."""
    parts = date_words(locale).ethiopian_clock
    return parts[hour // _HOURS_OF_A_PART] if parts else ""


def ethiopian_time_text(moment: datetime, zone: ZoneInfo, locale: str) -> str:
    """Wall time on the Ethiopian clock: "2:30 ከጠዋቱ" is our 8:30; "" where the language has no such clock."""
    if not has_ethiopian_clock(locale):
        return ""
    local = moment.astimezone(zone)
    return f"{ethiopian_hour(local.hour)}:{local.minute:02} {ethiopian_part(local.hour, locale)}"


def part_of_day(moment: datetime, zone: ZoneInfo, locale: str) -> str:
    """The word for the part of the day as the language cuts it; mostly from 0:00, 6:00, 12:00 and 18:00."""
    hour = moment.astimezone(zone).hour
    return max(part for part in date_words(locale).parts if part[0] <= hour)[1]


def own_digits(text: str, locale: str) -> str:
    """A number or date in the digits of the language's readers."""
    digits = date_words(locale).digits
    return text if digits is None else text.translate({ord("0") + n: digit for n, digit in enumerate(digits)})


@lru_cache(maxsize=64)
def date_words(locale: str) -> DateWords:
    """What dates.yaml and CLDR say of a language.

    Raises:
        BadDates: when dates.yaml lacks the language or has a list of the wrong length.
    """
    own = _file().get(locale)
    if not isinstance(own, dict):
        raise BadDates(f"dates.yaml has nothing on {locale}")
    babel = babel_locale(locale)
    calendar = own.get("calendar")
    if calendar is not None and calendar not in CALENDARS:
        raise BadDates(f"dates.yaml, {locale}: no such calendar: {calendar}")
    return DateWords(
        day=str(own.get("day") or _widened(babel.datetime_skeletons["MMMEd"].pattern)),
        date=str(own.get("date") or babel.date_formats["full"].pattern),
        parts=_parts(own, locale),
        weekdays=_list(own, "weekdays", 7, locale),
        months=_list(own, "months", 12, locale),
        first_day=str(own["first_day"]) if "first_day" in own else None,
        calendar=calendar,
        calendar_months=_list(own, "calendar_months", 13 if calendar == "ethiopian" else 12, locale) or (),
        digits=_DIGITS.get(babel.default_numbering_system),
        ethiopian_clock=_list(own, "ethiopian_clock", 4, locale) or (),
    )


@lru_cache(maxsize=1)
def _file() -> dict[str, object]:
    # Not before dates are written: commands that write none start without it.
    import yaml

    data = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise BadDates("dates.yaml should be a mapping of languages")
    return {str(name): value for name, value in data.items()}


def _parts(own: dict[str, object], locale: str) -> tuple[tuple[int, str], ...]:
    value = own.get("parts")
    if isinstance(value, dict) and 0 in value and all(isinstance(hour, int) and 0 <= hour < 24 for hour in value):
        return tuple((int(hour), str(word)) for hour, word in value.items())
    return tuple((_HOURS_OF_A_PART * n, word) for n, word in enumerate(_list(own, "parts", 4, locale) or ()))


def _list(own: dict[str, object], name: str, length: int, locale: str) -> tuple[str, ...] | None:
    value = own.get(name)
    if value is None:
        if name == "parts" or (name == "calendar_months" and own.get("calendar")):
            raise BadDates(f"dates.yaml, {locale}: {name} is missing")
        return None
    if not isinstance(value, list) or len(value) != length:
        raise BadDates(f"dates.yaml, {locale}: {name} should be a list of {length}")
    return tuple(str(word) for word in value)


def _widened(pattern: str) -> str:
    """CLDR lists only short forms; widening the fields of the nearest is its own rule (UTS 35, Matching Skeletons)."""
    return re.sub(
        r"'[^']*'|L+|M+|[Ec]+",
        lambda field: {"L": "LLLL", "M": "MMMM", "E": "EEEE", "c": "cccc"}.get(field[0][0], field[0]),
        pattern,
    )


def _apply(pattern: str, day: date, words: DateWords, locale: str) -> str:
    """The pattern filled; names of dates.yaml go in quoted, so that no letter of theirs is taken for a field."""
    if words.weekdays is not None:
        pattern = re.sub("[Ec]{4}", f"'{words.weekdays[day.weekday()]}'", pattern)
    if words.months is not None:
        pattern = re.sub("[ML]{4}", f"'{words.months[day.month - 1]}'", pattern)
    if words.first_day is not None and day.day == 1:
        pattern = re.sub(r"\bd\b", f"'{words.first_day}'", pattern)
    return own_digits(parse_pattern(pattern).apply(day, babel_locale(locale)), locale)


def _with_calendar(text: str, day: date, words: DateWords, *, year: bool) -> str:
    other = _in_calendar(day, words, year=year)
    return f"{text} ({other})" if other else text


def _in_calendar(day: date, words: DateWords, *, year: bool) -> str:
    if words.calendar is None:
        return ""
    try:
        found = CALENDARS[words.calendar](day)
    except ValueError:
        # Further away than the other calendar is known; the Gregorian date says it.
        return ""
    month = words.calendar_months[found.month - 1]
    said = f"{found.day} {month} {found.year}" if year else f"{found.day} {month}"
    if words.digits is not None:
        said = said.translate({ord("0") + n: digit for n, digit in enumerate(words.digits)})
    return said
