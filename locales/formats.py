"""Dates, times, numbers and direction in the reader's own way (Babel), and the templates that use them.

A catalog text says how a value is shown: {starts_at:day} {starts_at:time} {on:date} {n:number} {amount:euro}
{items:list} {items:lines}. Local time is the wall time of the zone that is passed in; nothing here knows what time it
is.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from string import Formatter
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import DateTimePattern, parse_pattern
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

from locales.languages import LANGUAGES, Direction
from locales.message import Text, Value

FSI, PDI = "\u2068", "\u2069"
_PARSE = Formatter()


class BadTemplate(ValueError):
    """A catalog text has a placeholder that its message does not fill, or a format that does not exist."""


@lru_cache(maxsize=64)
def babel_locale(code: str) -> Locale:
    """Babel's locale of one of ours."""
    return Locale.parse(code)


def _pattern(locale: str, skeleton: str) -> DateTimePattern:
    """CLDR's pattern for the skeleton with weekday and month written out, in the locale's own order.

    CLDR lists only short forms; widening the fields of the nearest one is its own rule (UTS 35, Matching Skeletons).
    """
    short = babel_locale(locale).datetime_skeletons[skeleton].pattern
    return parse_pattern(
        re.sub(r"(?<!L)LLL(?!L)", "LLLL", re.sub(r"(?<!M)MMM(?!M)", "MMMM", re.sub("E+", "EEEE", short)))
    )


@lru_cache(maxsize=8192)
def day_text(day: date, locale: str) -> str:
    """Weekday, day and month: "maandag 1 maart"."""
    return _pattern(locale, "MMMEd").apply(day, babel_locale(locale))


@lru_cache(maxsize=8192)
def date_text(day: date, locale: str) -> str:
    """Day, month and year: "1 maart 2029"."""
    return _pattern(locale, "yMMMd").apply(day, babel_locale(locale))


def time_text(moment: datetime, zone: ZoneInfo) -> str:
    """Wall time on a 24-hour clock with Western digits, as it stands on Dutch signs: "14:00"."""
    return moment.astimezone(zone).strftime("%H:%M")


def isolate(text: str) -> str:
    """Keep foreign text in order inside a sentence of another direction (Unicode FSI … PDI)."""
    return f"{FSI}{text}{PDI}"


def _has_rtl(text: str) -> bool:
    return any(
        "\u0590" <= char <= "\u08ff" or "\ufb1d" <= char <= "\ufdff" or "\ufe70" <= char <= "\ufefc" for char in text
    )


@lru_cache(maxsize=4096)
def _pieces(template: str) -> tuple[tuple[str, str | None, str], ...]:
    return tuple((literal, name, spec or "") for literal, name, spec, _ in _PARSE.parse(template))


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
        local = value.astimezone(zone)
        if spec == "time":
            return isolate(time_text(value, zone)) if rtl else time_text(value, zone)
        return date_text(local.date(), locale) if spec == "date" else day_text(local.date(), locale)
    if isinstance(value, date):
        return day_text(value, locale) if spec == "day" else date_text(value, locale)
    if isinstance(value, Text):
        return say(value)
    if isinstance(value, str):
        return isolate(value) if rtl or _has_rtl(value) else value
    if not isinstance(value, (int, float)):
        said = [say(text) for text in value]
        return "\n".join(said) if spec == "lines" else str(format_list(said, locale=babel_locale(locale)))
    if spec == "euro":
        shown = format_currency(value, "EUR", format="¤ #,##0", locale=babel_locale("nl"), currency_digits=False)
        return isolate(str(shown)) if rtl else str(shown)
    if spec in ("", "number"):
        # Western digits everywhere: as on Dutch letters, signs and clocks.
        return str(format_decimal(value, locale=babel_locale(locale), numbering_system="latn"))
    raise BadTemplate(f"unknown format {spec!r}")
