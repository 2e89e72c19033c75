"""Short transactions on SQLite that share one commit.

A step of the dialogue is a few dozen statements, each some ten microseconds of pages that are in memory, and then a
commit, which waits for the disk. So statements are done where they are asked for, not in a thread: the way there and
back, and SQLAlchemy's asyncio layer, took as long as the statements. Only what waits goes to a thread: the beginning,
where another process holds the lock, and the commit. And who comes while another is at work or waits for the disk goes
into one transaction with whoever comes then too, each behind a savepoint: what fails is taken back alone, and nobody
goes on before the commit that holds their part has reached the disk.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine, Transaction
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine.sqlite_driver import HereSession

T = TypeVar("T")

#: An execution option of connections whose transactions are begun by whoever uses them.
NO_TRANSACTION: Final = "maatje_no_transaction"
# Milliseconds that a statement waits for another process that writes.
BUSY_TIMEOUT: Final = 30_000
# So many share a commit at most, and none is let in that long after the first (seconds): who wrote waits for the last.
MOST: Final = 16
WITHIN: Final = 0.05


class NotCommitted(OperationalError):
    """SQLite ended a transaction by itself: nothing of it is kept."""

    def __init__(self, why: BaseException) -> None:
        super().__init__("COMMIT", None, why, hide_parameters=True)


@dataclass(slots=True, eq=False)
class _Shared:
    """One transaction, by how many it is shared until now, and when it is on disk."""

    connection: Connection
    driver: sqlite3.Connection
    committed: "asyncio.Future[None]"
    began: float = field(default_factory=time.monotonic)
    members: int = 1

    @property
    def is_open(self) -> bool:
        """Whether it can be committed: SQLite ends a transaction by itself where the disk is full or cannot be read."""
        return self.driver.in_transaction


class Together:
    """Gives those who write their turn, one at a time. `writer` is held by whoever writes in this process."""

    def __init__(self, engine: Engine, writer: asyncio.Lock) -> None:
        self._engine = engine
        self._writer = writer
        # Who waits: for a place in the transaction under way, or (None) to begin the next.
        self._line: deque[asyncio.Future[_Shared | None]] = deque()
        self._is_busy = False
        # Kept, since all of them use it in their turn; none before the first, and after one that failed.
        self._connection: Connection | None = None

    def close(self) -> None:
        """Close the connection. Nobody writes any more."""
        if self._connection is not None:
            _drop(self._connection)
            self._connection = None

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A session; its changes are on disk when the block has ended well, and dropped when it raises.

        Raises:
            SQLAlchemyError: what the statements raise; or the commit failed, for all who share it.
        """
        shared = await self._turn()
        # The first needs no savepoint: when it fails there is nothing else in the transaction.
        asked = HereSession(shared.connection, savepoint=shared.members > 1)
        session = asked.sync_session
        try:
            yield asked
            session.commit()
        except BaseException:
            # Where SQLite ended the transaction by itself there is no savepoint any more.
            with suppress(SQLAlchemyError):
                session.rollback()
            raise
        finally:
            session.close()
            self._pass_on(shared)
        await asyncio.shield(shared.committed)

    async def run(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, a statement or two, once it is on disk.

        Raises:
            SQLAlchemyError: as `writing`.
        """
        shared = await self._turn()
        connection = shared.connection
        try:
            # The first needs no savepoint: when it fails there is nothing else in the transaction.
            own = connection.begin_nested() if shared.members > 1 else connection.get_transaction()
            try:
                done = work(connection)
                if shared.members > 1 and own is not None:
                    own.commit()
            except BaseException:
                with suppress(SQLAlchemyError):
                    if own is not None:
                        own.rollback()
                raise
        finally:
            self._pass_on(shared)
        await asyncio.shield(shared.committed)
        return done

    async def _turn(self) -> _Shared:
        """Wait for a place in a transaction under way, or begin one."""
        if self._is_busy:
            place: asyncio.Future[_Shared | None] = asyncio.get_running_loop().create_future()
            self._line.append(place)
            try:
                shared = await place
            except asyncio.CancelledError:
                if place in self._line:
                    self._line.remove(place)
                elif not place.cancelled():
                    self._refuse(place.result())
                raise
            if shared is not None:
                return shared
        self._is_busy = True
        try:
            return await self._begun()
        except BaseException:
            self._next()
            raise

    def _refuse(self, shared: _Shared | None) -> None:
        """Whoever was given a place is gone: the next one has it."""
        if shared is not None:
            self._pass_on(shared)
        else:
            self._next()

    async def _begun(self) -> _Shared:
        """A transaction that has begun; the writer's lock is held."""
        await self._writer.acquire()
        try:
            connection = self._connection = self._connection or _connected(self._engine)
            driver = _driver_of(connection)
            if not _has_begun(connection, driver):
                waiting = asyncio.get_running_loop().run_in_executor(None, _wait_and_begin, connection, driver)
                try:
                    await asyncio.shield(waiting)
                except asyncio.CancelledError:
                    # The thread has the connection until it has the lock.
                    self._connection = None
                    waiting.add_done_callback(partial(_dropped, connection))
                    raise
        except BaseException:
            self.close()
            self._writer.release()
            raise
        return _Shared(connection, driver, asyncio.get_running_loop().create_future())

    def _pass_on(self, shared: _Shared) -> None:
        """This member is done: the next one's turn, or the commit."""
        if shared.members < MOST and time.monotonic() - shared.began < WITHIN and shared.is_open:
            while self._line:
                place = self._line.popleft()
                if not place.done():
                    shared.members += 1
                    place.set_result(shared)
                    return
        transaction = shared.connection.get_transaction()
        if transaction is None or not transaction.is_active:
            # The only one failed, and took all back.
            self._ends(shared, None)
            return
        # No member's own doing: one that is cancelled must not take the others' commit along.
        try:
            to_disk = asyncio.get_running_loop().run_in_executor(None, _to_disk, shared.driver)
        except RuntimeError as error:
            # No thread can be begun.
            self.close()
            self._ends(shared, error)
        else:
            to_disk.add_done_callback(partial(self._is_on_disk, shared, transaction))

    def _is_on_disk(self, shared: _Shared, transaction: Transaction, done: "asyncio.Future[None]") -> None:
        try:
            done.result()
            transaction.commit()
        except (Exception, asyncio.CancelledError) as error:
            # It rolls back what is left.
            self.close()
            self._ends(shared, error)
        else:
            self._ends(shared, None)

    def _ends(self, shared: _Shared, error: BaseException | None) -> None:
        """Tell the members how it ended; somebody else may begin."""
        if error is None:
            shared.committed.set_result(None)
        else:
            shared.committed.set_exception(error)
            # Whoever failed or was cancelled does not ask.
            shared.committed.exception()
        self._writer.release()
        self._next()

    def _next(self) -> None:
        """Somebody else may begin."""
        self._is_busy = False
        while self._line:
            place = self._line.popleft()
            if not place.done():
                self._is_busy = True
                place.set_result(None)
                return


def _driver_of(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("no connection to SQLite")
    return driver


def _to_disk(driver: sqlite3.Connection) -> None:
    """Commit by the driver alone, for which a thread needs the interpreter but once.

    Raises:
        NotCommitted: nothing is kept. What else goes wrong SQLAlchemy comes upon again, and tells in its own words.
    """
    if not driver.in_transaction:
        raise NotCommitted(RuntimeError("it had ended before"))
    try:
        driver.commit()
    except sqlite3.Error as error:
        if not driver.in_transaction:
            raise NotCommitted(error) from error


def _connected(engine: Engine) -> Connection:
    connection = engine.connect().execution_options(**{NO_TRANSACTION: True})
    _driver_of(connection).execute("PRAGMA busy_timeout=0")
    return connection


def _drop(connection: Connection) -> None:
    connection.invalidate()
    connection.close()


def _dropped(connection: Connection, waited: "asyncio.Future[None]") -> None:
    if not waited.cancelled():
        # Nobody asks.
        waited.exception()
    _drop(connection)


def _has_begun(connection: Connection, driver: sqlite3.Connection) -> bool:
    """Begin here and now; False where another process has the lock, which is waited for in a thread."""
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.Error:
        # Whatever it is, the thread comes upon it again.
        return False
    connection.begin()
    return True


def _wait_and_begin(connection: Connection, driver: sqlite3.Connection) -> None:
    driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute("PRAGMA busy_timeout=0")
