"""The command line `maatje`: one module a group of commands; what they do lives elsewhere.

Exit codes: 0 done, 1 the work found faults, 2 wrong usage or settings. With --json one JSON document goes to standard
output and nothing else; logs go to standard error. Only the module of the command that is run is imported, and none for
`maatje --help`, which is why the first line of every command's help stands here: with all of them, four fifths of the
time of `maatje terms` went into importing what it does not need.
"""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Final

import typer

# Module of this folder → its commands, each with the first line of its help. A module with `add_to(app)` registers them
# itself; another is a group of commands, and its `app` is added under the name.
_MODULES: Final[Mapping[str, Mapping[str, str]]] = {
    "service": {
        "run": "Run the service: channels, web chat, reminders.",
        "migrate": "Bring the database's schema up to date.",
        "rekey": "After adding a new secret in front of MAATJE_SECRET_KEY: write everything anew under it.",
        "doctor": "Check settings, database, tokens, catalogs and clock, and say what to do.",
    },
    "people": {
        "plan": "One person's terms, hours and appointments.",
        "export": (
            "Everything held on a person, as JSON on standard output; with --zip also the files that were sent."
        ),
        "erase": "Delete everything held on a person; the audit log keeps ids and acts.",
    },
    "invite": {
        "invite": (
            "Make a one-time link code: as text, deep links and QR code; and send it; or letters for everybody."
        ),
    },
    "terms": {"terms": "The terms under a rule set; one whose trigger is missing or that does not apply is null."},
    "trace": {
        "trace": ("The way of one message: every try on every channel, receipts, and the telephone task it ended in."),
    },
    "audit": {"audit": "Who looked at or changed what about whom; changes of appointments with their source."},
    "access": {
        "people": "Who there is, by which ways, and ending access.",
        "consultants": "Colleagues: who there is, who leaves.",
        "retention": "What is kept how long and why, and what is due to be forgotten.",
    },
    "backup": {
        "backup": "A consistent copy of the database in one file, while the service runs.",
        "restore": "Bring a backup back into an empty database; what may have been sent since is held.",
        "held": "After a return: what may have been sent before, and what to do with it.",
    },
    "desk": {"desk": "The desk: one-time links to sign in, and ending access."},
    "files": {
        "files": "Write systemd units, an nginx configuration, alarms and a dashboard into a folder.",
    },
    "imports": {"import": "Import people, plans, progress, appointments, groups, timetables, attendance."},
    "reminders": {"reminders": "What will be said, and planning it."},
    "attendance": {"attendance": "Who was there, and who had said that they could not come."},
    "report": {"report": "The municipality's figures of a month; groups of fewer than five people are left out."},
    "faq": {"faq": "Questions and answers."},
    "understand": {
        "understand": (
            "What is understood of a text; or, with eval and a file of {lang, text, expect}, how much is understood "
            "right."
        ),
    },
    "texts": {"translations": "The catalogs and their state."},
    "whatsapp": {"whatsapp": "WhatsApp: the templates to submit."},
    "mail": {"mail": "E-mail: what would be heard of a mail."},
    "cards": {"cards": "Picture cards."},
    "voice": {"voice": "Spoken messages."},
    "bench": {"bench": "Benchmarks: figures of this machine, with --json as one document."},
}


def _bare() -> typer.Typer:
    app = typer.Typer(
        name="maatje",
        help="Maatje: the municipality's chat assistant for people who are integrating.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    # Typer leaves the name of a lone command out where there is no callback.
    app.callback()(lambda: None)
    return app


def build(command: str | None = None) -> typer.Typer:
    """The command line: with a command of `_MODULES` only the part that has it, else the whole."""
    app = _bare()
    wanted = [name for name, commands in _MODULES.items() if command in commands]
    for name in wanted or _MODULES:
        module = import_module(f"bot.cli.{name}")
        if hasattr(module, "add_to"):
            module.add_to(app)
        else:
            app.add_typer(module.app, name=next(iter(_MODULES[name])))
    return app


def outline() -> typer.Typer:
    """What the command line looks like, with nothing behind its commands and none of their modules imported: all that
    `maatje --help` and a mistyped command need."""
    app = _bare()
    for commands in _MODULES.values():
        for name, line in commands.items():
            app.command(name=name, help=line)(lambda: None)
    return app


def __getattr__(name: str) -> typer.Typer:
    if name == "app":
        return build()
    raise AttributeError(name)


def main() -> None:
    """Run the command line."""
    command = sys.argv[1] if len(sys.argv) > 1 else None
    known = any(command in commands for commands in _MODULES.values())
    (build(command) if known else outline())()
