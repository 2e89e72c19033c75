"""`maatje bench phone`: calls through SIPp, many at a time, each with keys to the end of a report; the command."""

import asyncio
from typing import Annotated

import typer

from bot.cli.common import AsJson, read_settings, show_json


def add_to(app: typer.Typer) -> None:
    """Add this benchmark's command."""
    app.command("phone")(phone)


def phone(
    calls: Annotated[int, typer.Option(min=1, help="How many people are called, each once.")] = 200,
    at_once: Annotated[int, typer.Option("--at-once", min=1, max=100, help="How many calls are on at a time.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Reminders by telephone, answered with "I can't come" and its reason: what was lost, doubled, late or uneven."""
    from bot.bench.phone_run import bench_phone

    show_json(asyncio.run(bench_phone(calls, at_once, read_settings().zone)))
