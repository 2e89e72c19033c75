"""Inserting what may be there already: one spelling for both engines, put together once.

On the tables, not on the mapped classes: the ORM's way of inserting rows measured three times as long for one row.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Executable, Row, Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from storage.engine.base import Base
from storage.engine.encryption.many_rows import write_many


async def insert_new(session: AsyncSession, mapped: type[Base], row: Mapping[str, object]) -> bool:
    """Insert a row unless it collides with a unique one; True when it is new.

    On PostgreSQL a collision with a transaction under way waits for that one to end.
    """
    table = mapped.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{mapped.__name__} is no table")
    statement = _passing_over(session.get_bind().dialect.name, table, (next(iter(table.primary_key)),), None)
    return bool(await inserted(session, statement, [row]))


async def insert_all(session: AsyncSession, mapped: type[Base], rows: Sequence[Mapping[str, object]]) -> Sequence[int]:
    """Insert many rows of which none is there, by the fields of the mapped class, all with the same ones; see
    storage.engine.encryption.many_rows."""
    if not rows:
        return ()
    return await session.run_sync(lambda within: _written(within, mapped, rows))


def _written(session: Session, mapped: type[Base], rows: Sequence[Mapping[str, object]]) -> Sequence[int]:
    session.flush()
    return write_many(session.connection(), mapped, rows)


def insert_unless_there(session: AsyncSession, table: Table, unique: str, *returned: Column[Any]) -> Executable:
    """A statement that inserts rows of which none is there with this unique column's value, and gives these columns of
    the new ones."""
    return _passing_over(session.get_bind().dialect.name, table, returned, unique)


async def inserted(
    session: AsyncSession, statement: Executable, rows: Sequence[Mapping[str, object]]
) -> Sequence[Row[Any]]:
    """What a statement of this module gives of these rows, after what the session holds was written."""

    def execute(within: Session) -> Sequence[Row[Any]]:
        within.flush()
        # The rows beside the statement, not in it: what is encrypted is bound to them (encryption/row_binding.py).
        return within.execute(statement, list(map(dict, rows))).all()

    return await session.run_sync(execute)


@lru_cache
def _passing_over(engine: str, table: Table, returned: tuple[Column[Any], ...], unique: str | None) -> Executable:
    make = postgresql_insert if engine == "postgresql" else sqlite_insert
    return make(table).on_conflict_do_nothing(index_elements=[unique] if unique else None).returning(*returned)
