"""How long one sending may take: one timer for all that are under way.

asyncio.timeout makes a timer for each and takes it away again, which measured a tenth of all that a message costs when
thousands go out a second, and hardly ever does one go off. All sendings have the same time, so the oldest ends first.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")


class Deadline:
    """At most `seconds` for each piece of work; any number of tasks may be at one, each at one at a time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        # When each task's work ends at the latest, by the loop's clock: the oldest first.
        self._ends: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def within(self, work: Awaitable[T]) -> T:
        """What the work gives.

        Raises:
            TimeoutError: it was not done in time, and was cancelled.
        """
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("only a task can be cancelled when its time is over")
        loop = task.get_loop()
        self._ends[task] = ends = loop.time() + self._seconds
        if self._timer is None:
            self._timer = loop.call_at(ends, self._look)
        cancelling = task.cancelling()
        try:
            return await work
        except asyncio.CancelledError:
            if task in self._late and task.cancelling() - 1 <= cancelling:
                raise TimeoutError from None
            raise
        finally:
            self._ends.pop(task, None)
            if task in self._late:
                self._late.remove(task)
                task.uncancel()

    def _look(self) -> None:
        """Cancel what is over its time, and look again when the next one would be."""
        self._timer = None
        while self._ends:
            task, ends = next(iter(self._ends.items()))
            loop = task.get_loop()
            if ends > loop.time():
                self._timer = loop.call_at(ends, self._look)
                return
            del self._ends[task]
            self._late.add(task)
            task.cancel()
