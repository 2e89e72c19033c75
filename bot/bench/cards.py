"""`maatje bench cards`: how many cards a second, and what they weigh; the command."""

import asyncio
from typing import Annotated

import typer

from bot.cli.common import AsJson, read_settings, show_json


def add_to(app: typer.Typer) -> None:
    """Add this benchmark's command."""
    app.command("cards")(cards)


def cards(
    count: Annotated[int, typer.Option(min=10, help="How many cards, all different.")] = 400, as_json: AsJson = False
) -> None:
    """Appointment cards in every language, no two the same; then the same again, from the cache."""
    from bot.bench.cards_run import bench_cards

    show_json(asyncio.run(bench_cards(count, read_settings().zone)))
