"""Which mapped tables hold something encrypted, and in which columns."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Table

from storage.engine.base import Base
from storage.engine.columns import EncryptedColumn


@lru_cache
def encrypted_columns(table: Table) -> Mapping[Column[Any], EncryptedColumn[Any]]:
    """The encrypted columns of a table, each with its kind."""
    return {column: column.type for column in table.columns if isinstance(column.type, EncryptedColumn)}


def encrypted_tables() -> list[Table]:
    """The tables that have such columns, by name: mappers come in no order."""
    tables = (mapper.local_table for mapper in Base.registry.mappers)
    found = [table for table in tables if isinstance(table, Table) and encrypted_columns(table)]
    return sorted(found, key=lambda table: table.name)
