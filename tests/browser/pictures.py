"""The pictures of docs/ and README, made from the demo: `python -m tests.browser.pictures ADDRESS` of a running demo.

Run `make demo` (or `maatje run --demo`) first; the pictures are written to docs/pictures.
"""

import asyncio
import re
import sys
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, ViewportSize, async_playwright

from tests.browser.conftest import ARGUMENTS, find_chromium

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
_SIZE = ViewportSize(width=1200, height=760)


async def _shot(page: Page, name: str) -> None:
    path = FOLDER / f"{name}.png"
    await page.screenshot(path=path)
    # A picture of a page has few colours: a palette is a quarter of the bytes.
    with Image.open(path) as picture:
        picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(path, optimize=True)


async def main(address: str) -> None:
    """Make them all."""
    FOLDER.mkdir(exist_ok=True)
    async with async_playwright() as playwright:
        found = find_chromium(playwright.chromium.executable_path)
        browser = await playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        page = await (await browser.new_context(viewport=_SIZE, locale="nl-NL")).new_page()
        await page.goto(address)
        await page.wait_for_timeout(3_000)
        await _shot(page, "demo")
        await page.goto(f"{address}/demo/desk?id=consultant-1")
        await _shot(page, "desk-today")
        await page.goto(f"{address}/desk/calendar")
        await _shot(page, "desk-calendar")
        await page.goto(f"{address}/desk/people")
        await page.locator("tbody a").first.click()
        await _shot(page, "desk-person")
        await page.get_by_role("link", name=re.compile("straks")).click()
        await _shot(page, "desk-ahead")
        await page.goto(f"{address}/desk/groups")
        await page.locator("main li a").first.click()
        await page.get_by_label("Kies een zin").select_option(index=1)
        await page.get_by_role("button", name="Eerst bekijken").click()
        await _shot(page, "desk-to-many")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1].rstrip("/")))
