"""Binds what is encrypted to its row when it is written: no value can be read in another row than it was written for.

What names a row must be known before it is written, so rows of tables with encrypted columns get their numbers here
and not from the database's counter. All of it happens where a statement with its values is handed to the engine, so
that whoever writes rows need not think of it; a value that comes by another way is refused (EncryptedColumn).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import Column, ColumnElement, Connection, Engine, Insert, Table, TextClause, Update, event, select, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ClauseElement

from storage.engine.columns import EncryptedColumn, RowValue, V, keys_of
from storage.engine.encryption.tables import encrypted_columns
from storage.engine.keys import KeyRing

_Values: TypeAlias = Mapping[str, Any]


def bind_rows(engine: Engine) -> None:
    """Bind what is written by this engine."""
    event.listen(engine, "before_execute", _bound, retval=True)


def row_name(*values: object) -> bytes:
    """What names a row with these values, as encrypted values are bound to it; the SQL of EncryptedColumn agrees."""
    return ":".join(map(str, values)).encode()


@lru_cache
def _encrypted_of(table: Table, *, inserted: bool = True) -> Sequence[tuple[str, tuple[str, ...]]]:
    """The encrypted columns of a table, each with what the columns that name its row are called in a statement."""
    return [
        (column.key, tuple(_called(named, inserted=inserted) for named in kind.naming(table)))
        for column, kind in encrypted_columns(table).items()
    ]


def _called(column: ColumnElement[Any], *, inserted: bool) -> str:
    if not isinstance(column, Column):
        raise TypeError(f"{column} is no column of a table")
    # As the ORM calls what an update finds its row by.
    return column.key if inserted else column._label or ""


@lru_cache
def hashed_columns(table: Table) -> Mapping[str, str]:
    """The keyed indices of a table, each with the encrypted column that it is of (info={"hash_of": …})."""
    return {column.key: column.info["hash_of"] for column in table.columns if "hash_of" in column.info}


def _bound(
    connection: Connection, statement: ClauseElement, many: Sequence[_Values], one: _Values, _options: object
) -> tuple[ClauseElement, Sequence[_Values], _Values]:
    if not isinstance(statement, (Insert, Update)) or not isinstance(statement.table, Table):
        return statement, many, one
    table, rows = statement.table, list(many) or ([one] if one else [])
    encrypted = _encrypted_of(table, inserted=isinstance(statement, Insert))
    if not any(name in row and type(row[name]) is not RowValue for name, _ in encrypted for row in rows):
        return statement, many, one
    if hashed_columns(table):
        rows = [_with_hashes(connection, table, row) for row in rows]
    if isinstance(statement, Insert):
        rows = _numbered(connection, table, rows)
        bound = [_with_row(row, row, encrypted) for row in rows]
    else:
        bound = [_with_row(row, _with_names(connection, table, row), encrypted) for row in rows]
    return (statement, bound, {}) if many else (statement, [], bound[0])


def _with_hashes(connection: Connection, table: Table, row: _Values) -> _Values:
    hashed = dict(row)
    for name, of in hashed_columns(table).items():
        if of in row:
            kind = encrypted_columns(table)[table.c[of]]
            hashed[name] = None if row[of] is None else keyed_hash(keys_of(connection.dialect), kind, row[of])
    return hashed


def keyed_hash(keys: KeyRing, kind: EncryptedColumn[V], value: V) -> bytes:
    """What a keyed index holds of a value, under the first secret."""
    return keys.fingerprint(kind.to_bytes(value).decode(), _hashed_as(kind))


def keyed_hashes(dialect: Dialect, column: InstrumentedAttribute[V], values: Iterable[V]) -> list[bytes]:
    """What the keyed index of an encrypted column may hold of these values; more of each while secrets are rotated."""
    kind = column.type
    if not isinstance(kind, EncryptedColumn):
        raise TypeError(f"{column} is not encrypted")
    keys, hashed_as = keys_of(dialect), _hashed_as(kind)
    return [one for value in values for one in keys.fingerprints(kind.to_bytes(value).decode(), hashed_as)]


def _hashed_as(kind: EncryptedColumn[Any]) -> str:
    return kind.context.partition(".")[2]


def _with_names(connection: Connection, table: Table, row: _Values) -> _Values:
    """An update's values with what names its row, which it need not find its row by (presence: whose it is)."""
    asked = [column for column in table.primary_key if (column._label or "") in row]
    kinds = [kind for column, kind in encrypted_columns(table).items() if row.get(column.key) is not None]
    naming = [column for kind in kinds for column in kind.naming(table)]
    by = {column for column in naming if _called(column, inserted=False) not in row}
    if not by or not asked:
        return row
    wanted = select(*(column.label(_called(column, inserted=False)) for column in by))
    found = connection.execute(wanted.where(*(column == row[column._label or ""] for column in asked))).mappings()
    return {**row, **next(iter(found), {})}


def _with_row(row: _Values, names: _Values, encrypted: Sequence[tuple[str, tuple[str, ...]]]) -> dict[str, Any]:
    bound = dict(row)
    for name, named_by in encrypted:
        value = row.get(name)
        if value is not None and type(value) is not RowValue:
            try:
                bound[name] = RowValue(value, row_name(*(names[key] for key in named_by)))
            except KeyError as missing:
                raise TypeError(f"{name} is encrypted and written without {missing}, which names its row") from None
    return bound


def _numbered(connection: Connection, table: Table, rows: list[_Values]) -> list[_Values]:
    """The rows with numbers of their own, where the table counts them."""
    key = table.autoincrement_column
    if key is None or key.key in rows[0]:
        return rows
    needing = [name for name, named_by in _encrypted_of(table) if key.key in named_by]
    if all(row.get(name) is None for name in needing for row in rows):
        return rows
    return [
        {**row, key.key: number} for row, number in zip(rows, new_numbers(connection, table, len(rows)), strict=True)
    ]


def new_numbers(connection: Connection, table: Table, many: int) -> Sequence[int]:
    """Numbers for so many new rows, which nobody else gets."""
    numbers: Sequence[int] = connection.scalars(_numbers(table, connection.dialect.name), {"many": many}).all()
    return range(numbers[0], numbers[0] + many) if len(numbers) == 1 else numbers


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
