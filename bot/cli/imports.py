"""`maatje import …`: the municipality's tables (DESIGN.md, File formats)."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table

from bot.cli.common import (
    FAULTS,
    WRONG_USAGE,
    AsJson,
    console,
    deployed,
    errors,
    noted,
    opened,
    read_settings,
    run,
    show_json,
    stop,
)
from bot.configuration.deployment import Deployment
from bot.configuration.garbage import settled
from bot.configuration.importers import IMPORTERS
from reminders.timetables.importing import import_timetable
from storage.engine.database import Database
from storage.importing.columns import KINDS, template_csv, template_xlsx
from storage.importing.people import PeopleImporter
from storage.importing.run import Importer, Report, run_import
from storage.importing.table import TableUnreadable

T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True, help="Import people, plans, progress, appointments, groups, timetables, attendance."
)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Do everything, keep nothing.")]
# A spreadsheet of a whole country's people is smaller; a larger file is a mistake.
LARGEST_FILE = 100_000_000


@app.command()
def people(
    file: File,
    dry_run: DryRun = False,
    as_new: Annotated[
        bool, typer.Option("--as-new", help="Whoever looks like somebody known under another id is somebody else.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Also store people who were erased.")] = False,
    as_json: AsJson = False,
) -> None:
    """People in guidance, with their consultants."""
    _import(
        file,
        lambda parts: PeopleImporter(parts.border(), parts.replan, as_new=as_new, again=again),
        dry_run=dry_run,
        as_json=as_json,
    )


@app.command()
def plans(file: File, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Plans (PIP): route and dates."""
    _import(
        file,
        IMPORTERS["plans"],
        dry_run=dry_run,
        as_json=as_json,
    )


@app.command()
def appointments(file: File, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Appointments; people hear of changes at once."""
    _import(
        file,
        IMPORTERS["appointments"],
        dry_run=dry_run,
        as_json=as_json,
    )


@app.command()
def offers(file: File, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """What people can take part in: workshops, language café, sport, swimming, buddies."""
    _import(
        file,
        IMPORTERS["offers"],
        dry_run=dry_run,
        as_json=as_json,
    )


@app.command()
def groups(file: File, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Who is in which lesson group, from when until when."""
    _import(
        file,
        IMPORTERS["groups"],
        dry_run=dry_run,
        as_json=as_json,
    )


@app.command()
def attendance(file: File, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Who was at which lesson or meeting, as providers list it."""
    _import(
        file,
        IMPORTERS["attendance"],
        dry_run=dry_run,
        as_json=as_json,
    )


@app.command()
def progress(file: File, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """How far people are: parts that are done, hours, exams with their attempts."""
    _import(
        file,
        IMPORTERS["progress"],
        dry_run=dry_run,
        as_json=as_json,
    )


@app.command()
def timetable(
    file: File,
    group: Annotated[str, typer.Option(help="The lesson group whose timetable this is.")],
    dry_run: DryRun = False,
    cancel_missing: Annotated[
        bool, typer.Option("--cancel-missing", help="However many lessons the file lacks: they do not take place.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """A language provider's timetable (.ics); members of the group hear of what moves or is cancelled."""
    settings = read_settings()
    data = read_file(file)

    async def work() -> Report:
        async with opened(settings) as database:
            parts = deployed(settings, database)
            return await import_timetable(
                database,
                group.strip(),
                data,
                zone=settings.zone,
                now=parts.now(),
                on_changes=parts.changed,
                dry_run=dry_run,
                cancel_missing=cancel_missing,
                cancel_share=settings.timetable_cancel_share,
            )

    if not group.strip():
        stop("--group is empty; name the lesson group, as in the groups table.", WRONG_USAGE)
    finish(run(work), as_json=as_json, dry_run=dry_run, rows="line")


@app.command()
def columns(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of: {', '.join(KINDS)}.")],
    template: Annotated[
        Path | None, typer.Option(help="Write a table to fill in: a name that ends in .csv or .xlsx.", dir_okay=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The columns of a table: what may stand in them, and an example."""
    found = KINDS.get(kind)
    if found is None:
        stop(f"There is no table {kind!r}. Choose one of: {', '.join(KINDS)}.", WRONG_USAGE)
    if template is not None:
        writers = {".csv": template_csv, ".xlsx": template_xlsx}
        writer = writers.get(template.suffix.lower())
        if writer is None:
            stop("The name of the template should end in .csv or .xlsx.", WRONG_USAGE)
        try:
            template.write_bytes(writer(kind))
        except OSError as error:
            stop(f"{template} cannot be written: {error.strerror}.", WRONG_USAGE)
    if as_json:
        example = template_csv(kind).decode("utf-8-sig")
        show_json({"kind": kind, "columns": [asdict(column) for column in found], "example": example})
        return
    shown = Table("column", "", "what stands in it", "for example", box=None)
    for column in found:
        shown.add_row(column.name, "needed" if column.required else "", column.values, column.example)
    console.print(shown)
    console.print(f"Comma or semicolon between them, UTF-8; or a workbook (.xlsx). Then: maatje import {kind} FILE")


def read_file(file: Path) -> bytes:
    """A file's content, unless it is absurdly large."""
    if file.stat().st_size > LARGEST_FILE:
        stop(f"{file.name} is larger than {LARGEST_FILE // 1_000_000} MB; split it.", WRONG_USAGE)
    return file.read_bytes()


def _import(file: Path, make: Callable[[Deployment], Importer[T]], *, dry_run: bool, as_json: bool) -> None:
    settings = read_settings()
    data = read_file(file)

    async def work() -> Report:
        async with opened(settings) as database:
            importer = make(deployed(settings, database))
            report = await _with_progress(database, importer, data, dry_run=dry_run, quiet=as_json)
            if not dry_run:
                await noted(settings, database, "imported", type(importer).__name__.removesuffix("Importer").lower())
            return report

    try:
        report = run(work)
    except TableUnreadable as error:
        if not as_json:
            stop(f"{file.name}: {error}")
        report = Report(rejected=[(1, error.field, str(error))])
    finish(report, as_json=as_json, dry_run=dry_run)


async def _with_progress(
    database: Database, importer: Importer[T], data: bytes, *, dry_run: bool, quiet: bool
) -> Report:
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=quiet or not errors.is_terminal) as bar:
        task = bar.add_task("rows", total=max(data.count(b"\n"), 1))
        with settled():
            return await run_import(
                database,
                importer,
                data,
                dry_run=dry_run,
                apart=True,
                progress=lambda rows: bar.advance(task, rows),
            )


def finish(report: Report, *, as_json: bool, dry_run: bool, rows: str = "row") -> None:
    """Show a report; exit 1 when rows were rejected."""
    if as_json:
        show_json(report.to_json())
    else:
        if dry_run:
            console.print("Dry run: nothing was kept.")
        counts = f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged"
        console.print(f"{counts}, {report.cancelled} cancelled." if report.cancelled else f"{counts}.")
        for number, field, warning in sorted(report.warnings):
            errors.print(f"{rows} {number}, {field}: {warning}", style="yellow", markup=False, highlight=False)
        for number, field, error in sorted(report.rejected):
            errors.print(f"{rows} {number}, {field}: {error}", style="red", markup=False, highlight=False)
    if report.rejected:
        raise typer.Exit(FAULTS)
