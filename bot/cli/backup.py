"""`maatje backup`, `maatje restore`, `maatje held`: a copy of the database, its return, and what may have been sent."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cli.common import (
    WRONG_USAGE,
    AsJson,
    acting,
    console,
    deployed,
    errors,
    opened,
    read_settings,
    run,
    show_json,
    stop,
)
from bot.configuration.clock import SystemClock
from bot.configuration.settings import Settings
from bot.operating.machine import software
from storage.backup.acts import SUBJECT, BackupAct
from storage.backup.backup import back_up, opened_backup, put_back
from storage.backup.held import Reconciled, count_as_sent, held_messages, hold_what_was_due, send_held
from storage.backup.parcel import BackupUnusable, Manifest
from storage.engine.database import Database
from storage.engine.migrate import schema_is_current
from storage.mapped import open_database

held = typer.Typer(no_args_is_help=True, help="After a return: what may have been sent before, and what to do with it.")


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.command()(backup)
    app.command()(restore)
    app.add_typer(held, name="held")


def _shown(manifest: Manifest) -> dict[str, object]:
    return {
        "made_at": manifest.made_at.isoformat(),
        "software": manifest.software,
        "copied_by": manifest.copied_by.value,
        "schema": manifest.schema_version,
        "rows": dict(manifest.rows),
    }


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="A new file.")],
    to: Annotated[
        list[str] | None,
        typer.Option("--to", metavar="KEY", help="Encrypt to this public key (age1… or ssh-…); may be given again."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """A consistent copy of the database in one file, while the service runs."""
    settings = read_settings()

    async def work() -> Manifest:
        # Not `opened`, which brings an old schema up to date: before a new version is used there is to be a copy.
        database = open_database(settings.database_url, settings.keys())
        try:
            if database.is_missing():
                stop(f"There is no database at {database.url.database}.", WRONG_USAGE)
            made = await asyncio.to_thread(
                back_up, database, file, now=SystemClock().now(), software=software(), recipients=to or ()
            )
            if await schema_is_current(database):
                async with acting(settings, database) as operator:
                    operator.audit(BackupAct.BACKED_UP.value, SUBJECT)
            return made
        finally:
            await database.close()

    try:
        made = run(work)
    except FileExistsError:
        stop(f"{file} is there already. Give a file that is not.", WRONG_USAGE)
    except OSError as error:
        stop(f"{file} cannot be written ({error.strerror}).", WRONG_USAGE)
    except (BackupUnusable, psycopg.Error) as error:
        stop(str(error))
    size = file.stat().st_size
    if as_json:
        show_json({"file": str(file), "bytes": size, "encrypted": bool(to), **_shown(made)})
        return
    console.print(f"{file}: {size} bytes, {sum(made.rows.values())} rows, {'' if to else 'not '}encrypted.")
    console.print("MAATJE_SECRET_KEY is not in it. Without that nobody can read it: keep it, and elsewhere.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False)],
    identity: Annotated[
        Path | None, typer.Option(metavar="FILE", dir_okay=False, help="The private key of an encrypted backup.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back into an empty database; what may have been sent since is held."""
    settings = read_settings()

    async def work() -> tuple[Manifest, Reconciled]:
        database = open_database(settings.database_url, settings.keys())
        try:
            with opened_backup(file, database, identity) as unpacked:
                await put_back(database, unpacked)
                return unpacked.manifest, await _reconcile(settings, database)
        finally:
            await database.close()

    try:
        manifest, outbox = run(work)
    except (BackupUnusable, psycopg.Error) as error:
        stop(str(error))
    except OSError as error:
        stop(f"The database cannot be written ({error.strerror or error}).", WRONG_USAGE)
    if as_json:
        outcome = {"held": outbox.held, "too_late": outbox.too_late, "news_unknown": outbox.news_unknown}
        show_json({"file": str(file), **_shown(manifest), **outcome})
        return
    console.print(f"Back: {sum(manifest.rows.values())} rows, as of {manifest.made_at:%Y-%m-%d %H:%M} UTC.")
    console.print(
        f"Held, since they may have been sent before: {outbox.held} messages. Left out, since they came too late: "
        f"{outbox.too_late}. Sent before the backup, whether they arrived is not known: {outbox.news_unknown}."
    )
    console.print("Now: maatje doctor; maatje held list; then start the service. See docs/operations.md, Return.")


async def _reconcile(settings: Settings, database: Database) -> Reconciled:
    """Hold what was due until now, of what stood in the backup and of what planning adds now."""
    parts = deployed(settings, database)
    async with database.writing() as session:
        first = await hold_what_was_due(session, parts.now())
    await parts.planner.plan_ahead(database)
    async with acting(settings, database) as operator:
        then = await hold_what_was_due(operator.session, parts.now())
        operator.audit(BackupAct.RESTORED.value, SUBJECT)
    return Reconciled(first.held + then.held, first.too_late + then.too_late, first.news_unknown)


Ids = Annotated[list[int] | None, typer.Argument(metavar="[NUMBER]…", help="Numbers of maatje held list.")]
All = Annotated[bool, typer.Option("--all", help="Everything that is held.")]
OfKind = Annotated[str | None, typer.Option("--kind", help="Only of this kind, as maatje held list names it.")]


@held.command("list")
def list_held(kind: OfKind = None, as_json: AsJson = False) -> None:
    """What is held: of what kind, for whom, when it was due and until when it is of use."""
    settings = read_settings()

    async def work() -> list[dict[str, object]]:
        async with opened(settings) as database, database.reading() as session:
            return [
                {
                    "message": one.id,
                    "kind": one.kind,
                    "person": one.person,
                    "to": "consultant" if one.consultant_id is not None else "person",
                    "due_at": one.due_at.astimezone(settings.zone).isoformat(timespec="minutes"),
                    "useful_until": (
                        one.useful_until.astimezone(settings.zone).isoformat(timespec="minutes")
                        if one.useful_until is not None
                        else None
                    ),
                }
                for one in await held_messages(session, kind=kind)
            ]

    found = run(work)
    if as_json:
        show_json({"held": found})
        return
    table = Table("message", "kind", "about", "to", "due", "of use until")
    for one in found:
        table.add_row(*("" if value is None else str(value) for value in one.values()))
    console.print(table)
    if found:
        console.print("Not sent before: maatje held send NUMBER… Sent before: maatje held sent NUMBER… (or --all)")


def _decide(
    decision: Callable[[AsyncSession, list[int] | None], Awaitable[int]],
    act: BackupAct,
    numbers: list[int] | None,
    everything: bool,
    kind: str | None,
    as_json: bool,
) -> None:
    if not numbers and not everything and kind is None:
        stop("Say which: numbers of maatje held list, --kind KIND or --all.", WRONG_USAGE)
    settings = read_settings()

    async def work() -> int:
        async with opened(settings) as database, acting(settings, database) as operator:
            done = await decision(operator.session, numbers or None)
            operator.audit(act.value, SUBJECT)
            return done

    done = run(work)
    show_json({act.value: done}) if as_json else console.print(f"{done} messages.")
    if numbers and done < len(set(numbers)):
        errors.print("The others are not held, or are of no use any more.")
        sys.exit(1)


@held.command("send")
def send(numbers: Ids = None, everything: All = False, kind: OfKind = None, as_json: AsJson = False) -> None:
    """They were not sent: they go out now, as far as they are still of use."""
    now = SystemClock().now()
    _decide(
        lambda session, ids: send_held(session, now, ids=ids, kind=kind),
        BackupAct.SENT_HELD, numbers, everything, kind, as_json,
    )  # fmt: skip


@held.command("sent")
def sent(numbers: Ids = None, everything: All = False, kind: OfKind = None, as_json: AsJson = False) -> None:
    """They were sent by the machine that was lost: they are not sent again, and count as told."""
    now = SystemClock().now()
    _decide(
        lambda session, ids: count_as_sent(session, now, ids=ids, kind=kind),
        BackupAct.HELD_WAS_SENT, numbers, everything, kind, as_json,
    )  # fmt: skip
