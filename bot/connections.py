"""How long a connection of the HTTP server may take, and what it hears when there are too many.

uvicorn waits for ever for a request's head, for the rest of a body that nobody reads any more, and for a client that
does not read its answer: a few hundred connections that trickle (slow loris) would hold all there are. Here each of the
three has its time. A body that is being read has its own (bot/http.py), since only there an answer can be given.

Thousands of these are open at a time, each for a chat in a browser: what a connection holds at rest is kept small.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import h11
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

# Seconds from a connection's or a request's first byte to the end of its head, however often another byte comes.
HEAD_WITHIN: Final = 10.0
# Seconds in which a client may finish sending what was answered already (a 413), so that it can read why.
REST_WITHIN: Final = 3.0
# Seconds in which somebody reads at least SLOWEST_READER bytes a second of an answer.
READ_WITHIN: Final = 20.0
SLOWEST_READER: Final = 500
# So many connections beyond those that are served hear that there is no room; more are closed at once, since whoever
# says nothing would hold a descriptor that the database or a channel needs.
BEYOND: Final = 16
# In the scope: takes what is to be called when the client leaves, which spares a task that waits for nothing else.
TELL_LOST: Final = "maatje.tell_lost"
# Seconds after which one that was refused for want of room may come again.
AGAIN_IN: Final = 10


@dataclass(frozen=True, slots=True)
class Times:
    """The times of a server, in seconds."""

    head: float = HEAD_WITHIN
    rest: float = REST_WITHIN
    read: float = READ_WITHIN


class _Awaited(Enum):
    HEAD = "head"
    REST = "rest"


class _Flow(FlowControl):
    """uvicorn's, with an event only while a client does not take what there is."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.read_paused = self.write_paused = False

    async def drain(self) -> None:
        """Wait until there is room to write."""
        if self.write_paused:
            await self._is_writable_event.wait()

    def pause_writing(self) -> None:
        """There is none."""
        if not self.write_paused:
            self.write_paused, self._is_writable_event = True, asyncio.Event()

    def resume_writing(self) -> None:
        """There is some."""
        if self.write_paused:
            self.write_paused = False
            self._is_writable_event.set()


class BoundedConnection(H11Protocol):
    """uvicorn's connection with an end to each thing that it waits for; a subclass may have other `times`."""

    times = Times()

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        # uvicorn's own refusal says nothing of when to come again.
        self._most, self.limit_concurrency = self.limit_concurrency, None
        self._inner = self.app
        self.app = self._unless_full
        self._awaited: _Awaited | None = None
        self._waiting: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._when_lost: Callable[[], None] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self.flow = _Flow(transport)
        if self._most is not None and len(self.connections) > self._most + BEYOND:
            transport.abort()
            return
        self._wait_for(_Awaited.HEAD, self.times.head)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._wait_for(None)
        if self._unread is not None:
            self._unread.cancel()
        super().connection_lost(exc)
        if self._when_lost is not None:
            self._when_lost()

    def tell_lost(self, when_lost: Callable[[], None] | None) -> None:
        """Call this when the client has left, and nothing else any more; None: nothing."""
        self._when_lost = when_lost

    def data_received(self, data: bytes) -> None:
        """Take what came. The first bytes of a next request begin its time; that it trickles does not prolong it."""
        super().data_received(data)
        if self.transport.is_closing():
            self._see_it_read()
        elif self.conn.their_state is h11.IDLE:
            if self._awaited is not _Awaited.HEAD:
                self._wait_for(_Awaited.HEAD, self.times.head)
        elif not self.cycle.response_complete:
            self._wait_for(None)

    def on_response_complete(self) -> None:
        """Answered: what is still on its way of the request is waited for a moment only."""
        # Before uvicorn looks whether a next request came already.
        unfinished = self.conn.their_state is h11.SEND_BODY
        self._wait_for(_Awaited.REST if unfinished else None, self.times.rest)
        super().on_response_complete()
        self._see_it_read()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing came: close, for a client that does not read what is left, too."""
        super().timeout_keep_alive_handler()
        self._see_it_read()

    def pause_writing(self) -> None:
        """More is to be read than the client takes at once."""
        super().pause_writing()
        self._see_it_read()

    def _wait_for(self, awaited: _Awaited | None, seconds: float = 0) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
        self._awaited = awaited
        self._waiting = None if awaited is None else self.loop.call_later(seconds, self._too_late)

    def _too_late(self) -> None:
        self._wait_for(None)
        if self.transport.is_closing():
            return
        if self.conn.our_state is h11.IDLE and self.conn.trailing_data[0]:
            # Something of a head came: it hears why (RFC 9110, 15.5.9). Who said nothing hears nothing.
            headers = [(b"content-length", b"0"), (b"connection", b"close")]
            for event in (
                h11.Response(status_code=408, headers=headers, reason=b"Request Timeout"),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
        self._see_it_read()

    def _see_it_read(self) -> None:
        """Where something waits to be read, or the connection to be closed: see that it goes on."""
        if self._unread is None and (self.flow.write_paused or self.transport.is_closing()):
            left = self.transport.get_write_buffer_size()
            self._unread = self.loop.call_later(self.times.read, self._is_it_read, left)

    def _is_it_read(self, left: int) -> None:
        self._unread = None
        now_left = self.transport.get_write_buffer_size()
        if now_left and now_left > left - SLOWEST_READER * self.times.read:
            self.transport.abort()
        else:
            self._see_it_read()

    async def _unless_full(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._most is not None and max(len(self.connections), len(self.tasks)) > self._most:
            headers = {"retry-after": str(AGAIN_IN), "connection": "close"}
            await Response(status_code=503, headers=headers)(scope, receive, send)
        else:
            scope[TELL_LOST] = self.tell_lost
            await self._inner(scope, receive, send)
