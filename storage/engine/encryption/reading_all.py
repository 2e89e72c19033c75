"""Every row that holds something encrypted, read once: which of them cannot be read."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Table, select

from storage.engine.bad_rows import in_parts
from storage.engine.database import Database
from storage.engine.encryption.tables import encrypted_columns, encrypted_tables

_PAGE: Final = 500


async def unreadable_rows(database: Database) -> tuple[int, dict[str, list[int]]]:
    """How many rows were read, and the numbers of those that could not be, by table; tables without any are absent.

    A value of another key, an altered one, one that stands in another row's place, or one that is none of its column's
    words or days. Changes nothing; a page of 500 rows at a time.
    """
    read, bad = 0, dict[str, list[int]]()
    for table in encrypted_tables():
        seen, found = await _read(database, table)
        read += seen
        if found:
            bad[table.name] = found
    return read, bad


async def _read(database: Database, table: Table) -> tuple[int, list[int]]:
    number = next(iter(table.primary_key))
    last, seen, bad = -1, 0, list[int]()
    while True:
        async with database.reading() as session:
            # By its numbers first: a page with a bad row in it could not be read to find out where it ends.
            page = list(await session.scalars(select(number).where(number > last).order_by(number).limit(_PAGE)))
        if not page:
            return seen, bad

        async def work(some: Sequence[int]) -> None:
            async with database.reading() as session:
                (await session.execute(select(number, *encrypted_columns(table)).where(number.in_(some)))).all()

        await in_parts(page, work, lambda row, _error: bad.append(row))
        last, seen = page[-1], seen + len(page)
