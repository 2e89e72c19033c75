"""What ends the service with a word, and what is only noticed."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from bot.readiness import Readiness
from bot.watch import DatabaseLost, Watch
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.engine.migrate import SchemaIsNewer, prepare_schema
from storage.engine.sqlite_file import FileNotWritable, FileServed, ServiceLock
from tests.clock import FakeClock
from tests.databases import SqliteDatabases, opened


class Jumps:
    """Remembers by how much the clock was set."""

    def __init__(self) -> None:
        self.seen: list[timedelta] = []

    async def __call__(self, by: timedelta) -> None:
        self.seen.append(by)


def _file(database: Database) -> Path:
    return Path(str(database.url.database))


async def test_a_file_that_is_gone_ends_the_service(sqlite_database: Database, clock: FakeClock) -> None:
    watch = Watch(sqlite_database, clock, Jumps())
    await watch.look()
    _file(sqlite_database).rename(_file(sqlite_database).with_suffix(".away"))
    with pytest.raises(DatabaseLost, match="is gone"):
        await watch.look()
    assert not _file(sqlite_database).exists()


async def test_a_file_that_was_replaced_ends_the_service(
    sqlite_database: Database, clock: FakeClock, sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    watch = Watch(sqlite_database, clock, Jumps())
    other = Path(sqlite_databases.new(tmp_path).removeprefix("sqlite:///"))
    os.replace(other, _file(sqlite_database))
    with pytest.raises(DatabaseLost, match="was replaced"):
        await watch.look()


async def test_a_file_that_was_damaged_ends_the_service_also_where_all_of_it_is_remembered(
    sqlite_database: Database, clock: FakeClock
) -> None:
    watch = Watch(sqlite_database, clock, Jumps())
    assert await sqlite_database.can_write()
    await watch.look()
    with _file(sqlite_database).open("r+b") as file:
        file.write(b"no database any more" * 100)
    with pytest.raises(DatabaseLost, match="is damaged"):
        await watch.look()


async def test_a_damaged_page_that_any_statement_comes_upon_ends_the_service(
    sqlite_database: Database, clock: FakeClock
) -> None:
    watch = Watch(sqlite_database, clock, Jumps())
    await sqlite_database.forget_deleted()
    size = _file(sqlite_database).stat().st_size
    with _file(sqlite_database).open("r+b") as file:
        # All but the first page, which says that it is a database.
        file.seek(4096)
        file.write(b"\xee" * (size - 4096))
    with pytest.raises(DatabaseError):
        async with sqlite_database.reading() as session:
            await session.execute(text("SELECT count(*) FROM outbox"))
    with pytest.raises(DatabaseLost, match="is damaged"):
        await watch.look()


def test_a_folder_that_may_not_be_written_is_said_with_what_to_do(tmp_path: Path) -> None:
    # A folder where the lock's file should stand cannot be written by anybody, root included.
    (tmp_path / "maatje.db-service").mkdir()
    with pytest.raises(FileNotWritable, match="chown"), ServiceLock(str(tmp_path / "maatje.db")):
        pass


async def test_a_clock_that_is_set_is_noticed_once_and_drift_is_not(
    sqlite_database: Database, clock: FakeClock
) -> None:
    jumps = Jumps()
    watch = Watch(sqlite_database, clock, jumps)
    clock.forward(hours=5)
    await watch.look()
    clock.jump(timedelta(seconds=-20))
    await watch.look()
    assert jumps.seen == []
    clock.jump(timedelta(hours=-1))
    await watch.look()
    await watch.look()
    assert jumps.seen == [timedelta(hours=-1, seconds=-20)]


async def test_postgresql_has_no_file_to_lose(postgresql_database: Database, clock: FakeClock) -> None:
    await Watch(postgresql_database, clock, Jumps()).look()


def test_one_service_a_file_and_the_second_hears_who_has_it(tmp_path: Path) -> None:
    path = str(tmp_path / "maatje.db")
    with ServiceLock(path), pytest.raises(FileServed, match=r"process \d+"), ServiceLock(path):
        pass
    with ServiceLock(path):
        pass


async def test_a_missing_file_is_not_made_by_looking(tmp_path: Path, keys: KeyRing) -> None:
    database = opened(f"sqlite:///{tmp_path / 'nobody.db'}", keys)
    assert database.is_missing()
    ready = await Readiness(database, ("telegram",), list, within=30)()
    await database.close()
    assert ready == {"database": False, "writing": False, "sending": True}
    assert os.listdir(tmp_path) == []


async def test_ready_is_said_within_its_time_while_somebody_holds_the_lock(database: Database) -> None:
    readiness = Readiness(database, ("telegram", "sms"), lambda: ["sms"], within=0.05)
    if database.writer is None:
        assert all((await Readiness(database, ("telegram",), list, within=30)()).values())
        return
    async with database.writer:
        assert (await readiness())["writing"] is False
    await readiness.finished()
    ready = await Readiness(database, ("telegram", "sms"), lambda: ["sms"], within=30)()
    assert ready == {"database": True, "writing": True, "sending": True}


async def test_not_ready_while_nothing_can_be_sent(sqlite_database: Database) -> None:
    ready = await Readiness(sqlite_database, ("telegram",), lambda: ["telegram"], within=30)()
    assert ready["sending"] is False


async def test_a_read_only_postgresql_is_not_ready(postgresql_database: Database) -> None:
    async with postgresql_database.engine.begin() as connection:
        name = await connection.scalar(text("SELECT current_database()"))
        await connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    await postgresql_database.engine.dispose()
    assert (await Readiness(postgresql_database, (), list, within=30)())["writing"] is False


async def test_looks_are_not_piled_up(sqlite_database: Database) -> None:
    assert sqlite_database.writer is not None
    readiness = Readiness(sqlite_database, (), list, within=0.01)
    async with sqlite_database.writer:
        await asyncio.gather(*(readiness() for _ in range(50)))
        assert len([task for task in asyncio.all_tasks() if "_at_the_database" in repr(task)]) == 1
    await readiness.finished()


async def test_a_schema_that_a_later_version_made_ends_the_service_and_lets_no_other_begin(
    database: Database, clock: FakeClock
) -> None:
    """Where it is not for old workers they end, with a word; see tests/storage/migrations/test_old_workers.py."""
    watch = Watch(database, clock, Jumps())
    await watch.look()
    async with database.writing() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999', oldest = '9999'"))
    with pytest.raises(DatabaseLost, match="9999"):
        await watch.look()
    with pytest.raises(SchemaIsNewer):
        await prepare_schema(database)
