"""Runs the service: the HTTP server beside channels and reminders, until SIGTERM or SIGINT; then a clean stop."""

import asyncio
import contextlib
import resource
import signal
import socket
import sys
from collections.abc import AsyncIterator, Generator, Sequence
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

import structlog
import uvicorn
from sqlalchemy.exc import DatabaseError
from starlette.types import ASGIApp

from bot.app import App, build
from bot.channels.registry import set_up
from bot.configuration.clock import SystemClock
from bot.configuration.garbage import settle
from bot.configuration.settings import Settings, is_here
from bot.connections import BoundedConnection
from bot.enclosures.virus_scan import ScannerAddress
from bot.memory import have_memory
from bot.watch import Watch
from storage.engine.database import database_url
from storage.engine.keys import KeyRing
from storage.engine.migrate import prepare_schema
from storage.engine.sqlite_file import ServiceLock

log = structlog.get_logger(__name__)


# Each browser that looks at a chat holds one connection. Measured with 10,000 open (`maatje bench connections`), with
# room for what these ask besides.
MOST_CONNECTIONS = 10_500
# Descriptors that are kept for the database, channels and files, whoever connects.
KEPT: Final = 180
# Of probes and of who collects the metrics.
MOST_TOLD = 50
KEEP_ALIVE = 15
LONGEST_HEAD = 32_768


class PlainConnection(ValueError):
    """People's words or a password would go over a connection that anybody between can read."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}. For a rehearsal only: MAATJE_ALLOW_PLAIN=true.")


class PortTaken(OSError):
    """Somebody else listens on the port."""


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: this module stops the parts in the right order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals alone."""
        yield


def listen(settings: Settings, port: int | None = None) -> socket.socket:
    """The bound socket (port 0 = a free one), so that a taken port is told before anything starts; `port` is another
    than the settings'.

    Raises:
        PortTaken: with what to do.
    """
    try:
        return socket.create_server((settings.host, settings.port if port is None else port), backlog=512)
    except OSError as error:
        raise PortTaken(
            f"Cannot listen on {settings.host}:{settings.port if port is None else port} ({error.strerror}). "
            "Is Maatje running already? Choose another with --port or MAATJE_PORT."
        ) from error


def server_config(
    app: ASGIApp, *, most: int, connection: type[BoundedConnection] = BoundedConnection, trusted: str = ""
) -> uvicorn.Config:
    """How our servers serve `app`: at most `most` connections at once, each with an end to whatever it waits for.

    What the proxies at `trusted` (addresses and networks, comma-separated) say of who asks is believed, nobody else's.
    """
    return uvicorn.Config(
        app,
        http=connection,
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=10,
        server_header=False,
        proxy_headers=bool(trusted),
        forwarded_allow_ips=trusted,
        limit_concurrency=most,
        timeout_keep_alive=KEEP_ALIVE,
        h11_max_incomplete_event_size=LONGEST_HEAD,
    )


@asynccontextmanager
async def telling(app: App, bound: socket.socket | None) -> AsyncIterator[None]:
    """Health, readiness and metrics on a port of their own, where one is set."""
    if bound is None:
        yield
        return
    server = _Server(server_config(app.told, most=MOST_TOLD))
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def running(app: App, sockets: Sequence[socket.socket]) -> AsyncIterator[None]:
    """The app and its HTTP server, from start to clean stop."""
    server = _Server(server_config(app.http, most=most_connections(), trusted=app.settings.trusted_proxies))
    serving = asyncio.create_task(server.serve(sockets=list(sockets)))
    try:
        await app.start()
        yield
    finally:
        # Channels first: they take nothing more and finish what is in hand; then the server's connections end.
        await app.stop()
        server.should_exit = True
        await serving


# Connections of browsers, channels and the database, files, and some in reserve.
LEAST_DESCRIPTORS: Final = 256
WANTED_DESCRIPTORS: Final = 65_536


class TooFewDescriptors(OSError):
    """The system lets this process open too few files and connections."""

    def __init__(self, may: int, least: int) -> None:
        super().__init__(
            f"This process may open {may} files and connections, and Maatje needs {least}. Raise the limit: "
            "`ulimit -n`, or LimitNOFILE= in a systemd unit."
        )


async def serve_app(settings: Settings) -> None:
    """Run the service until it is told to stop.

    Raises:
        SecretMissing, SecretTooShort, Undecryptable, ConfigError, PolicyError, SchemaIsOld, PortTaken, FileServed,
        PlainConnection, TooFewDescriptors, TooLittleMemory: before anything starts.
        DatabaseLost: the database's file is gone, replaced or damaged; everything was stopped.
        MemoryUsedUp: there is no memory left for this process; everything was stopped.
    """
    keys = settings.keys()
    have_memory()
    have_descriptors()
    with _only_service(settings):
        await _serve(settings, keys)


def have_descriptors(least: int = LEAST_DESCRIPTORS) -> None:
    """See that the process may open enough files and connections, as many as its hard limit allows.

    Raises:
        TooFewDescriptors: the hard limit is lower than the service needs.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    may = sys.maxsize if hard == resource.RLIM_INFINITY else hard
    if may < least:
        raise TooFewDescriptors(may, least)
    wanted = min(may, max(least, WANTED_DESCRIPTORS))
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def most_connections() -> int:
    """How many connections are served at once: never so many that none are left to serve them with."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else max(1, min(MOST_CONNECTIONS, soft - KEPT))


def _only_service(settings: Settings) -> contextlib.AbstractContextManager[object]:
    """One service a file: two would send everything twice and wait for each other's locks."""
    url = database_url(settings.database_url)
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return ServiceLock(str(url.database)) if is_file else contextlib.nullcontext()


def refuse_plain(settings: Settings) -> None:
    """Refuse connections that are not encrypted, but to this machine itself.

    Raises:
        PlainConnection: with the setting that says so.
    """
    if settings.allow_plain:
        return
    address = urlsplit(settings.public_url)
    if address.scheme == "http" and not is_here(address.hostname or ""):
        raise PlainConnection("MAATJE_PUBLIC_URL begins with http: set the https address of the proxy before Maatje")
    if settings.clamd and (host := ScannerAddress.parse(settings.clamd).host) and not is_here(host):
        raise PlainConnection("MAATJE_CLAMD leads to another machine, and people's files would go there unencrypted")
    for kind in set_up(settings).values():
        if (what := kind.plain(settings, is_here)) is not None:
            raise PlainConnection(what)


async def _serve(settings: Settings, keys: KeyRing) -> None:
    refuse_plain(settings)
    bound = listen(settings)
    settings = settings.model_copy(update={"port": bound.getsockname()[1]})
    app = build(settings, keys=keys, clock=SystemClock())
    try:
        await prepare_schema(app.database)
    except (ValueError, DatabaseError):
        bound.close()
        await app.database.close()
        raise
    told = listen(settings, settings.metrics_port) if settings.metrics_port is not None else None
    async with telling(app, told), running(app, [bound]):
        settle()
        log.info("ready", host=settings.host, port=settings.port, channels=sorted(app.channels))
        await _until_told_or_lost(Watch(app.database, app.clock, app.scheduler.clock_jumped))
        log.info("stopping")
    log.info("stopped")


async def _until_told_or_lost(watch: Watch) -> None:
    watching, told = asyncio.create_task(watch.run()), asyncio.create_task(until_told_to_stop())
    try:
        await asyncio.wait({watching, told}, return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            # Raises what the watch found.
            watching.result()
    finally:
        for task in (watching, told):
            task.cancel()
        await asyncio.gather(watching, told, return_exceptions=True)


async def until_told_to_stop() -> None:
    """Wait for SIGTERM or SIGINT."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    await told.wait()
