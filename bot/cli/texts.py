"""`maatje translations …`: the state of the catalogs."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bot.cli.common import FAULTS, WRONG_USAGE, AsJson, console, errors, show_json, stop
from bot.configuration.clock import SystemClock
from locales.catalog_files.po import UnreadablePo
from locales.checking.check import CatalogCheck, Fault, LocaleState
from locales.checking.key_usage import scan
from locales.checking.readability import NOTHING, Readability
from locales.faq.content import ContentError, load_faq
from locales.glossary.reading import GlossaryError, load_glossary
from locales.rendering.languages import LANGUAGES, SOURCE, Direction, find_language

app = typer.Typer(no_args_is_help=True, help="The catalogs and their state.")

# The program's own sources, which say what texts are used.
_ROOT = Path(__file__).parents[2]
_PROGRAM = [_ROOT / "bot", _ROOT / "reminders", _ROOT / "locales"]

Locale = Annotated[str | None, typer.Option("--locale", metavar="LOCALE", help="Only this language.")]


@app.callback()
def translations() -> None:
    """The catalogs and their state."""


@app.command()
def check(locale: Locale = None, as_json: AsJson = False) -> None:
    """Per locale: translated, missing, fuzzy, unreviewed, broken placeholders; and every text that is not right."""
    wanted = [_known(locale)] if locale is not None else list(LANGUAGES)
    try:
        checking = CatalogCheck(scan(_PROGRAM), load_glossary(), faq=load_faq())
    except (UnreadablePo, GlossaryError, ContentError) as error:
        stop(str(error))
    states = [checking.locale(code) for code in wanted]
    faults = [*(checking.program() if locale is None else ()), *(fault for state in states for fault in state.faults)]
    if as_json:
        show_json(
            {
                "locales": {state.locale: _figures(state) for state in states},
                "faults": [asdict(fault) for fault in faults],
            }
        )
    else:
        _show(states, faults)
    if faults:
        raise typer.Exit(FAULTS)


@app.command()
def export(
    locale: Annotated[str, typer.Argument(metavar="LOCALE")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A name that ends in .csv or .xlsx.", dir_okay=False)],
    unreviewed: Annotated[bool, typer.Option("--unreviewed", help="Only texts that nobody approved yet.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a review sheet: the Dutch, the translation, and columns for an interpreter to fill in."""
    from locales.reviewing.review import sheet_rows
    from locales.reviewing.sheets import to_csv, to_xlsx

    code = _known(locale)
    if code == SOURCE:
        stop("Dutch is the source; there is no translation to review.", WRONG_USAGE)
    try:
        rows = sheet_rows(code, only_unreviewed=unreviewed, faq=load_faq())
    except (UnreadablePo, ContentError) as error:
        stop(str(error))
    match file.suffix.lower():
        case ".csv":
            content = to_csv(rows)
        case ".xlsx":
            content = to_xlsx(rows, right_to_left=LANGUAGES[code].direction is Direction.RTL)
        case _:
            stop("The name of the sheet should end in .csv or .xlsx.", WRONG_USAGE)
    try:
        file.write_bytes(content)
    except OSError as error:
        stop(f"{file} cannot be written: {error.strerror}", WRONG_USAGE)
    if as_json:
        show_json({"locale": code, "rows": len(rows), "file": str(file)})
    else:
        console.print(f"{len(rows)} rows in {file}", markup=False, highlight=False, soft_wrap=True)


@app.command("import")
def import_sheet(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE")],
    reviewer: Annotated[str, typer.Option(help="Who approved, for rows that do not say it.")] = "",
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="When; today if nothing says it.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything, keep nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take a filled-in review sheet in: approvals and corrections, with who and when."""
    from locales.catalog_files.faq_file import FaqNotEditable
    from locales.reviewing.review import ReviewImport
    from locales.reviewing.sheets import SheetUnreadable, from_bytes

    try:
        rows = from_bytes(file.read_bytes())
        faq = load_faq()
        checking = CatalogCheck(scan(_PROGRAM), load_glossary(), faq=faq)
        day = on.date() if on is not None else SystemClock().now().date()
        report = ReviewImport(checking, reviewer=reviewer, on=day, faq=faq).run(rows, dry_run=dry_run)
    except (SheetUnreadable, UnreadablePo, GlossaryError, ContentError, FaqNotEditable) as error:
        stop(f"{file.name}: {error}")
    if as_json:
        show_json(
            {
                "approved": report.approved,
                "corrected": report.corrected,
                "unchanged": report.unchanged,
                "rejected": [{"row": n, "field": column, "error": why} for n, column, why in report.rejected],
                "remarks": [{"row": n, "key": key, "remark": said} for n, key, said in report.remarks],
            }
        )
    else:
        kept = " (nothing kept: dry run)" if dry_run else ""
        console.print(
            f"{report.approved} approved, {report.corrected} corrected, {report.unchanged} unchanged{kept}.",
            markup=False,
            highlight=False,
        )
        for number, key, said in report.remarks:
            console.print(f"row {number}, {key}: {said}", markup=False, highlight=False, soft_wrap=True)
        for number, column, why in report.rejected:
            errors.print(f"row {number}, {column}: {why}", style="red", markup=False, highlight=False, soft_wrap=True)
    if report.rejected:
        raise typer.Exit(FAULTS)


@app.command()
def add(
    locale: Annotated[str, typer.Argument(metavar="LOCALE", help="Its CLDR code, such as sw.")],
    name: Annotated[str, typer.Option(help="The language's own name, in its own script.")],
    parts: Annotated[str, typer.Option(help="Its words for night, morning, afternoon and evening, with commas.")],
    script: Annotated[str, typer.Option(help="Latn, Arab, Cyrl or Ethi.")] = "Latn",
    fallback: Annotated[str, typer.Option(help="The language that is shown where a text is missing.")] = SOURCE,
    as_json: AsJson = False,
) -> None:
    """Add a language to this checkout: enter it in the lists and make its catalogs, every text still empty."""
    from locales.reviewing.adding import CannotAdd, NewLanguage, add_language, update_catalogs

    try:
        add_language(NewLanguage(locale, name, script, fallback, tuple(word.strip() for word in parts.split(","))))
    except CannotAdd as error:
        stop(f"{error}.", WRONG_USAGE)
    update = update_catalogs(locale)
    if as_json:
        show_json(asdict(update))
    else:
        console.print(f"{name} ({locale}) is there, with {update.added} texts to translate in locales/{locale}.")


@app.command()
def update(locale: Locale = None, as_json: AsJson = False) -> None:
    """Bring the catalogs up to date with the Dutch ones: new texts come in empty, texts that are gone go."""
    from locales.reviewing.adding import update_catalogs

    wanted = [_known(locale)] if locale is not None else [code for code in LANGUAGES if code != SOURCE]
    updates = [update_catalogs(code) for code in wanted if code != SOURCE]
    if as_json:
        show_json([asdict(one) for one in updates])
        return
    for one in updates:
        console.print(f"{one.locale}: {one.added} added, {one.removed} removed", highlight=False)


def _known(locale: str) -> str:
    found = find_language(locale)
    if found is None:
        stop(f"Maatje does not speak {locale!r}. It speaks: {', '.join(LANGUAGES)}.", WRONG_USAGE)
    return found


def _figures(state: LocaleState) -> dict[str, object]:
    figures: dict[str, object] = {
        "texts": state.of,
        "translated": state.translated,
        "missing": state.missing,
        "fuzzy": state.fuzzy,
        "unreviewed": state.unreviewed,
        "reviewed": state.reviewed,
        "broken_placeholders": state.broken_placeholders,
        "words": state.words,
        "faq_texts": state.faq_texts,
        "faq_words": state.faq_words,
        "faq_reviewed": state.faq_reviewed,
    }
    if state.readability:
        figures["readability"] = {
            "all": _reading(sum(state.readability.values(), NOTHING)),
            "texts": {key: _reading(one) for key, one in state.readability.items()},
        }
    return figures


def _reading(one: Readability) -> dict[str, float]:
    return {
        "words_a_sentence": round(one.words_a_sentence, 1),
        "longest_sentence": one.longest_sentence,
        "lix": round(one.lix, 1),
    }


def _show(states: list[LocaleState], faults: list[Fault]) -> None:
    names = ("", "texts", "translated", "missing", "fuzzy", "unreviewed", "reviewed", "broken", "words", "faq")
    table = Table(names[0], box=None, padding=(0, 0, 0, 1), pad_edge=False)
    for name in names[1:]:
        table.add_column(name, justify="right")
    for state in states:
        source = state.locale == SOURCE
        reviewing = ("-", "-") if source else (str(state.unreviewed), str(state.reviewed))
        before = (state.of, state.translated, state.missing, state.fuzzy)
        after = (state.broken_placeholders, state.words, state.faq_texts)
        table.add_row(state.locale, *map(str, before), *reviewing, *map(str, after))
    console.print(table)
    for state in states:
        if state.readability:
            reading = sum(state.readability.values(), NOTHING)
            console.print(
                f"{LANGUAGES[state.locale].name}: {reading.words_a_sentence:.1f} words a sentence, "
                f"the longest {reading.longest_sentence}; LIX {reading.lix:.0f} (below 30 is easy).",
                highlight=False,
            )
    for fault in faults:
        errors.print(str(fault), style="red", markup=False, highlight=False, soft_wrap=True)
    said = f"{len(faults)} fault{'s' if len(faults) > 1 else ''}." if faults else "The catalogs are in order."
    console.print(said)
