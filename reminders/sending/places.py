"""So many places for what is under way at a time, given out in the order in which they are asked for.

asyncio.Semaphore does the same, but looks through all who wait whenever a place is taken or given back: with sixty
sending tasks that measured a twentieth of what a message costs.
"""

import asyncio
from collections import deque


class Places:
    """Places that are taken and given back; whoever finds none free waits in line."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def all_taken(self) -> bool:
        """Whether the next one must wait."""
        return self._free == 0

    async def take(self) -> None:
        """Take a place; wait for one."""
        if self._free:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                # It was given a place at the very moment at which it was called off.
                self.give_back()
            raise

    def give_back(self) -> None:
        """A place is free again: the first in line has it at once."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
