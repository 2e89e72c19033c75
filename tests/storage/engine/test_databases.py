"""The fixtures themselves: each test has an empty database with the present schema, on both engines."""

from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text

from storage.engine.database import Database
from storage.engine.migrate import MIGRATIONS, newest_version, schema_is_current
from storage.outbox.message import Message, Outgoing, put
from tests.clock import FakeClock


async def test_the_schema_is_the_migrations(database: Database) -> None:
    assert await schema_is_current(database)


async def test_a_test_sees_only_its_own_rows(database: Database, clock: FakeClock) -> None:
    async with database.writing() as session:
        await put(session, [Outgoing(key="one", kind="say", due_at=clock.now())], clock.now())
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Message)) == 1


def test_the_newest_file_is_where_the_migrations_lead() -> None:
    """The schema is compared by the files' names, without Alembic; both must mean the same."""
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == newest_version()


async def test_whether_a_file_can_be_written_is_found_out_by_writing(sqlite_database: Database) -> None:
    async with sqlite_database.reading() as session:
        before = await session.scalar(text("PRAGMA data_version"))
        assert await sqlite_database.can_write()
        await session.rollback()
        # It tells of another connection's commits that wrote something.
        assert await session.scalar(text("PRAGMA data_version")) != before
    assert await schema_is_current(sqlite_database)
