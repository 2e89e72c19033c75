"""Many new rows of one table at once, written column by column: what an import of thousands of people is made of.

What SQLAlchemy does for each value of each row by itself (find its type, bind it, look for a default) is done here once
for the set, on a statement that it compiled once; encryption, keyed indices and numbers are those of row_binding.py.
Measured, a row costs about twice what the driver takes for it alone, where the ORM's insert took five times that.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, Final

from sqlalchemy import Column, Connection, Enum, LargeBinary, Table, inspect
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import TypeEngine

from storage.engine.base import Base
from storage.engine.columns import EncryptedColumn, keys_of
from storage.engine.encryption.row_binding import hashed_columns, keyed_hash, new_numbers, row_name
from storage.engine.encryption.tables import encrypted_columns

# SQLite takes many rows in one statement a quarter quicker than one by one. More gain nothing, and 32,000 places are
# the most that it has.
_TOGETHER: Final = 200
#: A column's values, one a row.
_Values = list[Any]
Row = Mapping[str, object]


def write_many(connection: Connection, mapped: type[Base], rows: Sequence[Row]) -> Sequence[int]:
    """Insert rows, all with the same fields of the mapped class; what they leave out has the column's own default.

    Returns their numbers, in order, where the table holds something encrypted that is bound to them; else nothing: the
    database counts.
    """
    table, fields = _columns_of(mapped)
    said: dict[str, _Values] = {fields[name]: [row[name] for row in rows] for name in rows[0]}
    numbers = _number(connection, table, said, len(rows))
    _hash(connection.dialect, table, said)
    for column in table.columns:
        if column.key not in said and column.default is not None:
            said[column.key] = [_default_of(column)] * len(rows)
    written = _Statement.of(connection.dialect, table, tuple(said))
    binder = _Binder(connection.dialect, table, said)
    bound = [binder.bound(name) for name in written.order]
    if written.positional:
        in_order = list(zip(*bound, strict=True))
        for start in range(0, len(in_order), _TOGETHER):
            some = in_order[start : start + _TOGETHER]
            connection.exec_driver_sql(written.of_rows(len(some)), tuple(chain.from_iterable(some)))
    else:
        names = written.order
        connection.exec_driver_sql(
            written.text, [dict(zip(names, row, strict=True)) for row in zip(*bound, strict=True)]
        )
    return numbers


@lru_cache
def _columns_of(mapped: type[Base]) -> tuple[Table, Mapping[str, str]]:
    """The table of a mapped class, and what each field's column is called there."""
    mapper = inspect(mapped)
    if not isinstance(mapper.local_table, Table):
        raise TypeError(f"{mapped.__name__} is no table")
    return mapper.local_table, {field.key: field.columns[0].key for field in mapper.column_attrs}


def _number(connection: Connection, table: Table, said: dict[str, _Values], many: int) -> Sequence[int]:
    key = table.autoincrement_column
    if (
        key is None
        or key.key in said
        or not any(key in kind.naming(table) for kind in encrypted_columns(table).values())
    ):
        return ()
    numbers = said[key.key] = list(new_numbers(connection, table, many))
    return numbers


def _hash(dialect: Dialect, table: Table, said: dict[str, _Values]) -> None:
    for name, of in hashed_columns(table).items():
        if of in said:
            kind, keys = encrypted_columns(table)[table.c[of]], keys_of(dialect)
            said[name] = [None if value is None else keyed_hash(keys, kind, value) for value in said[of]]


def _default_of(column: Column[Any]) -> object:
    if not isinstance(column.default, ScalarElementColumnDefault):
        raise TypeError(f"{column} has a default that is made for each row; write it out")
    return column.default.arg


@dataclass(frozen=True, slots=True)
class _Statement:
    """An insert as the driver takes it, with its columns in the order of its places."""

    text: str
    order: Sequence[str]
    positional: bool

    def of_rows(self, many: int) -> str:
        """It, for so many rows."""
        into, values, places = self.text.partition(" VALUES ")
        return f"{into}{values}{', '.join([places] * many)}"

    @classmethod
    @lru_cache(maxsize=64)
    def of(cls, dialect: Dialect, table: Table, names: tuple[str, ...]) -> "_Statement":
        """Compiled once for these columns."""
        compiled = Insert(table).inline().compile(dialect=dialect, column_keys=list(names))
        order = getattr(compiled, "positiontup", None)
        return cls(str(compiled), order or names, order is not None)


class _Binder:
    """Makes of each column's values what the driver takes."""

    def __init__(self, dialect: Dialect, table: Table, said: Mapping[str, _Values]) -> None:
        self._dialect = dialect
        self._table = table
        self._said = said
        self._keys = keys_of(dialect)
        # What names the rows, by the columns that it is made of: nearly always the number, for all columns the same.
        self._names: dict[tuple[str, ...], list[bytes]] = {}

    def bound(self, name: str) -> _Values:
        """A column's values."""
        values, kind = self._said[name], self._table.c[name].type
        first, many = values[0], len(values)
        is_one = first is values[-1] and len(set(map(id, values))) == 1
        if is_one and (first is None or not isinstance(kind, EncryptedColumn)):
            return [None if first is None else self._processed(kind, [first])[0]] * many
        if isinstance(kind, EncryptedColumn):
            return self._sealed(kind, values)
        return self._processed(kind, values)

    def _processed(self, kind: TypeEngine[Any], values: _Values) -> _Values:
        bind: Callable[[Any], Any] | None = kind.dialect_impl(self._dialect).bind_processor(self._dialect)
        if bind is None:
            return values
        if isinstance(kind, Enum):
            # A handful of words in thousands of rows.
            words = {value: bind(value) for value in set(values)}
            return [words[value] for value in values]
        return list(map(bind, values))

    def _sealed(self, kind: EncryptedColumn[Any], values: _Values) -> _Values:
        names, nothing = self._named_by(kind), kind.nothing
        if nothing is None and None not in values:
            return self._tokens(kind, values, names)
        there = [at for at, value in enumerate(values) if value is not None and value != nothing]
        if len(there) == len(values):
            return self._tokens(kind, values, names)
        found: list[object] = [None] * len(values)
        tokens = self._tokens(kind, [values[at] for at in there], [names[at] for at in there])
        for at, token in zip(there, tokens, strict=True):
            found[at] = token
        return found

    def _named_by(self, kind: EncryptedColumn[Any]) -> list[bytes]:
        columns = tuple(str(column.key) for column in kind.naming(self._table))
        if columns not in self._names:
            said = zip(*(self._said[name] for name in columns), strict=True)
            self._names[columns] = [row_name(*values) for values in said]
        return self._names[columns]

    def _tokens(self, kind: EncryptedColumn[Any], values: _Values, names: Sequence[bytes]) -> _Values:
        tokens = self._keys.encrypt_all(list(map(kind.to_bytes, values)), kind.context, names)
        return self._processed(LargeBinary(), tokens) if self._dialect.name != "sqlite" else tokens
