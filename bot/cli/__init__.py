"""The command line `maatje`: one module a group of commands; what they do lives elsewhere.

Exit codes: 0 done, 1 the work found faults, 2 wrong usage or settings. With --json one JSON document goes to standard
output and nothing else; logs go to standard error. Only the module of the command that is run is imported: with all of
them, four fifths of the time of `maatje terms` went into importing what it does not need.
"""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Final

import typer

# Module of this folder → its commands. A module with `add_to(app)` registers them itself; another is a group of
# commands, and its `app` is added under the name.
_MODULES: Final[Mapping[str, tuple[str, ...]]] = {
    "service": ("run", "migrate", "rekey", "doctor"),
    "people": ("invite", "plan", "export", "erase"),
    "terms": ("terms",),
    "trace": ("trace",),
    "audit": ("audit",),
    "access": ("people", "consultants", "retention"),
    "imports": ("import",),
    "reminders": ("reminders",),
    "attendance": ("attendance",),
    "faq": ("faq",),
    "understand": ("understand",),
    "texts": ("translations",),
    "whatsapp": ("whatsapp",),
    "mail": ("mail",),
    "cards": ("cards",),
    "voice": ("voice",),
    "bench": ("bench",),
}


def build(command: str | None = None) -> typer.Typer:
    """The command line: with a command of `_MODULES` only the part that has it, else the whole."""
    app = typer.Typer(
        name="maatje",
        help="Maatje: the municipality's chat assistant for people who are integrating.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    # Typer leaves the name of a lone command out where there is no callback.
    app.callback()(lambda: None)
    wanted = [name for name, commands in _MODULES.items() if command in commands]
    for name in wanted or _MODULES:
        module = import_module(f"bot.cli.{name}")
        if hasattr(module, "add_to"):
            module.add_to(app)
        else:
            app.add_typer(module.app, name=_MODULES[name][0])
    return app


def __getattr__(name: str) -> typer.Typer:
    if name == "app":
        return build()
    raise AttributeError(name)


def main() -> None:
    """Run the command line."""
    build(sys.argv[1] if len(sys.argv) > 1 else None)()
