"""Numbers from outside, over a real connection: none is too long, too large or too strange for a plain no."""

import asyncio
import json
from collections.abc import AsyncIterator
from secrets import token_hex

import httpx
import pytest

from storage.engine.database import Database
from tests.browser.serving import served

STRANGE = {
    "the largest id": str(2**63 - 1),
    "one more": str(2**63),
    "30 digits": "9" * 30,
    "5,000 digits": "9" * 5000,
    "negative": "-1",
    "an exponent": "1e9",
    "Python's own": "1_0",
}
IN_ADDRESSES = {**STRANGE, "Arabic figures": "%D9%A1%D9%A2", "a null": "%00"}
PLACES = ["file/{}", "media/{}/picture", "media/1/{}", "history?before={}", "events?after={}"]
WITHIN = 60


@pytest.fixture
async def client(sqlite_database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with a chat of its own."""
    async with (
        served(sqlite_database) as town,
        httpx.AsyncClient(base_url=town.url, headers={"origin": town.url}, timeout=WITHIN) as client,
    ):
        opened = await client.post("/chat/open", json={"token": token_hex(32), "code": None})
        assert opened.status_code == 200
        yield client


@pytest.mark.parametrize("place", PLACES)
async def test_a_number_in_an_address(client: httpx.AsyncClient, place: str) -> None:
    async with asyncio.timeout(WITHIN):
        for name, number in IN_ADDRESSES.items():
            async with client.stream("GET", f"/chat/{place.format(number)}") as answer:
                assert answer.status_code in (200, 400, 404), name


async def test_a_number_in_a_header(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(WITHIN):
        for name, number in STRANGE.items():
            async with client.stream("GET", "/chat/events", headers={"last-event-id": number}) as answer:
                assert answer.status_code in (200, 400), name
            answer = await client.get("/chat/media/1/picture", headers={"range": f"bytes={number}-{number}"})
            assert answer.status_code == 404, name


async def test_a_number_in_a_body(client: httpx.AsyncClient) -> None:
    event = json.dumps(token_hex(16))
    async with asyncio.timeout(WITHIN):
        for name, number in STRANGE.items():
            bodies = {
                "press": f'{{"event":{event},"message":{number},"intent":"x"}}',
                "seen": f'{{"after":{number},"up_to":{number},"state":"read"}}',
                "say": f'{{"event":{event},"text":{number}}}',
                "open": f'{{"token":{number}}}',
            }
            for path, body in bodies.items():
                headers = {"content-type": "application/json"}
                answer = await client.post(f"/chat/{path}", content=body.encode(), headers=headers)
                assert answer.status_code in (202, 204, 400, 409), (path, name)
