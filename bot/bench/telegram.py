"""`maatje bench telegram`: how fast messages are handed to Telegram; the command and how it is shown."""

from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.cli.common import FAULTS, WRONG_USAGE, AsJson, console, errors, run, show_json, stop


def add_to(app: typer.Typer) -> None:
    """Add this benchmark's command."""
    app.command("telegram")(telegram)


def telegram(
    messages: Annotated[int, typer.Option("--messages", min=100, help="Messages a round and library.")] = 3_000,
    at_once: Annotated[int, typer.Option("--at-once", min=1, help="Messages under way at a time.")] = 50,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="Rounds; each library takes its turn in each.")] = 5,
    as_json: AsJson = False,
) -> None:
    """sendMessage as our channel does it with python-telegram-bot, and as aiogram does, to a server on this machine.

    Exit 1 when ours is slower.
    """
    from bot.bench.telegram_run import AiogramMissing, measure

    try:
        with Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=errors, transient=True
        ) as progress:
            task = progress.add_task("…", total=None)
            figures = run(
                lambda: measure(messages, at_once, rounds, lambda what: progress.update(task, description=what))
            )
    except AiogramMissing as error:
        stop(str(error), WRONG_USAGE)
    if as_json:
        show_json(figures.as_json())
    else:
        table = Table("sender", "messages/s (median)", "best", "CPU ms a message", title="maatje bench telegram")
        for name, sender in figures.senders.items():
            table.add_row(name, f"{sender.median:,}", f"{sender.best:,}", f"{sender.cpu_ms:.3f}")
        console.print(table)
        console.print(f"ours / aiogram: {figures.ratio:.2f} (median of the rounds' ratios)")
    if figures.ratio < 1:
        raise typer.Exit(FAULTS)
