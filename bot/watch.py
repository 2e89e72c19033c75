"""Looks after what no job can mend: the database's file and schema under us, the memory, and the wall clock.

A file that is gone, replaced or damaged, or memory that is used up, ends the process with a word, so that its
supervisor starts it anew (and the start says what is wrong) instead of a service that answers 503 for ever.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.memory import have_room
from reminders.delivery.channel import Clock
from reminders.delivery.episodes import Episodes
from storage.engine.database import Database
from storage.engine.migrate import SchemaIsNewer, schema_found
from storage.engine.sqlite_file import FileMark, is_damage, look_inside

LOOK_EVERY = 5.0
#: A wall clock that was set by more than this is said and survived; less is drift.
JUMP = timedelta(minutes=1)


class DatabaseLost(Exception):
    """The database is not the one that was opened, or is damaged; says what to do."""


class Watch:
    """One look every few seconds, by `run`; `look` is one of them."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        clock_jumped: Callable[[timedelta], Awaitable[None]],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._clock = clock
        self._clock_jumped = clock_jumped
        self._sleep = sleep
        self._file = database.url.database if database.is_sqlite else None
        self._mark = FileMark.of(self._file)
        self._out_of_reach = Episodes("watch_database_out_of_reach")
        self._offset = clock.now() - clock.steady()

    async def run(self) -> None:
        """Look until cancelled.

        Raises:
            DatabaseLost, MemoryUsedUp: the process should end.
        """
        while True:
            await self._sleep(LOOK_EVERY)
            await self.look()

    async def look(self) -> None:
        """Look once.

        Raises:
            DatabaseLost: the file is gone, another one, or damaged; or a later version changed the schema, and not so
                that this one may go on.
            MemoryUsedUp: there is no memory left for this process.
        """
        have_room()
        await self._at_the_clock()
        if self._file is not None:
            await self._at_the_file(self._file)
        await self._at_the_schema()

    async def _at_the_schema(self) -> None:
        """What a later version made of the schema this one may write wrongly, unless that version says otherwise."""
        try:
            (await schema_found(self._database)).check()
        except (SQLAlchemyError, OSError):
            # Out of reach is the readiness' affair.
            return
        except SchemaIsNewer as error:
            raise DatabaseLost(str(error)) from error

    async def _at_the_file(self, file: str) -> None:
        mark = FileMark.of(file)
        if mark != self._mark:
            what = "is gone" if mark is None else "was replaced"
            raise DatabaseLost(f"The database file {file} {what} while the service ran. Look, then start again.")
        damaged = self._database.is_damaged
        try:
            await asyncio.to_thread(look_inside, file)
        except sqlite3.DatabaseError as error:
            damaged = damaged or is_damage(error)
            if not damaged:
                self._out_of_reach.noticed("file", error=type(error).__name__)
        else:
            self._out_of_reach.well("file")
        if damaged:
            raise DatabaseLost(f"The database file {file} is damaged. Bring back the last backup (maatje restore).")

    async def _at_the_clock(self) -> None:
        offset = self._clock.now() - self._clock.steady()
        by = offset - self._offset
        if abs(by) >= JUMP:
            self._offset = offset
            await self._clock_jumped(by)
