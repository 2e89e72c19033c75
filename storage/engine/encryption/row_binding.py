"""Binds what is encrypted to its row when it is written: no value can be read in another row than it was written for.

What names a row must be known before it is written, so rows of tables with encrypted columns get their numbers here
and not from the database's counter. All of it happens where a statement with its values is handed to the engine, so
that whoever writes rows need not think of it; a value that comes by another way is refused (EncryptedColumn).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import Column, Connection, Engine, Insert, Table, TextClause, Update, event, text
from sqlalchemy.sql.elements import ClauseElement

from storage.engine.columns import EncryptedColumn, RowValue

_Values: TypeAlias = Mapping[str, Any]


def bind_rows(engine: Engine) -> None:
    """Bind what is written by this engine."""
    event.listen(engine, "before_execute", _bound, retval=True)


def row_name(*values: object) -> bytes:
    """What names a row with these values, as encrypted values are bound to it; the SQL of EncryptedColumn agrees."""
    return ":".join(map(str, values)).encode()


@lru_cache
def _encrypted_of(table: Table) -> Mapping[str, list[Column[Any]]]:
    """The encrypted columns of a table, each with the columns that name its row."""
    return {
        column.key: [named for named in column.type.naming(table) if isinstance(named, Column)]
        for column in table.columns
        if isinstance(column.type, EncryptedColumn)
    }


def _bound(
    connection: Connection, statement: ClauseElement, many: Sequence[_Values], one: _Values, _options: object
) -> tuple[ClauseElement, Sequence[_Values], _Values]:
    if not isinstance(statement, (Insert, Update)) or not isinstance(statement.table, Table):
        return statement, many, one
    table, rows = statement.table, list(many) or ([one] if one else [])
    encrypted = _encrypted_of(table)
    if all(row.get(name) is None or isinstance(row[name], RowValue) for row in rows for name in encrypted):
        return statement, many, one
    if isinstance(statement, Insert):
        rows = _numbered(connection, table, rows)
        named_by = {name: [c.key for c in by] for name, by in encrypted.items()}
    else:
        # As the ORM calls what an update finds its row by.
        named_by = {name: [c._label or "" for c in by] for name, by in encrypted.items()}
    bound = [_with_row(row, named_by) for row in rows]
    return (statement, bound, {}) if many else (statement, [], bound[0])


def _with_row(row: _Values, encrypted: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    bound = dict(row)
    for name, named_by in encrypted.items():
        value = row.get(name)
        if value is not None and not isinstance(value, RowValue):
            try:
                bound[name] = RowValue(value, row_name(*(row[key] for key in named_by)))
            except KeyError as missing:
                raise TypeError(f"{name} is encrypted and written without {missing}, which names its row") from None
    return bound


def _numbered(connection: Connection, table: Table, rows: list[_Values]) -> list[_Values]:
    """The rows with numbers of their own, where the table counts them."""
    key = table.autoincrement_column
    if key is None or key.key in rows[0] or not any(key in by for by in _encrypted_of(table).values()):
        return rows
    numbers = connection.scalars(_numbers(table, connection.dialect.name), {"many": len(rows)}).all()
    if len(numbers) == 1:
        numbers = range(numbers[0], numbers[0] + len(rows))
    return [{**row, key.key: number} for row, number in zip(rows, numbers, strict=True)]


@lru_cache
def _numbers(table: Table, engine: str) -> TextClause:
    """New numbers of this table's rows: each on PostgreSQL, the first on SQLite, where nobody else writes now."""
    name = table.name
    if engine == "postgresql":
        return text(f"SELECT nextval(pg_get_serial_sequence('{name}', 'id')) FROM generate_series(1, :many)")  # noqa: S608
    return text(
        f"SELECT 1 + max(coalesce((SELECT max(id) FROM {name}), 0),"  # noqa: S608 - the name of a mapped table
        f" coalesce((SELECT seq FROM sqlite_sequence WHERE name = '{name}'), 0), 0 * :many)"
    )
