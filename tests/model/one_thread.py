"""SQLite without threads: whoever asks does the statement.

The service hands each statement to a thread, so that a slow disk holds nobody up. A sequence waits for each of its tens
of thousands of statements anyway, and on a busy machine the way to a thread and back costs more than all the rest.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from storage.engine.database import Database

P = ParamSpec("P")
T = TypeVar("T")


class Here(ThreadPoolExecutor):
    """Does what it is given at once, where it is given."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """See Executor."""
        done = Future[T]()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # handed to whoever waits for it
            done.set_exception(error)
        return done


def in_one_thread(database: Database) -> None:
    """All of this database's statements are done in the thread of the loop that runs now; nothing on PostgreSQL."""
    if database.is_sqlite:
        event.listen(database.engine.sync_engine, "connect", _here)
        asyncio.get_running_loop().set_default_executor(Here())


async def _at_once(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return work(*args, **kwargs)


def _here(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # aiosqlite's one way to its thread.
    connection.driver_connection._execute = _at_once
