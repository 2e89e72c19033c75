"""`maatje bench faq`: how fast the finder is and how well it finds beside simpler ways; the command."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import WRONG_USAGE, AsJson, read_settings, show_json, stop


def add_to(app: typer.Typer) -> None:
    """Add this benchmark's command."""
    app.command("faq")(faq)


def faq(
    files: Annotated[
        list[Path] | None,
        typer.Argument(exists=True, dir_okay=False, metavar="[FILE.yaml]…", help="As for `maatje faq eval`."),
    ] = None,
    timed: Annotated[int, typer.Option("--timed", min=100, help="Questions that are timed.")] = 600,
    times_only: Annotated[
        bool, typer.Option("--times-only", help="Times alone: not how well it finds, which takes minutes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Time, memory and loading of the finder, a question's time beside the encoder's own on one core; with questions
    that say what they expect, also how well it finds."""
    from bot.bench.faq_run import bench_faq, own_questions
    from bot.faq.quality.evaluate import read_questions
    from locales.faq.content import ContentError, load_faq

    try:
        content = load_faq(read_settings().faq)
        questions = [question for file in files or () for question in read_questions(file)] or own_questions(content)
    except ContentError as error:
        stop(str(error), WRONG_USAGE)
    show_json(bench_faq(content, questions, timed, compare=not times_only))
