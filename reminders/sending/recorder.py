"""Writes results down in small groups: at most GROUP rows, at most WAIT later.

What is sent but not yet written goes out again after a kill: lanes.py bounds it for each channel, and senders wait for
`room()` when MOST_UNWRITTEN results of all kinds are not on disk yet. (Measured: one transaction a result gives 1,300
to 1,450 messages a second, groups of 50 ten times that.)
"""

import asyncio
from collections.abc import Callable, Sequence

from sqlalchemy.exc import SQLAlchemyError

from reminders.delivery.episodes import Episodes
from storage.outbox.queue import OutboxQueue
from storage.outbox.results import Result

GROUP = 100
WAIT = 0.01
# More than may be in flight with one channel (lanes.MOST_IN_FLIGHT): a sending waits for its place only, not here too.
MOST_UNWRITTEN = 2 * GROUP
_RETRY_WAIT = (0.2, 1.0, 5.0)

Written = Callable[[Sequence[Result]], None]


class Recorder:
    """Collects results and writes them in groups; `written` is told of each group once it is on disk."""

    def __init__(
        self,
        queue: OutboxQueue,
        written: Written,
        *,
        group: int = GROUP,
        wait: float = WAIT,
        most: int = MOST_UNWRITTEN,
    ) -> None:
        self._queue = queue
        self._written = written
        self._group = group
        self._wait = wait
        self._most = most
        self._waiting: list[Result] = []
        self._unwritten = 0
        self._failing = Episodes("outbox_not_recorded")
        self._writer: asyncio.Task[None] | None = None
        self._full = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    @property
    def unwritten(self) -> int:
        """How many results are not on disk yet."""
        return self._unwritten

    def add(self, result: Result) -> None:
        """Take a result; it is written within WAIT."""
        self._waiting.append(result)
        self._unwritten += 1
        if self._unwritten >= self._most:
            self._room.clear()
        if len(self._waiting) >= self._group:
            self._full.set()
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())

    def hurry(self) -> None:
        """Nothing more will come soon: write what is there at once."""
        self._full.set()

    def has_room(self) -> bool:
        """Whether a message may be sent now."""
        return self._room.is_set()

    async def room(self) -> None:
        """Wait until a message may be sent."""
        await self._room.wait()

    async def flush(self) -> None:
        """Wait until everything taken so far is on disk."""
        self._full.set()
        while self._writer is not None:
            await asyncio.shield(self._writer)

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                if len(self._waiting) < self._group:
                    await self._until_full()
                group, self._waiting = self._waiting[: self._group], self._waiting[self._group :]
                if len(self._waiting) < self._group:
                    self._full.clear()
                await self._write(group)
        finally:
            self._writer = None

    async def _until_full(self) -> None:
        try:
            async with asyncio.timeout(self._wait):
                await self._full.wait()
        except TimeoutError:
            pass

    async def _write(self, group: list[Result]) -> None:
        """Write one group; while the database is out of reach nothing more is sent (room) and nothing forgotten."""
        attempt = 0
        while True:
            try:
                await self._queue.record(group)
                break
            except (SQLAlchemyError, OSError) as error:
                self._failing.noticed("results", rows=len(group), error=type(error).__name__)
                await asyncio.sleep(_RETRY_WAIT[min(attempt, len(_RETRY_WAIT) - 1)])
                attempt += 1
        self._failing.well("results")
        self._unwritten -= len(group)
        if self._unwritten < self._most:
            self._room.set()
        self._written(group)
