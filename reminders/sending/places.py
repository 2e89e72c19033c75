"""So many places for what is under way at a time. Who asks for one does so for the next of a common row: it does not
matter which of them has it, and whoever is at work already may.

asyncio.Semaphore does the same, but looks through all who wait whenever a place is taken or given back, and wakes one
for each place: with sixty sending tasks either measured a twentieth of what a message costs. Here one who waits is
woken, and wakes the next when there is a place left for it; a task that need not wait for its channel has by then sent
what there was.
"""

import asyncio
from collections import deque


class Places:
    """Places that are taken and given back; whoever finds none free waits in line."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: deque[asyncio.Future[None]] = deque()
        # Somebody was woken who has not looked yet.
        self._waking = False

    @property
    def all_taken(self) -> bool:
        """Whether the next one must wait."""
        return self._free == 0

    async def take(self) -> None:
        """Take a place; wait for one."""
        while not self._free:
            await self._wait()
        self._free -= 1
        self._wake()

    def give_back(self) -> None:
        """A place is free again."""
        self._free += 1
        self._wake()

    async def _wait(self) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                # Woken at the very moment at which it was called off: another may have the place.
                self._waking = False
                self._wake()
            raise
        self._waking = False

    def _wake(self) -> None:
        """Wake one who waits, where there is a place for it and nobody is on the way to one."""
        while self._free and not self._waking and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                self._waking = True
