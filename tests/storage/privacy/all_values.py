"""All that a database holds, as it is read with the keys: nothing is overlooked because nobody named its table."""

from collections.abc import Collection

from sqlalchemy import inspect, select

from storage.engine.base import Base
from storage.engine.database import Database


async def everything(database: Database, *, but: Collection[str] = ()) -> str:
    """Every value of every row of every table, but those of these."""
    found: list[str] = []
    async with database.reading() as session:
        for mapper in sorted(Base.registry.mappers, key=lambda one: one.class_.__name__):
            if mapper.class_.__tablename__ in but:
                continue
            for row in await session.scalars(select(mapper.class_)):
                found += [str(getattr(row, one.key)) for one in inspect(type(row)).column_attrs]
    return "\n".join(found)
