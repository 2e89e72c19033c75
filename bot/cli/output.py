"""What commands answer with: text or one JSON document on standard output, a sentence on standard error, a code."""

import json
from typing import Annotated, NoReturn

import typer
from rich.console import Console

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]

FAULTS = 1
WRONG_USAGE = 2

console = Console()
errors = Console(stderr=True)


def stop(message: str, code: int = FAULTS) -> NoReturn:
    """End the command with one sentence for the operator."""
    errors.print(message, style="bold red", markup=False, highlight=False)
    raise typer.Exit(code)


def show_json(data: object) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))
