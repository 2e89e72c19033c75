"""PostgreSQL databases that one test after the other has, emptied in between: a clone for each costs ten times as much.

A database goes on being lent while its schema is the template's and it is small. What a test did to the schema, or
filled, or left in a state that cannot be looked at, is thrown away.
"""

from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import sql

from storage.engine.database import database_url
from tests.databases import PostgresDatabases

# Deleted rows stay in the files (nothing vacuums here, so that no order of rows depends on when): not for ever.
_MOST_TIMES: Final = 40
_MOST_BYTES: Final = 4_000_000
# Of every table that ever had a row in this database: how large it is.
_USED: Final = """
    SELECT relname, pg_relation_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
    AND pg_relation_size(oid) > 0
"""
_SCHEMA: Final = """
    SELECT
      (SELECT md5(string_agg(concat_ws(' ', oid, relname, relkind, relnatts, relacl), ',' ORDER BY oid))
        FROM pg_class WHERE oid >= 16384),
      (SELECT concat_ws(' ', count(*), max(xmin::text::bigint)) FROM pg_attribute WHERE attrelid >= 16384),
      (SELECT concat_ws(' ', count(*), max(oid), max(xmin::text::bigint)) FROM pg_constraint),
      (SELECT concat_ws(' ', count(*), max(oid), max(xmin::text::bigint)) FROM pg_trigger),
      (SELECT concat_ws(' ', count(*), max(oid)) FROM pg_proc),
      (SELECT string_agg(nspname, ',' ORDER BY nspname) FROM pg_namespace WHERE nspname NOT LIKE 'pg_%'),
      (SELECT string_agg(version_num, ',') FROM alembic_version),
      (SELECT count(*) FROM pg_db_role_setting)
"""
_NUMBERS_AGAIN: Final = """
    SELECT setval(format('%I.%I', schemaname, sequencename), 1, false) FROM pg_sequences WHERE last_value IS NOT NULL
"""
_OTHERS: Final = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass(slots=True)
class _Lent:
    url: str
    connection: psycopg.Connection
    schema: tuple[object, ...] | None
    times: int = 0


class LentDatabases:
    """Lends databases of a server to one test each at a time."""

    def __init__(self, server: PostgresDatabases) -> None:
        self._server = server
        self._out: dict[str, _Lent] = {}
        self._free: list[_Lent] = []

    def lend(self) -> str:
        """The URL of a database that is as a fresh one is."""
        lent = self._free.pop() if self._free else self._made()
        lent.times += 1
        self._out[lent.url] = lent
        return lent.url

    def take_back(self, url: str) -> None:
        """It is not needed any more, whoever is still connected."""
        lent = self._out.pop(url)
        if lent.times < _MOST_TIMES and _is_emptied(lent):
            self._free.append(lent)
            return
        lent.connection.close()
        self._server.drop(url)

    def close(self) -> None:
        """Let go of all; the server is stopped after it."""
        for lent in (*self._free, *self._out.values()):
            lent.connection.close()

    def _made(self) -> _Lent:
        url = self._server.new()
        address = database_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        connection = psycopg.connect(address, autocommit=True)
        # Rows go in any order, whatever points at them.
        connection.execute("SET session_replication_role = replica")
        return _Lent(url, connection, connection.execute(_SCHEMA).fetchone())


def _is_emptied(lent: _Lent) -> bool:
    """Whether it could be made as it was."""
    connection = lent.connection
    try:
        connection.execute(_OTHERS)
        used = connection.execute(_USED).fetchall()
        if sum(size for _, size in used) > _MOST_BYTES or connection.execute(_SCHEMA).fetchone() != lent.schema:
            return False
        for name, _ in used:
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
        connection.execute(_NUMBERS_AGAIN)
    except psycopg.Error:
        return False
    return True
