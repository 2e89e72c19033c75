"""What commands answer with: text or one JSON document on standard output, a sentence on standard error, a code."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Final, NoReturn

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]

FAULTS = 1
WRONG_USAGE = 2

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*")

console = Console()
errors = Console(stderr=True)


def stop(message: str, code: int = FAULTS) -> NoReturn:
    """End the command with one sentence for the operator."""
    errors.print(message, style="bold red", markup=False, highlight=False)
    raise typer.Exit(code)


def show_json(data: object) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def show_tables(data: Mapping[str, object]) -> None:
    """A document for people: single values in one table, each group of values and each list in one of its own."""
    single = {name: value for name, value in data.items() if not isinstance(value, Mapping | list)}
    if single:
        _show_table("", ("", ""), ([name, value] for name, value in single.items()))
    for name, value in data.items():
        if isinstance(value, Mapping):
            _show_table(name, ("", ""), ([key, found] for key, found in _flat(value)))
        elif isinstance(value, list) and all(isinstance(row, Mapping) for row in value):
            # What is known of none takes no room.
            columns = list(dict.fromkeys(key for row in value for key, found in row.items() if found not in (None, [])))
            _show_table(name, columns, ([row.get(column) for column in columns] for row in value))
        elif isinstance(value, list):
            _show_table(name, ("",), ([row] for row in value))


def _flat(values: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name} ")
        else:
            yield f"{before}{name}", value


def _show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    table = Table(*columns, title=title or None, title_justify="left", show_header=any(columns), box=SIMPLE)
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    if table.row_count:
        console.print(table)


def _cell(value: object) -> Text:
    """A value in a table: nothing for what is not known, a list's length, a moment without its seconds and zone."""
    match value:
        case None:
            return Text("")
        case bool():
            return Text("yes" if value else "no")
        case list():
            return Text(str(len(value)) if value else "")
        case str() if _MOMENT.fullmatch(value):
            return Text(value[:16].replace("T", " "))
    return Text(str(value))
