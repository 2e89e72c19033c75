"""Days and times in words, piece by piece, each with the name of its recording."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Final

from bot.voice.cleaning import Segment
from bot.voice.numbers import NumberWords, number_words
from locales.rendering.calendars import CALENDARS
from locales.rendering.dates import babel_locale, date_text, date_words, short_day_text

_PARSE: Final = Formatter()


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that one recording can say. `name` is that recording's ("hour-10", "" for none); `of_somebody` is a name
    or place, which the Dutch voice may say between recordings."""

    segments: tuple[Segment, ...]
    name: str = ""
    of_somebody: bool = False


def clock_pieces(text: str, hour: int, minute: int, words: NumberWords | None, locale: str) -> list[Piece]:
    """Hour and minutes in words; `text` is what is said of them where the language has none."""
    pieces = [piece_of(words.hour_said(hour, whole=not minute) if words else text, f"hour-{hour}", locale)]
    if minute:
        pieces.append(piece_of(f" {words.minute_said(minute)}" if words else "", f"minute-{minute}", locale))
    return pieces


def day_pieces(day: date, spec: str, locale: str) -> tuple[Piece, ...]:
    """A day in words: weekday, day and month; the year where it is written; and the reader's other calendar."""
    words, written = number_words(locale), date_words(locale)
    year = spec not in ("day", "short_day")
    weekday, day_name, month = f"weekday-{day.isoweekday()}", f"day-{day.day}", f"month-{day.month}"
    if words is None:
        # No words for numbers: the text as it is written, in the order in which recordings follow each other.
        text = date_text(day, locale) if year else short_day_text(day, locale)
        rest = (piece_of("", day_name, locale), piece_of("", month, locale))
        return (piece_of(text, weekday, locale), *rest, *((piece_of("", f"year-{day.year}", locale),) if year else ()))
    babel = babel_locale(locale)
    names = {
        "weekday": (written.weekdays or babel.days["format"]["wide"])[day.weekday()],
        "day": words.day_of_month(day.day),
        "month": written.months[day.month - 1] if written.months else _month(day.month, locale),
        "year": words.year(day.year),
    }
    recordings = {"weekday": weekday, "day": day_name, "month": month, "year": f"year-{day.year}"}
    pieces = list(_filled(words.date if year else words.day, names, recordings, locale))
    return (*pieces, *(() if spec == "short_day" else _other_calendar(day, words, locale, year=year)))


def _month(month: int, locale: str) -> str:
    babel = babel_locale(locale)
    # "LLLL" in a pattern asks for the name as it stands alone (Persian).
    form = "stand-alone" if "LLLL" in date_words(locale).day else "format"
    return str(babel.months[form]["wide"][month])


def _other_calendar(day: date, words: NumberWords, locale: str, *, year: bool) -> Iterator[Piece]:
    written = date_words(locale)
    if written.calendar is None:
        return
    try:
        found = CALENDARS[written.calendar](day)
    except ValueError:
        return
    month = written.calendar_months[found.month - 1]
    yield piece_of(f", {words.day_of_month(found.day)}", f"day-{found.day}", locale)
    yield piece_of(f" {month}", f"calendar-month-{found.month}", locale)
    if year:
        yield piece_of(f" {words.year(found.year)}", f"year-{found.year}", locale)


def _filled(form: str, names: dict[str, str], recordings: dict[str, str], locale: str) -> Iterator[Piece]:
    """A pattern of numbers.yaml filled; what stands between two names belongs to the first."""
    parsed = [(literal, name) for literal, name, _, _ in _PARSE.parse(form)]
    behind = [literal for literal, _ in parsed[1:]] + [""]
    for (_, name), literal in zip(parsed, behind, strict=True):
        if name is not None:
            yield piece_of(names[name] + literal, recordings[name], locale)


def piece_of(text: str, name: str, locale: str) -> Piece:
    """Words of one language, and their recording's name."""
    return Piece((Segment(text, locale),) if text else (), name)
