"""Browsers with an open web chat each, as a process of its own: what `bench connections` has at the service.

`python -m bot.bench.connections_browsers URL` reads `open COUNT` (until so many are open in all, or refused) and `say
COUNT` (so many people say something, one after the other) and answers each with a line of JSON.
"""

import asyncio
import json
import sys
import time
import uuid
from collections import Counter
from urllib.parse import urlsplit

from bot.serve import have_descriptors

_OPENS_AT_ONCE = 64
_OPENS_WITHIN = 60.0
_PACE = 0.1
_ANSWERS_WITHIN = 20.0
# As many people write as the runner made.
_WRITERS = 200


def token_of(number: int) -> str:
    """The cookie of a browser."""
    return f"{number + 1:064x}"


class _Window(asyncio.Protocol):
    """A browser's connection for what is new in its chat. It keeps nothing of what it hears but what is waited for."""

    def __init__(self, host: str, number: int) -> None:
        self._host = host
        self._number = number
        self._transport: asyncio.WriteTransport | None = None
        self._last = b""
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[bytes] = loop.create_future()
        self.answered: asyncio.Future[float] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        if isinstance(transport, asyncio.WriteTransport):
            self._transport = transport
            transport.write(
                f"GET /chat/events?after=0&lang=nl HTTP/1.1\r\nhost: {self._host}\r\n"
                f"cookie: __Host-maatje={token_of(self._number)}\r\nuser-agent: bench\r\naccept: text/event-stream\r\n"
                "accept-language: nl,en;q=0.8\r\nsec-fetch-site: same-origin\r\n\r\n".encode()
            )

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        if not self.opened.done():
            self._last += data
            # The first event, or all there is of a refusal.
            if b"event: " in self._last or not self._last.startswith(b"HTTP/1.1 200"):
                self.opened.set_result(self._last)
                self._last = b""
        elif self.answered is not None and not self.answered.done():
            self._last += data
            if b'"from":"bot"' in self._last:
                self.answered.set_result(time.perf_counter())
                self._last = b""

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        if not self.opened.done():
            self.opened.set_result(self._last)

    def close(self) -> None:
        """Leave."""
        if self._transport is not None:
            self._transport.close()


class Browsers:
    """All browsers of this process."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc
        self._name, self._port = str(urlsplit(url).hostname), urlsplit(url).port or 80
        self._windows: dict[int, _Window] = {}
        self._said = 0

    async def open(self, count: int) -> dict[str, object]:
        """Open windows until there are so many; how many there are, and what the others heard."""
        began, heard, gate = time.perf_counter(), Counter[str](), asyncio.Semaphore(_OPENS_AT_ONCE)

        async def one(number: int) -> None:
            async with gate:
                heard[await self._open(number)] += 1

        await asyncio.gather(*(one(number) for number in range(len(self._windows), count)))
        return {
            "open": len(self._windows),
            "refused": dict(heard - Counter(open=heard["open"])),
            "opened_in_s": round(time.perf_counter() - began, 1),
        }

    async def _open(self, number: int) -> str:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_OPENS_WITHIN):
                _, window = await loop.create_connection(lambda: _Window(self._host, number), self._name, self._port)
                heard = await window.opened
        except (OSError, TimeoutError) as error:
            return type(error).__name__
        if heard.startswith(b"HTTP/1.1 200"):
            self._windows[number] = window
            return "open"
        window.close()
        status = heard.partition(b"\r\n")[0].decode().removeprefix("HTTP/1.1 ")
        return f"{status}, retry-after" if b"retry-after: " in heard.lower() else status or "closed"

    async def say(self, count: int) -> dict[str, object]:
        """So many people say something, one after the other; the milliseconds until each was answered."""
        times: list[float] = []
        for _ in range(count):
            began = time.perf_counter()
            window = self._windows[self._said % _WRITERS]
            window.answered = asyncio.get_running_loop().create_future()
            await self._post(self._said % _WRITERS)
            self._said += 1
            async with asyncio.timeout(_ANSWERS_WITHIN):
                times.append((await window.answered - began) * 1000)
            await asyncio.sleep(max(0.0, began + _PACE - time.perf_counter()))
        return {"times": times}

    async def _post(self, number: int) -> None:
        body = json.dumps({"event": uuid.uuid4().hex, "text": "/appointments"}).encode()
        reader, writer = await asyncio.open_connection(self._name, self._port)
        head = (
            f"POST /chat/say HTTP/1.1\r\nhost: {self._host}\r\ncookie: __Host-maatje={token_of(number)}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\nsec-fetch-site: same-origin\r\n"
            "connection: close\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.read()
        writer.close()
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(answer.partition(b"\r\n")[0].decode())


async def serve(url: str) -> None:
    """See the module's docstring."""
    have_descriptors()
    browsers = Browsers(url)
    while wanted := await asyncio.to_thread(sys.stdin.readline):
        what, count = wanted.split()
        found = await (browsers.open if what == "open" else browsers.say)(int(count))
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
