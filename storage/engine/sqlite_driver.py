"""How statements reach SQLite: aiosqlite with one hop to its thread for each of them, and sessions that need no hop.

As it comes, a statement is four: the cursor is made, the statement executed, its rows fetched, the cursor closed. Each
wakes a thread and is waited for, which measured more than most statements themselves; a step of the dialogue has
dozens. All rows come at once: SQLAlchemy asks for all of them anyway. The beginning of a transaction, which nothing can
see before its first statement, goes with that one.

A few dozen short statements of pages that are in memory are done where they are asked for (HereSession).
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Literal, Self, TypeAlias

import aiosqlite
from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.util import EMPTY_DICT, immutabledict

from storage.engine import sqlite_file


class _Cursor:
    """What SQLAlchemy needs of a cursor; with its statement executed it holds nothing of the database any more."""

    def __init__(self, connection: "_Connection") -> None:
        self._connection = connection
        self._rows: list[object] = []
        self.description: Sequence[Sequence[object]] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Sequence[object] = ()) -> None:
        """Execute and fetch."""
        if statement.startswith("BEGIN"):
            self._connection.to_begin = statement
        else:
            await self._connection.in_thread(lambda connection: self._done(connection.execute(statement, parameters)))

    async def executemany(self, statement: str, parameters: Sequence[Sequence[object]]) -> None:
        """Execute for each of the parameters."""
        await self._connection.in_thread(lambda connection: self._done(connection.executemany(statement, parameters)))

    def _done(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self._rows = cursor.fetchall() if cursor.description else []
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        cursor.close()

    async def fetchall(self) -> list[object]:
        """The rows, once."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """It is already."""


class _Connection(aiosqlite.Connection):
    """aiosqlite's connection with cursors of our own."""

    # The statement that begins the transaction, until it is executed with the first one after it.
    to_begin: str | None = None
    # Whether a transaction was begun and not ended yet.
    _open = False

    def cursor(self) -> _Cursor:  # type: ignore[override]
        """See _Cursor."""
        return _Cursor(self)

    async def in_thread(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Do this in the connection's own thread."""
        begin, self.to_begin = self.to_begin, None
        self._open = self._open or begin is not None

        def within_transaction(connection: sqlite3.Connection) -> None:
            if begin is not None:
                connection.execute(begin)
            work(connection)

        await self._execute(within_transaction, self._conn)  # type: ignore[no-untyped-call]

    async def commit(self) -> None:
        """Nothing to do where nothing was executed since the beginning."""
        self.to_begin = None
        if self._open:
            await super().commit()
            self._open = False

    async def rollback(self) -> None:
        """As commit; SQLAlchemy does it once more whenever a connection goes back to the pool."""
        self.to_begin = None
        if self._open:
            await super().rollback()
            self._open = False


def connector(url: URL) -> Callable[[], Awaitable[aiosqlite.Connection]]:
    """What `create_async_engine(async_creator=…)` opens the connections to this file by."""

    def opened() -> sqlite3.Connection:
        return sqlite_file.connect(url.database, any_thread=True)

    async def connect() -> aiosqlite.Connection:
        connection = _Connection(opened, iter_chunk_size=1)
        # A process that ends without closing must not wait for it.
        connection._thread.daemon = True
        try:
            return await connection
        except sqlite3.Error:
            # aiosqlite bids its thread stop and goes; the thread must not answer to a loop that is closed by then.
            await asyncio.to_thread(connection._thread.join)
            raise

    return connect


_Mode: TypeAlias = Literal["rollback_only", "create_savepoint"]
_BUFFERED: Final = immutabledict({"prebuffer_rows": True})


def _here(name: str) -> Callable[..., Awaitable[object]]:
    """What the session does by this name, at once."""

    async def done(session: AsyncSession, *given: object, **named: object) -> object:
        return getattr(session.sync_session, name)(*given, **named)

    return done


class HereSession(AsyncSession):
    """A session whose statements are done where they are awaited, by a connection that waits for nothing."""

    def __init__(self, connection: Connection, *, savepoint: bool = False, autoflush: bool = True) -> None:
        mode: _Mode = "create_savepoint" if savepoint else "rollback_only"
        super().__init__(expire_on_commit=False, autoflush=autoflush, join_transaction_mode=mode)
        self.sync_session.bind = connection

    # To the type checker it is an AsyncSession.
    if not TYPE_CHECKING:

        async def execute(self, statement, params=None, *, execution_options=EMPTY_DICT, **more):
            """See AsyncSession."""
            options = immutabledict(execution_options).union(_BUFFERED) if execution_options else _BUFFERED
            return self.sync_session.execute(statement, params, execution_options=options, **more)

        async def run_sync(self, fn, *given, **named):
            """See AsyncSession."""
            return fn(self.sync_session, *given, **named)

        scalar, get, get_one, merge = map(_here, ("scalar", "get", "get_one", "merge"))
        refresh, delete, flush = map(_here, ("refresh", "delete", "flush"))


@contextmanager
def here(connection: Connection) -> Iterator[AsyncSession]:
    """A session for a few short reads by this connection, in this thread."""
    asked = HereSession(connection, autoflush=False)
    try:
        yield asked
    finally:
        asked.sync_session.close()
