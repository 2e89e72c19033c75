"""The templates of catalog texts, and how the values in them are shown.

A catalog text says how a value is shown: {starts_at:day} {starts_at:time} {on:date} {n:number} {amount:euro}
{items:list} {items:lines}; {starts_at:short_day} and {starts_at:clock} on buttons, where the part of the day and the
other calendar have no room. Who counts by the Ethiopian clock too has that in brackets behind both. Local time is the
wall time of the zone that is passed in; nothing here knows what time it is. Numbers, lists and money are Babel's.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from string import Formatter
from typing import TypeAlias
from zoneinfo import ZoneInfo

from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

from locales.rendering.bidi import has_rtl, isolate, isolate_foreign
from locales.rendering.dates import (
    babel_locale,
    date_text,
    day_text,
    ethiopian_time_text,
    own_digits,
    part_of_day,
    short_day_text,
    time_text,
)
from locales.rendering.languages import LANGUAGES, Direction
from locales.rendering.message import Text, Value

# Literal texts, each with the placeholder after it (None = none) and its format.
Pieces: TypeAlias = tuple[tuple[str, str | None, str], ...]

_PARSE = Formatter()
_PLACEHOLDER = re.compile(r"(\{[^{}]*\})")


class BadTemplate(ValueError):
    """A catalog text has a placeholder that its message does not fill, or a format that does not exist."""


class Writer:
    """Fills templates in one language; `say` puts a nested Text into it, `zone` is the wall time people live by.

    `ethiopian_clock`: each time is told by that clock too, where the language has it.
    """

    def __init__(
        self, locale: str, zone: ZoneInfo, say: Callable[[Text], str], *, ethiopian_clock: bool = False
    ) -> None:
        self._locale = locale
        self._rtl = LANGUAGES[locale].direction is Direction.RTL
        self._zone = zone
        self._say = say
        self._ethiopian_clock = ethiopian_clock

    def fill(self, template: str, params: Mapping[str, Value]) -> str:
        """The template with its placeholders filled; see `fill_pieces`."""
        return self.fill_pieces(self.pieces(template), params)

    def pieces(self, template: str) -> Pieces:
        """The template taken apart: once for one that is filled thousands of times a second."""
        return _pieces(template, self._rtl)

    def fill_pieces(self, template: Pieces, params: Mapping[str, Value]) -> str:
        """A template that was taken apart, its placeholders filled.

        Raises:
            BadTemplate: when a placeholder has no value or its format does not exist.
        """
        out: list[str] = []
        for literal, name, spec in template:
            out.append(literal)
            if name is None:
                continue
            if name not in params:
                raise BadTemplate(f"placeholder {{{name}}} has no value")
            value = params[name]
            # What by far the most placeholders are; a call for each would cost as much as showing it.
            if type(value) is datetime:
                out.append(_moment(value, spec, self._locale, self._zone, self._ethiopian_clock))
            elif type(value) is str:
                out.append(isolate(value) if self._rtl or has_rtl(value) else value)
            else:
                out.append(self._show(value, spec))
        return "".join(out)

    def _show(self, value: Value, spec: str) -> str:
        """One value in the reader's way; see the module's docstring for the formats."""
        if isinstance(value, str):
            return isolate(value) if self._rtl or has_rtl(value) else value
        if isinstance(value, datetime):
            return _moment(value, spec, self._locale, self._zone, self._ethiopian_clock)
        if isinstance(value, Text):
            return self._say(value)
        if isinstance(value, date):
            return _DAYS.get(spec, date_text)(value, self._locale)
        if not isinstance(value, (int, float)):
            said = [self._say(text) for text in value]
            return "\n".join(said) if spec == "lines" else str(format_list(said, locale=babel_locale(self._locale)))
        if spec == "euro":
            # A whole number of euros has no cents; the digits are those of the letter that names the amount.
            whole = float(value).is_integer()
            pattern = "¤ #,##0" if whole else "¤ #,##0.00"
            shown = format_currency(value, "EUR", format=pattern, locale=babel_locale("nl"), currency_digits=False)
            return isolate(str(shown)) if self._rtl else str(shown)
        if spec in ("", "number"):
            return _number(value, self._locale)
        raise BadTemplate(f"unknown format {spec!r}")


@lru_cache(maxsize=16384)
def _pieces(template: str, rtl: bool) -> Pieces:
    """A template's literal texts, each with the placeholder after it; with Latin words isolated for Arabic script."""
    if rtl:
        template = "".join(
            piece if piece.startswith("{") and piece.endswith("}") else isolate_foreign(piece)
            for piece in _PLACEHOLDER.split(template)
        )
    return tuple((literal, name, spec or "") for literal, name, spec, _ in _PARSE.parse(template))


_DAYS: Mapping[str, Callable[[date, str], str]] = {
    "day": day_text,
    "short_day": short_day_text,
    "date": date_text,
}


@lru_cache(maxsize=4096)
def _number(value: float, locale: str) -> str:
    return own_digits(str(format_decimal(value, locale=babel_locale(locale), numbering_system="default")), locale)


# A lesson's time is told to every member of its group.
@lru_cache(maxsize=16384)
def _moment(value: datetime, spec: str, locale: str, zone: ZoneInfo, ethiopian_clock: bool) -> str:
    if spec in ("time", "clock"):
        clock = time_text(value, zone)
        if LANGUAGES[locale].direction is Direction.RTL:
            clock = isolate(clock)
        if ethiopian_clock and (theirs := ethiopian_time_text(value, zone, locale)):
            return f"{clock} ({theirs})"
        return clock if spec == "clock" else f"{clock} ({part_of_day(value, zone, locale)})"
    return _DAYS.get(spec, day_text)(value.astimezone(zone).date(), locale)
