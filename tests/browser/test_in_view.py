"""What is on the screen when something comes, measured by where it stands: small and large screens, three scripts."""

import pytest
from playwright.async_api import TimeoutError, expect

from locales.rendering.render import Rendered
from tests.bot.channels.web.rig import message
from tests.browser.conftest import MakePhone
from tests.browser.phone import Phone
from tests.browser.screens import BOXES, LOCALES, WIDTHS, language_list, reminder
from tests.browser.serving import Town


async def _is_whole(person: Phone, selector: str) -> None:
    """Every element that is named stands within the part of the screen where lines are shown."""
    within = f"""(selector) => {{
        const [room, ...boxes] = ({BOXES})(selector);
        const inside = (b) => room[0] <= b[0] && b[1] <= room[1] && room[2] <= b[2] && b[3] <= room[3];
        return boxes.length > 0 && boxes.every(inside);
    }}"""
    try:
        await person.page.wait_for_function(within, arg=selector, timeout=3_000)
    except TimeoutError:
        pytest.fail(f"{selector} is not wholly in view: {await person.page.evaluate(BOXES, selector)}", pytrace=False)


async def _shown(town: Town, person: Phone, address: str, rendered: Rendered, *, unasked: bool = False) -> None:
    row = person.page.locator(".line.bot")
    before = await row.count()
    await town.rig.bot_says(address, rendered, unasked=unasked)
    await expect(row).to_have_count(before + 1)


async def _hears(town: Town, person: Phone, rendered: Rendered) -> None:
    """They write something, and this is the answer."""
    bot, before = person.page.locator(".line.bot"), await person.page.locator(".line.bot").count()
    town.rig.answers = [rendered]
    await person.says("?")
    await expect(bot).to_have_count(before + 1)


@pytest.mark.parametrize("locale", LOCALES)
async def test_what_comes_is_in_view_from_its_start(town: Town, phone: MakePhone, locale: str) -> None:
    person = await phone(locale, width=360)
    await person.opens(await town.rig.person(locale))
    [address] = await town.rig.addresses()
    banner, last = person.page.locator("#banner"), ".line:last-child "
    for width in WIDTHS:
        await person.page.set_viewport_size({"width": width, "height": 640})

        # The languages: the question, and every name, the likely one first.
        await _hears(town, person, language_list(locale))
        await _is_whole(person, last + ".title, " + last + ".choice")

        # A reminder that comes now waits, and is opened with one tap.
        await _shown(town, person, address, reminder(locale), unasked=True)
        await expect(banner).to_contain_text(reminder(locale).blocks[0].text)
        await expect(person.page.locator(".many").last).to_be_in_viewport(ratio=0.8)
        box = await banner.bounding_box()
        assert box is not None
        assert box["height"] >= 48
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        await banner.tap()
        await expect(banner).to_be_hidden()
        await expect(person.page.locator(".new")).to_be_in_viewport()

        # What, when and from when to when stand above its answers, which are in reach.
        await _is_whole(person, f"{last}.title, {last}.choice")
        _, *texts = await person.page.evaluate(BOXES, last + ".bubble > p")
        _, answers = await person.page.evaluate(BOXES, last + ".choices")
        assert texts[1][1] <= answers[0], "the day and the hours are hidden by the answers"

        # It stays so when the telephone is turned and turned back.
        await person.page.set_viewport_size({"width": 640, "height": width if width < 640 else 700})
        await _is_whole(person, last + ".title")
        await person.page.set_viewport_size({"width": width, "height": 640})
        await _is_whole(person, f"{last}.title, {last}.choice")
        assert await person.overflow() == 0


async def test_who_reads_above_is_told_and_finds_where_the_new_begins(town: Town, phone: MakePhone) -> None:
    amina = await phone(width=360)
    await amina.opens(await town.rig.person())
    [address] = await town.rig.addresses()
    for number in range(12):
        await town.rig.bot_says(address, message(f"Bericht {number}"))
    await amina.sees("Bericht 11")
    await amina.page.evaluate("scroller.scrollTop = 0")
    first = amina.lines("Bericht 0")
    await expect(first).to_be_in_viewport()

    await town.rig.bot_says(address, message("Nu"))
    await town.rig.bot_says(address, message("En nog een"))
    await amina.sees("En nog een")
    await expect(first).to_be_in_viewport()
    await amina.button("Nieuw bericht").tap()

    await expect(amina.page.locator(".new")).to_have_text("Nieuw")
    await _is_whole(amina, ".new")
    await expect(amina.lines("Nu")).to_be_in_viewport()
    await expect(amina.lines("En nog een")).to_be_in_viewport()
    await expect(amina.page.locator("#newest")).to_be_hidden()


async def test_who_comes_back_begins_where_they_stopped(town: Town, phone: MakePhone) -> None:
    amina = await phone(width=360)
    async with amina.page.expect_response("**/chat/seen") as told:
        await amina.opens(await town.rig.person())
    await (await told.value).finished()
    [address] = await town.rig.addresses()
    await amina.page.goto("about:blank")
    for number in range(20):
        await town.rig.bot_says(address, message(f"Bericht {number}"), unasked=True)
    await amina.opens()

    await expect(amina.page.locator(".new + .bubble")).to_contain_text("Bericht 0")
    await _is_whole(amina, ".new")


async def test_a_telephone_number_is_called_with_a_tap(town: Town, phone: MakePhone) -> None:
    amina = await phone("ar")
    await amina.opens(await town.rig.person("ar"))
    [address] = await town.rig.addresses()
    await _shown(
        town, amina, address, message("🚨 خطر؟ اتصل على \u2068112\u2069 أو \u2068035 528 1911\u2069.", locale="ar")
    )
    calls = amina.page.locator(".bubble a.call")
    assert await calls.evaluate_all("all => all.map(e => [e.getAttribute('href'), e.textContent])") == [
        ["tel:112", "112"],
        ["tel:+31355281911", "035 528 1911"],
    ]
    for box in await calls.evaluate_all("all => all.map(e => e.getBoundingClientRect().toJSON())"):
        assert min(box["width"], box["height"]) >= 44
    assert await amina.overflow() == 0
