"""What a worker of the version before meets when a later one changed the schema: the words that are stored, by column,
and what a migration took away. `python -m tests.storage.migrations.old_workers` writes the words down anew."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, inspect
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.types import TypeEngine

import storage.mapped  # noqa: F401 - knows every mapped class
from storage.engine.base import Base
from storage.engine.encryption.kinds import EncryptedWord
from storage.engine.migrate import newest_version, oldest_workers

#: The words that workers of the oldest schema that may go on can read.
WORDS_FILE: Final = Path(__file__).parent / "words.json"


def words_stored() -> dict[str, list[str]]:
    """By "table.column" the words of its vocabulary, also where they are encrypted."""
    found: dict[str, list[str]] = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            kind: TypeEngine[Any] = column.type
            if isinstance(kind, SqlEnum):
                found[f"{table.name}.{column.name}"] = sorted(kind.enums)
            elif isinstance(kind, EncryptedWord):
                found[f"{table.name}.{column.name}"] = sorted(word.value for word in kind.words)
    return found


def oldest_of_the_code() -> str:
    """The oldest schema whose workers may go on beside this code."""
    return oldest_workers("0001", newest_version())


class _Column(NamedTuple):
    kind: str
    nullable: bool
    may_be_left_out: bool


class _Table(NamedTuple):
    columns: Mapping[str, _Column]
    demands: frozenset[str]


def _tables(connection: Connection) -> dict[str, _Table]:
    looked = inspect(connection)
    found = {}
    for name in looked.get_table_names():
        columns = {
            one["name"]: _Column(str(one["type"]), one["nullable"], one["nullable"] or one["default"] is not None)
            for one in looked.get_columns(name)
        }
        demands = [
            *(f"unique {sorted(one['column_names'])}" for one in looked.get_unique_constraints(name)),
            *(f"unique {sorted(map(str, one['column_names']))}" for one in looked.get_indexes(name) if one["unique"]),
            *(f"refers {one['constrained_columns']}" for one in looked.get_foreign_keys(name)),
            *(f"check {one['sqltext']}" for one in looked.get_check_constraints(name)),
        ]
        found[name] = _Table(columns, frozenset(demands))
    return found


class SchemaLook:
    """A schema as it was; says what a later one asks of whoever works as before."""

    def __init__(self, connection: Connection) -> None:
        self._before = _tables(connection)

    def asked_by(self, connection: Connection) -> list[str]:
        """What the schema of this connection took away from, or demands of, a worker of the schema before."""
        now, found = _tables(connection), []
        for name, before in self._before.items():
            after = now.get(name)
            if after is None:
                found.append(f"{name} is gone")
                continue
            for column, was in before.columns.items():
                became = after.columns.get(column)
                if became is None:
                    found.append(f"{name}.{column} is gone")
                elif became.kind != was.kind or (was.may_be_left_out and not became.may_be_left_out):
                    found.append(f"{name}.{column} is another")
            found += [
                f"{name}.{column} must be given"
                for column, one in after.columns.items()
                if column not in before.columns and not one.may_be_left_out
            ]
            found += [
                f"{name}: {demand}" for demand in sorted(after.demands - before.demands) if _is_of(demand, before)
            ]
        return found


def _is_of(demand: str, before: _Table) -> bool:
    """A demand on columns that were there; one on new columns alone asks nothing of who leaves them out."""
    return demand.startswith("check") or any(f"'{column}'" in demand for column in before.columns)


if __name__ == "__main__":
    WORDS_FILE.write_text(json.dumps({"oldest": oldest_of_the_code(), "words": words_stored()}, indent=1) + "\n")
