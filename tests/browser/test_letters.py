"""Letters that a telephone has only boxes for come from the server, small, and only where they are missing."""

import os
from importlib.metadata import files
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from tests.browser.conftest import ARGUMENTS, MakePhone, find_chromium
from tests.browser.phone import Phone
from tests.browser.screens import LOCALES, reminder
from tests.browser.serving import Town

# Signs of which the page draws the box of an unknown letter, or nothing at all: `[...]` of signs → those.
_WITHOUT_INK = """async (signs) => {
    await document.fonts.ready;
    const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    pen.font = '32px ' + getComputedStyle(document.documentElement).fontFamily;
    const drawn = (sign) => {
        pen.clearRect(0, 0, 64, 64);
        pen.fillText(sign, 8, 40);
        return pen.getImageData(0, 0, 64, 64).data.join();
    };
    await document.fonts.load(pen.font, signs.join(''));
    const empty = [drawn(' '), drawn('\\u0378')];
    return signs.filter((sign) => empty.includes(drawn(sign)));
}"""
_ROOT_FONT = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts</dir><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>"""


def _brought(person: Phone) -> set[str]:
    return {url.rpartition("/")[2].partition(".")[0] for url in person.asked if ".woff2" in url}


async def _hears_a_reminder(town: Town, person: Phone, locale: str) -> None:
    await person.opens(await town.rig.person(locale))
    town.rig.answers = [reminder(locale)]
    await person.says("?")
    await expect(person.page.locator(".line.bot").last).to_contain_text("Bibliotheek Laren")


@pytest.mark.parametrize("locale", LOCALES)
async def test_what_this_browser_has_boxes_for_is_drawn(town: Town, phone: MakePhone, locale: str) -> None:
    person = await phone(locale, width=360)
    await _hears_a_reminder(town, person, locale)
    signs = ["🪪", "📍", *({"ti": ["ኽ", "ሕ", "ግ"], "ar": ["ح"], "nl": ["e"]}[locale])]
    assert await person.page.evaluate(_WITHOUT_INK, signs) == []
    # This browser has no Ge'ez and few pictures; what the page does not say is not brought.
    assert _brought(person) == {"ti": {"geez", "pictures"}, "ar": {"pictures"}, "nl": {"pictures"}}[locale]


async def test_nothing_is_brought_that_the_telephone_has(town: Town, tmp_path: Path) -> None:
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    for package, start in (("justmytype-intl-africa", "NotoSansEthiopic["), ("manimgx-fonts", "NotoEmoji[")):
        font = next(one for one in files(package) or () if one.name.startswith(start))
        (fonts / font.name).symlink_to(str(font.locate()))
    config = tmp_path / "fonts.conf"
    config.write_text(_ROOT_FONT.format(fonts=fonts, cache=tmp_path / "cache"))
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=find_chromium(playwright.chromium.executable_path),
            args=ARGUMENTS,
            env={**os.environ, "FONTCONFIG_FILE": str(config)},
        )
        context = await chromium.new_context(locale="ti", viewport={"width": 360, "height": 640}, has_touch=True)
        person = await Phone.made(context, town.url)
        await _hears_a_reminder(town, person, "ti")
        assert await person.page.evaluate(_WITHOUT_INK, ["🪪", "ኽ", "ሕ"]) == []
        assert _brought(person) == set()
        await chromium.close()
