"""The nginx configuration that we ship, run with Debian's nginx: what passes, what does not, and who is seen to ask."""

import asyncio
import json
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from prometheus_client import CollectorRegistry
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Scope

from bot.http import build_http
from bot.serve import server_config
from tests.bot.operating.behind_nginx import LOOPBACK, NAME, behind_nginx, is_there, trusting


async def _never(*_: object) -> None:
    raise AssertionError


PHOTO = b"p" * 7_500_000


@pytest.mark.skipif(not is_there(), reason="there is no nginx here, and apt-get has none")
async def test_what_passes_through_the_proxy(tmp_path: Path) -> None:
    told = asyncio.Event()

    async def who(request: Request) -> Response:
        client = request.client
        return JSONResponse({"client": client.host if client else None, "scheme": request.url.scheme})

    async def take(request: Request) -> Response:
        return JSONResponse({"bytes": len(await request.body())})

    async def events(_: Request) -> Response:
        async def lines() -> AsyncIterator[bytes]:
            yield b"data: first\n\n"
            await told.wait()
            yield b"data: second\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream")

    async def ready() -> dict[str, bool]:
        return {"database": True}

    app = build_http(
        channels=(),
        https=True,
        readiness=ready,
        registry=CollectorRegistry(),
        host=NAME,
        extra_routes=[
            Route("/who", who),
            Route("/chat/send", take, methods=["POST"]),
            Route("/chat/events", events),
        ],
    )
    async with behind_nginx(app, tmp_path) as (http, https):
        # Another address of this machine than the one nginx asks us from.
        from_afar = aiohttp.TCPConnector(local_addr=("127.0.0.2", 0), ssl=trusting(tmp_path))
        async with aiohttp.ClientSession(connector=from_afar, headers={"host": NAME}) as browser:
            url = f"https://{LOOPBACK}:{https}"
            spoofed = {"x-forwarded-for": "203.0.113.9", "x-real-ip": "203.0.113.9"}
            async with browser.get(f"{url}/who", headers=spoofed) as answer:
                assert json.loads(await answer.text()) == {"client": "127.0.0.2", "scheme": "https"}
                assert answer.headers["strict-transport-security"].startswith("max-age=")
                assert "server" not in answer.headers or "1." not in answer.headers["server"]
            async with browser.post(f"{url}/chat/send", data=BytesIO(PHOTO)) as answer:
                assert await answer.json() == {"bytes": len(PHOTO)}
            async with browser.get(f"{url}/chat/events") as answer:
                # The first line is here while the second is not written yet.
                assert await answer.content.readuntil(b"\n\n") == b"data: first\n\n"
                told.set()
                assert await answer.content.readuntil(b"\n\n") == b"data: second\n\n"
            for path in ("/metrics", "/health", "/health/ready", "/health/live"):
                async with browser.get(f"{url}{path}") as answer:
                    assert answer.status == 404
                    assert b"maatje" not in await answer.read()
            async with browser.get(f"http://{LOOPBACK}:{http}/chat", allow_redirects=False) as answer:
                assert (answer.status, answer.headers["location"]) == (301, f"https://{NAME}/chat")
        # The second worker is not there: nobody heard of that, and nothing of who asked is written down.
        assert not (tmp_path / "access.log").exists()


@pytest.mark.parametrize(
    ("trusted", "seen"),
    [
        pytest.param("127.0.0.1", "203.0.113.9", id="the proxy is trusted"),
        pytest.param("10.0.0.0/8", "127.0.0.1", id="another one is"),
        pytest.param("", "127.0.0.1", id="nobody is"),
    ],
)
async def test_only_a_trusted_proxy_is_believed(trusted: str, seen: str) -> None:
    asked: list[str] = []

    async def app(scope: Scope, _receive: object, _send: object) -> None:
        asked.append(scope["client"][0])

    config = server_config(app, most=10, trusted=trusted)
    config.load()
    scope = {
        "type": "http",
        "scheme": "http",
        "client": ("127.0.0.1", 4711),
        "headers": [(b"x-forwarded-for", b"203.0.113.9")],
    }
    await config.loaded_app(scope, _never, _never)
    assert asked == [seen]
