"""One hop to the connection's thread a statement; transactions begin, end and fail as they should."""

import asyncio
from collections.abc import Callable

import aiosqlite
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from storage.engine.database import Database
from storage.outbox.message import Message, Outgoing, put
from tests.clock import FakeClock


@pytest.fixture
def hops(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Filled with each hop of any connection."""
    made: list[object] = []
    hop = aiosqlite.Connection._execute

    async def counted(
        self: aiosqlite.Connection, work: Callable[..., object], *given: object, **named: object
    ) -> object:
        made.append(work)
        return await hop(self, work, *given, **named)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    return made


async def _count(database: Database) -> int | None:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Message))


async def test_a_statement_is_one_hop_and_a_transaction_one_more(sqlite_database: Database, hops: list[object]) -> None:
    await _count(sqlite_database)  # opens the connection
    hops.clear()
    async with sqlite_database.reading() as session:
        assert (await session.scalars(text("SELECT 1 UNION SELECT 2"))).all() == [1, 2]
        assert await session.scalar(text("SELECT 3")) == 3
    assert len(hops) == 3


async def test_nothing_begins_where_nothing_is_asked(sqlite_database: Database, hops: list[object]) -> None:
    await _count(sqlite_database)
    hops.clear()
    async with sqlite_database.engine.connect() as connection, connection.begin():
        pass
    assert hops == []


async def test_what_is_written_is_kept_and_what_fails_is_not(sqlite_database: Database, clock: FakeClock) -> None:
    async with sqlite_database.writing() as session:
        await put(session, [Outgoing(key="one", kind="say", due_at=clock.now())], clock.now())

    async def stumble() -> None:
        async with sqlite_database.writing() as session:
            await put(session, [Outgoing(key="two", kind="say", due_at=clock.now())], clock.now())
            await session.execute(text("UPDATE outbox SET key = NULL"))

    with pytest.raises(IntegrityError):
        await stumble()
    assert await _count(sqlite_database) == 1


async def test_two_writers_wait_for_each_other(sqlite_database: Database, clock: FakeClock) -> None:
    async def write(n: int) -> None:
        async with sqlite_database.writing() as session:
            before = await session.scalar(select(func.count()).select_from(Message))
            await asyncio.sleep(0)
            await put(session, [Outgoing(key=f"{n}:{before}", kind="say", due_at=clock.now())], clock.now())

    await asyncio.gather(*(write(n) for n in range(4)))
    async with sqlite_database.reading() as session:
        keys = (await session.scalars(select(Message.key))).all()
    # Each saw what those before it had written: the lock was theirs from their first statement.
    assert sorted(key.partition(":")[2] for key in keys) == ["0", "1", "2", "3"]
