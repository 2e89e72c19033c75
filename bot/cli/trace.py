"""`maatje trace MESSAGE`: what became of one message, on which channels, and who was asked to telephone."""

from typing import Annotated

import typer
from rich.table import Table

from bot.cli.common import AsJson, console, noted, opened, read_settings, run, show_json, stop
from storage.engine.columns import Json
from storage.outbox.trace import find_message, trace_of


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(trace)


def trace(
    message: Annotated[str, typer.Argument(metavar="MESSAGE", help="Its number, or its key (reminder:12:1:…).")],
    as_json: AsJson = False,
) -> None:
    """The way of one message: every try on every channel, receipts, and the telephone task it ended in."""
    settings = read_settings()

    async def work() -> dict[str, Json]:
        async with opened(settings) as database, database.reading() as session:
            found = await find_message(session, message)
            if found is None:
                stop(f"There is no message {message!r}. Numbers and keys stand in the logs and in maatje export.")
            if found.person_id is not None:
                await noted(settings, database, "traced", f"person:{found.person_id}")
            return await trace_of(session, found)

    found = run(work)
    if as_json:
        show_json(found)
        return
    for name, value in found.items():
        if name != "steps":
            console.print(f"[bold]{name}[/bold] {value}", highlight=False)
    table = Table("at (UTC)", "step", "channel", "contact", "task")
    steps = found["steps"]
    for step in steps if isinstance(steps, list) else []:
        if isinstance(step, dict):
            names = ("at", "step", "channel", "contact", "task")
            table.add_row(*(str(step[name]) if step.get(name) is not None else "" for name in names))
    console.print(table)
