"""The counterpart for benchmarks: a bare HTTP/1.1 protocol that checks nothing and answers at once.

Faults work as in the strict one; with `record` the (chat, text) of every message taken is kept, for chaos tests.
"""

import asyncio
import json
import re
import socket
import struct
import time
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Self
from urllib.parse import unquote_plus

from tests.botapi.bell import Bell
from tests.botapi.control import add_fault
from tests.botapi.errors import ApiError
from tests.botapi.faults import Fault, FaultKind, Faults
from tests.botapi.schema import METHODS

_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:\s*chunked", re.IGNORECASE)
# chat_id in a form, in JSON and in a multipart body.
_CHAT = re.compile(rb'chat_id(?:=|"\s*:\s*"?|"\r\n(?:[^\r\n]+\r\n)*\r\n)(-?\d+)')
_TIMEOUT = re.compile(rb'timeout(?:=|"\s*:\s*"?|"\r\n(?:[^\r\n]+\r\n)*\r\n)(\d+)')
_MULTIPART_TEXT = re.compile(rb'name="text"\r\n(?:[^\r\n]+\r\n)*\r\n(.*?)\r\n--', re.DOTALL)
_FORM_TEXT = re.compile(rb"(?:^|&)text=([^&]*)")
_MESSAGES = frozenset({"sendmessage", "editmessagetext", "editmessagereplymarkup", "sendphoto", "sendvoice"})
_NAMES = {name.encode(): cls.__api_method__ for name, cls in METHODS.items()}
_TRUE = b'{"ok":true,"result":true}'


class QuickBotApi:
    """Answers every method with success. `sent` counts the messages taken, `record` keeps them in `messages`.

    `on_message(chat, text)` is called for each message taken (it implies reading the text). getUpdates answers with
    nothing after its timeout; updates are for the strict counterpart, or are posted to the webhook by the benchmark.
    """

    def __init__(
        self,
        *,
        token: str = "4242424242:QUICK",
        host: str = "127.0.0.1",
        port: int = 0,
        record: bool = False,
        on_message: Callable[[int, str], None] | None = None,
        seed: int = 1,
    ) -> None:
        self.token = token
        self.sent = 0
        self.record = record
        self.on_message = on_message
        self.messages: list[tuple[int, str]] = []
        self.bell = Bell()
        self.faults = Faults(self.bell, seed=seed)
        self.connections: set[_Connection] = set()
        self.me = (
            b'{"ok":true,"result":{"id":%d,"is_bot":true,"first_name":"Maatje","username":"maatje_test_bot",'
            b'"can_join_groups":false,"can_read_all_group_messages":false,"supports_inline_queries":false}}'
        ) % int(token.partition(":")[0])
        self._host, self._port = host, port
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """The base address, as in `BotApi.url`."""
        return f"http://{self._host}:{self._port}"

    @property
    def base_url(self) -> str:
        """python-telegram-bot's `base_url`."""
        return f"{self.url}/bot"

    async def start(self) -> None:
        """Listen; afterwards `url` is known."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), self._host, self._port, backlog=1024)
        self._port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close the port and all connections."""
        self.faults.clear()
        if self._server is not None:
            self._server.close()
            for connection in list(self.connections):
                connection.close()
            await self._server.wait_closed()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def until_sent(self, count: int, timeout: float = 60) -> bool:
        """Wait until `count` messages were taken; False when that took too long."""
        return await self.bell.until(lambda: self.sent >= count or None, timeout) is True

    def take(self, chat: int, body: bytes) -> bytes:
        """Take a message and return the answer."""
        self.sent += 1
        if self.record or self.on_message is not None:
            text = _text(body)
            if self.record:
                self.messages.append((chat, text))
            if self.on_message is not None:
                self.on_message(chat, text)
        self.bell.ring()
        return b'{"ok":true,"result":{"message_id":%d,"date":%d,"chat":{"id":%d,"type":"private"},"text":"."}}' % (
            self.sent,
            int(time.time()),
            chat,
        )


class _Connection(asyncio.Protocol):
    """One keep-alive connection; requests on it are answered in turn, also when they come pipelined."""

    def __init__(self, api: QuickBotApi) -> None:
        self.api = api
        self.buffer = b""
        self.busy = False
        self.transport: asyncio.Transport | None = None
        self.tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.api.connections.add(self)

    def connection_lost(self, _error: Exception | None) -> None:
        self.transport = None
        self.api.connections.discard(self)
        for task in self.tasks:
            task.cancel()

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        while not self.busy and (request := self._next()) is not None:
            self._serve(*request)

    def _next(self) -> tuple[bytes, bytes] | None:
        """The next whole request: its path and body."""
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self.buffer[:end]
        start = end + 4
        length = _LENGTH.search(head)
        if length is not None:
            stop = start + int(length[1])
            if len(self.buffer) < stop:
                return None
        elif _CHUNKED.search(head):
            last = self.buffer.find(b"0\r\n\r\n", start)
            if last < 0:
                return None
            stop = last + 5
        else:
            stop = start
        body, self.buffer = self.buffer[start:stop], self.buffer[stop:]
        return head.split(b" ", 2)[1], body

    def _serve(self, target: bytes, body: bytes) -> None:
        path, _, query = target.partition(b"?")
        name = path.rsplit(b"/", 1)[-1].lower()
        body = query + b"&" + body if query else body
        if path.startswith(b"/_control/"):
            self._control(name, body)
            return
        if name == b"getupdates":
            seconds = _TIMEOUT.search(body)
            self._later(self._answer_after(b'{"ok":true,"result":[]}', float(seconds[1]) if seconds else 0.0))
            return
        found = _CHAT.search(body)
        chat = int(found[1]) if found is not None else 0
        if self.api.faults:
            fault = self.api.faults.take(_NAMES.get(name, ""), chat)
            if fault is not None:
                self._disturb(fault, name, chat, body)
                return
        self._write(self._result(name, chat, body))

    def _result(self, name: bytes, chat: int, body: bytes) -> bytes:
        if name == b"sendmessage":
            return self.api.take(chat, body)
        if name == b"getme":
            return self.api.me
        if name == b"getwebhookinfo":
            return b'{"ok":true,"result":{"url":"","has_custom_certificate":false,"pending_update_count":0}}'
        if name == b"getmycommands":
            return b'{"ok":true,"result":[]}'
        if name.decode("ascii", "replace") in _MESSAGES or (name.startswith(b"send") and name != b"sendchataction"):
            return self.api.take(chat, body)
        return _TRUE

    def _disturb(self, fault: Fault, name: bytes, chat: int, body: bytes) -> None:
        match fault.kind:
            case FaultKind.REFUSED:
                error = fault.error or ApiError(500, "Internal Server Error")
                self._write(json.dumps(error.answer()).encode(), error.code)
            case FaultKind.RESET:
                self._reset()
            case FaultKind.GARBAGE:
                self._write(b'{"ok":true,"result":{"message_id":')
            case FaultKind.ANSWER_LOST:
                self._result(name, chat, body)
                self._reset()
            case FaultKind.HANG:
                self._later(self._released(fault, name, chat, body))
            case FaultKind.SLOW:
                self._later(self._slowly(fault.seconds, name, chat, body))

    def _later(self, work: Coroutine[None, None, None]) -> None:
        self.busy = True
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._resume)

    def _resume(self, task: "asyncio.Task[None]") -> None:
        self.tasks.discard(task)
        self.busy = False
        if not task.cancelled() and self.transport is not None:
            self.data_received(b"")

    async def _answer_after(self, answer: bytes, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._write(answer)

    async def _released(self, fault: Fault, name: bytes, chat: int, body: bytes) -> None:
        await fault.released.wait()
        self._write(self._result(name, chat, body))

    async def _slowly(self, seconds: float, name: bytes, chat: int, body: bytes) -> None:
        await asyncio.sleep(seconds)
        self._write(self._result(name, chat, body))

    def _control(self, name: bytes, body: bytes) -> None:
        """GET messages, GET state, POST reset, POST faults (as the strict one's; an empty body ends all faults)."""
        if name == b"faults":
            try:
                if body:
                    add_fault(self.api.faults, json.loads(body))
                else:
                    self.api.faults.clear()
            except ValueError as error:
                self._write(json.dumps({"error": str(error)}).encode(), 400)
                return
        if name == b"reset":
            self.api.sent = 0
            self.api.messages.clear()
            self.api.faults.clear()
        state = {"sent": self.api.sent, "messages": self.api.messages if name == b"messages" else []}
        self._write(json.dumps(state).encode())

    def _write(self, body: bytes, status: int = 200) -> None:
        if self.transport is not None:
            self.transport.write(
                b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                % (status, len(body), body)
            )

    def _reset(self) -> None:
        if self.transport is not None:
            connection = self.transport.get_extra_info("socket")
            if connection is not None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()


def _text(body: bytes) -> str:
    """The text parameter of a form, JSON or multipart body; empty when there is none."""
    if body.startswith(b"{"):
        return str(json.loads(body).get("text", ""))
    found = _MULTIPART_TEXT.search(body)
    if found is not None:
        return found[1].decode()
    form = _FORM_TEXT.search(body)
    return unquote_plus(form[1].decode()) if form is not None else ""
