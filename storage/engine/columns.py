"""Column types of our own: aware UTC datetimes on both engines, and values encrypted at rest.

The key ring hangs on the engine's dialect (put there by storage.engine.database), so no module holds a key and two
engines with two key rings can live in one process.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TypeAlias, TypeVar, Union, cast

from sqlalchemy import BigInteger, DateTime, Integer, LargeBinary
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.sqlite import DATETIME
from sqlalchemy.engine import Dialect
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
    """An instant as it stands in an SQLite file: "2026-03-02 13:00:00.000000", in UTC without saying so."""
    return moment.astimezone(UTC).isoformat(" ", "microseconds").removesuffix("+00:00")


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

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read back as UTC."""
        return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)


V = TypeVar("V")


class EncryptedColumn(TypeDecorator[V]):
    """A value that is encrypted at rest; `context` is its table.column. Each kind of it sets `cache_ok` itself."""

    impl = LargeBinary

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context


class Encrypted(EncryptedColumn[str]):
    """A text that is encrypted at rest."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Encrypt."""
        return None if value is None else keys_of(dialect).encrypt(value.encode(), self.context)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Decrypt."""
        return None if value is None else keys_of(dialect).decrypt(value, self.context).decode()


class EncryptedJson(EncryptedColumn[dict[str, Json]]):
    """A JSON object that is encrypted at rest."""

    cache_ok = True

    def process_bind_param(self, value: dict[str, Json] | None, dialect: Dialect) -> bytes | None:
        """Encrypt compact JSON."""
        if value is None:
            return None
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return keys_of(dialect).encrypt(plain, self.context)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> dict[str, Json] | None:
        """Decrypt and parse."""
        if value is None:
            return None
        return cast(dict[str, Json], json.loads(keys_of(dialect).decrypt(value, self.context)))


E = TypeVar("E", bound=StrEnum)


def vocabulary(enum: type[E]) -> SqlEnum:
    """A column of a StrEnum's values, kept as plain text so that a new word needs no migration."""
    return SqlEnum(
        enum, native_enum=False, create_constraint=False, length=32, values_callable=lambda e: [m.value for m in e]
    )
