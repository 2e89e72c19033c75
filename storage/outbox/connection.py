"""How the queue's bulk statements reach the database: one trip a transaction.

On PostgreSQL every piece of work is one statement that commits itself, on connections of its own that are not asked
first whether they live. On SQLite it is one hop to a thread with a plain connection: through aiosqlite each statement
is four hops (cursor, execute, fetch, close). At thousands of rows a second the trips cost more than the statements:
measured, with all of it through the async sessions, 2,200 messages a second on both engines.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.engine.columns import KEYS_ATTRIBUTE
from storage.engine.database import _READ_ONLY, Database

T = TypeVar("T")


class Transactions:
    """Runs functions of a connection; what they did is committed when they have returned.

    On PostgreSQL each statement commits by itself, so what must be all or nothing must be one statement.
    """

    def __init__(self, database: Database) -> None:
        # SQLite has one writer; waiting here is fair, and cheaper than in its busy handler, which sleeps.
        self._turn = database.writer or asyncio.Lock()
        self._sqlite, self._together = database.direct, database.together
        self._postgresql: AsyncEngine | None = None
        if self._sqlite is None:
            self._postgresql = create_async_engine(
                database.url, pool_size=3, max_overflow=2, isolation_level="AUTOCOMMIT"
            )
            engine = self._postgresql.sync_engine
            setattr(engine.dialect, KEYS_ATTRIBUTE, database.keys)
            event.listen(database.engine.sync_engine, "engine_disposed", lambda _engine: engine.dispose())

    async def run(self, work: Callable[[Connection], T], *, reading: bool = False, short: bool = False) -> T:
        """What `work` returns, once it is committed. `reading` work does not wait for writers; `short` work, a few
        statements over a few rows, shares its commit on SQLite with steps of the dialogue."""
        if self._postgresql is not None:
            async with self._postgresql.connect() as connection:
                return await connection.run_sync(work)
        if short and self._together is not None:
            return await self._together.run(work)
        if reading:
            return await asyncio.get_running_loop().run_in_executor(None, _reading, self._sqlite, work)
        async with self._turn:
            return await asyncio.get_running_loop().run_in_executor(None, _in_transaction, self._sqlite, work)


def _reading(engine: Engine | None, work: Callable[[Connection], T]) -> T:
    if engine is None:
        raise LookupError("neither SQLite nor PostgreSQL")
    with engine.connect().execution_options(**{_READ_ONLY: True}) as connection:
        return work(connection)


def _in_transaction(engine: Engine | None, work: Callable[[Connection], T]) -> T:
    if engine is None:
        raise LookupError("neither SQLite nor PostgreSQL")
    with engine.begin() as connection:
        return work(connection)
