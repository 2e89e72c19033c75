"""A provider's answer is read whole, and never more of it than fits."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.bounded import TooLong, read_at_most


async def _in_pieces(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse()
    await answer.prepare(request)
    for _ in range(int(request.query["pieces"])):
        await answer.write(b"x" * 1000)
    return answer


@pytest.fixture
async def url() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/", _in_pieces)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


async def test_what_comes_in_pieces_is_read_to_its_end(url: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(url, params={"pieces": "90"}) as answer:
        assert len(await read_at_most(answer, 90_000)) == 90_000


async def test_more_than_fits_is_dropped(url: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(url, params={"pieces": "500"}) as answer:
        with pytest.raises(TooLong):
            await read_at_most(answer, 90_000)
