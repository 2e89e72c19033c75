"""`maatje whatsapp templates`: what a municipality submits to Meta before Maatje can write first."""

import typer
from rich.table import Table

from bot.channels.whatsapp.templates import catalog
from bot.cli.common import AsJson, console, read_settings, show_json
from locales.rendering.catalog import Catalogs
from locales.rendering.render import Renderer

app = typer.Typer(no_args_is_help=True, help="WhatsApp: the templates to submit.")


@app.callback()
def group() -> None:
    """WhatsApp."""


@app.command()
def templates(as_json: AsJson = False) -> None:
    """Every template in every language that Meta knows, ready for POST /<WABA>/message_templates."""
    settings = read_settings()
    found = catalog(Renderer(Catalogs(), settings.zone))
    if as_json:
        show_json([template.as_submitted() for template in found])
        return
    table = Table("name", "language", "text", "buttons")
    for template in found:
        table.add_row(template.name, template.language, template.body, " · ".join(template.buttons))
    console.print(table)
    console.print("Submit them with --json, one POST each; then set MAATJE_WHATSAPP_WABA_ID, and maatje doctor checks.")
