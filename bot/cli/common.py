"""What commands share: settings, the open database, errors that say what to do, and (from output.py) output."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, TypeVar

from pydantic import ValidationError
from sqlalchemy.exc import DatabaseError

from bot.actions.acting import OPERATOR, Acting
from bot.channels.registry import set_up
from bot.cli.output import FAULTS, WRONG_USAGE, AsJson, console, errors, show_json, stop
from bot.configuration.clock import SystemClock
from bot.configuration.deployment import Deployment, deploy
from bot.configuration.logs import set_up_logs
from bot.configuration.municipality import ConfigError
from bot.configuration.settings import SecretMissing, Settings
from reminders.planning.planner import HORIZON
from reminders.policies.due_times import PolicyError
from storage.engine.database import Database, DatabaseUrlWrong, is_unusable
from storage.engine.keys import SecretTooShort, Undecryptable
from storage.engine.migrate import SchemaIsNewer, SchemaIsOld, prepare_schema
from storage.mapped import open_database
from storage.vocabulary import ChangeSource

__all__ = [
    "FAULTS",
    "WRONG_USAGE",
    "AsJson",
    "acting",
    "console",
    "deployed",
    "errors",
    "into_new_file",
    "noted",
    "opened",
    "read_settings",
    "run",
    "show_json",
    "stop",
]

T = TypeVar("T")


def read_settings() -> Settings:
    """The settings; wrong ones end the command with what to do, and without showing values."""
    try:
        settings = Settings()
        # What is wrong with a channel is told at once, not at its first message.
        set_up(settings)
    except ValidationError as error:
        lines = [_told(fault["loc"], fault["msg"]) for fault in error.errors()]
        stop("The settings are not right:\n" + "\n".join(lines), WRONG_USAGE)
    set_up_logs(settings.log_format)
    return settings


def _told(place: tuple[int | str, ...], message: str) -> str:
    """A fault of one setting, or of several together, which name themselves in the message."""
    said = message.removeprefix("Value error, ")
    return f"MAATJE_{'_'.join(str(step) for step in place).upper()}: {said}" if place else said


def _folder_is_missing(file: str | None) -> bool:
    return bool(file) and not Path(file or "").parent.is_dir()


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The database, its schema in place: an SQLite file is migrated, PostgreSQL must have been (`maatje migrate`).

    A secret that cannot read what is stored ends the command before anything is written.
    """
    database = open_database(settings.database_url, settings.keys())
    if database.is_sqlite and _folder_is_missing(database.url.database):
        stop(f"There is no folder for {database.url.database}. Make it, or mend MAATJE_DATABASE_URL.", WRONG_USAGE)
    try:
        await prepare_schema(database)
        yield database
    except (SchemaIsNewer, SchemaIsOld) as error:
        stop(str(error), WRONG_USAGE)
    finally:
        await database.close()


def deployed(
    settings: Settings, database: Database, at: datetime | None = None, *, horizon: timedelta = HORIZON
) -> Deployment:
    """What a command works with, at one moment: `at`, or when this is called."""
    moment = at or SystemClock().now()
    return deploy(settings, keys=database.keys, now=lambda: moment, horizon=horizon)


@asynccontextmanager
async def acting(settings: Settings, database: Database) -> AsyncIterator[Acting]:
    """The operator at the machine acts, in one transaction: whoever may give commands here may do everything."""
    parts = deployed(settings, database)
    async with database.writing() as session:
        yield Acting(replace(OPERATOR, name=settings.operator_name), session, parts.now(), parts, ChangeSource.DESK)


async def noted(settings: Settings, database: Database, action: str, subject: str) -> None:
    """Write the audit log: what the operator at the machine looked at or did, in their name."""
    async with acting(settings, database) as operator:
        operator.audit(action, subject)


def run(work: Callable[[], Coroutine[Any, Any, T]], loop: Callable[[], asyncio.AbstractEventLoop] | None = None) -> T:
    """Run a command's coroutine, on a loop of its own kind where one is given; faults of settings become sentences."""
    try:
        with asyncio.Runner(loop_factory=loop) as runner:
            return runner.run(work())
    except (
        SecretMissing,
        SecretTooShort,
        Undecryptable,
        ConfigError,
        PolicyError,
        DatabaseUrlWrong,
        SchemaIsNewer,
    ) as error:
        stop(str(error), WRONG_USAGE)
    except DatabaseError as error:
        if not is_unusable(error):
            raise
        stop(
            f"The database cannot be used: {error.orig}\nLook at MAATJE_DATABASE_URL; maatje doctor says more.",
            WRONG_USAGE,
        )


def into_new_file(file: Path, work: Callable[[IO[bytes]], Coroutine[None, None, T]], *faults: type[Exception]) -> T:
    """Write a file that nobody else at this machine reads; one that is there is not written over."""
    try:
        with open(file, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as to:
            return run(lambda: work(to))
    except OSError as error:
        stop(f"{file} cannot be written ({error.strerror}). Give a file that is not there yet.", WRONG_USAGE)
    except faults as error:
        file.unlink()
        stop(str(error))
