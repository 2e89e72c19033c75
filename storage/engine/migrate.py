"""Brings a database's schema up to date with Alembic; the same migrations run on both engines."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from storage.engine.database import Database
from storage.engine.sqlite_file import create

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(_config(connection), "head")


async def migrate(database: Database) -> None:
    """Upgrade the schema to the newest; does nothing when it is there already. An SQLite file is made where none is.

    Raises:
        OSError: the file cannot be made there.
    """
    if database.is_sqlite:
        create(database.url.database)
    async with database.engine.begin() as connection:
        await connection.run_sync(_upgrade)


async def schema_is_current(database: Database) -> bool:
    """Whether the database has the schema that this code expects."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    async with database.engine.connect() as connection:
        current = await connection.run_sync(lambda c: MigrationContext.configure(c).get_current_revision())
    return current == head
