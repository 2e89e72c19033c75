"""The demo opens with a story on the screen: two phones that are linked, and a tour of five steps; on every screen."""

from pathlib import Path

from playwright.async_api import Browser, expect

from locales.rendering.message import Text
from tests.bot.dialogue.talk import RENDERER
from tests.browser.screens import WIDTHS
from tests.end_to_end.demo_running import demo_running

_BOX = "e => { const b = e.getBoundingClientRect(); return [b.left, b.right, b.top, b.bottom]; }"
_HEIGHT = 740


async def test_the_tour_has_five_steps_beside_two_linked_phones(browser: Browser, tmp_path: Path) -> None:
    async with demo_running(tmp_path) as url:
        context = await browser.new_context(viewport={"width": 360, "height": _HEIGHT})
        page = await context.new_page()
        page.set_default_timeout(15_000)
        await page.goto(url)
        phones = page.locator("#phones iframe")
        await expect(phones).to_have_count(2)
        # Nobody has to link anything first: the one shows her menu, the other is at work.
        theirs, consultants = phones.nth(0).content_frame, phones.nth(1).content_frame
        await expect(theirs.locator(".title", has_text=RENDERER.say(Text("menu.ask"), "ti")).first).to_be_attached()
        await expect(consultants.locator(".line.bot button.choice").first).to_be_attached()
        tour, onward = page.locator("#tour"), page.locator("#onward")
        said = []
        for place in range(1, 6):
            await expect(page.locator("#step")).to_have_text(f"{place} of 5")
            said.append(await page.locator("#does").text_content())
            for width in WIDTHS:
                await page.set_viewport_size({"width": width, "height": _HEIGHT})
                await page.evaluate("scrollTo(0, 0)")
                left, right, top, bottom = await tour.evaluate(_BOX)
                assert 0 <= left < right <= width
                assert 0 <= top < bottom <= _HEIGHT
                # Room for the phones: the first begins on this screen.
                assert (await phones.first.evaluate(_BOX))[2] < _HEIGHT - 100
                assert await page.evaluate("document.documentElement.scrollWidth") <= width
            await onward.click()
        assert len(set(said)) == 5
        await expect(page.locator("#step")).to_have_text("1 of 5")
        await expect(page.locator("nav [data-way]")).to_have_count(3)
        # The desk opens without a link, as the consultant.
        await page.goto(f"{url}/demo/desk?id=consultant-1")
        await expect(page).to_have_url(f"{url}/desk")
        await context.close()
