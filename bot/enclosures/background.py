"""Work that may take longer than a message's turn: it goes on by itself, and its result is there at the next turn."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

#: Seconds that a message's turn waits.
WAITED: Final = 3.0
T = TypeVar("T")


class StillAtWork(Exception):
    """It is not done; ask again later."""


class Background(Generic[T]):
    """Results by name, at most `most` begun or not taken yet: each may hold a file."""

    def __init__(self, *, waited: float = WAITED, most: int = 8) -> None:
        self._waited = waited
        self._most = most
        self._work: OrderedDict[str, asyncio.Task[T]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._work)

    async def result(self, name: str, make: Callable[[], Awaitable[T]]) -> T:
        """What `make` makes, once under this name until it was taken.

        Raises:
            StillAtWork: it takes longer, or there is too much at work.
        """
        task = self._work.get(name)
        if task is None:
            self._make_room()
            task = self._work[name] = asyncio.ensure_future(make())
        await asyncio.wait([task], timeout=self._waited)
        if not task.done():
            raise StillAtWork
        self._work.pop(name, None)
        return task.result()

    async def close(self) -> None:
        """Stop."""
        work = list(self._work.values())
        self._work.clear()
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)

    def _make_room(self) -> None:
        while len(self._work) >= self._most:
            done = next((name for name, task in self._work.items() if task.done()), None)
            if done is None:
                raise StillAtWork
            # Nobody came for it; what it stumbled over is nobody's either.
            self._work.pop(done).exception()
