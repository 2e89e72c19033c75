"""What providers answer and what is sent to us, read whole and never more than fits: 150 MB of it took 1.3 GB."""

from typing import Final

import aiohttp
from starlette.requests import Request

#: No answer of a provider's interface is near this; files and batches of updates have bounds of their own.
LARGEST_ANSWER: Final = 1_000_000
_PIECE: Final = 65_536


class TooLong(OSError):
    """More came than may; what had come was dropped, and the connection is closed."""


async def read_at_most(answer: aiohttp.ClientResponse, most: int = LARGEST_ANSWER) -> bytes:
    """The whole body, of at most so many bytes.

    Raises:
        TooLong: it is longer, or says that it is.
        aiohttp.ClientError, OSError, TimeoutError: as reading raises.
    """
    if (answer.content_length or 0) > most:
        answer.close()
        raise TooLong
    body = bytearray()
    # One `read(n)` gives what is there at that moment, however little.
    while piece := await answer.content.read(_PIECE):
        body += piece
        if len(body) > most:
            answer.close()
            raise TooLong
    return bytes(body)


async def body_at_most(request: Request, most: int) -> bytes | None:
    """The body of a request to us, read no further than `most` bytes; None when there is more."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)
