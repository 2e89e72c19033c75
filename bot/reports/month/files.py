"""The report of a month as CSV, as a workbook and as a picture (with matplotlib, which is an extra)."""

import csv
import io
from collections.abc import Sequence
from typing import Final, Literal

from bot.reports.attendance_plot import check_plots
from bot.reports.month.figures import Month, rows_of
from bot.reports.month.small_groups import EVERYWHERE

_HEAD: Final = ("month", "figure", "place", "category", "count")
# Okabe and Ito's colours, told apart by people who are colour-blind.
_COLOURS: Final = ("#0072B2", "#56B4E9", "#E69F00", "#F0E442", "#D55E00")


def to_csv(month: Month) -> bytes:
    """As CSV that a Dutch Excel opens in columns: semicolons, and a byte order mark. What is left out is empty."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(_HEAD)
    writer.writerows(_lines(month))
    return buffer.getvalue().encode("utf-8-sig")


def to_xlsx(month: Month) -> bytes:
    """As a workbook with a fixed header."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active if book.active is not None else book.create_sheet()
    sheet.title = f"{month.first:%Y-%m}"
    sheet.append(list(_HEAD))
    for line in _lines(month):
        sheet.append(list(line))
    for cell, width in zip(sheet[1], (10, 22, 30, 26, 10), strict=True):
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = width
    sheet.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def draw(month: Month, *, file_format: Literal["png", "svg"]) -> bytes:
    """The figures of everywhere, one stacked bar each, in percent; what is left out has none.

    Raises:
        PlotImpossible: matplotlib is not installed.
    """
    check_plots()
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = [one for one in month.figures if len(one.of(EVERYWHERE)) > 1 and any(one.of(EVERYWHERE).values())]
    # No pyplot: a figure of its own has no global state and opens no window.
    picture = Figure(figsize=(11, 1.6 + 0.8 * max(len(shown), 1)), layout="constrained")
    FigureCanvasAgg(picture)
    axes = picture.add_subplot()
    for place, one in enumerate(shown):
        counts, left = one.of(EVERYWHERE), 0.0
        for number, (category, count) in enumerate(counts.items()):
            width = 100 * count / sum(counts.values())
            axes.barh(
                [place], [width], left=[left], color=_COLOURS[number % len(_COLOURS)], edgecolor="#222222", lw=0.6
            )
            if width >= 9:
                label = f"{category.replace('_', ' ')}\n{count}"
                box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
                axes.text(left + width / 2, place, label, ha="center", va="center", fontsize=7, bbox=box)
            left += width
    axes.set_yticks(list(range(len(shown))), labels=[one.name.replace("_", " ") for one in shown], fontsize=9)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlim(0, 100)
    axes.set_xlabel("percent · counts in fives, groups of fewer than five people are left out")
    axes.set_title(f"{month.first:%Y-%m}", loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    buffer = io.BytesIO()
    # The same figures give the same file: no date in it, no random ids.
    with matplotlib.rc_context({"svg.hashsalt": "maatje", "svg.fonttype": "none"}):
        picture.savefig(buffer, format=file_format, dpi=120, metadata={"Date": None} if file_format == "svg" else None)
    return buffer.getvalue()


def _lines(month: Month) -> Sequence[tuple[str, str, str, str, int | None]]:
    name = f"{month.first:%Y-%m}"
    return [(name, *row) for row in rows_of(month)]
