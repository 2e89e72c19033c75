"""The pictures of docs/ and README, made from a demo that this starts itself: `python -m tests.browser.pictures`.

They are written to docs/pictures.
"""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from bot.app import App, build
from bot.configuration.settings import Settings
from bot.demo.clock import DemoClock
from bot.demo.fill import fill
from bot.demo.routes import DemoRoutes
from bot.demo.serve import demo_settings
from bot.demo.sides import Sides
from bot.serve import listen, running
from storage.desk.accounts import add_account, add_session
from storage.engine.migrate import prepare_schema
from storage.vocabulary import DeskRole, DeskStep
from tests.browser.conftest import ARGUMENTS, find_chromium

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
_SIZE = ViewportSize(width=1200, height=760)


@asynccontextmanager
async def demo() -> AsyncIterator[tuple[str, App]]:
    """The demo, on a free port: its address, and the application."""
    with tempfile.TemporaryDirectory() as folder:
        asked = Settings(_env_file=None, host="127.0.0.1", port=0)
        bound = listen(asked)
        settings = demo_settings(asked, bound.getsockname()[1], Path(folder) / "demo.db")
        clock = DemoClock()
        sides = Sides(clock, f"http://{settings.host}:{settings.port}")
        settings = sides.settings(settings)
        app = build(
            settings,
            keys=settings.keys(),
            clock=clock,
            extra_routes=lambda app: [*DemoRoutes(app, clock).routes(), *sides.routes(app)],
            demo=True,
        )
        await prepare_schema(app.database)
        await fill(app.database, settings, clock)
        async with running(app, [bound]):
            yield f"http://{settings.host}:{settings.port}", app
            await sides.close()


async def _shot(page: Page, name: str) -> None:
    path = FOLDER / f"{name}.png"
    await page.screenshot(path=path)
    # A picture of a page has few colours: a palette is a quarter of the bytes.
    with Image.open(path) as picture:
        picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(path, optimize=True)


async def _page_of(browser: Browser, address: str, app: App, role: DeskRole) -> Page:
    """A page of a colleague with this role, who is signed in."""
    keys, now = app.database.keys, app.desk.clock.now()
    async with app.database.writing() as session:
        account = await add_account(
            session,
            keys,
            email=f"{role}@huizen.example",
            role=role,
            consultant_id=None,
            municipality="",
            now=now,
        )
        token = await add_session(session, keys, account, DeskStep.SIGNED_IN, now)
    context = await browser.new_context(viewport=_SIZE, locale="nl-NL")
    await context.add_cookies([{"name": app.desk.cookie, "value": token, "url": address}])
    return await context.new_page()


async def _of_consultants(browser: Browser, address: str) -> None:
    page = await (await browser.new_context(viewport=_SIZE, locale="nl-NL")).new_page()
    await page.goto(address)
    # Both phones show what there is to choose.
    await page.wait_for_function(
        """() => { const phones = [...document.querySelectorAll("iframe")];
        return phones.length && phones.every((one) => one.contentDocument?.querySelectorAll("button").length > 6) }"""
    )
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


async def main() -> None:
    """Make them all."""
    FOLDER.mkdir(exist_ok=True)
    async with demo() as (address, app), async_playwright() as playwright:
        found = find_chromium(playwright.chromium.executable_path)
        browser = await playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        await _of_consultants(browser, address)
        page = await _page_of(browser, address, app, DeskRole.MANAGER)
        await page.goto(f"{address}/desk")
        await _shot(page, "desk-figures")
        page = await _page_of(browser, address, app, DeskRole.ADMINISTRATOR)
        for name in ("system", "imports", "content"):
            await page.goto(f"{address}/desk/{name}")
            await _shot(page, f"desk-{name}")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
