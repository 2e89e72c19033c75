"""`maatje translations …`: the state of the catalogs."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bot.cli.common import FAULTS, WRONG_USAGE, AsJson, console, errors, show_json, stop
from locales.check import UNDER_WAY, CatalogCheck, Fault, LocaleState
from locales.glossary.reading import GlossaryError, load_glossary
from locales.key_usage import scan
from locales.languages import LANGUAGES, SOURCE, find_language
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
