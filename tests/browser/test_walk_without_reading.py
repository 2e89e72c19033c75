"""The walk of who cannot read, on the real page of the real service: only pictures, sounds and icons, at 360 pixels in
Tigrinya. What is tapped is found by its icon alone, and must be within the screen where a finger can reach it."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from locales.rendering.message import Text
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from tests.botapi import BotApi
from tests.browser.phone import Phone
from tests.end_to_end.service import SECRET, Service
from tests.end_to_end.test_absence_day import next_working_day
from tests.end_to_end.test_every_language import inviting
from tests.end_to_end.test_main_job import RENDERER, Words, prepare
from tests.end_to_end.test_without_reading import without_reading

_HEARD_AND_SEEN = """(picture) => [...document.querySelectorAll('.line.bot')].some(line =>
    !line.dataset.looked && line.querySelector('.aloud audio')
    && (!picture || line.querySelector('img.card')?.naturalWidth === 640))"""


@pytest_asyncio.fixture(loop_scope="session")
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = open_database(sqlite_url, KeyRing([SECRET]))
    yield opened
    await opened.close()


class PageListener:
    """Looks at pictures, hears that there is a sound, taps icons: see Listener in test_without_reading."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone

    async def starts(self, code: str) -> None:
        await self._phone.opens(code)

    async def looks(self, *, picture: bool = True) -> bytes:
        page = self._phone.page
        await page.wait_for_function(_HEARD_AND_SEEN, arg=picture)
        seen: str = await page.evaluate(
            """(picture) => {
                const lines = [...document.querySelectorAll('.line.bot')].filter(e => e.querySelector('.aloud audio')
                    && !e.dataset.looked && (!picture || e.querySelector('img.card')));
                for (const line of document.querySelectorAll('.line.bot')) line.dataset.looked = 'yes';
                return picture ? lines.at(-1).querySelector('img.card').src : '';
            }""",
            picture,
        )
        if not picture:
            return b""
        return await (await page.context.request.get(seen)).body()

    async def presses(self, icon: str) -> None:
        choice = self._with(icon)
        await expect(choice).to_be_visible()
        await choice.scroll_into_view_if_needed()
        box = await choice.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        await choice.tap()

    def _with(self, icon: str) -> Locator:
        # The beginning of a name, which is its picture; the words behind it are not looked at.
        return self._phone.page.locator(
            ".choices button.choice:enabled", has_text=re.compile("^" + re.escape(icon))
        ).last


async def test_from_the_invitation_to_a_new_time_by_icons_alone(
    browser: Browser, database: Database, tmp_path: Path, sqlite_url: str
) -> None:
    async with BotApi() as bot_api:
        service = Service(tmp_path, sqlite_url, telegram_url=bot_api.url, token=bot_api.token)
        try:
            await prepare(service, tmp_path, "ti")
            context = await browser.new_context(
                viewport={"width": 360, "height": 640}, locale="ti", has_touch=True, is_mobile=True
            )
            person = await Phone.made(context, service.url)
            person.page.set_default_timeout(20_000)
            listener, consultant, dutch = PageListener(person), bot_api.user(8001), Words("nl")
            seen = await without_reading(listener, consultant, inviting(database), 1)
            # Another time, which the consultant proposes and she takes.
            for icon in ("🏠", "📅", "🗣️", "🔁"):
                await listener.presses(icon)
                seen.append(await listener.looks(picture=icon != "🔁"))
            await consultant.sees(dutch("consultant.other_time", person="Amina Tesfay"))
            await consultant.taps(dutch("consultant.new_time"))
            await consultant.taps(RENDERER.say(Text("consultant.day", {"on": next_working_day()}), "nl"))
            await consultant.taps("10:30")
            await consultant.taps(dutch("consultant.propose_send"))
            await listener.presses("🕘")
            await consultant.sees(dutch("consultant.proposal_taken", person="Amina Tesfay"))
            await listener.looks(picture=False)
            assert await person.overflow() == 0
            assert len(set(seen)) >= len(seen) // 2
            assert person.complaints == []
            await context.close()
        finally:
            await service.stop()
    assert bot_api.mistakes == []
