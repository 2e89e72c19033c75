"""Column types of our own: aware UTC datetimes on both engines, and values encrypted at rest.

The key ring hangs on the engine's dialect (put there by storage.engine.database), so no module holds a key and two
engines with two key rings can live in one process.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar, Union, cast

from sqlalchemy import BigInteger, ColumnClause, ColumnElement, DateTime, FromClause, Integer, Label, LargeBinary
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.sqlite import DATETIME
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from storage.engine.keys import KeyRing

Json: TypeAlias = Union[bool, int, float, str, list["Json"], dict[str, "Json"], None]

# SQLite numbers rows by itself only in an INTEGER PRIMARY KEY; PostgreSQL gets room for a country's years of messages.
RowId = BigInteger().with_variant(Integer(), "sqlite")

# For tables whose ids outlive their rows: in buttons of old messages, in keys of the outbox, in the audit log. SQLite
# gives the id of a deleted last row to the next one, who would then be taken for the person that was erased.
IDS_NEVER_REUSED: Final = {"sqlite_autoincrement": True}

KEYS_ATTRIBUTE = "maatje_keys"


def keys_of(dialect: Dialect) -> KeyRing:
    """The key ring of an engine."""
    keys = getattr(dialect, KEYS_ATTRIBUTE, None)
    if not isinstance(keys, KeyRing):
        raise TypeError("this engine has no key ring; make it with storage.engine.database.Database")
    return keys


def sqlite_text(moment: datetime) -> str:
    """An instant as it stands in an SQLite file: "2026-03-02 13:00:00.000000", in UTC without saying so.

    Raises:
        ValueError: it is naive, and so no instant.
    """
    if moment.tzinfo is None:
        raise ValueError("a naive datetime is no instant; give it a zone")
    return _utc_text(moment.astimezone(UTC))


# Of what is written at once, most instants stand in several columns or rows. Only of UTC: in another zone the hour that
# comes twice in October is equal to itself, and is two instants.
@lru_cache(maxsize=4096)
def _utc_text(moment: datetime) -> str:
    return moment.isoformat(" ", "microseconds").removesuffix("+00:00")


class _SqliteInstant(DATETIME):
    """SQLAlchemy's own column, read straight into an aware datetime.

    Half a dozen instants are read for each message that is sent; making them naive first and aware afterwards
    measured six times as much as the reading itself.
    """

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], str | None]:
        """Write as text."""
        return lambda moment: None if moment is None else sqlite_text(moment)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], datetime | None]:
        """Read as UTC."""
        return lambda text: None if text is None else datetime.fromisoformat(text + "+00:00")


_SQLITE_INSTANT = _SqliteInstant()  # type: ignore[no-untyped-call]


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python (UTC), timestamptz on PostgreSQL, a naive UTC text on SQLite.

    Raises ValueError when a naive datetime is bound: local wall time must be made an instant first.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        """How the engine at hand keeps it."""
        return dialect.type_descriptor(_SQLITE_INSTANT if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bind as UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime is no instant; give it a zone")
        return value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], object] | None:
        """SQLite's own column writes UTC, whatever the zone."""
        if dialect.name == "sqlite":
            return _SQLITE_INSTANT.bind_processor(dialect)
        return super().bind_processor(dialect)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read back as UTC."""
        return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], datetime | None] | None:
        """What SQLite's own column reads is UTC already, and is not looked at twice."""
        if dialect.name == "sqlite":
            return _SQLITE_INSTANT.result_processor(dialect, coltype)
        return super().result_processor(dialect, coltype)


V = TypeVar("V")


class RowValue(NamedTuple):
    """A value with what names its row: what an encrypted column takes (made in encryption/row_binding.py)."""

    value: object
    row: bytes


class _BesideItsRow(FunctionElement[Any]):
    """What is read of an encrypted column: what names the row, a zero byte, and the value as it is stored."""

    inherit_cache = True

    def __init__(self, named_by: Sequence[ColumnElement[Any]], column: ColumnElement[Any]) -> None:
        super().__init__(*named_by, column)
        # The column's own, so that the result is decrypted by it.
        self.type = column.type


@compiles(_BesideItsRow, "sqlite")
def _beside_its_row_sqlite(element: _BesideItsRow, compiler: SQLCompiler, **options: object) -> str:
    *named_by, column = (compiler.process(clause, **options) for clause in element.clauses)
    name = " || ':' || ".join(named_by)
    return f"CAST({name} || x'00' || {column} AS BLOB)"


@compiles(_BesideItsRow, "postgresql")
def _beside_its_row_postgresql(element: _BesideItsRow, compiler: SQLCompiler, **options: object) -> str:
    *named_by, column = (compiler.process(clause, **options) for clause in element.clauses)
    text = " || ':' || ".join(f"CAST({name} AS text)" for name in named_by)
    return f"convert_to({text}, 'UTF8') || decode('00', 'hex') || {column}"


class EncryptedColumn(TypeDecorator[V]):
    """A value that is encrypted at rest; `context` is its table.column.

    It is bound to its row by the columns `named_by` (their names; none = the primary key), which must never change.
    Each kind of it sets `cache_ok` itself, and says how a value is written as bytes and read again.
    """

    impl = LargeBinary
    #: What stands in the database as NULL.
    nothing: Any = None

    def __init__(self, context: str, named_by: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.context = context
        self.named_by = named_by

    def to_bytes(self, value: V) -> bytes:
        """What is encrypted."""
        raise NotImplementedError

    def from_bytes(self, plain: bytes) -> V:
        """The value again."""
        raise NotImplementedError

    def naming(self, table: FromClause) -> list[ColumnElement[Any]]:
        """The columns of this table (or alias of it) that name a row.

        Raises:
            LookupError: it does not have them, as a subquery that left them out.
        """
        columns: list[ColumnElement[Any]] = [table.c[name] for name in self.named_by] or list(table.primary_key)
        if not columns:
            raise LookupError(f"{self.context} is read without what names its row")
        return columns

    def column_expression(self, column: ColumnElement[V]) -> ColumnElement[V]:
        """Read together with what names the row, without which it does not decrypt."""
        named = column.element if isinstance(column, Label) else column
        if not isinstance(named, ColumnClause) or named.table is None:
            raise LookupError(f"{self.context} is read without its table")
        return _BesideItsRow(self.naming(named.table), named)

    def bind_processor(self, dialect: Dialect) -> Callable[[object], object]:
        """Encrypt."""
        as_binary = self.impl_instance.bind_processor(dialect)
        encrypt, write, context = keys_of(dialect).encrypt, self.to_bytes, self.context

        def process(value: object) -> object:
            if value is None or value == self.nothing:
                return None
            if not isinstance(value, RowValue):
                raise TypeError(f"{self.context} is bound to its row: write it by the ORM, or as rows of an insert")
            if value.value == self.nothing:
                return None
            token = encrypt(write(cast(V, value.value)), context, value.row)
            return as_binary(token) if as_binary is not None else token

        return process

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[bytes | None], V | None]:
        """Decrypt."""
        decrypt, read, nothing = keys_of(dialect).reader(self.context), self.from_bytes, self.nothing

        def process(value: bytes | None) -> V | None:
            if value is None:
                return cast(V | None, nothing)
            return read(decrypt(value))

        return process


class Encrypted(EncryptedColumn[str]):
    """A text that is encrypted at rest."""

    cache_ok = True

    def to_bytes(self, value: str) -> bytes:
        """UTF-8."""
        return value.encode()

    def from_bytes(self, plain: bytes) -> str:
        """From UTF-8."""
        return plain.decode()


_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class EncryptedJson(EncryptedColumn[dict[str, Json]]):
    """A JSON object that is encrypted at rest."""

    cache_ok = True

    def to_bytes(self, value: dict[str, Json]) -> bytes:
        """Compact JSON."""
        return _COMPACT.encode(value).encode()

    def from_bytes(self, plain: bytes) -> dict[str, Json]:
        """Parse."""
        return cast(dict[str, Json], json.loads(plain))


E = TypeVar("E", bound=StrEnum)


def vocabulary(enum: type[E]) -> SqlEnum:
    """A column of a StrEnum's values, kept as plain text so that a new word needs no migration."""
    return SqlEnum(
        enum, native_enum=False, create_constraint=False, length=32, values_callable=lambda e: [m.value for m in e]
    )
