"""`maatje bench dispatch`: how fast the outbox is emptied, and what waits costs; the command and how it is shown."""

from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.cli.common import WRONG_USAGE, AsJson, console, errors, run, show_json, stop


def add_to(app: typer.Typer) -> None:
    """Add this benchmark's command."""
    app.command("dispatch")(dispatch)


def dispatch(
    pending: Annotated[int, typer.Option("--pending", min=0, help="Messages that wait for a later day.")] = 10_000,
    due: Annotated[int, typer.Option("--due", min=100, help="Messages that are due now.")] = 20_000,
    workers: Annotated[int, typer.Option("--workers", min=1, max=32, help="Worker processes.")] = 1,
    database: Annotated[
        str | None, typer.Option("--database", metavar="URL", help="An empty database; an SQLite file when left out.")
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", min=0, help="Date jobs given to APScheduler for comparison; 0 leaves it out.")
    ] = 10_000,
    profile: Annotated[bool, typer.Option("--profile", help="Say where a worker's time goes.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send messages that are due, composed and rendered for real, to a counterpart that answers at once."""
    from bot.bench.dispatch_run import Load, NotEmpty, measure

    load = Load(pending=pending, due=due, workers=workers, jobs=jobs, profile=profile)
    try:
        with Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=errors, transient=True
        ) as progress:
            task = progress.add_task("…", total=None)
            figures = run(lambda: measure(database, load, lambda what: progress.update(task, description=what)))
    except NotEmpty as error:
        stop(str(error), WRONG_USAGE)
    if as_json:
        show_json(figures)
        return
    table = Table("figure", "value", title="maatje bench dispatch")
    for name, value in _flat(figures):
        table.add_row(name, value)
    console.print(table)


def _flat(figures: object, under: str = "") -> list[tuple[str, str]]:
    if not isinstance(figures, dict):
        return [(under, str(figures))]
    return [line for name, inner in figures.items() for line in _flat(inner, f"{under}.{name}" if under else name)]
