"""A telephone in somebody's hand: what they see and do on the chat's page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self

from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Route, expect


@dataclass(slots=True)
class Phone:
    """One browser with its own cookies, on the chat's page."""

    context: BrowserContext
    page: Page
    url: str
    # Console errors and warnings (a CSP violation is one) and uncaught exceptions.
    complaints: list[str] = field(default_factory=list)
    # Requests to any other server.
    elsewhere: list[str] = field(default_factory=list)
    # Every request's URL.
    asked: list[str] = field(default_factory=list)
    offline: bool = False

    @classmethod
    async def made(cls, context: BrowserContext, url: str) -> Self:
        phone = cls(context, await context.new_page(), url)
        phone._watch()
        return phone

    def _watch(self) -> None:
        self.page.set_default_timeout(10_000)
        # Playwright hangs attributes on the owner of a bound method, which a class with slots does not take.
        self.page.on("console", partial(Phone._note_console, self))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", partial(Phone._note_request, self))

    async def takes_a_new_page(self) -> None:
        self.offline = False
        self.page = await self.context.new_page()
        self._watch()

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not self.offline:
            self.complaints.append(message.text)

    def _note_request(self, request: Request) -> None:
        self.asked.append(request.url)
        if not request.url.startswith((self.url, "data:")):
            self.elsewhere.append(request.url)

    async def opens(self, code: str | None = None) -> None:
        await self.page.goto(f"{self.url}/chat" + (f"#{code}" if code else ""))
        await self.is_online()

    async def is_online(self) -> None:
        await expect(self.page.locator("#status")).to_have_attribute("data-state", "online")

    async def says(self, text: str) -> None:
        await self.page.get_by_role("textbox").fill(text)
        await self.page.get_by_role("textbox").press("Enter")

    def button(self, label: str) -> Locator:
        return self.page.get_by_role("button", name=label)

    async def taps(self, label: str) -> None:
        await self.button(label).tap()

    async def sees(self, text: str) -> None:
        await expect(self.lines(text)).to_have_count(1)

    async def does_not_see(self, text: str) -> None:
        await expect(self.lines(text)).to_have_count(0)

    def lines(self, text: str) -> Locator:
        return self.page.locator(".bubble > p").get_by_text(text, exact=True)

    async def goes_offline(self) -> None:
        self.offline = True
        await self.context.set_offline(True)

    async def comes_online(self) -> None:
        await self.context.set_offline(False)
        await self.is_online()
        self.offline = False

    @asynccontextmanager
    async def loses_an_answer(self, path: str) -> AsyncIterator[None]:
        """What is sent to `path` reaches the server, but the first answer does not come back; ends after the second."""
        lost = False

        async def lose(route: Route) -> None:
            nonlocal lost
            if lost:
                await route.continue_()
                return
            lost = True
            await route.fetch()
            await route.abort("connectionreset")

        self.offline = True  # The browser itself complains of the broken connection.
        pattern = f"**{path}*"
        await self.page.route(pattern, lose)
        async with self.page.expect_response(pattern):
            yield
        assert lost

    async def overflow(self) -> int:
        """How many pixels the page is wider than the screen."""
        width = await self.page.evaluate(
            "Math.max(document.documentElement.scrollWidth, scroller.scrollWidth, log.scrollWidth) - innerWidth"
        )
        return int(width)

    async def picture(self, file: Path) -> None:
        await self.page.screenshot(path=file)
