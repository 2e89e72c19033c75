"""The request layer under python-telegram-bot, on aiohttp: kept-alive connections, no wait for a free one.

PTB's default (httpx) manages a quarter of the requests a second on the same machine (`maatje bench telegram`).
Errors never carry the URL: it has the bot's token in it.
"""

import json
from functools import lru_cache
from typing import cast
from urllib.parse import urlsplit

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels.bounded import LARGEST_ANSWER, read_at_most
from bot.channels.proxy import proxy_for

READ_TIMEOUT = 20.0
CONNECT_TIMEOUT = 5.0
# Telegram gives files of at most 20 MB (https://core.telegram.org/bots/api#getfile), and 100 updates at a time.
LARGEST_FILE = 21_000_000
LARGEST_BATCH = 10_000_000
_FORM = {"content-type": "application/x-www-form-urlencoded"}


class AiohttpRequest(BaseRequest):
    """Keeps telegram.request.BaseRequest; `connections` is the most that are open at a time."""

    def __init__(self, connections: int = 64) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None
        self._proxies: dict[tuple[str, str], str | None] = {}

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for an answer where a call says nothing else."""
        return READ_TIMEOUT

    async def initialize(self) -> None:
        """Open the pool."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, ttl_dns_cache=300),
                cookie_jar=aiohttp.DummyCookieJar(),
            )

    async def shutdown(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One request; see BaseRequest.

        Raises:
            TimedOut, NetworkError: without address or detail.
        """
        if self._session is None:
            await self.initialize()
        session = cast(aiohttp.ClientSession, self._session)
        seconds = float(read_timeout) if isinstance(read_timeout, (int, float)) else READ_TIMEOUT
        url, data, headers = _parts(url, method, request_data)
        try:
            async with session.request(
                method, url, data=data, headers=headers, timeout=_timeout(seconds), proxy=self._proxy(url)
            ) as answer:
                return answer.status, await read_at_most(answer, _most(url))
        except TimeoutError:
            # `from None`: the cause would show the URL in a traceback.
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(type(error).__name__) from None

    def _proxy(self, url: str) -> str | None:
        """The proxy for this server, looked up once."""
        server = urlsplit(url)[:2]
        if server not in self._proxies:
            self._proxies[server] = proxy_for(url)
        return self._proxies[server]

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, object]:
        """The answer as JSON; a broken one is a network error (a proxy's page, a cut connection)."""
        try:
            parsed = json.loads(payload)
        except ValueError:
            raise NetworkError("answer is no JSON") from None
        if not isinstance(parsed, dict):
            raise NetworkError("answer is no JSON object")
        return parsed


def _most(url: str) -> int:
    """The most bytes that an answer from here may have."""
    if "/file/" in url:
        return LARGEST_FILE
    return LARGEST_BATCH if url.endswith("/getUpdates") else LARGEST_ANSWER


@lru_cache(maxsize=64)
def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    # One timer a request: another one for reading is set anew with each piece that comes.
    return aiohttp.ClientTimeout(total=seconds + CONNECT_TIMEOUT, sock_connect=CONNECT_TIMEOUT)


def _parts(
    url: str, method: str, request_data: RequestData | None
) -> tuple[str, bytes | aiohttp.FormData | None, dict[str, str]]:
    """Address, body and headers. What is no file goes as a form, as from python-telegram-bot's own layer: whatever
    stands in for Telegram knows that."""
    if request_data is None:
        # Polling asks by URL, since python-telegram-bot keeps the making of RequestData to itself.
        url, _, query = url.partition("?") if method == "POST" else (url, "", "")
        return (url, query.encode(), _FORM) if query else (url, None, {})
    if not request_data.contains_files:
        fields = (f"{name}={_percent_encoded(value)}" for name, value in request_data.json_parameters.items())
        return url, "&".join(fields).encode(), _FORM
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, media_type) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=media_type)
    return url, form, {}


def _percent_encoded(value: str) -> str:
    """A form's value. All of it encoded: urllib, which spares the letters that need none, takes twenty times as long,
    for a text in Arabic or Tigrinya as long as all of aiohttp."""
    return value if not value or (value.isascii() and value.isalnum()) else "%" + value.encode().hex("%")
