"""`maatje bench …`: figures as JSON; what is measured lives in bot/bench."""

import typer

app = typer.Typer(no_args_is_help=True, help="Benchmarks.")
