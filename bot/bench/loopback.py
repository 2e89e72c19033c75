"""A loopback stand-in for Telegram's API that answers every request at once, as a process of its own.

`python -m bot.bench.loopback` prints its port and serves until its standard input ends. It checks nothing: what is
measured is the client.
"""

import asyncio
import re
import sys

_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:\s*chunked", re.IGNORECASE)
_LAST_CHUNK = b"0\r\n\r\n"
# What Telegram answers to sendMessage, with a sender and a chat as it has them.
_MESSAGE = (
    b'{"ok":true,"result":{"message_id":1,"from":{"id":4242424242,"is_bot":true,"first_name":"Maatje",'
    b'"username":"maatje_test_bot"},"chat":{"id":7,"first_name":"Amina","type":"private"},"date":1767225600,'
    b'"text":"Morgen heeft u een voortgangsgesprek."}}'
)
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
    len(_MESSAGE),
    _MESSAGE,
)


class _LoopbackConnection(asyncio.Protocol):
    """One kept-alive connection."""

    def __init__(self) -> None:
        self._buffer = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        if isinstance(transport, asyncio.WriteTransport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        self._buffer += data
        while (end := _request_end(self._buffer)) is not None and self._transport is not None:
            self._buffer = self._buffer[end:]
            self._transport.write(_ANSWER)


def _request_end(buffer: bytes) -> int | None:
    """Where the first whole request ends; None while it is not all there."""
    head_end = buffer.find(b"\r\n\r\n")
    if head_end < 0:
        return None
    start = head_end + 4
    if (length := _LENGTH.search(buffer, 0, head_end)) is not None:
        end = start + int(length[1])
        return end if len(buffer) >= end else None
    if _CHUNKED.search(buffer, 0, head_end):
        last = buffer.find(_LAST_CHUNK, start)
        return last + len(_LAST_CHUNK) if last >= 0 else None
    return start


async def serve() -> None:
    """See the module's docstring."""
    server = await asyncio.get_running_loop().create_server(_LoopbackConnection, "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
