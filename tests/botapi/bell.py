"""A bell: rung from anywhere on the event loop, heard by everyone who waits. What lets nobody poll."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Bell:
    """Wakes all waiters at each ring. Unlike `asyncio.Condition` it needs no lock, so synchronous code can ring it."""

    def __init__(self) -> None:
        self._waiters: list[asyncio.Future[None]] = []

    def ring(self) -> None:
        """Wake everybody who waits now."""
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self) -> None:
        """Return at the next ring."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)

    async def until(self, found: Callable[[], T | None], timeout: float) -> T | None:
        """What `found` returns as soon as it is not None; None when `timeout` seconds have passed."""
        try:
            async with asyncio.timeout(timeout):
                while (result := found()) is None:
                    await self.wait()
                return result
        except TimeoutError:
            return found()
