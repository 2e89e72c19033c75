"""How a text reads to the person: its placeholders filled with made-up values."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Final

from locales.checking.text_check import placeholders
from locales.rendering.formats import BadTemplate, Writer
from locales.rendering.message import Text, Value
from locales.rendering.render import Renderer
from locales.reviewing.standing import StandingText

#: How a placeholder shows a moment; one without a format is somebody's word.
_MOMENTS: Final = ("day", "short_day", "time", "clock")
_LISTS: Final = ("list", "lines")
_NUMBERS: Final = {"number": 3, "euro": 340}


def as_read(
    renderer: Renderer, one: StandingText, strings: Sequence[str], examples: Sequence[str], now: datetime
) -> list[str]:
    """Each form as its reader reads it; the word that somebody fills in stands between ‹ and ›. One that cannot be
    filled is left out: the checks say why."""
    writer = Writer(one.locale, renderer.zone, partial(renderer.say, locale=one.locale))
    found = []
    for text, example in zip(strings, examples, strict=False):
        first = example.partition(",")[0].strip()
        try:
            # An answer is no template.
            said = text if one.topic is not None else writer.fill(text, _values(text, int(first or 0), now))
        except (BadTemplate, ValueError):
            continue
        found.append(said)
    return found


def _values(text: str, count: int, now: datetime) -> dict[str, Value]:
    """A value for each placeholder, by its format.

    Raises:
        ValueError: its braces do not match.
    """
    found: dict[str, Value] = {}
    for placeholder in placeholders(text):
        name, _, spec = placeholder.partition(":")
        if name == "count":
            found[name] = count
        elif spec in _MOMENTS:
            found[name] = now
        elif spec == "date":
            found[name] = date(now.year + 1, 3, 1)
        elif spec in _LISTS:
            found[name] = [Text("menu.plan"), Text("menu.back")]
        else:
            found[name] = _NUMBERS.get(spec, f"‹{name}›")
    return found
