"""`maatje faq …`: topics, one question, an evaluation, and a check of the content."""

import typer
from rich.table import Table

from bot.cli.common import AsJson, console, show_json
from locales.faq.content import load_faq

app = typer.Typer(no_args_is_help=True, help="Questions and answers.")


@app.command("list")
def list_topics(as_json: AsJson = False) -> None:
    """The topics: id, group, section, whom they apply to, and in which languages they are there."""
    content = load_faq()
    rows = [
        {
            "id": topic.id,
            "group": topic.group,
            "section": topic.section,
            "applies_to": topic.applies_to,
            "official": topic.official,
            "checked_on": topic.checked_on.isoformat() if topic.checked_on else None,
            "locales": [locale for locale, texts in content.texts.items() if topic.id in texts],
        }
        for topic in content.topics.values()
    ]
    if as_json:
        show_json(rows)
        return
    table = Table("topic", "group", "section", "for", "question")
    for topic in content.topics.values():
        text = content.text(topic.id, ("nl",))
        table.add_row(topic.id, topic.group, topic.section, topic.applies_to, text.question if text else "-")
    console.print(table)
