"""The command line `maatje`: one module a group of commands; what they do lives elsewhere.

Exit codes: 0 done, 1 the work found faults, 2 wrong usage or settings. With --json one JSON document goes to standard
output and nothing else; logs go to standard error.
"""

import typer

from bot.cli import attendance, bench, cards, faq, imports, people, reminders, service, texts, trace, voice, whatsapp

app = typer.Typer(
    name="maatje",
    help="Maatje: the municipality's chat assistant for people who are integrating.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
service.add_to(app)
people.add_to(app)
trace.add_to(app)
app.add_typer(imports.app, name="import")
app.add_typer(reminders.app, name="reminders")
app.add_typer(attendance.app, name="attendance")
app.add_typer(faq.app, name="faq")
app.add_typer(texts.app, name="translations")
app.add_typer(whatsapp.app, name="whatsapp")
app.add_typer(cards.app, name="cards")
app.add_typer(voice.app, name="voice")
app.add_typer(bench.app, name="bench")


def main() -> None:
    """Run the command line."""
    app()
