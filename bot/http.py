"""The one HTTP server: health, metrics, the channels' webhooks and pages, and (in the demo) its start page.

What holds for every answer stands here too: security headers, the largest request that is read, errors without detail.
There is no access log: uvicorn is to be run with `access_log=False`, since addresses and times are personal data.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.base import Channel

# Seconds for a request's body, and one more for each SLOWEST bytes that came: less than the slowest network brings.
PATIENCE = 20.0
SLOWEST = 4_000
# A Telegram update is at most a few kilobytes; megabytes of rubbish are read no further.
MAX_BODY = 4_000_000
# The web chat's photos and voice notes; its own limit is lower, so that its answer can say why.
LARGER = {"/chat/send": 8_000_000}


def content_security_policy(*, framing: bool) -> str:
    """Everything is forbidden but what our own page does; `framing` lets our own pages show it in a frame."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "img-src 'self' data:",
            "media-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'" if framing else "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


async def _nothing() -> None:
    """Where the registry is up to date by itself."""


def build_http(
    *,
    channels: Collection[Channel],
    https: bool,
    readiness: Callable[[], Awaitable[dict[str, bool]]],
    registry: CollectorRegistry,
    look: Callable[[], Awaitable[None]] = _nothing,
    extra_routes: Sequence[BaseRoute] = (),
    framing: bool = False,
    host: str = "",
    told_elsewhere: bool = False,
) -> Starlette:
    """The server's application.

    `readiness` answers with a check by name; all must hold for /health/ready. `look` brings the registry up to date
    before it is told. `extra_routes` may set a content-security-policy of their own. `host` is the name
    that people reach us by ("" = any). `framing` is for the demo, whose start page shows the chat in frames. With
    `told_elsewhere` (build_told) only /health/live is left here.
    """
    routes: list[BaseRoute] = [
        # First: what every message comes by is not looked for behind a hundred pages of the desk.
        *(route for channel in channels for route in channel.routes()),
        *extra_routes,
        Route("/", lambda _: RedirectResponse("/chat"), methods=["GET"]),
        *(_alive() if told_elsewhere else _told(readiness, registry, look)),
    ]
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(KnownHost, host=host),
            Middleware(SecurityHeaders, framing=framing, https=https),
            Middleware(BodyLimit, limit=MAX_BODY, larger=LARGER),
        ],
        exception_handlers={HTTPException: _refused},
    )


def build_told(
    *,
    readiness: Callable[[], Awaitable[dict[str, bool]]],
    registry: CollectorRegistry,
    look: Callable[[], Awaitable[None]] = _nothing,
) -> Starlette:
    """Health, readiness and metrics on a port of their own, which no proxy shows the world."""
    return Starlette(
        routes=_told(readiness, registry, look),
        middleware=[Middleware(BodyLimit, limit=0, larger={})],
        exception_handlers={HTTPException: _refused},
    )


def _told(
    readiness: Callable[[], Awaitable[dict[str, bool]]],
    registry: CollectorRegistry,
    look: Callable[[], Awaitable[None]],
) -> list[BaseRoute]:
    return [*_health(readiness), Route("/metrics", _metrics(registry, look), methods=["GET"])]


def _alive() -> list[BaseRoute]:
    async def live(_: Request) -> Response:
        return JSONResponse({"live": True})

    return [Route("/health/live", live, methods=["GET"])]


def _health(readiness: Callable[[], Awaitable[dict[str, bool]]]) -> list[BaseRoute]:
    async def ready(_: Request) -> Response:
        checks = await readiness()
        well = all(checks.values())
        return JSONResponse({"live": True, "ready": well, "checks": checks}, status_code=200 if well else 503)

    return [
        Route("/health", ready, methods=["GET"]),
        *_alive(),
        Route("/health/ready", ready, methods=["GET"]),
    ]


def _metrics(
    registry: CollectorRegistry, look: Callable[[], Awaitable[None]]
) -> Callable[[Request], Awaitable[Response]]:
    async def metrics(_: Request) -> Response:
        await look()
        return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})

    return metrics


async def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return Response(status_code=error.status_code, headers=error.headers)


class SecurityHeaders:
    """Sets the headers that no answer may lack; what a route set itself stays."""

    def __init__(self, app: ASGIApp, *, framing: bool, https: bool) -> None:
        self._app = app
        self._headers = {
            "content-security-policy": content_security_policy(framing=framing),
            "x-content-type-options": "nosniff",
            "x-frame-options": "SAMEORIGIN" if framing else "DENY",
            "referrer-policy": "no-referrer",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=(self), payment=()",
            "x-robots-tag": "noindex, nofollow",
            "cache-control": "no-store",
        }
        if https:
            self._headers["strict-transport-security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the answer back with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class KnownHost:
    """Answers only to the name that people reach us by; health checks come by any."""

    def __init__(self, app: ASGIApp, *, host: str) -> None:
        self._app = app
        self._host = host.casefold()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it (421)."""
        if self._host and scope["type"] == "http" and not scope["path"].startswith(("/health", "/metrics")):
            given = next((value for name, value in scope["headers"] if name == b"host"), b"")
            name = given.decode("latin-1").casefold().rpartition("@")[2]
            if name != self._host and name.partition(":")[0] not in (self._host, "127.0.0.1", "localhost"):
                await Response(status_code=421)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class _TooLarge(HTTPException):
    def __init__(self) -> None:
        super().__init__(413)


class BodyLimit:
    """Reads no request any further than `limit` bytes (`larger`: by path), whatever its length header says."""

    def __init__(self, app: ASGIApp, *, limit: int, larger: Mapping[str, int]) -> None:
        self._app = app
        self._limit = limit
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting what is read of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        names = [name for name, _ in scope["headers"]]
        if b"content-length" in names and b"transfer-encoding" in names:
            # Two lengths: a proxy before us and we may see two different requests (RFC 9112, 6.1).
            await Response(status_code=400, headers={"connection": "close"})(scope, receive, send)
            return
        read, whole, waited, loop = 0, False, 0.0, asyncio.get_running_loop()
        limit = self._larger.get(scope["path"], self._limit)

        async def receive_within_limit() -> Message:
            nonlocal read, whole, waited
            if whole:
                # Only the end of the connection is waited for.
                return await receive()
            began = loop.time()
            # A body that does not come holds memory.
            try:
                async with asyncio.timeout(max(0, PATIENCE + read / SLOWEST - waited)):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, headers={"connection": "close"}) from None
            waited += loop.time() - began
            whole = message["type"] == "http.request" and not message.get("more_body", False)
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if read > limit:
                    raise _TooLarge
            return message

        await self._app(scope, receive_within_limit, send)
