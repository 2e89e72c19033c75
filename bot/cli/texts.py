"""`maatje translations …`: the state of the catalogs."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bot.cli.common import FAULTS, WRONG_USAGE, AsJson, console, errors, show_json, stop
from bot.clock import SystemClock
from locales.check import UNDER_WAY, CatalogCheck, Fault, LocaleState
from locales.glossary.reading import GlossaryError, load_glossary
from locales.key_usage import scan
from locales.languages import LANGUAGES, SOURCE, Direction, find_language
from locales.po import UnreadablePo

app = typer.Typer(no_args_is_help=True, help="The catalogs and their state.")

# The program's own sources, which say what texts are used.
_ROOT = Path(__file__).parents[2]
_PROGRAM = [_ROOT / "bot", _ROOT / "reminders", _ROOT / "locales"]

Locale = Annotated[str | None, typer.Option("--locale", metavar="LOCALE", help="Only this language, and strictly.")]


@app.callback()
def translations() -> None:
    """The catalogs and their state."""


@app.command()
def check(locale: Locale = None, as_json: AsJson = False) -> None:
    """Per locale: translated, missing, fuzzy, unreviewed, broken placeholders; and every text that is not right."""
    wanted = [_known(locale)] if locale is not None else list(LANGUAGES)
    try:
        checking = CatalogCheck(scan(_PROGRAM), load_glossary())
    except (UnreadablePo, GlossaryError) as error:
        stop(str(error))
    states = [checking.locale(code) for code in wanted]
    program = checking.program() if locale is None else []
    faults = [fault for fault in program if fault.kind != "unused"]
    notices = [fault for fault in program if fault.kind == "unused"]
    for state in states:
        (notices if locale is None and state.locale in UNDER_WAY else faults).extend(state.faults)
    if as_json:
        show_json(
            {
                "locales": {state.locale: _figures(state) for state in states},
                "faults": [asdict(fault) for fault in faults],
                "notices": [asdict(fault) for fault in notices],
            }
        )
    else:
        _show(states, faults, notices)
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
    from locales.review import sheet_rows
    from locales.sheets import to_csv, to_xlsx

    code = _known(locale)
    if code == SOURCE:
        stop("Dutch is the source; there is no translation to review.", WRONG_USAGE)
    rows = sheet_rows(code, only_unreviewed=unreviewed)
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
        console.print(f"{len(rows)} rows in {file}", markup=False, highlight=False)


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
    from locales.review import ReviewImport
    from locales.sheets import SheetUnreadable, from_bytes

    try:
        rows = from_bytes(file.read_bytes())
        checking = CatalogCheck(scan(_PROGRAM), load_glossary())
        day = on.date() if on is not None else SystemClock().now().date()
        report = ReviewImport(checking, reviewer=reviewer, on=day).run(rows, dry_run=dry_run)
    except (SheetUnreadable, UnreadablePo, GlossaryError) as error:
        stop(f"{file.name}: {error}")
    if as_json:
        show_json(
            {
                "approved": report.approved,
                "corrected": report.corrected,
                "unchanged": report.unchanged,
                "rejected": [{"row": n, "field": column, "error": why} for n, column, why in report.rejected],
            }
        )
    else:
        kept = " (nothing kept: dry run)" if dry_run else ""
        console.print(
            f"{report.approved} approved, {report.corrected} corrected, {report.unchanged} unchanged{kept}.",
            markup=False,
            highlight=False,
        )
        for number, column, why in report.rejected:
            errors.print(f"row {number}, {column}: {why}", style="red", markup=False, highlight=False)
    if report.rejected:
        raise typer.Exit(FAULTS)


def _known(locale: str) -> str:
    found = find_language(locale)
    if found is None:
        stop(f"Maatje does not speak {locale!r}. It speaks: {', '.join(LANGUAGES)}.", WRONG_USAGE)
    return found


def _figures(state: LocaleState) -> dict[str, int]:
    return {
        "texts": state.of,
        "translated": state.translated,
        "missing": state.missing,
        "fuzzy": state.fuzzy,
        "unreviewed": state.unreviewed,
        "reviewed": state.reviewed,
        "broken_placeholders": state.broken_placeholders,
        "words": state.words,
    }


def _show(states: list[LocaleState], faults: list[Fault], notices: list[Fault]) -> None:
    table = Table(
        "locale", "texts", "translated", "missing", "fuzzy", "unreviewed", "reviewed", "placeholders", "words"
    )
    for state in states:
        reviewed = "source" if state.locale == SOURCE else str(state.reviewed)
        figures = (state.of, state.translated, state.missing, state.fuzzy, state.unreviewed)
        table.add_row(state.locale, *map(str, figures), reviewed, str(state.broken_placeholders), str(state.words))
    console.print(table)
    for notice in notices:
        errors.print(f"not yet: {notice}", style="yellow", markup=False, highlight=False)
    for fault in faults:
        errors.print(str(fault), style="red", markup=False, highlight=False)
    console.print(f"{len(faults)} faults." if faults else "The catalogs are in order.")
