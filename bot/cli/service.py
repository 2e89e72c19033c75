"""Commands about the service itself: run, migrate, doctor."""

from typing import Annotated

import typer

from bot.cli.common import FAULTS, WRONG_USAGE, AsJson, console, errors, opened, read_settings, run, show_json, stop
from bot.configuration.clock import SystemClock
from reminders.policies.due_times import PolicyError
from storage.engine.columns import Json
from storage.engine.encryption.key_marks import check_key_marks
from storage.engine.migrate import SchemaIsNewer, SchemaIsOld
from storage.engine.migrate import migrate as migrate_schema
from storage.mapped import open_database


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.command(name="run")(serve)
    app.command()(migrate)
    app.command()(rekey)
    app.command()(doctor)


def serve(
    demo: Annotated[bool, typer.Option("--demo", help="Fictional people, own database file, no tokens.")] = False,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on (0 = a free one).")] = None,
) -> None:
    """Run the service: channels, web chat, reminders."""
    # Here, because the whole service comes with it, and the other commands need not wait for that.
    from bot.memory import MemoryUsedUp, TooLittleMemory
    from bot.serve import PlainConnection, PortTaken, TooFewDescriptors
    from bot.watch import DatabaseLost
    from storage.engine.sqlite_file import FileNotWritable, FileServed

    settings = read_settings()
    changes: dict[str, object] = {}
    if host is not None:
        changes["host"] = host
    if port is not None:
        changes["port"] = port
    settings = settings.model_copy(update=changes)

    async def work() -> None:
        if demo:
            from bot.demo.serve import serve_demo

            await serve_demo(settings)
        else:
            from bot.serve import serve_app

            await serve_app(settings)

    # Faster than asyncio's own, in whatever waits for the network.
    import uvloop

    try:
        run(work, uvloop.new_event_loop)
    except (
        PortTaken,
        SchemaIsNewer,
        SchemaIsOld,
        PlainConnection,
        PolicyError,
        FileServed,
        FileNotWritable,
        TooFewDescriptors,
        TooLittleMemory,
    ) as error:
        stop(str(error), WRONG_USAGE)
    except (DatabaseLost, MemoryUsedUp) as error:
        stop(str(error), FAULTS)


def migrate(as_json: AsJson = False) -> None:
    """Bring the database's schema up to date."""
    settings = read_settings()

    async def work() -> None:
        database = open_database(settings.database_url, settings.keys())
        try:
            if not database.is_missing():
                await check_key_marks(database)
            await migrate_schema(database)
        finally:
            await database.close()

    run(work)
    show_json({"schema": "current"}) if as_json else console.print("The schema is up to date.")


def rekey(as_json: AsJson = False) -> None:
    """After adding a new secret in front of MAATJE_SECRET_KEY: write everything anew under it."""
    settings = read_settings()

    bad = list[str]()

    async def work() -> int:
        from storage.engine.encryption.rekey import rekey as write_anew

        async with opened(settings) as database:
            return await write_anew(database, bad=lambda table, row: bad.append(f"{table} {row}"))

    changed = run(work)
    if as_json:
        show_json({"rekeyed": changed, "unreadable": list[Json](bad)})
    else:
        console.print(f"{changed} rows are now under the first secret. When this says 0, drop the others.")
    if bad:
        errors.print(
            f"These rows hold a value that was altered or is another row's; they stay as they are: {', '.join(bad)}."
        )
        raise typer.Exit(FAULTS)


def doctor(
    deliver_to: Annotated[
        str | None, typer.Option(metavar="EMAIL", help="Also send a message over every way of this consultant: you.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check settings, database, tokens, catalogs and clock, and say what to do."""
    settings = read_settings()

    async def work() -> list[dict[str, str]]:
        from bot.doctor import examine

        found = await examine(settings)
        if deliver_to is not None:
            from bot.operating.delivery import deliver_to as send_to

            async with opened(settings) as database:
                found.extend(await send_to(database, deliver_to, SystemClock().now))
        return [finding.as_dict() for finding in found]

    findings = run(work)
    if as_json:
        show_json({"findings": findings})
    else:
        for finding in findings:
            mark = {"ok": "[green]✓[/green]", "warning": "[yellow]![/yellow]"}.get(finding["state"], "[red]✗[/red]")
            console.print(f"{mark} {finding['about']}: {finding['text']}", highlight=False)
    if any(finding["state"] == "fault" for finding in findings):
        raise typer.Exit(FAULTS)
