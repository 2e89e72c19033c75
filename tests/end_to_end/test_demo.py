"""The demo as a visitor uses it, and its absence from a real run."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.botapi import BotApi
from tests.end_to_end.demo_running import demo_running
from tests.end_to_end.service import Service
from tests.end_to_end.web_phone import WebPhone


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[str]:
    """The address of a running demo."""
    async with demo_running(tmp_path) as url:
        yield url


async def test_a_visitor_sees_reminders_arrive(demo: str) -> None:
    async with aiohttp.ClientSession() as http:
        async with http.get(demo) as page:
            assert page.status == 200
        async with http.get(f"{demo}/demo/state") as answer:
            state = await answer.json()
        assert (len(state["people"]), len(state["consultants"])) == (36, 2)
        reader = next(person for person in state["people"] if person["language"] == "English")
        async with http.post(f"{demo}/demo/open", json={"id": reader["id"]}) as answer:
            code = (await answer.json())["url"].partition("#")[2]
        async with WebPhone(demo, "en") as phone:
            await phone.starts(code)
            await phone.taps("English")
            await phone.taps("Yes, that is fine")
            await phone.sees("How can I help you?")
            # The phone is open in one browser; another one gets a link of its own.
            async with http.post(f"{demo}/demo/open", json={"id": reader["id"]}) as answer:
                assert (await answer.json())["url"].partition("#")[2] not in ("", code)
            there = {f"maatje-{reader['id']}": "0" * 64}
            async with http.post(f"{demo}/demo/open", json={"id": reader["id"]}, cookies=there) as answer:
                assert (await answer.json())["url"] == f"/chat?phone={reader['id']}"
            await phone.taps("Take part")
            await phone.sees("Take part: 1 of")
            for _ in range(12):
                async with http.post(f"{demo}/demo/move", json={"minutes": 24 * 60}) as answer:
                    moved = await answer.json()
            assert moved["now"] != state["now"]
            await phone.sees("🔔")


async def test_nothing_of_the_demo_is_in_a_real_run(tmp_path: Path, sqlite_url: str) -> None:
    async with BotApi() as api:
        service = Service(tmp_path, sqlite_url, telegram_url=api.url, token=api.token)
        await service.start()
        async with aiohttp.ClientSession() as http:
            for path in ("/demo/state", "/demo/demo.js", "/demo"):
                async with http.get(service.url + path) as answer:
                    assert answer.status == 404
            for path in ("/demo/open", "/demo/move"):
                async with http.post(service.url + path, json={}) as answer:
                    assert answer.status == 404
            async with http.get(service.url, allow_redirects=False) as answer:
                assert answer.headers["location"] == "/chat"
        assert await service.stop() == 0
