"""Rows by many numbers at once: those that are there, by an index, on both engines."""

import pytest
from sqlalchemy import or_, select
from sqlalchemy.dialects import sqlite

from storage.engine.database import Database
from storage.engine.one_of_many import among
from storage.outbox.message import Message, Outgoing, put
from tests.clock import FakeClock


async def _made(database: Database, clock: FakeClock, count: int) -> list[int]:
    async with database.writing() as session:
        rows = [Outgoing(key=str(n), kind="say", due_at=clock.now()) for n in range(count)]
        return await put(session, rows, clock.now())


@pytest.mark.parametrize(
    "asked", [pytest.param(0, id="none"), pytest.param(1, id="one"), pytest.param(2500, id="many")]
)
async def test_the_rows_of_these_numbers(database: Database, clock: FakeClock, asked: int) -> None:
    made = await _made(database, clock, 3000)
    wanted = set(made[:asked])
    async with database.reading() as session:
        # Numbers that are nobody's are passed over.
        found = await session.scalars(select(Message.id).where(among(Message.id, wanted | {-1})))
        assert set(found) == wanted


async def test_within_a_larger_condition(database: Database, clock: FakeClock) -> None:
    one, two, three = await _made(database, clock, 3)
    async with database.reading() as session:
        either = or_(among(Message.id, [one]), ~among(Message.id, [one, two]))
        assert list(await session.scalars(select(Message.id).where(either).order_by(Message.id))) == [one, three]


async def test_sqlite_looks_in_the_index(sqlite_database: Database) -> None:
    statement = select(Message.id).where(among(Message.id, [1, 2]), Message.kind == "say")
    words = str(statement.compile(dialect=sqlite.dialect()))
    async with sqlite_database.engine.connect() as connection:
        plan = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", ("[1, 2]", "say"))).mappings().all()
    assert plan[0]["detail"] == "SEARCH outbox USING INTEGER PRIMARY KEY (rowid=?)"
