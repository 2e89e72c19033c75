"""Brings a database's schema up to date with Alembic; the same migrations run on both engines.

Alembic is loaded only where there is something to migrate: it is a fifth of a second at the start of every command.
"""

import ast
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.database import NO_TRANSACTION, Database
from storage.engine.encryption.key_marks import check_key_marks
from storage.engine.sqlite_file import create

MIGRATIONS = Path(__file__).parents[1] / "migrations"


class SchemaIsOld(ValueError):
    """A PostgreSQL database must be migrated by an operator."""

    def __init__(self) -> None:
        super().__init__("The database's schema is not up to date. Run: maatje migrate")


class SchemaIsNewer(ValueError):
    """A later version of Maatje has changed the schema: this one would write what is wrong there."""

    def __init__(self, version: str) -> None:
        super().__init__(
            f"The database's schema ({version}) is newer than this version of Maatje knows ({newest_version()}). "
            "Install the version that made it, or a later one; or bring back the backup from before (maatje restore)."
        )


class ReferencesBroken(ValueError):
    """After a migration something would point to a row that is not there; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(
            "The schema was not changed: rows would point to others that are not there. Please report this."
        )


def newest_version() -> str:
    """The schema that this code expects: the number that its newest migration's file begins with."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def _version(connection: Connection) -> str | None:
    """The schema that a database has; None where there is none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def changes_since(version: str | None) -> list[tuple[str, str]]:
    """What the migrations after `version` change, oldest first: each one's number and what it says first."""
    found: list[tuple[str, str]] = []
    for path in sorted((MIGRATIONS / "versions").glob("[0-9]*_*.py")):
        number = path.name.partition("_")[0]
        if version is None or number > version:
            said = ast.get_docstring(ast.parse(path.read_text())) or ""
            found.append((number, said.partition("\n\n")[0].replace("\n", " ")))
    return found


def _upgrade(connection: Connection, to: str) -> None:
    version = _version(connection)
    if version == to:
        return
    if version is not None and version > newest_version():
        raise SchemaIsNewer(version)
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


async def migrate(database: Database, *, to: str | None = None) -> None:
    """Upgrade the schema to the newest, or to the version `to`; does nothing when it is there already.

    An SQLite file is made where none is.

    Raises:
        OSError: the file cannot be made there.
    """
    if database.is_sqlite:
        create(database.url.database)
    async with database.engine.connect() as connection:
        if database.is_sqlite:
            await _mind_references(connection, minded=False)
        try:
            async with connection.begin():
                await connection.run_sync(_upgrade, to or newest_version())
                if database.is_sqlite and (await connection.exec_driver_sql("PRAGMA foreign_key_check")).first():
                    raise ReferencesBroken
        finally:
            if database.is_sqlite:
                await _mind_references(connection, minded=True)


async def _mind_references(connection: AsyncConnection, *, minded: bool) -> None:
    """Whether SQLite follows references. It changes some tables by making them anew and dropping the old one, with
    which everything that points to its rows would go (https://www.sqlite.org/lang_altertable.html, 7)."""
    await connection.execution_options(**{NO_TRANSACTION: True})
    await connection.exec_driver_sql(f"PRAGMA foreign_keys={'ON' if minded else 'OFF'}")
    await connection.commit()
    await connection.execution_options(**{NO_TRANSACTION: False})


async def schema_version(database: Database) -> str | None:
    """The schema that a database has; None where there is none."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_version)


async def schema_is_current(database: Database) -> bool:
    """Whether the database has the schema that this code expects."""
    return await schema_version(database) == newest_version()


async def prepare_schema(database: Database) -> None:
    """Migrate an SQLite file; refuse a PostgreSQL schema that is old, and a secret that cannot read what is stored.

    Raises:
        SchemaIsOld: on PostgreSQL.
        SchemaIsNewer: a later version of Maatje made it.
        Undecryptable: rows are under a secret that is not among the settings.
    """
    if not database.is_missing():
        await check_key_marks(database)
    if database.is_sqlite:
        await migrate(database)
        return
    version = await schema_version(database)
    if version is not None and version > newest_version():
        raise SchemaIsNewer(version)
    if version != newest_version():
        raise SchemaIsOld
