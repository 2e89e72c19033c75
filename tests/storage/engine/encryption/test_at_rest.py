"""Somebody who has the database and not the secret: nothing encrypted is found in it, and nothing can be moved in it.

Rows are made for every mapped class by its columns' types, so that a new table or column is tried as it comes.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, String, Table, insert, select, text
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine.base import Base
from storage.engine.columns import Encrypted, EncryptedJson, UtcDateTime
from storage.engine.database import Database
from storage.engine.encryption.kinds import (
    EncryptedCode,
    EncryptedDate,
    EncryptedFlag,
    EncryptedNumber,
    EncryptedWord,
)
from storage.engine.encryption.tables import encrypted_columns
from storage.engine.keys import Undecryptable
from storage.people.sent_media import SentAlong, SentMedia
from storage.vocabulary import MediaKind
from tests.clock import FakeClock

# As long as what is searched for by chance would not stand in a file of a few hundred kilobytes.
SHORTEST = 6
# Words of vocabularies that the schema itself says: in an index's condition, and tables' names.
SAID_IN_THE_SCHEMA = frozenset({"failed", "participation", "consultant"})
DAY = date(1957, 8, 19)
NUMBER = 918273645


def tables() -> list[Table]:
    """All mapped tables."""
    found = [mapper.local_table for mapper in Base.registry.mappers if isinstance(mapper.local_table, Table)]
    # Mappers come in no order, and tests that run side by side want one.
    return sorted(found, key=lambda table: table.name)


def planted(column: Column[Any], row: int) -> Any:
    """A value of the column's kind that stands nowhere else."""
    mark = f"marker {column} {row}"
    match column.type:
        case EncryptedWord() as kind:
            return sorted(kind.words.__members__.values(), key=len)[-row]
        case EncryptedCode():
            return "qxv-zwk"
        case EncryptedDate():
            return DAY
        case EncryptedNumber():
            return NUMBER
        case EncryptedFlag():
            return True
        case EncryptedJson():
            return {"said": mark}
        case SentAlong():
            return (SentMedia("web", MediaKind.PHOTO, mark),)
        case Encrypted():
            return mark
    raise AssertionError(f"no value for {column}; say here what is planted in such a column")


def traces(table: Table, row: int) -> set[bytes]:
    """What would be seen of the planted values, were they not encrypted."""
    found = {DAY.isoformat().encode(), str(NUMBER).encode(), NUMBER.to_bytes(4, "big"), b"qxv-zwk"}
    for column in encrypted_columns(table):
        value = planted(column, row)
        seen = value.value if isinstance(value, StrEnum) else f"marker {column} {row}"
        found |= {seen.encode()} if len(seen) >= SHORTEST and seen not in SAID_IN_THE_SCHEMA else set()
    return found


def plain(column: Column[Any], row: int, now: datetime) -> Any:
    """A value for a column that is not encrypted."""
    if column.foreign_keys or (column.primary_key and not isinstance(column.type, String)):
        return row
    match column.type:
        case SqlEnum() as kind:
            return next(iter(kind.enum_class or kind.enums))
        case LargeBinary():
            return f"{column.name}{row}".encode()[:16].ljust(16)
        case Boolean():
            return False
        case UtcDateTime():
            return now
        case Date():
            return now.date()
        case Integer():
            return row
    return f"{column.name}{row}"[-8:]


def row_of(table: Table, row: int, now: datetime) -> Mapping[str, Any]:
    """A row in which everything that can be encrypted is."""
    values: dict[str, Any] = {column.key: planted(column, row) for column in encrypted_columns(table)}
    for column in table.columns:
        is_needed = not column.nullable or column.primary_key
        if column.key not in values and "hash_of" not in column.info and is_needed:
            values[column.key] = plain(column, row, now)
    if table.name == "appointment":
        values["person_id"] = row
    return values


async def fill(database: Database, now: datetime) -> None:
    """Two rows of every table; references are looked at when all are there."""
    async with database.writing() as session:
        if database.is_sqlite:
            await session.execute(text("PRAGMA defer_foreign_keys = ON"))
        else:
            await session.execute(text("SET session_replication_role = replica"))
        for table in tables():
            connection = await session.connection()
            await connection.execute(insert(table), [row_of(table, row, now) for row in (1, 2)])


async def as_it_stands(database: Database, path: Path | None) -> bytes:
    """The whole database as somebody sees it who has it without the secret."""
    if path is not None:
        return b"".join(one.read_bytes() for one in sorted(path.parent.glob(f"{path.name}*")))
    rows: list[str] = []
    async with database.reading() as session:
        for table in tables():
            rows += await session.scalars(text(f'SELECT CAST(t AS text) FROM "{table.name}" AS t'))
    return "\n".join(rows).encode()


async def test_nothing_that_is_encrypted_stands_in_the_database(database: Database, clock: FakeClock) -> None:
    await fill(database, clock.now())
    seen = await as_it_stands(database, Path(str(database.url.database)) if database.is_sqlite else None)
    # What is in plain is found: this does look at what stands there.
    assert b"rnal_id1" in seen
    for table, row in product(tables(), (1, 2)):
        for trace in traces(table, row):
            assert trace not in seen, f"{table.name}: {trace!r}"
            assert trace.hex().encode() not in seen, f"{table.name}: {trace!r}"
    async with database.reading() as session:
        for table in tables():
            columns = encrypted_columns(table)
            if columns:
                rows = (await session.execute(select(*columns).order_by(*table.primary_key))).all()
                assert [tuple(found) for found in rows] == [
                    tuple(planted(column, row) for column in columns) for row in (1, 2)
                ]


async def test_no_value_is_read_in_another_place_than_its_own(database: Database, clock: FakeClock) -> None:
    """Every encrypted column of a row is given what stands in each column of another row, and in each other one."""
    await fill(database, clock.now())
    tried = 0
    async with database.writing() as session:
        for table in tables():
            key = next(iter(table.primary_key)).name
            for to, of, row in product(encrypted_columns(table), encrypted_columns(table), (1, 2)):
                # A value of its own place is read, and so is what was heard of one and the same appointment.
                if row == 2 and (to is of or table.name == "heard"):
                    continue
                tried += 1
                assert await refused(session, table, key, to, of, row), f"{to} read {of} of row {row}"
    assert tried > 200


async def refused(session: AsyncSession, table: Table, key: str, to: Column[Any], of: Column[Any], row: int) -> bool:
    """Whether row 2 does not read in column `to` what stands in column `of` of this row."""
    moved = text(
        f'UPDATE "{table.name}" SET {to.name} = (SELECT s.{of.name} FROM "{table.name}" AS s WHERE s.{key} = {row})'
        f" WHERE {key} = 2"
    )
    async with session.begin_nested() as attempt:
        await session.execute(moved)
        try:
            await session.scalar(select(to).where(table.c[key] == 2))
        except Undecryptable:
            return True
        finally:
            await attempt.rollback()
    return False


@pytest.mark.parametrize("table", [pytest.param(table, id=table.name) for table in tables()])
def test_what_is_said_of_people_is_encrypted_or_its_reason_is_written(table: Table) -> None:
    """Words, languages and days of people in plain need a line in docs/privacy.md."""
    page = (Path(__file__).parents[4] / "docs" / "privacy.md").read_text()
    kept_plain = page.partition("## At rest")[2].partition("\n## ")[0]
    for column in table.columns:
        is_encrypted = column in encrypted_columns(table)
        if isinstance(column.type, (SqlEnum, Date)) or (column.name == "language" and not is_encrypted):
            assert f"`{table.name}.{column.name}`" in kept_plain, f"{column} is plain, and nobody says why"
