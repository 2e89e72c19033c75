"""Notify's calls to our server: with its bearer token, and brought again where they were not taken."""

import asyncio
import json
from collections.abc import Awaitable
from datetime import timedelta

import aiohttp

RETRIES = 5
CALLBACK_SECONDS = 5.0


class CallsBack:
    """Calls the server at `address` (without a slash at the end; "" calls nobody)."""

    def __init__(self, address: str, token: str, retry_after: timedelta) -> None:
        self.address = address
        self._token = token
        self._retry_after = retry_after
        self._calls: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    async def settled(self) -> None:
        """Wait until every callback was taken, dropped or given up."""
        while self._calls:
            await asyncio.wait(self._calls)

    async def close(self) -> None:
        """End what is under way."""
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def call(self, path: str, body: dict[str, object]) -> None:
        """Call back; what was not taken is brought again in the background."""
        if self.address and not await self._called(path, body):
            self.in_background(self._call_again(path, body))

    async def _call_again(self, path: str, body: dict[str, object]) -> None:
        for _ in range(RETRIES):
            await asyncio.sleep(self._retry_after.total_seconds())
            if await self._called(path, body):
                return

    async def _called(self, path: str, body: dict[str, object]) -> bool:
        """One call; whether it needs no other. Notify drops what is refused with a 4xx other than 429."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALLBACK_SECONDS))
        headers = {"authorization": f"Bearer {self._token}", "content-type": "application/json"}
        try:
            async with self._session.post(self.address + path, data=json.dumps(body), headers=headers) as answer:
                return answer.status < 500 and answer.status != 429
        except (aiohttp.ClientError, TimeoutError):
            return False

    def in_background(self, work: Awaitable[None]) -> None:
        """Do something of which `settled` waits for the end."""
        task = asyncio.ensure_future(work)
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)
