"""Who takes for ever, or takes what others need: over real connections, byte by byte."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
from prometheus_client import CollectorRegistry
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message

from bot import http
from bot.channels.web.events import EventStream, as_event
from bot.channels.web.live import Bell
from bot.connections import BEYOND, BoundedConnection, Times
from bot.http import build_http
from bot.serve import server_config

# Longer than everything here may take on a busy machine.
PATIENCE = 30
GREETING = b"GET /hello HTTP/1.1\r\nhost: x\r\n\r\n"


class Quick(BoundedConnection):
    times = Times(head=0.4, rest=0.4, read=0.4)


class Patient(BoundedConnection):
    times = Times(head=10 * PATIENCE)


async def _hello(_: Request) -> Response:
    return PlainTextResponse("hello")


async def _echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def _large(_: Request) -> Response:
    return Response(b"x" * 30_000_000)


async def _ready() -> dict[str, bool]:
    return {"database": True}


def app(*more: Route) -> ASGIApp:
    routes = [
        Route("/hello", _hello),
        Route("/echo", _echo, methods=["POST"]),
        Route("/large", _large),
        *more,
    ]
    return build_http(
        channels=(), https=False, readiness=_ready, registry=CollectorRegistry(), extra_routes=routes, host=""
    )


class Served:
    def __init__(self, port: int) -> None:
        self.port = port

    async def connect(self) -> "Line":
        return Line(*await asyncio.open_connection("127.0.0.1", self.port))


class Line:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def sends(self, data: bytes) -> None:
        self.writer.write(data)

    async def trickles(self, piece: bytes) -> bytes:
        """Send a piece, and another whenever nothing was heard for a moment, until the server ends it."""
        async with asyncio.timeout(PATIENCE):
            reading = asyncio.ensure_future(self._all_heard())
            try:
                while not reading.done():
                    self.sends(piece)
                    await asyncio.wait([reading], timeout=0.05)
                return await reading
            finally:
                reading.cancel()
                self.writer.close()

    async def _all_heard(self) -> bytes:
        """What was heard until the end, be it a reset: a piece may be on its way just when the server closes."""
        heard = b""
        with suppress(ConnectionError):
            # StreamReader.read() without a size would lose with a reset what came before it.
            while some := await self.reader.read(65_536):
                heard += some
        return heard

    async def is_quiet(self, seconds: float) -> bool:
        """Nothing is heard for so long."""
        try:
            async with asyncio.timeout(seconds):
                return not await self.reader.read(1)
        except TimeoutError:
            return True

    async def ends(self) -> bytes:
        async with asyncio.timeout(PATIENCE):
            heard = await self._all_heard()
        self.writer.close()
        return heard

    async def answer(self) -> bytes:
        """One answer that has a length; the connection stays."""
        async with asyncio.timeout(PATIENCE):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length")
            )
            return head + await self.reader.readexactly(length)


@asynccontextmanager
async def served(
    made: ASGIApp, *, most: int = 100, connection: type[BoundedConnection] = Quick
) -> AsyncIterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        server = uvicorn.Server(server_config(made, most=most, connection=connection))
        # Server.serve would take over the test run's signals.
        running = asyncio.create_task(server._serve(sockets=[bound]))
        try:
            yield Served(bound.getsockname()[1])
        finally:
            server.should_exit = True
            await running


async def test_a_head_that_trickles_ends_with_a_word() -> None:
    async with served(app()) as server:
        line = await server.connect()
        line.sends(b"GET /hello HTTP/1.1\r\nhost: x\r\n")
        heard = await line.trickles(b"x-one-more: y\r\n")
    assert heard.startswith(b"HTTP/1.1 408 ")


async def test_who_connects_and_says_nothing_is_let_go() -> None:
    async with served(app()) as server:
        assert await (await server.connect()).ends() == b""


async def test_a_next_head_that_trickles_ends_too() -> None:
    async with served(app()) as server:
        line = await server.connect()
        line.sends(GREETING)
        assert b"hello" in await line.answer()
        line.sends(b"GET /hello HTTP/1.1\r\n")
        assert (await line.trickles(b"x-one-more: y\r\n")).startswith(b"HTTP/1.1 408 ")


async def test_who_asks_again_and_again_keeps_the_connection() -> None:
    async with served(app()) as server:
        line = await server.connect()
        loop = asyncio.get_running_loop()
        until = loop.time() + 4 * Quick.times.head
        asked = 0
        while loop.time() < until:
            line.sends(GREETING)
            assert b"hello" in await line.answer()
            asked += 1
        line.writer.close()
    assert asked > 1


async def test_a_body_that_trickles_ends_with_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "PATIENCE", 0.4)
    async with served(app()) as server:
        line = await server.connect()
        line.sends(b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n")
        assert (await line.trickles(b"x")).startswith(b"HTTP/1.1 408 ")


async def test_a_body_that_comes_slowly_but_comes_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its time grows with what came: a photo over a poor network takes longer than a word."""
    monkeypatch.setattr(http, "PATIENCE", 0.5)
    monkeypatch.setattr(http, "SLOWEST", 1)
    async with served(app()) as server:
        line = await server.connect()
        line.sends(b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n")
        loop = asyncio.get_running_loop()
        began = loop.time()
        for _ in range(9):
            line.sends(b"x" * 100)
            assert await line.is_quiet(0.1)
        assert loop.time() - began > 0.5
        line.sends(b"x" * 100)
        assert (await line.answer()).endswith(b"1000")
        line.writer.close()


async def test_a_body_that_nobody_reads_holds_no_connection() -> None:
    async with served(app()) as server:
        line = await server.connect()
        line.sends(b"POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n")
        assert (await line.trickles(b"x")).startswith(b"HTTP/1.1 404 ")


async def test_who_does_not_read_the_answer_is_let_go() -> None:
    lost = asyncio.Event()

    class WatchedEvents(Quick):
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            lost.set()

    async with served(app(), connection=WatchedEvents) as server:
        with socket.create_connection(("127.0.0.1", server.port)) as deaf:
            deaf.sendall(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
            async with asyncio.timeout(PATIENCE):
                await lost.wait()


@pytest.mark.parametrize(
    "framing",
    [
        pytest.param(b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", id="length and chunks"),
        pytest.param(b"transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\n", id="chunks and length"),
        pytest.param(b"content-length: 3\r\ncontent-length: 4\r\n\r\nabc", id="two lengths"),
        pytest.param(b"content-length: " + b"9" * 5000 + b"\r\n\r\n", id="a length of 5,000 digits"),
        pytest.param(b"content-length: -1\r\n\r\n", id="less than nothing"),
        pytest.param(b"transfer-encoding: gzip\r\n\r\nabc", id="not chunks"),
    ],
)
async def test_a_request_of_two_lengths_is_refused_and_so_is_what_follows(framing: bytes) -> None:
    """A proxy before us may see another second request than we do (RFC 9112, 6.1): there is none."""
    async with served(app()) as server:
        line = await server.connect()
        line.sends(b"POST /echo HTTP/1.1\r\nhost: x\r\n" + framing + GREETING)
        heard = await line.ends()
    assert heard.split(b" ")[1] in (b"400", b"501")
    assert b"hello" not in heard


async def test_who_comes_when_it_is_full_hears_when_to_come_again() -> None:
    async with held_open() as (server, let_go):
        line = await server.connect()
        line.sends(GREETING)
        heard = await line.ends()
        let_go()
    assert heard.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nretry-after: 10\r\n" in heard


async def test_who_says_nothing_cannot_have_every_descriptor() -> None:
    async with served(app(), most=2, connection=Patient) as server:
        lines = [await server.connect() for _ in range(2 + BEYOND)]
        beyond = await server.connect()
        assert await beyond.ends() == b""
        for line in lines:
            line.writer.close()


@asynccontextmanager
async def held_open() -> AsyncIterator[tuple[Served, Callable[[], None]]]:
    """A server that has room for two, with two who wait for their answer."""
    asked, answered = asyncio.Semaphore(0), asyncio.Event()

    async def slow(_: Request) -> Response:
        asked.release()
        await answered.wait()
        return PlainTextResponse("at last")

    async with served(app(Route("/slow", slow)), most=2) as server:
        lines = [await server.connect() for _ in range(2)]
        for line in lines:
            line.sends(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n")
            await asked.acquire()
        yield server, answered.set
        answers: list[Awaitable[bytes]] = [line.answer() for line in lines]
        assert all(b"at last" in one for one in await asyncio.gather(*answers))
        for line in lines:
            line.writer.close()


class WatchedEvents:
    """Events that are told of their end."""

    def __init__(self) -> None:
        self.bell, self.ended = Bell(), asyncio.Event()

    async def events(self) -> AsyncGenerator[str, None]:
        try:
            yield as_event("beat", None)
            while await self.bell.rings(PATIENCE):
                self.bell.clear()
                yield as_event("lines", [])
        finally:
            self.ended.set()


async def test_who_leaves_an_open_chat_leaves_nothing_behind() -> None:
    seen = WatchedEvents()

    async def events(_: Request) -> Response:
        return EventStream(seen.events())

    async with served(app(Route("/events", events))) as server:
        line = await server.connect()
        line.sends(b"GET /events HTTP/1.1\r\nhost: x\r\n\r\n")
        async with asyncio.timeout(PATIENCE):
            await line.reader.readuntil(b"event: beat")
            seen.bell.ring()
            await line.reader.readuntil(b"event: lines")
            line.writer.close()
            await seen.ended.wait()


async def test_a_server_that_does_not_tell_of_leaving_is_asked() -> None:
    seen, leaves = WatchedEvents(), asyncio.Event()
    sent: list[Message] = []

    async def receive() -> Message:
        await leaves.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    answering = asyncio.create_task(EventStream(seen.events())({"type": "http"}, receive, send))
    await asyncio.sleep(0)
    leaves.set()
    await answering
    assert seen.ended.is_set()
    assert sent[0]["status"] == 200
    # Whoever ends the server is not taken for somebody who left.
    leaves.clear()
    answering = asyncio.create_task(EventStream(WatchedEvents().events())({"type": "http"}, receive, send))
    await asyncio.sleep(0)
    answering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answering


async def test_a_bell_is_heard_once_and_not_for_ever_waited_for() -> None:
    bell = Bell()
    assert not await bell.rings(0)
    bell.ring()
    assert await bell.rings(PATIENCE)
    bell.clear()
    waiting = asyncio.create_task(bell.rings(PATIENCE))
    await asyncio.sleep(0)
    bell.ring()
    assert await waiting
