"""`maatje backup` and `maatje restore`: a copy of the database as one file, and its return, on both engines."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.backup import postgres_copy, sqlite_copy
from storage.backup.parcel import BackupUnusable, CopiedBy, Manifest, checksum, pack, read_recipients, unpack
from storage.engine.database import Database
from storage.engine.migrate import migrate, newest_version

# What a manifest may say of how it is to be read; a later form gets a number of its own.
_FORMAT = 1


def back_up(
    database: Database, target: Path, *, now: datetime, software: str, recipients: Sequence[str] = ()
) -> Manifest:
    """Copy the database into one new file while it is in use; blocks, so call it in a thread.

    Raises:
        BackupUnusable: it cannot be copied, or a recipient is no key.
        FileExistsError, OSError: the file is there, or cannot be written.
    """
    # Before the long work, not after it.
    read_recipients(recipients)
    if target.exists():
        raise FileExistsError(target)
    with _folder_beside(target) as folder:
        sequences: dict[str, int] = {}
        if database.is_sqlite:
            rows, version = sqlite_copy.copy(_file(database), folder)
            copied_by = CopiedBy.SQLITE
        else:
            copied_by, rows, sequences, version = postgres_copy.copy(database.url, folder)
        manifest = Manifest(
            made_at=now,
            software=software,
            copied_by=copied_by,
            schema_version=version,
            key_marks=tuple(sorted(mark.hex() for mark in database.keys.marks)),
            rows=rows,
            sequences=sequences,
            checksums={part.name: checksum(part) for part in sorted(folder.iterdir())},
        )
        pack(folder, manifest, target, recipients)
    return manifest


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A backup that was opened and found whole: its manifest, and where its parts are for now."""

    manifest: Manifest
    folder: Path


@contextmanager
def opened_backup(source: Path, database: Database, identity: Path | None) -> Iterator[Unpacked]:
    """A backup, looked over before anything is changed: whole, for this engine, of a known schema, with our secret.

    Raises:
        BackupUnusable: what is not so.
    """
    with _folder_beside(source) as folder:
        manifest = unpack(source, folder, identity)
        _refuse_foreign(manifest, database)
        yield Unpacked(manifest, folder)


def _refuse_foreign(manifest: Manifest, database: Database) -> None:
    if manifest.format != _FORMAT or manifest.schema_version > newest_version():
        raise BackupUnusable(
            f"This backup was made by Maatje {manifest.software}, which is newer than this one. Install that version "
            "or a later one."
        )
    if (manifest.copied_by is CopiedBy.SQLITE) != database.is_sqlite:
        is_now, was = ("SQLite", "PostgreSQL") if database.is_sqlite else ("PostgreSQL", "SQLite")
        raise BackupUnusable(f"This is a copy of a {was} database, and MAATJE_DATABASE_URL names {is_now}.")
    if not {mark.hex() for mark in database.keys.marks} & set(manifest.key_marks):
        raise BackupUnusable(
            "What is in this backup is encrypted under another secret. Set MAATJE_SECRET_KEY to the one of then."
        )


async def put_back(database: Database, backup: Unpacked) -> None:
    """Bring a copy back into an empty database, compare its rows with what was counted, and update its schema.

    Nothing else may use the database meanwhile.

    Raises:
        BackupUnusable: the database is not empty, or what came back is not what was written.
        OSError, sqlalchemy.exc.SQLAlchemyError, psycopg.Error: it cannot be written.
    """
    manifest = backup.manifest
    await database.close()
    match manifest.copied_by:
        case CopiedBy.SQLITE:
            part = backup.folder / sqlite_copy.PART
            rows, _ = sqlite_copy.look_over(part)
            _compare(rows, manifest)
            sqlite_copy.put_back(part, _file(database))
        case CopiedBy.PG_DUMP:
            postgres_copy.refuse_full(database.url)
            postgres_copy.clear(database.url)
            postgres_copy.restore_dump(database.url, backup.folder)
            _compare(postgres_copy.count_rows(database.url), manifest)
        case CopiedBy.ROWS:
            postgres_copy.refuse_full(database.url)
            postgres_copy.clear(database.url)
            await migrate(database, to=manifest.schema_version)
            postgres_copy.restore_rows(database.url, backup.folder, manifest.sequences)
            _compare(postgres_copy.count_rows(database.url), manifest)
    await migrate(database)


def _compare(rows: dict[str, int], manifest: Manifest) -> None:
    differing = sorted(name for name in {*rows, *manifest.rows} if rows.get(name) != manifest.rows.get(name))
    if differing:
        raise BackupUnusable(f"Not all rows are there: {', '.join(differing)}. Take another backup.")


def _file(database: Database) -> str:
    path = database.url.database
    if not path or path == ":memory:":
        raise BackupUnusable("A database in memory is not copied.")
    return path


@contextmanager
def _folder_beside(path: Path) -> Iterator[Path]:
    """A folder for this user only, on the disk of the file: it has the room, or nothing has."""
    folder = Path(tempfile.mkdtemp(prefix=".maatje-backup-", dir=path.absolute().parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
