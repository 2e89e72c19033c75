"""`maatje bench …`: figures as JSON. Each benchmark is a module of bot/bench that adds its own command."""

from importlib import import_module
from importlib.util import find_spec

import typer

app = typer.Typer(no_args_is_help=True, help="Benchmarks: figures of this machine, with --json as one document.")

# A module of bot/bench each, with `add_to(app)`; it imports what it measures only when it is run.
BENCHMARKS = ("dispatch", "telegram", "chat", "connections", "planning", "faq", "cards", "voice", "desk", "phone")


@app.callback()
def bench() -> None:
    """Benchmarks: figures of this machine."""


for _name in BENCHMARKS:
    if find_spec(f"bot.bench.{_name}") is not None:
        import_module(f"bot.bench.{_name}").add_to(app)
