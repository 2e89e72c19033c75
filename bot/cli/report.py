"""`maatje report --month …`: the municipality's figures of a month, groups of fewer than five people left out."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bot.cli.common import WRONG_USAGE, AsJson, console, deployed, noted, opened, read_settings, run, show_json, stop
from bot.configuration.clock import SystemClock
from bot.reports.attendance_plot import PlotImpossible, check_plots
from bot.reports.month.figures import Month, figures_of, rows_of
from bot.reports.month.files import draw, to_csv, to_xlsx

ToFile = Annotated[Path | None, typer.Option(metavar="FILE", dir_okay=False)]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(report)


def report(
    month: Annotated[datetime, typer.Option(formats=["%Y-%m"], metavar="YYYY-MM", help="Which month.")],
    as_json: AsJson = False,
    csv: ToFile = None,
    xlsx: ToFile = None,
    plot: Annotated[Path | None, typer.Option(metavar="FILE.png|.svg", dir_okay=False)] = None,
) -> None:
    """The municipality's figures of a month; groups of fewer than five people are left out."""
    settings = read_settings()
    now, first = SystemClock().now(), month.date()
    if first > now.astimezone(settings.zone).date():
        stop(f"{month:%Y-%m} has not begun.", WRONG_USAGE)
    if plot is not None:
        _can_be_drawn(plot)

    async def work() -> Month:
        async with opened(settings) as database:
            rules = deployed(settings, database).term_rules
            async with database.reading() as session:
                found = await figures_of(session, first, settings.zone, rules, now)
            await noted(settings, database, "reported", f"month:{month:%Y-%m}")
            return found

    found = run(work)
    if csv is not None:
        _write(csv, to_csv(found))
    if xlsx is not None:
        _write(xlsx, to_xlsx(found))
    if plot is not None:
        _write(plot, draw(found, file_format="svg" if plot.suffix.lower() == ".svg" else "png"))
    written = [str(file) for file in (csv, xlsx, plot) if file is not None]
    if as_json:
        rows = [dict(zip(("figure", "place", "category", "count"), row, strict=True)) for row in rows_of(found)]
        left_out = [one.name for one in found.figures if one.is_left_out]
        show_json({"month": f"{month:%Y-%m}", "rows": rows, "left_out": left_out, "files": written})
        return
    table = Table("figure", "place", "category", "count")
    for name, place, category, count in rows_of(found):
        table.add_row(name, place, category, "-" if count is None else str(count))
    console.print(table)
    console.print("Counts are rounded to fives. - = not shown: a group would have fewer than five people.")
    for file in written:
        console.print(f"Written: {file}", markup=False, highlight=False, soft_wrap=True)


def _can_be_drawn(plot: Path) -> None:
    if plot.suffix.lower() not in (".png", ".svg"):
        stop(f"A picture is a .png or .svg, not {plot.name}.", WRONG_USAGE)
    try:
        check_plots()
    except PlotImpossible as error:
        stop(str(error), WRONG_USAGE)


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        stop(f"{file} cannot be written: {error.strerror}.", WRONG_USAGE)
