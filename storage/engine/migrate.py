"""Brings a database's schema up to date with Alembic; the same migrations run on both engines.

A migration that says `old_workers_go_on = True` only adds what the version before does without; its workers go on until
each was started anew. Which schema's workers may is written beside the schema's number.

Alembic is loaded only where there is something to migrate: it is a fifth of a second at the start of every command.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.database import Database
from storage.engine.encryption.key_marks import check_key_marks
from storage.engine.sqlite_file import create
from storage.engine.together import NO_TRANSACTION

MIGRATIONS = Path(__file__).parents[1] / "migrations"
#: From this schema on it is written down whose workers may go on.
_OLDEST_SINCE = "0034"


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


@dataclass(frozen=True, slots=True)
class SchemaFound:
    """The schema that a database has, and the oldest one whose workers may go on with it; None where there is none."""

    version: str | None
    oldest: str | None

    @property
    def is_newer(self) -> bool:
        """A later version of Maatje made it."""
        return self.version is not None and self.version > newest_version()

    @property
    def fits(self) -> bool:
        """This code may work with it: it is what it expects, or a newer one that leaves it alone."""
        if self.is_newer:
            return self.oldest is not None and self.oldest <= newest_version()
        return self.version == newest_version()

    def check(self) -> None:
        """Raises SchemaIsNewer when a later version made it and this one may not go on."""
        if self.is_newer and not self.fits:
            raise SchemaIsNewer(self.version or "")


def _found(connection: Connection) -> SchemaFound:
    # Alembic's own table; the second column is ours.
    if not inspect(connection).has_table("alembic_version"):
        return SchemaFound(None, None)
    row = connection.execute(text("SELECT * FROM alembic_version")).mappings().first()
    return SchemaFound(row["version_num"], row.get("oldest")) if row is not None else SchemaFound(None, None)


def changes_since(version: str | None) -> list[tuple[str, str]]:
    """What the migrations after `version` change, oldest first: each one's number and what it says first."""
    return [
        (number, (ast.get_docstring(said) or "").partition("\n\n")[0].replace("\n", " "))
        for number, said in _migrations()
        if version is None or number > version
    ]


def oldest_workers(version: str | None, to: str, oldest: str | None = None) -> str:
    """The oldest schema whose workers may go on after the migrations from `version` to `to`: that of the last one that
    does not let them, else `oldest`, or `version` itself."""
    found = oldest or version or to
    for number, said in _migrations():
        if (version is None or number > version) and number <= to and not _lets_go_on(said):
            found = number
    return found


def _migrations() -> Iterator[tuple[str, ast.Module]]:
    """Every migration, oldest first: its number and what stands in it."""
    for path in sorted((MIGRATIONS / "versions").glob("[0-9]*_*.py")):
        yield path.name.partition("_")[0], ast.parse(path.read_text())


def _lets_go_on(said: ast.Module) -> bool:
    return any(
        isinstance(line, ast.Assign)
        and [ast.unparse(target) for target in line.targets] == ["old_workers_go_on"]
        and ast.literal_eval(line.value) is True
        for line in said.body
    )


def _upgrade(connection: Connection, to: str) -> None:
    before = _found(connection)
    if before.version == to:
        return
    before.check()
    if before.is_newer:
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
    if to >= _OLDEST_SINCE:
        oldest = oldest_workers(before.version, to, before.oldest)
        connection.execute(text("UPDATE alembic_version SET oldest = :oldest"), {"oldest": oldest})


async def migrate(database: Database, *, to: str | None = None) -> None:
    """Upgrade the schema to the newest, or to the version `to`; does nothing when it is there already, or when a later
    version made one with which this one may go on.

    An SQLite file is made where none is.

    Raises:
        OSError: the file cannot be made there.
        SchemaIsNewer: a later version made it, and this one may not go on.
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


async def schema_found(database: Database) -> SchemaFound:
    """The schema that a database has."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_found)


async def schema_is_current(database: Database) -> bool:
    """Whether the database has the schema that this code expects."""
    return (await schema_found(database)).version == newest_version()


async def prepare_schema(database: Database) -> None:
    """Migrate an SQLite file; refuse a PostgreSQL schema that is old, one that a later version made and that is not for
    this one's workers, and a secret that cannot read what is stored.

    Raises:
        SchemaIsOld: on PostgreSQL.
        SchemaIsNewer: a later version of Maatje made it, and this one may not go on.
        Undecryptable: rows are under a secret that is not among the settings.
    """
    if not database.is_missing():
        await check_key_marks(database)
    if database.is_sqlite:
        await migrate(database)
        return
    found = await schema_found(database)
    found.check()
    if not found.fits:
        raise SchemaIsOld
