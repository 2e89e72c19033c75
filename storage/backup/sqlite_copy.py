"""An SQLite database copied while it is in use, by SQLite's own online backup, and put back as a file.

In WAL mode the copy reads one state of the whole database and holds nobody up (https://www.sqlite.org/backup.html).
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from storage.backup.parcel import BackupUnusable
from storage.engine.sqlite_file import connect, create, is_served

PART = "database.sqlite"


def copy(path: str, folder: Path) -> tuple[dict[str, int], str]:
    """Copy the database into the folder; the rows of each table in the copy, and its schema's version.

    Raises:
        BackupUnusable: the copy is damaged, because the database is.
    """
    target = folder / PART
    create(str(target))
    with closing(connect(path)) as source, closing(connect(str(target))) as copied:
        source.backup(copied)
        # One file, without a log beside it.
        copied.execute("PRAGMA journal_mode=DELETE")
    return look_over(target)


def look_over(path: Path) -> tuple[dict[str, int], str]:
    """Whether a database file is sound: the rows of each of its tables, and its schema's version.

    Raises:
        BackupUnusable: what is wrong with it.
    """
    try:
        with closing(connect(str(path))) as opened:
            [found] = opened.execute("PRAGMA integrity_check(1)").fetchone()
            if found != "ok":
                raise BackupUnusable(f"The database is damaged ({found}). Take the last backup that was whole.")
            if opened.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise BackupUnusable("Rows of the database point to others that are not there.")
            return _rows(opened), _version(opened)
    except sqlite3.DatabaseError as error:
        raise BackupUnusable(f"The database cannot be read ({error}).") from error


def put_back(part: Path, path: str) -> None:
    """Make the copy the database at `path`, where there is none or an empty one.

    Raises:
        BackupUnusable: a service runs on it, or it holds rows.
        OSError: the file cannot be written there.
    """
    if is_served(path):
        raise BackupUnusable(f"A service runs on {path}. Stop it first.")
    target = Path(path)
    if target.exists():
        with closing(connect(path)) as opened:
            full = [table for table, rows in _rows(opened).items() if rows]
        if full:
            raise BackupUnusable(
                f"{path} is not empty (it has rows in {', '.join(full[:3])}). Move it away first, or name another file "
                "in MAATJE_DATABASE_URL."
            )
    beside = target.with_name(f"{target.name}.restoring")
    beside.unlink(missing_ok=True)
    create(str(beside))
    with part.open("rb") as source, beside.open("wb") as written:
        while block := source.read(1 << 20):
            written.write(block)
        written.flush()
        os.fsync(written.fileno())
    for end in ("-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)
    os.replace(beside, target)


def _rows(opened: sqlite3.Connection) -> dict[str, int]:
    tables = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    names = sorted(name for (name,) in tables if name != "alembic_version")
    # The names are the schema's own.
    return {name: opened.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608


def _version(opened: sqlite3.Connection) -> str:
    try:
        found = opened.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        raise BackupUnusable("There is no schema in the database; run: maatje migrate") from error
    return str(found[0])
