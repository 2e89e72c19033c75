"""The database: one engine, transactions for reading and for writing, on SQLite and PostgreSQL alike."""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.engine import URL, Connection, Engine, ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from storage.engine import sqlite_file
from storage.engine.columns import KEYS_ATTRIBUTE
from storage.engine.encryption.row_binding import bind_rows
from storage.engine.keys import KeyRing
from storage.engine.sqlite_driver import connector, here
from storage.engine.sqlite_file import is_damage
from storage.engine.together import BUSY_TIMEOUT, NO_TRANSACTION, Together

_READ_ONLY = "maatje_read_only"
# Seconds between two writings that only find out whether one is possible.
_WRITES_EVERY = 1.0
_WRITES_AND_CHANGES_NOTHING = (
    "INSERT INTO alembic_version (version_num) VALUES ('can it be written?')",
    "DELETE FROM alembic_version WHERE version_num = 'can it be written?'",
)
_DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "sqlite": "sqlite+aiosqlite",
}


class DatabaseUrlWrong(ValueError):
    """MAATJE_DATABASE_URL names no database that can be used here; the message does not show it (it has a password)."""

    def __init__(self) -> None:
        super().__init__(
            "MAATJE_DATABASE_URL is no address of a database; write sqlite+aiosqlite:///maatje.db or "
            "postgresql://user@host/name"
        )


def database_url(setting: str) -> URL:
    """The SQLAlchemy URL of a DATABASE_URL setting; plain `postgresql://` and `sqlite://` get their async drivers.

    Raises:
        DatabaseUrlWrong: when it is no such URL, or of an engine that is not supported.
    """
    try:
        url = make_url(setting)
    except (ArgumentError, ValueError) as error:
        raise DatabaseUrlWrong from error
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    if url.drivername not in _DRIVERS.values():
        raise DatabaseUrlWrong
    return url


def is_unusable(error: DatabaseError) -> bool:
    """Whether the database as a whole cannot be used: not there, refused, locked, full, or no database at all.

    Other errors of the same family (a constraint that does not hold) are faults of this program.
    """
    return isinstance(error, OperationalError) or type(error) is DatabaseError


def is_damaged(error: DatabaseError) -> bool:
    """Whether SQLite says that the file is no database, or one that was damaged."""
    return is_damage(error.orig)


class Database:
    """One engine with its key ring.

    `reading()` gives a session that never takes the write lock; `writing()` gives one that commits at the end, or
    rolls back on an error. On SQLite a writing transaction begins IMMEDIATE, so that two writers wait for each other
    instead of failing half-way; inside this process they wait in the order in which they came, since SQLite's own
    waiting is a lottery that replies lose under load.
    """

    def __init__(self, setting: str, keys: KeyRing, *, pool_size: int = 5) -> None:
        self.url = database_url(setting)
        self.keys = keys
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        #: Who may write now, where there is one writer (SQLite). First come, first served.
        self.writer = asyncio.Lock() if self.is_sqlite else None
        #: Whether any statement came upon a damaged page of the file; for the watch, which ends the process.
        self.is_damaged = False
        self._wrote_at = -math.inf
        #: Connections to an SQLite file that do their statements in whatever thread asks for them.
        self.direct = _direct_engine(self.url) if self.is_sqlite else None
        #: Short transactions of an SQLite file, which share their commits.
        self.together = Together(self.direct, self.writer) if self.direct and self.writer else None
        if self.direct is not None:
            self.engine = create_async_engine(self.url, hide_parameters=True, async_creator=connector(self.url))
            for engine in (self.engine.sync_engine, self.direct):
                event.listen(engine, "connect", _set_up_sqlite)
                event.listen(engine, "begin", _begin_sqlite)
                event.listen(engine, "handle_error", self._note_damage)
        else:
            self.engine = create_async_engine(
                self.url, hide_parameters=True, pool_size=pool_size, max_overflow=5, pool_pre_ping=True
            )
        for engine in filter(None, (self.engine.sync_engine, self.direct)):
            setattr(engine.dialect, KEYS_ATTRIBUTE, keys)
            bind_rows(engine)

    def _note_damage(self, context: ExceptionContext) -> None:
        self.is_damaged = self.is_damaged or is_damage(context.original_exception)

    def is_missing(self) -> bool:
        """Whether it is an SQLite file that is not there yet; `migrate` makes it."""
        path = self.url.database if self.is_sqlite else None
        return bool(path) and path != ":memory:" and not Path(path or "").exists()

    @asynccontextmanager
    async def reading(self, *, at_once: bool = False) -> AsyncIterator[AsyncSession]:
        """A session for reading; what is changed in it is not kept. `at_once` is for a few short statements, as in
        `writing`: who reads waits for nobody there."""
        if at_once and self.direct is not None:
            with self.direct.connect().execution_options(**{_READ_ONLY: True}) as direct, here(direct) as session:
                yield session
            return
        async with self.engine.connect() as connection:
            await connection.execution_options(**{_READ_ONLY: True})
            async with AsyncSession(connection, expire_on_commit=False, autoflush=False) as session:
                yield session

    @asynccontextmanager
    async def writing(self, *, at_once: bool = False) -> AsyncIterator[AsyncSession]:
        """A session whose changes are committed when the block ends well, and dropped when it raises.

        `at_once` is for a few dozen short statements (a step of the dialogue): on SQLite, what needs neither the lock
        nor the disk is done where it is asked for instead of in a thread, and a commit is shared. See together.
        """
        if at_once and self.together is not None:
            async with self.together.writing() as session:
                yield session
            return
        async with (
            self.writer or nullcontext(),
            AsyncSession(self.engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    async def clock(self) -> object:
        """The moment by the database's own clock: an instant on PostgreSQL, on SQLite this machine's as text.

        Raises:
            SQLAlchemyError, OSError: the database cannot be used.
        """
        async with self.engine.connect() as connection:
            await connection.execution_options(**{_READ_ONLY: True})
            return await connection.scalar(text("SELECT CURRENT_TIMESTAMP"))

    async def can_write(self) -> bool:
        """Whether something can be written now. Waits for who writes.

        On SQLite something is, and changes nothing: a full disk lets everything be begun, and says so at the commit.
        That much at most once a second, however often it is asked.

        Raises:
            SQLAlchemyError, OSError: the database cannot be used, or is for reading only.
        """
        if self.is_sqlite:
            really = time.monotonic() - self._wrote_at > _WRITES_EVERY
            async with self.writing() as session:
                # Not the file's first page: it would stay in the log, and hide for long that the file is damaged.
                for statement in _WRITES_AND_CHANGES_NOTHING if really else ("SELECT 1",):
                    await session.execute(text(statement))
            if really:
                self._wrote_at = time.monotonic()
            return True
        async with self.engine.connect() as connection:
            readonly = await connection.scalar(
                text("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean")
            )
            return readonly is False

    async def forget_deleted(self) -> None:
        """Take what was deleted out of SQLite's log too, where earlier states of pages wait to be written over.

        Without effect when somebody reads all the while; the log is then written over in the service's normal course.
        """
        if self.is_sqlite:
            async with self.engine.connect() as connection:
                await connection.execution_options(**{NO_TRANSACTION: True})
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
        if self.together is not None:
            self.together.close()
        if self.direct is not None:
            self.direct.dispose()


def _direct_engine(url: URL) -> Engine:
    return create_engine(
        url.set(drivername="sqlite"),
        hide_parameters=True,
        creator=lambda: sqlite_file.connect(url.database, any_thread=True),
    )


def _set_up_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: _begin_sqlite does, with the lock that is needed.
    connection.isolation_level = None
    cursor = connection.cursor()
    # secure_delete: what is erased is overwritten in the file (Debian's SQLite does so by itself, others do not).
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT}",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get(NO_TRANSACTION, False):
        connection.exec_driver_sql("BEGIN" if options.get(_READ_ONLY, False) else "BEGIN IMMEDIATE")
