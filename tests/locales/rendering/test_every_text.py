"""Every text of every locale can be said: with each kind of value, in each plural form, isolates balanced."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from locales.catalog_files.po import Entry, read_locale
from locales.checking.text_check import placeholders
from locales.rendering.bidi import FSI, PDI
from locales.rendering.catalog import Catalogs, po_files
from locales.rendering.languages import LANGUAGES, Direction
from locales.rendering.message import Text, Value
from locales.rendering.render import Renderer

AT = datetime(2026, 11, 25, 13, 0, tzinfo=UTC)
RENDERER = Renderer(Catalogs(), ZoneInfo("Europe/Amsterdam"))
MOMENTS = {"day", "short_day", "time", "clock"}
# One number of every plural form of every language, and more.
COUNTS = [0, 1, 2, 3, 5, 10, 11, 12, 21, 22, 25, 100, 101, 102, 111]


def texts(locale: str) -> Iterator[Entry]:
    for file in read_locale(locale).values():
        yield from file.entries


def values(entry: Entry) -> dict[str, Value]:
    """A value for each placeholder of the Dutch text, by its format."""
    found: dict[str, Value] = {}
    for text in entry.strings:
        for placeholder in placeholders(text):
            name, _, spec = placeholder.partition(":")
            if name == "count":
                continue
            found[name] = AT if spec in MOMENTS else date(2029, 3, 1) if spec == "date" else "Sanne"
            if spec in ("list", "lines"):
                found[name] = [Text("menu.back"), Text("menu.plan")]
    return found


@pytest.mark.parametrize("locale", [code for code in LANGUAGES if po_files(code)])
def test_every_text_can_be_said(locale: str) -> None:
    for entry in texts("nl"):
        for count in COUNTS if entry.plural else [None]:
            said = RENDERER.say(Text(entry.key, values(entry), count), locale)
            assert said.strip(), entry.key
            assert "{" not in said, entry.key
            assert said.count(FSI) == said.count(PDI), entry.key
            assert FSI + FSI not in said, entry.key


@pytest.mark.parametrize("locale", [c for c in LANGUAGES if po_files(c) and LANGUAGES[c].direction is Direction.RTL])
def test_what_people_fill_in_is_isolated_in_arabic_script(locale: str) -> None:
    for entry in texts("nl"):
        filled = values(entry)
        if "Sanne" in filled.values() and RENDERER.catalogs.has(entry.key, locale):
            said = RENDERER.say(Text(entry.key, filled, 3 if entry.plural else None), locale)
            assert f"{FSI}Sanne{PDI}" in said, entry.key
