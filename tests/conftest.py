"""Fixtures for all tests: a database on either engine, a clock that stands still, a key ring.

`database` runs a test twice, on SQLite and on PostgreSQL; `sqlite_database` and `postgresql_database` run it once.
The schema is the migrations' (storage.engine.migrate); each test has a database of its own.
"""

import gc
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bot.configuration.logs import set_up_logs
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from tests.clock import FakeClock
from tests.databases import SECRET, PostgresDatabases, SqliteDatabases, opened
from tests.lent import LentDatabases

# Everybody runs the same cases; HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("same", derandomize=True)
settings.register_profile("search", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


# These start whole processes, kill them and wait for what they do: a machine that stalls is tried once more.
_OF_PROCESSES = ("tests/bench/", "tests/chaos/", "tests/end_to_end/")


def pytest_configure() -> None:
    """Events as the service writes them: without the tracebacks whose every variable takes seconds to draw."""
    set_up_logs("console")
    # The libraries' are pytest's to catch.
    logging.getLogger().handlers.clear()
    sys.excepthook = sys.__excepthook__
    threading.excepthook = threading.__excepthook__


def pytest_collection_finish() -> None:
    """All that was imported and collected lives to the end: the collector of garbage need not look through it.

    It did, every few tests, for half a second each time; what a test leaves is found as before.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    of_processes = {item for item in items if item.nodeid.startswith(_OF_PROCESSES)}
    for item in of_processes:
        item.add_marker(pytest.mark.flaky(reruns=1))
    # The long ones first: at the end no worker waits for the other's last.
    items.sort(key=lambda item: item not in of_processes)


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[PostgresDatabases]:
    server = PostgresDatabases()
    yield server
    server.stop()


@pytest.fixture
def sqlite_url(sqlite_databases: SqliteDatabases, tmp_path: Path) -> str:
    return sqlite_databases.new(tmp_path)


@pytest.fixture(scope="session")
def lent_databases(postgres_databases: PostgresDatabases) -> Iterator[LentDatabases]:
    lent = LentDatabases(postgres_databases)
    yield lent
    lent.close()


@pytest.fixture
def postgresql_url(lent_databases: LentDatabases) -> Iterator[str]:
    url = lent_databases.lend()
    yield url
    lent_databases.take_back(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, migrated database, on each engine in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="session")
def keys() -> KeyRing:
    return KeyRing([SECRET])


@pytest.fixture
async def database(database_url: str, keys: KeyRing) -> AsyncIterator[Database]:
    """An open database, on each engine in turn."""
    database = opened(database_url, keys)
    yield database
    await database.close()


@pytest.fixture
async def sqlite_database(sqlite_url: str, keys: KeyRing) -> AsyncIterator[Database]:
    database = opened(sqlite_url, keys)
    yield database
    await database.close()


@pytest.fixture
async def postgresql_database(postgresql_url: str, keys: KeyRing) -> AsyncIterator[Database]:
    database = opened(postgresql_url, keys)
    yield database
    await database.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
