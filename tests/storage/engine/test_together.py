"""Short transactions on SQLite: done where they are asked for, committed together, each failing alone."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import Connection, event, func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from storage.engine.database import Database
from storage.outbox.message import Message, Outgoing, put
from tests.clock import FakeClock


class SeenStatements:
    """In which threads statements were done, and how many transactions were begun and committed."""

    def __init__(self) -> None:
        self.threads: set[int] = set()
        self.begun = self.committed = 0

    def note_statement(self, *_: object) -> None:
        """One was executed."""
        self.threads.add(threading.get_ident())

    def note_begin(self, _connection: Connection) -> None:
        """One began."""
        self.begun += 1

    def note_commit(self, _connection: Connection) -> None:
        """One was committed."""
        self.committed += 1


@pytest.fixture
def watched(sqlite_database: Database) -> SeenStatements:
    engine, seen = sqlite_database.direct, SeenStatements()
    assert engine is not None
    for name, note in (
        ("before_cursor_execute", seen.note_statement),
        ("begin", seen.note_begin),
        ("commit", seen.note_commit),
    ):
        event.listen(engine, name, note)
    return seen


async def _keys(database: Database) -> list[str]:
    async with database.reading() as session:
        return sorted(await session.scalars(select(Message.key)))


async def _put(database: Database, clock: FakeClock, key: str, *, then: str = "SELECT 1") -> None:
    async with database.writing(at_once=True) as session:
        await put(session, [Outgoing(key=key, kind="say", due_at=clock.now())], clock.now())
        # Others come meanwhile.
        await asyncio.sleep(0)
        await session.execute(text(then))


_NO_CONTACT = "INSERT INTO contact (id) VALUES (1)"
# What SQLite does by itself when the disk is full or cannot be read.
_ENDS_ITSELF = "ROLLBACK"


async def test_statements_are_done_where_they_are_asked_for(
    sqlite_database: Database, watched: SeenStatements, clock: FakeClock
) -> None:
    async with sqlite_database.writing(at_once=True) as session:
        await put(session, [Outgoing(key="one", kind="say", due_at=clock.now())], clock.now())
        assert (await session.scalars(text("SELECT 1 UNION SELECT 2"))).all() == [1, 2]
        assert await session.scalar(select(func.count()).select_from(Message)) == 1
    assert watched.threads == {threading.get_ident()}
    assert await _keys(sqlite_database) == ["one"]


async def test_who_comes_meanwhile_shares_a_commit(
    sqlite_database: Database, watched: SeenStatements, clock: FakeClock
) -> None:
    await asyncio.gather(*(_put(sqlite_database, clock, str(n)) for n in range(9)))
    assert await _keys(sqlite_database) == [str(n) for n in range(9)]
    assert watched.committed == watched.begun < 9


async def test_nobody_goes_on_before_the_commit(sqlite_database: Database, clock: FakeClock) -> None:
    async def put_and_look(key: str) -> list[str]:
        await _put(sqlite_database, clock, key)
        # By a connection of its own, which sees what was committed and nothing else.
        with sqlite3.connect(str(sqlite_database.url.database)) as other:
            return [row[0] for row in other.execute("SELECT key FROM outbox")]

    seen = await asyncio.gather(*(put_and_look(str(n)) for n in range(6)))
    assert all(str(n) in keys for n, keys in enumerate(seen))


@pytest.mark.parametrize("which", [0, 1, 5], ids=["the first", "one between", "the last"])
async def test_what_fails_is_taken_back_alone(sqlite_database: Database, clock: FakeClock, which: int) -> None:
    made = (_put(sqlite_database, clock, str(n), then=_NO_CONTACT if n == which else "SELECT 1") for n in range(6))
    outcomes = await asyncio.gather(*made, return_exceptions=True)
    assert [n for n, outcome in enumerate(outcomes) if isinstance(outcome, IntegrityError)] == [which]
    assert await _keys(sqlite_database) == [str(n) for n in range(6) if n != which]


async def test_a_transaction_that_ended_by_itself_is_nobodys(sqlite_database: Database, clock: FakeClock) -> None:
    async def end_it() -> None:
        async with sqlite_database.writing(at_once=True) as session:
            await put(session, [Outgoing(key="ended", kind="say", due_at=clock.now())], clock.now())
            await session.execute(text(_ENDS_ITSELF))
            raise ConnectionResetError

    before, ends, after = (
        asyncio.create_task(_put(sqlite_database, clock, "before")),
        asyncio.create_task(end_it()),
        asyncio.create_task(_put(sqlite_database, clock, "after")),
    )
    with pytest.raises(OperationalError):
        await before
    with pytest.raises(ConnectionResetError):
        await ends
    await after
    assert await _keys(sqlite_database) == ["after"]


async def test_who_is_cancelled_takes_nobody_along(sqlite_database: Database, clock: FakeClock) -> None:
    tasks = [asyncio.create_task(_put(sqlite_database, clock, str(n))) for n in range(5)]
    await asyncio.sleep(0)
    for number in (0, 3):
        tasks[number].cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [asyncio.CancelledError] * 2
    assert await _keys(sqlite_database) == ["1", "2", "4"]


async def test_other_writers_have_their_turn(sqlite_database: Database, clock: FakeClock) -> None:
    async def other() -> None:
        async with sqlite_database.writing() as session:
            before = await session.scalar(select(func.count()).select_from(Message))
            await put(session, [Outgoing(key=f"other after {before}", kind="say", due_at=clock.now())], clock.now())

    first = asyncio.create_task(_put(sqlite_database, clock, "0"))
    await asyncio.sleep(0)
    await asyncio.gather(first, other(), *(_put(sqlite_database, clock, str(n)) for n in range(1, 4)))
    assert len(await _keys(sqlite_database)) == 5


@contextmanager
def locked_by_another(database: Database) -> Iterator[None]:
    """Another process writes."""
    with closing(sqlite3.connect(str(database.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def test_a_lock_that_another_process_holds_is_waited_for_in_the_thread(
    sqlite_database: Database, clock: FakeClock
) -> None:
    with locked_by_another(sqlite_database):
        writing = asyncio.create_task(_put(sqlite_database, clock, "one"))
        # The loop goes on meanwhile.
        assert await _keys(sqlite_database) == []
        assert not writing.done()
    await writing
    assert await _keys(sqlite_database) == ["one"]


async def test_where_no_thread_can_be_begun_nothing_is_kept_and_the_next_goes_on(
    sqlite_database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    async with sqlite_database.reading() as session:
        await session.execute(text("SELECT 1"))
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(asyncio.get_running_loop(), "run_in_executor", refused)
        with pytest.raises(RuntimeError, match="thread"):
            await _put(sqlite_database, clock, "lost")
    await _put(sqlite_database, clock, "one")
    assert await _keys(sqlite_database) == ["one"]


async def test_who_is_cancelled_while_another_process_has_the_lock_holds_nobody_up(
    sqlite_database: Database, clock: FakeClock
) -> None:
    with locked_by_another(sqlite_database):
        waiting = asyncio.create_task(_put(sqlite_database, clock, "given up"))
        # The loop goes on meanwhile, also when it is given up.
        assert await _keys(sqlite_database) == []
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await _keys(sqlite_database) == []
    await _put(sqlite_database, clock, "one")
    assert await _keys(sqlite_database) == ["one"]


async def test_a_statement_or_two_share_a_commit_with_others(
    sqlite_database: Database, watched: SeenStatements, clock: FakeClock
) -> None:
    together = sqlite_database.together
    assert together is not None
    rename = text("UPDATE outbox SET key = 'renamed' WHERE key = '0'")
    first = asyncio.create_task(_put(sqlite_database, clock, "0"))
    await asyncio.sleep(0)
    renaming = asyncio.create_task(together.run(lambda connection: connection.execute(rename).rowcount))
    failing = asyncio.create_task(together.run(lambda connection: connection.execute(text(_NO_CONTACT))))
    last = asyncio.create_task(_put(sqlite_database, clock, "1"))
    await asyncio.gather(first, renaming, failing, last, return_exceptions=True)
    assert renaming.result() == 1
    assert isinstance(failing.exception(), IntegrityError)
    assert await _keys(sqlite_database) == ["1", "renamed"]
    assert watched.committed < 3
