"""`maatje bench voice`: how many spoken reminders a second, and what they weigh; the command."""

import asyncio
from typing import Annotated

import typer

from bot.cli.common import AsJson, read_settings, show_json


def add_to(app: typer.Typer) -> None:
    """Add this benchmark's command."""
    app.command("voice")(voice)


def voice(
    count: Annotated[int, typer.Option(min=12, help="How many reminders, all different.")] = 120,
    as_json: AsJson = False,
) -> None:
    """Whole reminders, answers included, in every language that has a voice, no two the same."""
    from bot.bench.voice_run import bench_voice

    show_json(asyncio.run(bench_voice(count, read_settings().zone)))
