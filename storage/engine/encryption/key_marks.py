"""Under which secret the stored values are: read from the mark in front of each, without decrypting any.

A mistyped or lost MAATJE_SECRET_KEY would otherwise show with the first person who is looked up, after an import had
made everybody a second time: rows are found by hashes of the same secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    LargeBinary,
    Table,
    and_,
    func,
    inspect,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.engine import Connection

from storage.engine.database import Database
from storage.engine.encryption.tables import encrypted_columns, encrypted_tables
from storage.engine.keys import MARK_LENGTH, Undecryptable


@dataclass(frozen=True, slots=True)
class KeyMarks:
    """How many rows were looked at, and by table how many of them no secret of MAATJE_SECRET_KEY can read."""

    seen: int
    unreadable: Mapping[str, int]

    def complaint(self) -> str:
        """An English sentence on what is unreadable and what to do; empty when nothing is."""
        if not self.unreadable:
            return ""
        rows = ", ".join(f"{table} ({count})" for table, count in sorted(self.unreadable.items()))
        return (
            f"Stored rows were written under a secret that is not in MAATJE_SECRET_KEY: {rows}. Add that secret, after "
            "a comma; if it is lost, restore the backup that belongs to the secret you have."
        )


async def read_key_marks(database: Database) -> KeyMarks:
    """Look at the mark of every encrypted value of every row; tables that the database does not have are passed by."""
    return await _read(database, every_row=True)


async def check_key_marks(database: Database) -> None:
    """Stop before anything is written under a secret that cannot read what is there.

    Tables with a hash by which rows are found again are read whole, for there a secret that is not the stored one makes
    a second row; of the others, which grow with every message, the first and the last row.

    Raises:
        Undecryptable: with what to do.
    """
    marks = await _read(database, every_row=False)
    if marks.unreadable:
        raise Undecryptable(marks.complaint())


async def _read(database: Database, *, every_row: bool) -> KeyMarks:
    seen, unreadable = 0, dict[str, int]()
    async with database.reading() as session:
        connection = await session.connection()
        for table, columns in await connection.run_sync(_encrypted):
            marks = [func.substr(type_coerce(column, LargeBinary), 1, MARK_LENGTH) for column in columns]
            foreign = or_(*(and_(mark.is_not(None), mark.not_in(database.keys.marks)) for mark in marks))
            is_looked_up = any(column.name.endswith("_hash") for column in table.columns)
            if every_row or is_looked_up:
                counted = select(func.count(), func.count().filter(foreign)).select_from(table)
            else:
                ends = _ends(table, columns, foreign).subquery()
                counted = select(func.count(), func.count().filter(ends.c.foreign)).select_from(ends)
            rows, unread = (await session.execute(counted)).one()
            seen += rows
            if unread:
                unreadable[table.name] = unread
    return KeyMarks(seen, unreadable)


def _encrypted(connection: Connection) -> list[tuple[Table, list[Column[object]]]]:
    """The tables that hold encrypted values, with those columns, as far as this database has them: it may be older."""
    there = inspect(connection)
    names = set(there.get_table_names())
    found: list[tuple[Table, list[Column[object]]]] = []
    for table in encrypted_tables():
        if table.name in names:
            # One that is not encrypted yet has another type there.
            there_now = there.get_columns(table.name)
            stored = {column["name"] for column in there_now if isinstance(column["type"], LargeBinary)}
            columns = [column for column in encrypted_columns(table) if column.name in stored]
            if columns:
                found.append((table, columns))
    return found


def _ends(table: Table, columns: list[Column[object]], foreign: ColumnElement[bool]) -> CompoundSelect[tuple[bool]]:
    """The first and the last row that holds an encrypted value."""
    key = next(iter(table.primary_key))
    filled = select(foreign.label("foreign")).where(or_(*(column.is_not(None) for column in columns)))
    return union_all(
        *(select(filled.order_by(order).limit(1).subquery().c.foreign) for order in (key.asc(), key.desc()))
    )
