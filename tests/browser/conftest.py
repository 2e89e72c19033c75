"""A real headless Chromium on a real server.

Found in this order: chromium or google-chrome on the PATH, then Playwright's own download. Where there is none the
tests fail and say how to get one; WITHOUT_BROWSER=1 leaves them out, loudly.
"""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright

from storage.engine.keys import KeyRing
from storage.mapped import open_database
from tests.bot.dialogue.talk import Talk
from tests.browser.desk_served import NewDesk, desk_served
from tests.browser.phone import Phone
from tests.browser.serving import Town, served

ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
HOW_TO_GET_ONE = (
    "No Chromium was found for the browser tests. Get one with `apt-get install chromium` (as root) or with "
    "`python -m playwright install chromium`, or leave these tests out with WITHOUT_BROWSER=1."
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    mine = [item for item in items if here in item.path.parents]
    for item in mine:
        item.add_marker(pytest.mark.browser)
        # One event loop for all of them, so that they share one browser.
        item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
        item.add_marker(pytest.mark.flaky(reruns=2))
        # Playwright waits for some things without end; the longest takes 30 s on a quiet machine.
        item.add_marker(pytest.mark.timeout(150))
    if mine and os.environ.get("WITHOUT_BROWSER") == "1":
        items[:] = [item for item in items if item not in mine]
        config.hook.pytest_deselected(items=mine)
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(f"WITHOUT_BROWSER=1: {len(mine)} browser tests were NOT run", yellow=True, bold=True)


def find_chromium(playwrights_own: str) -> str | None:
    on_path = next((path for name in ON_PATH if (path := shutil.which(name))), None)
    return on_path or (playwrights_own if Path(playwrights_own).exists() else None)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        found = find_chromium(playwright.chromium.executable_path)
        if found is None:
            pytest.fail(HOW_TO_GET_ONE, pytrace=False)
        chromium = await playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(sqlite_url: str, browser: Browser) -> AsyncIterator[tuple[Talk, NewDesk]]:
    """The desk of a town, see desk_served."""
    async with desk_served(sqlite_url, browser) as served_desk:
        yield served_desk


@pytest_asyncio.fixture(loop_scope="session")
async def town(sqlite_url: str, keys: KeyRing) -> AsyncIterator[Town]:
    """The server with the scripted dialogue."""
    database = open_database(sqlite_url, keys)
    async with served(database) as running:
        yield running
    await database.close()


MakePhone = Callable[..., Awaitable[Phone]]


@pytest_asyncio.fixture(loop_scope="session")
async def phone(browser: Browser, town: Town) -> AsyncIterator[MakePhone]:
    """Makes telephones: each its own cookies, 320 pixels wide. All are checked for strange requests at the end."""
    made: list[Phone] = []
    async with AsyncExitStack() as stack:

        async def make(locale: str = "nl-NL", *, dark: bool = False, width: int = 320, height: int = 640) -> Phone:
            context: BrowserContext = await browser.new_context(
                viewport={"width": width, "height": height},
                locale=locale,
                color_scheme="dark" if dark else "light",
                reduced_motion="reduce",
                has_touch=True,
                is_mobile=True,
                device_scale_factor=2,
            )
            stack.push_async_callback(context.close)
            made.append(await Phone.made(context, town.url))
            return made[-1]

        yield make
        for one in made:
            assert one.complaints == [], "the page broke its own rules"
            assert one.elsewhere == [], "the page asked another server"
