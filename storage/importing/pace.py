"""How many rows of a table are written in one transaction, so that whoever is answering people hardly waits for it.

SQLite has one writer. A group holds its lock for about `HOLD` seconds, whatever a row costs (a plan brings a year of
reminders with it, a presence brings nothing); between two groups the lock is free for as long as the longest sleep of
SQLite's own waiting, so that a service beside us finds it free at least once for each group. Where no service has the
file open nobody waits, and nobody is waited for.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from storage.engine.database import Database
from storage.engine.sqlite_file import is_served

#: Seconds that a group should hold SQLite's lock.
HOLD: Final = 0.1
#: Seconds that it is left alone then. SQLite's busy handler looks again after 100 ms at the latest.
FREE: Final = 0.12
FIRST: Final = 25
FEWEST: Final = 5
#: Rows in one transaction at most, and the first ones where nobody waits for it.
MANY: Final = 500
#: Where nobody has an SQLite file open, a commit is the dearest of what is done for cheap rows. No more than can be
#: written in a second: a service may start meanwhile.
ALONE: Final = 4000
HOLD_ALONE: Final = 1.0


class GroupPace:
    """The size of the next group, and the wait after it."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._file = database.url.database if database.is_sqlite else None
        self.size = FIRST if self._is_waited_for() else MANY
        self._began_at = 0.0

    def begins(self) -> None:
        """A group has the lock."""
        self._began_at = self._clock()

    async def ended(self, rows: int) -> None:
        """A group of so many rows is written; returns when the next may begin."""
        held = max(self._clock() - self._began_at, 1e-6)
        if not self._is_waited_for():
            most = ALONE if self._file is not None else MANY
            self.size = max(MANY, min(most, 2 * self.size, int(rows * HOLD_ALONE / held)))
            return
        # Twice as many at most: the first rows of a file say little about the rest.
        self.size = max(FEWEST, min(MANY, 2 * self.size, int(rows * HOLD / held)))
        await self._sleep(max(FREE, held))

    def _is_waited_for(self) -> bool:
        return self._file is not None and is_served(self._file)
