"""`maatje faq …`: topics, one question, an evaluation, and a check of the content."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

import locales.faq
from bot.cli.common import FAULTS, WRONG_USAGE, AsJson, console, opened, read_settings, run, show_json, stop
from bot.configuration.clock import SystemClock
from bot.faq.finding import Finding
from bot.faq.quality.legal import (
    ConfirmationsUnreadable,
    LegalRow,
    as_markdown,
    confirm_rows,
    from_sheet,
    legal_faults,
    legal_rows,
    old_sources,
    read_confirmations,
    to_sheet,
    write_confirmations,
)
from locales.catalog_files.po import read_locale
from locales.faq.content import ContentError, FaqContent, load_faq
from locales.rendering.catalog import Catalogs
from locales.rendering.languages import SOURCE, fallback_chain, find_language
from storage.people.faq_gaps import gaps_since

app = typer.Typer(no_args_is_help=True, help="Questions and answers.")


def _content() -> FaqContent:
    try:
        return load_faq(read_settings().faq)
    except ContentError as error:
        stop(str(error), WRONG_USAGE)


def dutch_texts() -> dict[str, str]:
    """The Dutch texts of the catalogs by key; of plural forms the one for many."""
    return {entry.key: entry.strings[-1] for file in read_locale(SOURCE).values() for entry in file.entries}


def _locale(lang: str) -> str:
    found = find_language(lang)
    if found is None:
        stop(f"Maatje does not speak {lang!r}. It speaks: {', '.join(Catalogs().available)}.", WRONG_USAGE)
    return found


def _locale_or_source(lang: str) -> str:
    return find_language(lang) or SOURCE


def _shown(finding: Finding, content: FaqContent, locale: str) -> dict[str, object]:
    """The document of DESIGN.md for one question. The answer is in the language that was asked in.

    Nobody knows here who asks: where migrants have an answer of their own, it follows the others'.
    """
    answer = None
    if finding.topic is not None:
        answer = content.text(finding.topic, fallback_chain(finding.language or locale))
    said = [answer.answer, answer.answer_migrant] if answer is not None else []
    return {
        "outcome": finding.outcome,
        "topic": finding.topic,
        "candidates": [{"topic": c.topic, "score": c.score} for c in finding.candidates],
        "text": "\n".join(part for part in said if part) or None,
        "language": finding.language,
    }


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
    shown = _shown(finding, content, locale)
    if as_json:
        show_json(shown)
        return
    console.print(f"[bold]{finding.outcome}[/bold] {finding.topic or ''}")
    if shown["text"]:
        console.print(shown["text"])
    for candidate in finding.candidates:
        console.print(f"  {candidate.score:.2f} {candidate.topic}")


@app.command("eval")
def evaluate_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE.yaml")],
    as_json: AsJson = False,
) -> None:
    """Measure the finder: a list of {lang, text, expect: id, [ids] or null}."""
    from bot.faq.finder import build_finder
    from bot.faq.quality.evaluate import Summary, evaluate, read_questions

    content = _content()
    try:
        questions = read_questions(file)
    except ContentError as error:
        stop(str(error), WRONG_USAGE)
    report = evaluate(build_finder(content), questions, content)

    def figures(summary: Summary) -> dict[str, float | int]:
        return {
            **asdict(summary),
            "found_share": round(summary.found, 4),
            "wrong_answer_share": round(summary.wrong, 4),
            "handed_over_share": round(summary.handed_over, 4),
        }

    summary = {
        "all": figures(report.total),
        "by_language": {name: figures(s) for name, s in report.by_language.items()},
        "by_group": {name: figures(s) for name, s in report.by_group.items()},
    }
    if as_json:
        results = [
            {
                **_shown(result.finding, content, _locale_or_source(result.question.lang)),
                "lang": result.question.lang,
                "expect": list(result.question.expect),
                "verdict": result.verdict,
            }
            for result in report.results
        ]
        show_json({"results": results, "summary": summary})
        return
    table = Table("language", "questions", "found", "wrong answer", "outside handed over")
    for name, one in [("all", report.total), *report.by_language.items()]:
        shares = (f"{one.found:.1%}", f"{one.wrong:.1%}", f"{one.handed_over:.1%}")
        table.add_row(name, str(one.questions + one.outside), *shares)
    console.print(table)


@app.command()
def gaps(
    days: Annotated[int, typer.Option(min=1, max=365, help="How far back.")] = 90, as_json: AsJson = False
) -> None:
    """What people asked and the FAQ did not answer, grouped by meaning, without names."""
    from bot.faq.finder import build_finder
    from bot.faq.gaps import Gap, grouped

    settings, finder = read_settings(), build_finder(_content())
    since = SystemClock().now() - timedelta(days=days)

    async def work() -> list[Gap]:
        async with opened(settings) as database, database.reading() as session:
            return [Gap(g.question, g.language, g.reason.value, g.topic) for g in await gaps_since(session, since)]

    found = run(work)
    groups = grouped([finder.with_nearest(gap) for gap in found], finder.vector)
    if as_json:
        show_json({"questions": len(found), "days": days, "groups": [asdict(group) for group in groups]})
        return
    table = Table("times", "languages", "nearest topic", "for example")
    for group in groups:
        languages = ", ".join(f"{code} {count}" for code, count in group.languages.items())
        table.add_row(str(group.count), languages, group.nearest or "-", "\n".join(group.examples))
    console.print(table)


@app.command()
def check(as_json: AsJson = False) -> None:
    """Find gaps, missing sections, amounts and terms that differ from the domain, and answers that are too long."""
    from bot.faq.absence import ComingWords
    from bot.faq.quality.check import check_content
    from bot.faq.urgent import CryForHelp
    from bot.understanding.courtesies import CourteousWords
    from bot.understanding.reasons import ReasonWords

    try:
        # The words that are looked for before any topic; each file is checked as it is read.
        for words in (CryForHelp, ComingWords, CourteousWords, ReasonWords):
            words()
    except ContentError as error:
        stop(str(error), WRONG_USAGE)
    content, dutch = _content(), dutch_texts()
    faults = [*check_content(content), *legal_faults(content, dutch)]
    old = old_sources(legal_rows(content, dutch, {}), SystemClock().now().date())
    if as_json:
        show_json({"faults": [asdict(fault) for fault in faults], "warnings": old})
    else:
        for line in [*map(str, faults), *(f"warning: {one}" for one in old)]:
            console.print(line, markup=False, highlight=False)
        console.print(f"{len(faults)} faults." if faults else "The FAQ is in order.")
    if any(fault.kind != "behind" for fault in faults):
        raise typer.Exit(FAULTS)


_KEPT = Path(locales.faq.__file__).parent / "confirmed.csv"
_Confirmed = Annotated[Path, typer.Option("--confirmed", help="The file of confirmations.")]


def _rows(confirmed: Path) -> list[LegalRow]:
    try:
        return legal_rows(_content(), dutch_texts(), read_confirmations(confirmed))
    except ConfirmationsUnreadable as error:
        stop(f"{confirmed}: {error}.", WRONG_USAGE)


@app.command()
def legal(
    write: Annotated[Path | None, typer.Option(help="The file to write, such as docs/legal.md.")] = None,
    confirmed: _Confirmed = _KEPT,
    as_json: AsJson = False,
) -> None:
    """Every statement people are told: where it stands, for whom it holds, and which municipality confirmed it."""
    rows = _rows(confirmed)
    if write is not None:
        write.write_text(as_markdown(rows), encoding="utf-8")
    if as_json:
        show_json([{**row.as_dict(), "digest": row.digest} for row in rows])
    elif write is None:
        console.print(as_markdown(rows), markup=False, highlight=False)


@app.command()
def sheet(file: Annotated[Path, typer.Argument(metavar="FILE.csv")], confirmed: _Confirmed = _KEPT) -> None:
    """Write a sheet of every statement, for a municipality to confirm row by row."""
    rows = _rows(confirmed)
    file.write_bytes(to_sheet(rows))
    console.print(f"{len(rows)} statements in {file}.")


@app.command()
def confirm(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE.csv")],
    municipality: Annotated[str, typer.Option(help="Whose confirmations these are.")],
    confirmed: _Confirmed = _KEPT,
    as_json: AsJson = False,
) -> None:
    """Take a filled-in sheet in: what is confirmed is kept, what was confirmed of another text is told."""
    try:
        given = from_sheet(file.read_bytes())
    except ConfirmationsUnreadable as error:
        stop(f"{file.name}: {error}.", WRONG_USAGE)
    rows, stale = confirm_rows(_rows(confirmed), given, municipality)
    write_confirmations(confirmed, rows)
    count = sum(bool(row.confirmed_by) for row in rows)
    if as_json:
        show_json({"confirmed": count, "of": len(rows), "changed_since": stale})
    else:
        console.print(f"{count} of {len(rows)} statements are confirmed.")
        for name in stale:
            console.print(f"{name}: the text changed since; it is to be read anew", markup=False, highlight=False)
    if stale:
        raise typer.Exit(FAULTS)
