"""`maatje faq …`: topics, one question, an evaluation, and a check of the content."""

from typing import Annotated

import typer
from rich.table import Table

from bot.cli.common import WRONG_USAGE, AsJson, console, read_settings, show_json, stop
from locales.catalog import Catalogs
from locales.faq.content import ContentError, FaqContent, load_faq
from locales.languages import SOURCE, fallback_chain, find_language

app = typer.Typer(no_args_is_help=True, help="Questions and answers.")


def _content() -> FaqContent:
    try:
        return load_faq(read_settings().faq)
    except ContentError as error:
        stop(str(error), WRONG_USAGE)


def _locale(lang: str) -> str:
    found = find_language(lang)
    if found is None:
        stop(f"Maatje does not speak {lang!r}. It speaks: {', '.join(Catalogs().available)}.", WRONG_USAGE)
    return found


@app.command("list")
def list_topics(as_json: AsJson = False) -> None:
    """The topics: id, group, section, whom they apply to, and in which languages they are there."""
    content = _content()
    if as_json:
        show_json(
            [
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
        )
        return
    table = Table("topic", "group", "section", "for", "question")
    for topic in content.topics.values():
        text = content.text(topic.id, (SOURCE,))
        table.add_row(topic.id, topic.group, topic.section, topic.applies_to, text.question if text else "-")
    console.print(table)


@app.command()
def ask(
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    lang: Annotated[str, typer.Option(help="The language that is set for the person.")] = SOURCE,
    as_json: AsJson = False,
) -> None:
    """What Maatje makes of one question, and what it would say."""
    from bot.faq.finder import build_finder

    content, locale = _content(), _locale(lang)
    finding = build_finder(content).find(text, locale)
    answer = content.text(finding.topic, fallback_chain(locale)) if finding.topic is not None else None
    found = {
        "outcome": finding.outcome,
        "topic": finding.topic,
        "candidates": [{"topic": c.topic, "score": c.score} for c in finding.candidates],
        "text": answer.answer if answer is not None else None,
        "language": finding.language,
    }
    if as_json:
        show_json(found)
        return
    console.print(f"[bold]{finding.outcome}[/bold] {finding.topic or ''}")
    if answer is not None:
        console.print(answer.answer)
    for candidate in finding.candidates:
        console.print(f"  {candidate.score:.2f} {candidate.topic}")
