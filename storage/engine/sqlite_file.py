"""The file of an SQLite database: made on purpose only, served by one service, and known again.

SQLite makes a missing file by itself. A database that was deleted, or a mistyped name, would then be an empty one in
which nobody is known; so a file is opened only when it is there, and `create` is what a migration does first.
"""

import contextlib
import fcntl
import os
import sqlite3
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

# Seconds that a writer waits for another process's.
BUSY = 30.0
_LOCK_END = "-service"
_LOOKS = 4
_LOOK_AGAIN = 0.05


class FileServed(OSError):
    """Another service has this database file."""

    def __init__(self, path: str, holder: str) -> None:
        super().__init__(
            f"{path} is served by another Maatje already ({holder}). Stop that one first; for several services at the "
            "same time use PostgreSQL (MAATJE_DATABASE_URL=postgresql://…)."
        )


def connect(path: str | None, *, any_thread: bool = False) -> sqlite3.Connection:
    """A connection to a file that is there; to memory where there is no path.

    Raises:
        sqlite3.OperationalError: there is no such file, or it cannot be opened.
    """
    if not path or path == ":memory:":
        return sqlite3.connect(":memory:", timeout=BUSY, check_same_thread=not any_thread)
    uri = f"file:{quote(str(Path(path).absolute()))}?mode=rw"
    return sqlite3.connect(uri, uri=True, timeout=BUSY, check_same_thread=not any_thread)


def create(path: str | None) -> None:
    """Make an empty file that only this user may read and write, where there is none; others lose a file that is there.

    A file that is there is never opened here: closing it would end the locks of every connection that this process has
    to it (POSIX; https://www.sqlite.org/howtocorrupt.html, 2.2), and the next process to close the database would then
    throw away the log that we still write.

    Raises:
        OSError: it cannot be made there.
    """
    if path and path != ":memory:":
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            for_owner_only(path)


def open_to_others(path: str | None) -> list[str]:
    """Which of a database's files other users of this machine may read or write."""
    return [name for name in _files(path) if _mode(name) & 0o077]


def for_owner_only(path: str | None) -> None:
    """Close a database's files to other users; nothing happens to a file that is somebody else's (`maatje doctor` says
    so). SQLite gives a new log the rights of its database."""
    for name in open_to_others(path):
        with contextlib.suppress(PermissionError, FileNotFoundError):
            os.chmod(name, _mode(name) & 0o700)


def _files(path: str | None) -> list[str]:
    """The database with its log and the log's index, as far as they are there."""
    ends = ("", "-wal", "-shm") if path and path != ":memory:" else ()
    return [name for end in ends if os.path.exists(name := f"{path}{end}")]


def _mode(name: str) -> int:
    return stat.S_IMODE(os.stat(name).st_mode)


@dataclass(frozen=True, slots=True)
class FileMark:
    """Which file it is: another one under the same name, or none, is not the database that was opened."""

    device: int
    inode: int

    @classmethod
    def of(cls, path: str | None) -> Self | None:
        """The mark of the file at this path; None where there is none."""
        try:
            found = os.stat(path or "")
        except OSError:
            return None
        return cls(found.st_dev, found.st_ino)


class FileNotWritable(OSError):
    """This user may not write the database's file or beside it."""

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(
            f"{path} and its folder must be writable for the user of this process ({error.strerror}): SQLite keeps its "
            "log beside the file. Mend the rights (chown, chmod), or name another place in MAATJE_DATABASE_URL."
        )


def look_inside(path: str) -> None:
    """Read the file's first pages anew: a connection that is open goes on with what it remembers of them.

    Raises:
        sqlite3.DatabaseError: it cannot be read now, or is no database (any more).
    """
    with contextlib.closing(connect(path)) as connection:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def is_damage(error: BaseException | None) -> bool:
    """Whether SQLite says that the file is no database, or one that was damaged."""
    return isinstance(error, sqlite3.DatabaseError) and getattr(error, "sqlite_errorname", "").startswith(
        ("SQLITE_CORRUPT", "SQLITE_NOTADB")
    )


def is_served(path: str) -> bool:
    """Whether a service runs on this file; it may be this process."""
    try:
        looked = os.open(path + _LOCK_END, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(looked, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(looked)
    return False


def _take(lock: int) -> None:
    """Take the lock; who only looks whether it is held (`is_served`) has it for a moment.

    Raises:
        BlockingIOError: another process holds it.
    """
    for _ in range(_LOOKS):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(_LOOK_AGAIN)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


class ServiceLock:
    """Held while a service runs on a file; a second service is told who has it.

    The lock is on a file of its own beside it (the database's own locks end when any connection of the process is
    closed) and goes with the process, however that ends.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._held: int | None = None

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            FileServed: another process has it.
            FileNotWritable: the lock's file cannot be written.
        """
        try:
            held = os.open(self._path + _LOCK_END, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise FileNotWritable(self._path, error) from error
        try:
            _take(held)
        except BlockingIOError:
            holder = os.read(held, 100).decode(errors="replace").strip()
            os.close(held)
            raise FileServed(self._path, holder or "unknown process") from None
        os.ftruncate(held, 0)
        os.pwrite(held, f"process {os.getpid()}\n".encode(), 0)
        self._held = held
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give it back; its file stays, since another may wait on it already."""
        if self._held is not None:
            os.close(self._held)
            self._held = None
