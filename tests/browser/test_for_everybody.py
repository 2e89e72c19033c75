"""The page for whoever sees, hears, reads or moves otherwise: axe's rules of WCAG 2.2 AA, letters and screens of any
size, dark and light."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.bot.channels.web.conversation import CALENDAR
from tests.bot.channels.web.rig import MENUS, message
from tests.browser.conftest import MakePhone
from tests.browser.phone import Phone
from tests.browser.screens import BOXES, LOCALES, WIDTHS, language_list, reminder
from tests.browser.serving import Town

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]


async def _found(page: Page) -> list[str]:
    """What axe finds, as rule and element."""
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": _RULES}}
    found = await Axe().run(page, options=options)
    assert len(found.response["passes"]) > 20, "axe looked at hardly anything"
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found.response["violations"] for node in rule["nodes"]]


async def _walk(town: Town, person: Phone, locale: str) -> None:
    """Everything that can stand on the page."""
    address = (await town.rig.addresses())[-1]
    await town.rig.bot_says(address, language_list(locale))
    await town.rig.bot_says(address, message("📄 Bestand", locale=locale, file=CALENDAR))
    town.rig.answers = [reminder(locale)]
    await person.says("?")
    await expect(person.page.locator(".line.bot")).to_have_count(4)
    await town.rig.bot_says(address, reminder(locale), unasked=True)
    await expect(person.page.locator("#banner")).to_be_visible()


@pytest.mark.parametrize("locale", LOCALES)
async def test_axe_finds_nothing_and_any_size_of_letters_fits(town: Town, phone: MakePhone, locale: str) -> None:
    person = await phone(locale, dark=locale == "ar")
    page = person.page
    await person.opens(await town.rig.person(locale))
    await expect(page.get_by_text(MENUS[locale][0])).to_be_visible()
    assert await _found(page) == []
    await _walk(town, person, locale)
    assert await _found(page) == []
    await page.locator("#banner").tap()
    await page.emulate_media(color_scheme="dark" if locale != "ar" else "light")
    assert await _found(page) == []

    # Letters twice as large, by the browser's own setting; and a screen zoomed to twice its size.
    session = await person.context.new_cdp_session(page)
    for width, size in [*((width, 32) for width in WIDTHS), (160, 16)]:
        await session.send("Page.setFontSizes", {"fontSizes": {"standard": size}})
        await page.set_viewport_size({"width": width, "height": 640 if width > 160 else 320})
        assert await person.overflow() <= 0
        _, *boxes = await page.evaluate(BOXES, "#send, #attach, #record, #text")
        for top, bottom, left, right in boxes:
            assert left >= 0
            assert right <= width
            assert bottom <= (640 if width > 160 else 320)
            assert min(bottom - top, right - left) >= 44
        # Something is left for what is said.
        room = await page.evaluate("scroller.clientHeight")
        assert room > 100
    size = await page.locator(".bubble > p").last.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert size == 18
    await session.send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
    size = await page.locator(".bubble > p").last.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert size == 36


async def test_axe_finds_nothing_where_somebody_is_asked_or_told(town: Town, phone: MakePhone) -> None:
    shared = await phone("nl")
    await shared.opens(await town.rig.person("nl"))
    await shared.page.goto("about:blank")
    await shared.opens(await town.rig.person("ar"))
    await expect(shared.page.get_by_role("alertdialog")).to_be_visible()
    assert await _found(shared.page) == []
    await shared.taps("Nee, blijf hier")
    await shared.goes_offline()
    await shared.says("Ik ben ziek")
    await expect(shared.page.locator("#status")).to_have_attribute("data-state", "offline")
    assert await _found(shared.page) == []
    assert await shared.overflow() <= 0
