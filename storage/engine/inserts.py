"""Inserting what may be there already: one spelling for both engines."""

from collections.abc import Mapping

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine.base import Base


async def insert_new(session: AsyncSession, mapped: type[Base], row: Mapping[str, object]) -> bool:
    """Insert a row unless it collides with a unique one; True when it is new.

    On PostgreSQL a collision with a transaction under way waits for that one to end.
    """
    make = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    key = next(iter(mapped.__table__.primary_key))
    # The row beside the statement, not in it: what is encrypted is bound to it (encryption/row_binding.py).
    statement = make(mapped).on_conflict_do_nothing().returning(key)
    return (await session.execute(statement, [dict(row)])).first() is not None
