"""The words for days, parts of the day and minutes of locales/understanding/moments.yaml, found in a text in order.

What they mean for a date stands in `moments.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, cast

import locales
from bot.faq.skeleton import skeleton
from bot.faq.words import normalise
from bot.understanding.acts import DayPart, NextOne
from bot.understanding.days.signs import MomentMark, Sign
from bot.voice.numbers import number_words
from locales.faq.reading import ContentEntry, ContentError, read_yaml
from locales.rendering.dates import babel_locale, date_words
from locales.rendering.languages import LANGUAGES

_FILE: Final = Path(locales.__file__).parent / "understanding" / "moments.yaml"


Meaning = tuple[Sign, int | DayPart | NextOne, str]

_DAYS: Final = {"before_yesterday": -2, "yesterday": -1, "today": 0, "tomorrow": 1, "day_after": 2}
_SPANS: Final = {"quarter": 15, "half_hour": 30, "hour_and_half": 90}
_SIGNS: Final = {
    "now": Sign.NOW,
    "last": Sign.LAST,
    "coming": Sign.COMING,
    "went": Sign.WENT,
    "until": Sign.UNTIL,
    "until_after": Sign.UNTIL_AFTER,
    "from": Sign.FROM,
    "since": Sign.SINCE,
    "since_after": Sign.SINCE_AFTER,
    "days": Sign.DAYS,
    "minutes": Sign.MINUTES,
    "hours": Sign.HOURS,
    "at": Sign.AT,
    "clock": Sign.CLOCK,
    "half": Sign.HALF,
    "half_after": Sign.HALF_AFTER,
    "back": Sign.BACK,
    "after_days": Sign.AFTER_DAYS,
    "on_the": Sign.ON_THE,
    "month_number": Sign.MONTH_NUMBER,
}
_NEXT: Final = {f"next_{one.value}": one for one in NextOne}
_WEEKS: Final = {"last_week": -1, "this_week": 0, "next_week": 1}
_LISTS: Final = {*_DAYS, *_SPANS, *_SIGNS, *(part.value for part in DayPart), *_NEXT, *_WEEKS}
_OTHER: Final = {
    "weekdays",
    "months",
    "calendar",
    "numbers",
    "ordinals",
    "prefixes",
    "until_prefixes",
    "since_prefixes",
    "day_clock",
    "or_morning",
    "no_months",
    "suffixes",
}
_LONGEST: Final = 4
#: Of a word that begins like a stem, so much more may follow.
_SHORTEST_STEM: Final = 3
#: A shorter name of a month is many other things.
_SHORTEST_MONTH: Final = 3
#: The digits of a date as `Sign.DATE` has it.
_WRITTEN_DATE: Final = 8
#: Fewer consonants are those of too many words.
_FEWEST_SOUNDS: Final = 3


class MomentWords:
    """The words of one language.

    Raises:
        ContentError: its entry in the file is not in order.
    """

    def __init__(self, entry: ContentEntry) -> None:
        entry.only(_LISTS | _OTHER)
        self._whole: dict[tuple[str, ...], list[Meaning]] = {}
        self._or_morning: Final = {normalise(word) for word in entry.texts("or_morning", ())}
        self._no_months: Final = {normalise(word) for word in entry.texts("no_months", ())}
        self._stems: list[tuple[str, Meaning]] = []
        self.ethiopian_clock: Final = entry.get("day_clock") == "ethiopian"
        calendar = entry.text("calendar", "") if entry.get("calendar") is not None else ""
        self._prefixes: Final = tuple(map(normalise, entry.texts("prefixes", ())))
        self._suffixes: Final = tuple(map(normalise, entry.texts("suffixes", ())))
        self._until: Final = tuple(map(normalise, entry.texts("until_prefixes", ())))
        self._since: Final = tuple(map(normalise, entry.texts("since_prefixes", ())))
        for word in (word for words in self._lists(entry, "weekdays", 7) for word in words[1]):
            self._add(word[0], (Sign.WEEKDAY, word[1], ""))
        self._add_names(entry.name)
        for word in (word for words in self._lists(entry, "months", None) for word in words[1]):
            self._add(word[0], (Sign.MONTH, word[1] + 1, calendar))
        for key, days in _DAYS.items():
            self._add_all(entry, key, (Sign.DAY, days, ""))
        for key, minutes in _SPANS.items():
            self._add_all(entry, key, (Sign.SPAN, minutes, ""))
        for part in DayPart:
            self._add_all(entry, part.value, (Sign.PART, part, ""))
        for key, week in _WEEKS.items():
            self._add_all(entry, key, (Sign.WEEK, week, ""))
        for key, one in _NEXT.items():
            self._add_all(entry, key, (Sign.NEXT, one, ""))
        for key, sign in _SIGNS.items():
            self._add_all(entry, key, (sign, 0, ""))
        self._add_numbers(entry)
        self._heard: Final = {} if LANGUAGES[entry.name].script == "Latn" else self._weekdays_by_sound()

    def marks(self, words: Sequence[str]) -> list[MomentMark]:
        """The signs in the words, from left to right, the longest first; a word may bear several."""
        found: list[MomentMark] = []
        start = 0
        while start < len(words):
            here = next((marks for size in range(_LONGEST, 0, -1) if (marks := list(self._at(words, start, size)))), [])
            found += here
            start = max((mark.end for mark in here), default=start + 1)
        return found

    def _at(self, words: Sequence[str], start: int, size: int) -> Iterator[MomentMark]:
        if start + size > len(words):
            return
        piece = tuple(words[start : start + size])
        end = start + size
        if size == 1 and piece[0].isdecimal() and len(piece[0]) <= 3:
            yield MomentMark(start, end, Sign.NUMBER, int(piece[0]))
            return
        if size == 1 and piece[0].isdecimal() and len(piece[0]) == _WRITTEN_DATE:
            yield MomentMark(start, end, Sign.DATE, int(piece[0]))
            return
        yield from (
            MomentMark(start, end, sign, value, calendar=cal, or_morning=piece[0] in self._or_morning)
            for sign, value, cal in self._whole.get(piece, ())
        )
        if piece in self._whole:
            return
        typed_otherwise = list(self._typed_otherwise(piece, start))
        yield from typed_otherwise
        if typed_otherwise:
            return
        if size == 1:
            stem = max(
                (one for one in self._stems if piece[0].startswith(one[0])), key=lambda one: len(one[0]), default=None
            )
            if stem is not None:
                sign, value, calendar = stem[1]
                yield MomentMark(start, end, sign, value, calendar=calendar)
                return
        for prefix in (*self._until, *self._since, *self._prefixes):
            bare = piece[0].removeprefix(prefix)
            if bare == piece[0] or len(bare) < _SHORTEST_STEM - 1:
                continue
            meanings = self._whole.get((bare, *piece[1:]), ())
            for sign, value, calendar in meanings:
                # "For Friday" is until Friday; "for tomorrow" mostly is not.
                until = prefix in self._until and sign is Sign.WEEKDAY
                since = prefix in self._since and sign in (Sign.WEEKDAY, Sign.DAY)
                if sign in (Sign.DAY, Sign.WEEKDAY, Sign.PART, Sign.WEEK, Sign.NEXT, Sign.NUMBER, Sign.HOURS):
                    yield MomentMark(start, end, sign, value, until=until, since=since, calendar=calendar)
            if meanings:
                return

    def _typed_otherwise(self, piece: tuple[str, ...], start: int) -> Iterator[MomentMark]:
        """A day whose name is written in two ("el yom", "over morgen"), with an "and" behind it, or in Latin letters as
        somebody hears it."""
        end = start + len(piece)
        words = ["".join(piece)] if len(piece) == 2 else []
        if len(piece) == 1:
            words = [piece[0].removesuffix(suffix) for suffix in self._suffixes if piece[0].endswith(suffix)]
            heard = self._heard.get(_sounds(piece[0])) if self._heard and piece[0].isascii() else None
            if heard is not None:
                yield MomentMark(start, end, Sign.WEEKDAY, heard)
        for sign, value, calendar in (meaning for word in words for meaning in self._whole.get((word,), ())):
            if sign in (Sign.DAY, Sign.WEEKDAY):
                yield MomentMark(start, end, sign, value, calendar=calendar)

    def _weekdays_by_sound(self) -> dict[str, int]:
        """The weekdays by the consonants of their names that are not in Latin letters; only what can be but one."""
        heard: dict[str, set[int]] = {}
        for words, meanings in self._whole.items():
            name = "".join(words)
            sounds = _sounds(name)
            if len(sounds) < _FEWEST_SOUNDS or name.isascii():
                continue
            for sign, value, _ in meanings:
                if sign is Sign.WEEKDAY and isinstance(value, int):
                    heard.setdefault(sounds, set()).add(value)
        return {sounds: day for sounds, (day, *others) in heard.items() if not others}

    def _add_all(self, entry: ContentEntry, key: str, meaning: Meaning) -> None:
        for written in entry.texts(key, ()):
            self._add(written, meaning)

    def _add(self, written: str, meaning: Meaning) -> None:
        words = tuple(normalise(written.rstrip("*")).split())
        if not words:
            return
        if written.endswith("*") and len(words) == 1 and len(words[0]) >= _SHORTEST_STEM:
            self._stems.append((words[0], meaning))
            return
        known = self._whole.setdefault(words, [])
        if meaning not in known:
            known.append(meaning)

    def _add_names(self, language: str) -> None:
        """The names that CLDR has, and those that Maatje writes itself."""
        locale, own = babel_locale(language), date_words(language)
        months = list(enumerate(own.months or (), 1))
        for context in ("format", "stand-alone"):
            for number, name in locale.days[context]["wide"].items():
                self._add(name, (Sign.WEEKDAY, number, ""))
            months += locale.months[context]["wide"].items()
            months += [one for one in locale.months[context]["abbreviated"].items() if len(one[1]) >= _SHORTEST_MONTH]
        for number, name in enumerate(own.weekdays or ()):
            self._add(name, (Sign.WEEKDAY, number, ""))
        for number, name in months:
            if normalise(name) not in self._no_months:
                self._add(name, (Sign.MONTH, number, ""))

    def _add_numbers(self, entry: ContentEntry) -> None:
        spoken = number_words(entry.name)
        if spoken is not None:
            for number, word in enumerate(spoken.small):
                if number:
                    self._add(word, (Sign.NUMBER, number, ""))
            for ten, word in enumerate(spoken.tens, 2):
                self._add(word, (Sign.NUMBER, 10 * ten, ""))
                for unit, joined in enumerate(spoken.units_first, 1):
                    self._add(f"{joined}{word}", (Sign.NUMBER, 10 * ten + unit, ""))
        for ordinal in (one for words in self._lists(entry, "ordinals", None) for one in words[1]):
            self._add(ordinal[0], (Sign.NUMBER, ordinal[1] + 1, ""))
        numbers = entry.get("numbers", {})
        if not isinstance(numbers, dict):
            raise entry.error("has 'numbers' that are no numbers", "write {20: [word, word]}")
        for amount, written in cast("dict[object, object]", numbers).items():
            if not isinstance(amount, int) or not isinstance(written, list):
                raise entry.error("has 'numbers' that are no numbers", "write {20: [word, word]}")
            for one in cast("list[object]", written):
                self._add(str(one), (Sign.NUMBER, amount, ""))

    def _lists(self, entry: ContentEntry, key: str, length: int | None) -> Iterator[tuple[int, list[tuple[str, int]]]]:
        value = entry.get(key, [])
        if not isinstance(value, list) or (length is not None and len(value) != length):
            raise entry.error(f"has '{key}' that are not {length or 'some'} lists", "write [[word, word], [word], …]")
        for number, words in enumerate(cast("list[object]", value)):
            if not isinstance(words, list):
                raise entry.error(f"has a word of '{key}' outside a list", "write [[word, word], [word], …]")
            yield number, [(str(word), number) for word in cast("list[object]", words)]


def _sounds(word: str) -> str:
    # "Panjshanbe" is said with an m.
    return skeleton(word).replace("nb", "mb")


@lru_cache(maxsize=1)
def moment_words(path: Path = _FILE) -> dict[str, MomentWords]:
    """The words of every language. Raises `ContentError`."""
    languages = ContentEntry(path, "", read_yaml(path))
    found = {language: MomentWords(ContentEntry(path, language, value)) for language, value in languages.items()}
    if not found:
        raise ContentError(path, "", "has no language", "write the words of at least one")
    return found
