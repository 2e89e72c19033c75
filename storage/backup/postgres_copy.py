"""A PostgreSQL database copied in one snapshot: by pg_dump where a fitting one is, else table by table with COPY.

Everything is read in one REPEATABLE READ transaction, whose snapshot pg_dump is given too: what is counted is what is
copied, however busy the service is meanwhile. A return is one transaction as well: all of it, or nothing.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import URL

from storage.backup.parcel import BackupUnusable, CopiedBy

DUMP: Final = "database.pgdump"
_ROWS_END: Final = ".rows"
_ALEMBIC: Final = "alembic_version"

_TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
_KEYS: Final = """
SELECT r.relname, c.conname FROM pg_constraint AS c JOIN pg_class AS r ON r.oid = c.conrelid
WHERE c.contype = 'f' AND r.relnamespace = current_schema()::regnamespace ORDER BY r.relname, c.conname
"""


def connect(url: URL) -> "psycopg.Connection[tuple[Any, ...]]":
    """A connection of its own, beside SQLAlchemy's."""
    return psycopg.connect(**_arguments(url))


def _arguments(url: URL) -> dict[str, Any]:
    _, found = url.get_dialect()().create_connect_args(url)
    return dict(found)


def _program(name: str, server_version: int) -> str | None:
    """pg_dump or pg_restore that knows this server: its own major version at least (psycopg's number: 160004)."""
    found = shutil.which(name)
    if found is None:
        return None
    said = subprocess.run(  # noqa: S603 - a program of the system's, by its own path
        [found, "--version"], capture_output=True, text=True, check=False
    ).stdout
    number = re.search(r"\) (\d+)", said)
    return found if number is not None and int(number[1]) >= server_version // 10_000 else None


def _run(program: str, url: URL, *arguments: str) -> None:
    """Run a program of PostgreSQL's; the password goes by the environment, where other users do not see it."""
    given = _arguments(url)
    environment = {**os.environ, **({"PGPASSWORD": str(given.pop("password"))} if "password" in given else {})}
    done = subprocess.run(  # noqa: S603 - the same
        [program, f"--dbname={make_conninfo(**given)}", "--no-owner", "--no-privileges", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupUnusable(f"{Path(program).name} failed: {done.stderr.strip()[:500]}")


def copy(url: URL, folder: Path) -> tuple[CopiedBy, dict[str, int], dict[str, int], str]:
    """Copy the database into the folder: how, the rows of each table, each sequence's last number, schema's version.

    Raises:
        BackupUnusable: pg_dump failed.
        psycopg.Error: the database cannot be read.
    """
    with connect(url) as reading:
        reading.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reading.read_only = True
        tables = _tables(reading)
        if _ALEMBIC not in tables:
            raise BackupUnusable("There is no schema in the database; run: maatje migrate")
        [version] = _one(reading, "SELECT version_num FROM alembic_version")
        own = [name for name in tables if name != _ALEMBIC]
        rows = {name: _count(reading, name) for name in own}
        sequences = _sequences(reading, own)
        program = _program("pg_dump", reading.info.server_version)
        if program is not None:
            [snapshot] = _one(reading, "SELECT pg_export_snapshot()")
            _run(program, url, "--format=custom", f"--snapshot={snapshot}", f"--file={folder / DUMP}")
            return CopiedBy.PG_DUMP, rows, sequences, str(version)
        for name in own:
            _copy_out(reading, name, folder / f"{name}{_ROWS_END}")
        return CopiedBy.ROWS, rows, sequences, str(version)


def _copy_out(reading: "psycopg.Connection[tuple[Any, ...]]", table: str, target: Path) -> None:
    """One table with a first line that names its columns, so that their order may be another where it returns."""
    wanted = sql.SQL("COPY {} TO STDOUT (HEADER)").format(sql.Identifier(table))
    with reading.cursor() as cursor, cursor.copy(wanted) as copied, target.open("wb") as written:
        for block in copied:
            written.write(block)


def refuse_full(url: URL) -> None:
    """See that a copy may return here.

    Raises:
        BackupUnusable: there are rows.
    """
    with connect(url) as opened:
        full = [name for name in _tables(opened) if name != _ALEMBIC and _count(opened, name)]
    if full:
        raise BackupUnusable(
            f"The database is not empty (it has rows in {', '.join(full[:3])}). Make an empty one, and name that in "
            "MAATJE_DATABASE_URL."
        )


def clear(url: URL) -> None:
    """Drop tables of ours, all of them empty, so that a copy brings its own."""
    with connect(url) as opened:
        for name in _tables(opened):
            opened.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(name)))


def restore_dump(url: URL, folder: Path) -> None:
    """Bring a copy of pg_dump's back, in one transaction.

    Raises:
        BackupUnusable: pg_restore is not here, is too old, or failed.
    """
    with connect(url) as opened:
        program = _program("pg_restore", opened.info.server_version)
    if program is None:
        raise BackupUnusable(
            "This copy was made with pg_dump, and no pg_restore of the server's version is here. Install "
            "postgresql-client of that version."
        )
    _run(program, url, "--exit-on-error", "--single-transaction", str(folder / DUMP))


def restore_rows(url: URL, folder: Path, sequences: Mapping[str, int]) -> None:
    """Fill tables that are there and empty, in one transaction; references are looked at when all is in.

    Raises:
        psycopg.Error: a table is not what it was.
    """
    with connect(url) as writing:
        keys = writing.execute(_KEYS).fetchall()
        _defer(writing, keys, "DEFERRABLE INITIALLY DEFERRED")
        for part in sorted(folder.glob(f"*{_ROWS_END}")):
            _copy_in(writing, part)
        writing.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _defer(writing, keys, "NOT DEFERRABLE")
        for table, last in sequences.items():
            writing.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (table, last))


def _copy_in(writing: "psycopg.Connection[tuple[Any, ...]]", part: Path) -> None:
    with part.open("rb") as read:
        columns = read.readline().decode().rstrip("\n").split("\t")
        wanted = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(part.name.removesuffix(_ROWS_END)), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with writing.cursor() as cursor, cursor.copy(wanted) as copied:
            while block := read.read(1 << 20):
                copied.write(block)


def _defer(writing: "psycopg.Connection[tuple[Any, ...]]", keys: list[tuple[Any, ...]], how: LiteralString) -> None:
    for table, key in keys:
        writing.execute(
            sql.SQL("ALTER TABLE {} ALTER CONSTRAINT {} ").format(sql.Identifier(table), sql.Identifier(key))
            + sql.SQL(how)
        )


def count_rows(url: URL) -> dict[str, int]:
    """The rows of each of our tables."""
    with connect(url) as opened:
        return {name: _count(opened, name) for name in _tables(opened) if name != _ALEMBIC}


def _tables(opened: "psycopg.Connection[tuple[Any, ...]]") -> list[str]:
    return [str(name) for (name,) in opened.execute(_TABLES)]


def _count(opened: "psycopg.Connection[tuple[Any, ...]]", table: str) -> int:
    counted = opened.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    return int(counted[0]) if counted is not None else 0


def _sequences(opened: "psycopg.Connection[tuple[Any, ...]]", tables: list[str]) -> dict[str, int]:
    """The last number that each table gave to a row: numbers of rows that are gone are not given again."""
    found: dict[str, int] = {}
    for table in tables:
        has = opened.execute(
            "SELECT pg_get_serial_sequence(%s, attname) FROM pg_attribute "
            "WHERE attrelid = %s::regclass AND attname = 'id'",
            (table, table),
        ).fetchone()
        if has is not None and has[0] is not None:
            last = opened.execute("SELECT pg_sequence_last_value(%s::regclass)", (has[0],)).fetchone()
            if last is not None and last[0] is not None:
                found[table] = int(last[0])
    return found


def _one(opened: "psycopg.Connection[tuple[Any, ...]]", wanted: LiteralString) -> tuple[Any, ...]:
    found = opened.execute(wanted).fetchone()
    if found is None:
        raise BackupUnusable("The database has no version of its schema; it is not Maatje's.")
    return found
