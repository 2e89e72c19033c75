"""The templates of catalog texts, and how the values in them are shown.

A catalog text says how a value is shown: {starts_at:day} {starts_at:time} {on:date} {n:number} {amount:euro}
{items:list} {items:lines}; {starts_at:short_day} and {starts_at:clock} on buttons, where the part of the day and the
other calendar have no room. Local time is the wall time of the zone that is passed in; nothing here knows what time it
is. Numbers, lists and money are Babel's.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from string import Formatter
from zoneinfo import ZoneInfo

from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

from locales.bidi import has_rtl, isolate, isolate_foreign
from locales.dates import babel_locale, date_text, day_text, own_digits, part_of_day, short_day_text, time_text
from locales.languages import LANGUAGES, Direction
from locales.message import Text, Value

_PARSE = Formatter()
_PLACEHOLDER = re.compile(r"(\{[^{}]*\})")


class BadTemplate(ValueError):
    """A catalog text has a placeholder that its message does not fill, or a format that does not exist."""


@lru_cache(maxsize=16384)
def _pieces(template: str) -> tuple[tuple[str, str | None, str], ...]:
    return tuple((literal, name, spec or "") for literal, name, spec, _ in _PARSE.parse(template))


@lru_cache(maxsize=16384)
def _isolated(template: str) -> str:
    """A right-to-left template with its Latin words isolated; placeholders stay as they are."""
    return "".join(
        piece if piece.startswith("{") and piece.endswith("}") else isolate_foreign(piece)
        for piece in _PLACEHOLDER.split(template)
    )


def fill(
    template: str,
    params: Mapping[str, Value],
    *,
    locale: str,
    zone: ZoneInfo,
    say: Callable[[Text], str],
) -> str:
    """Fill a template's placeholders; `say` renders a nested Text in the same locale.

    Raises:
        BadTemplate: when a placeholder has no value or its format does not exist.
    """
    if LANGUAGES[locale].direction is Direction.RTL:
        template = _isolated(template)
    if "{" not in template and "}" not in template:
        return template
    out: list[str] = []
    for literal, name, spec in _pieces(template):
        out.append(literal)
        if name is not None:
            if name not in params:
                raise BadTemplate(f"placeholder {{{name}}} has no value")
            out.append(show(params[name], spec, locale=locale, zone=zone, say=say))
    return "".join(out)


def show(value: Value, spec: str, *, locale: str, zone: ZoneInfo, say: Callable[[Text], str]) -> str:
    """One value in the reader's way; see the module's docstring for the formats."""
    rtl = LANGUAGES[locale].direction is Direction.RTL
    if isinstance(value, datetime):
        return _moment(value, spec, locale=locale, zone=zone)
    if isinstance(value, date):
        return _DAYS.get(spec, date_text)(value, locale)
    if isinstance(value, Text):
        return say(value)
    if isinstance(value, str):
        return isolate(value) if rtl or has_rtl(value) else value
    if not isinstance(value, (int, float)):
        said = [say(text) for text in value]
        return "\n".join(said) if spec == "lines" else str(format_list(said, locale=babel_locale(locale)))
    if spec == "euro":
        # A whole number of euros has no cents; the digits are those of the letter that names the amount.
        whole = float(value).is_integer()
        pattern = "¤ #,##0" if whole else "¤ #,##0.00"
        shown = format_currency(value, "EUR", format=pattern, locale=babel_locale("nl"), currency_digits=False)
        return isolate(str(shown)) if rtl else str(shown)
    if spec in ("", "number"):
        return _number(value, locale)
    raise BadTemplate(f"unknown format {spec!r}")


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
def _moment(value: datetime, spec: str, *, locale: str, zone: ZoneInfo) -> str:
    if spec in ("time", "clock"):
        clock = time_text(value, zone)
        if LANGUAGES[locale].direction is Direction.RTL:
            clock = isolate(clock)
        return clock if spec == "clock" else f"{clock} ({part_of_day(value, zone, locale)})"
    return _DAYS.get(spec, day_text)(value.astimezone(zone).date(), locale)
