"""What the server refuses before it does any work, and what the service does not begin with."""

import asyncio

import httpx
import pytest
from prometheus_client import CollectorRegistry
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot import http
from bot.configuration.settings import Settings
from bot.http import build_http, build_told
from bot.serve import PlainConnection, refuse_plain

MAIL = {"smtp_host": "mx.example", "email_from": "maatje@gemeente.example"}


async def _echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def _ready() -> dict[str, bool]:
    return {"database": True}


def client(host: str = "maatje.example") -> httpx.AsyncClient:
    app = build_http(
        channels=(),
        https=True,
        readiness=_ready,
        registry=CollectorRegistry(),
        extra_routes=[Route("/echo", _echo, methods=["POST"])],
        host=host,
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://maatje.example")


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        pytest.param("maatje.example", "/echo", 200, id="ours"),
        pytest.param("MAATJE.example", "/echo", 200, id="ours, in capitals"),
        pytest.param("evil.example", "/echo", 421, id="another"),
        pytest.param("maatje.example.evil.example", "/echo", 421, id="one that begins like ours"),
        pytest.param("10.0.0.7:8080", "/health", 200, id="a probe's"),
    ],
)
async def test_only_our_own_name_is_answered_to(host: str, path: str, status: int) -> None:
    async with client() as asks:
        method = "GET" if path == "/health" else "POST"
        assert (await asks.request(method, path, headers={"host": host})).status_code == status


async def test_a_request_with_two_lengths_is_refused() -> None:
    async with client() as asks:
        headers = {"content-length": "3", "transfer-encoding": "chunked"}
        assert (await asks.post("/echo", headers=headers, content=b"abc")).status_code == 400


async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "PATIENCE", 0.01)

    sent: list[dict[str, object]] = []
    app = build_http(
        channels=(),
        https=True,
        readiness=_ready,
        registry=CollectorRegistry(),
        extra_routes=[Route("/echo", _echo, methods=["POST"])],
    )

    async def never() -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/echo",
        "raw_path": b"/echo",
        "query_string": b"",
        "headers": [(b"host", b"x"), (b"content-length", b"9")],
        "http_version": "1.1",
        "scheme": "https",
        "server": ("x", 443),
        "client": ("y", 1),
        "root_path": "",
    }
    await app(scope, never, send)  # type: ignore[arg-type]
    assert sent[0]["status"] == 408


@pytest.mark.parametrize(
    ("settings", "begins"),
    [
        pytest.param({"public_url": "http://maatje.example"}, False, id="the chat unencrypted"),
        pytest.param({"public_url": "http://127.0.0.1:8080"}, True, id="this machine"),
        pytest.param({"public_url": "https://maatje.example"}, True, id="encrypted"),
        pytest.param(
            {"smtp_host": "mx.example", "email_from": "m@x.example", "smtp_security": "none"}, False, id="smtp"
        ),
        pytest.param({"smtp_host": "127.0.0.1", "email_from": "m@x.example", "smtp_security": "none"}, True, id="here"),
        pytest.param(
            {
                "smtp_host": "mx.example",
                "email_from": "m@x.example",
                "imap_host": "mx.example",
                "imap_security": "none",
            },
            False,
            id="imap",
        ),
        pytest.param({"public_url": "http://maatje.example", "allow_plain": True}, True, id="told to"),
    ],
)
def test_the_service_does_not_begin_over_connections_that_anybody_can_read(
    settings: dict[str, object], begins: bool
) -> None:
    made = Settings.model_validate({"secret_key": "x", **settings})
    if begins:
        refuse_plain(made)
    else:
        with pytest.raises(PlainConnection, match="MAATJE_"):
            refuse_plain(made)


async def test_metrics_and_readiness_can_have_a_port_of_their_own() -> None:
    shown = build_http(channels=(), https=True, readiness=_ready, registry=CollectorRegistry(), told_elsewhere=True)
    told = build_told(readiness=_ready, registry=CollectorRegistry())
    found: dict[str, tuple[int, int]] = {}
    for path in ("/metrics", "/health", "/health/ready", "/health/live"):
        codes = []
        for app in (shown, told):
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="https://maatje.example") as asks:
                codes.append((await asks.get(path)).status_code)
        found[path] = (codes[0], codes[1])
    assert found == {
        "/metrics": (404, 200),
        "/health": (404, 200),
        "/health/ready": (404, 200),
        "/health/live": (200, 200),
    }
