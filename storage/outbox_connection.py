"""How the queue's bulk statements reach the database: a whole transaction at a time.

On PostgreSQL over the async engine. On SQLite in one hop to a thread with a plain connection: through aiosqlite each
statement is four hops (cursor, execute, fetch, close), and at thousands of rows a second the hops cost more than the
statements.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event

from storage.columns import KEYS_ATTRIBUTE
from storage.database import Database, _begin_sqlite, _set_up_sqlite

T = TypeVar("T")


class Transactions:
    """Runs functions of a connection, each in a transaction of its own that is committed when it returns."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sqlite: Engine | None = None
        # SQLite has one writer; waiting here is cheaper than in its busy handler, which sleeps.
        self._turn = asyncio.Lock()
        if database.is_sqlite:
            self._sqlite = create_engine(
                database.url.set(drivername="sqlite"), connect_args={"timeout": 30, "check_same_thread": False}
            )
            event.listen(self._sqlite, "connect", _set_up_sqlite)
            event.listen(self._sqlite, "begin", _begin_sqlite)
            setattr(self._sqlite.dialect, KEYS_ATTRIBUTE, database.keys)
            event.listen(database.engine.sync_engine, "engine_disposed", self._dispose)

    async def run(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, once it is committed."""
        if self._sqlite is None:
            async with self._database.engine.begin() as connection:
                return await connection.run_sync(work)
        async with self._turn:
            return await asyncio.get_running_loop().run_in_executor(None, _in_transaction, self._sqlite, work)

    def _dispose(self, _engine: Engine) -> None:
        if self._sqlite is not None:
            self._sqlite.dispose()


def _in_transaction(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.begin() as connection:
        return work(connection)
