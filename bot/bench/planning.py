"""`maatje bench planning`: how fast messages are planned; the command and how it is shown."""

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from bot.cli.common import AsJson, errors, run, show_json


def add_to(app: typer.Typer) -> None:
    """Add this benchmark's command."""
    app.command("planning")(planning)


def planning(
    people: Annotated[int, typer.Option(min=1, help="Participants whose coming weeks are planned.")] = 4000,
    as_json: AsJson = False,
) -> None:
    """Plan a group's timetable of a year, and the coming two weeks of many people; 100,000 take some minutes."""
    from bot.bench.planning_run import bench_planning

    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    hidden = as_json or not errors.is_terminal
    with Progress(*columns, console=errors, transient=True, disable=hidden) as progress:
        task = progress.add_task("people", total=people)
        # Without --json too: the figures are one short document.
        show_json(run(lambda: bench_planning(people, lambda count: progress.advance(task, count))))
