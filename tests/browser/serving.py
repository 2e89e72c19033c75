"""The rig behind a real HTTP server on a loopback port."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn

from bot.serve import server_config
from storage.engine.database import Database
from tests.bot.channels.web.rig import Rig, rigged


@dataclass(frozen=True, slots=True)
class Town:
    """A running server."""

    rig: Rig
    url: str


def listener_on() -> tuple[socket.socket, str]:
    """A socket on a free loopback port, and its URL."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


@asynccontextmanager
async def served(database: Database, *, phones: bool = False, push_key: str = "") -> AsyncIterator[Town]:
    """Serve a rig until the block ends."""
    listener, url = listener_on()
    async with rigged(database, url, phones=phones, push_key=push_key) as rig:
        server = uvicorn.Server(server_config(rig.app(), most=100))
        # Server.serve would take over the test run's signals.
        running = asyncio.create_task(server._serve(sockets=[listener]))
        try:
            yield Town(rig, url)
        finally:
            await rig.web.stop()
            server.should_exit = True
            await running
            listener.close()
