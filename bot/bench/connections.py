"""`maatje bench connections`: what many open web chats cost one process; the command."""

from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.cli.common import AsJson, errors, run, show_json


def add_to(app: typer.Typer) -> None:
    """Add this benchmark's command."""
    app.command("connections")(connections)


def connections(
    chats: Annotated[int, typer.Option("--chats", min=500, help="So many chats are open at the end.")] = 10_000,
    levels: Annotated[int, typer.Option("--levels", min=1, help="Measured at so many levels up to there.")] = 3,
    steps: Annotated[int, typer.Option("--steps", min=20, help="Steps of the dialogue at each level.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Web chats that are open all at once in one process: memory of each, reply time of a step, and what is said to who
    comes above the limit. The browsers are a second process; all on this machine, some minutes."""
    from bot.bench.connections_run import measure

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("…", total=None)
        show_json(run(lambda: measure(chats, levels, steps, lambda what: progress.update(task, description=what))))
