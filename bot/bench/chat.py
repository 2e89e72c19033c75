"""`maatje bench chat`: how fast the service answers a person, beside a bare echo bot; the command."""

from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.cli.common import AsJson, errors, run, show_json


def add_to(app: typer.Typer) -> None:
    """Add this benchmark's command."""
    app.command("chat")(chat)


def chat(
    steps: Annotated[int, typer.Option("--steps", min=50, help="Dialogue steps of each bot.")] = 400,
    starts: Annotated[int, typer.Option("--starts", min=1, help="Starts of our service; the last one is asked.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Reply time of one dialogue step through our webhook, and in the same run of python-telegram-bot's bare echo and
    of a bare bot with buttons; cold start to ready, and memory at rest."""
    from bot.bench.chat_run import measure

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("…", total=None)
        show_json(run(lambda: measure(steps, starts, lambda what: progress.update(task, description=what))))
