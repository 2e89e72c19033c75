"""`maatje bench desk`: how fast the desk's pages come; the command."""

from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.cli.common import AsJson, errors, run, show_json


def add_to(app: typer.Typer) -> None:
    """Add this benchmark's command."""
    app.command("desk")(desk)


def desk(
    people: Annotated[int, typer.Option(min=68, help="People in the municipality.")] = 1500,
    messages: Annotated[int, typer.Option(min=0, help="Messages that were sent to them.")] = 60_000,
    database_url: Annotated[
        str | None, typer.Option(help="A PostgreSQL database that is empty; without one an SQLite file is made.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Each page of the desk, asked many times by a consultant with 68 people: p50 and p95 in milliseconds, beside those
    of a municipality of one consultant in the same run (the ratio says whether size costs)."""
    from bot.bench.desk_run import measure

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=as_json or not errors.is_terminal) as progress:
        task = progress.add_task("…", total=None)
        show_json(
            run(lambda: measure(people, messages, database_url, lambda what: progress.update(task, description=what)))
        )
