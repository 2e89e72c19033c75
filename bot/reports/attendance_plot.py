"""A picture of an attendance report: one stacked bar a line. matplotlib is an extra, and read only when asked for."""

import io
from collections.abc import Sequence
from typing import Final, Literal

from bot.reports.attendance_counts import CountedLine
from storage.attendance.attendance import Outcome

INSTALL: Final = "pip install 'maatje[plots]'"
# Longer pictures are neither read nor printed.
MOST_BARS: Final = 300
_NONE: Final = "(none)"
_LONGEST_LABEL: Final = 40
# Okabe and Ito's colours, told apart by people who are colour-blind, and hatches for who prints in black and white.
_LOOKS: Final[dict[Outcome, tuple[str, str, str]]] = {
    Outcome.PRESENT: ("present", "#0072B2", ""),
    Outcome.LATE: ("late", "#56B4E9", "//"),
    Outcome.EXCUSED: ("excused", "#F0E442", ".."),
    Outcome.REPORTED: ("absent, reported", "#E69F00", "\\\\"),
    Outcome.NOT_REPORTED: ("absent, not reported", "#D55E00", "xx"),
}


class PlotImpossible(ValueError):
    """There is no picture to be had; the message says what to do."""


def check_plots() -> None:
    """See whether pictures can be made.

    Raises:
        PlotImpossible: matplotlib is not installed.
    """
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError as error:
        raise PlotImpossible(f"Pictures need matplotlib. Install it with: {INSTALL}") from error


def draw(lines: Sequence[CountedLine], *, title: str, file_format: Literal["png", "svg"]) -> bytes:
    """The picture: counts to the right, one bar a line in their order from the top, percent present at its end.

    Raises:
        PlotImpossible: matplotlib is not installed, or there are more than MOST_BARS lines.
    """
    check_plots()
    if len(lines) > MOST_BARS:
        raise PlotImpossible(f"{len(lines)} bars are too many for a picture ({MOST_BARS} fit); take fewer lines.")
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # No pyplot: a figure of its own has no global state and opens no window.
    figure = Figure(figsize=(11, 1.8 + 0.3 * max(len(lines), 1)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    places = list(range(len(lines)))
    longest = max((line.total for line in lines), default=0)
    left = [0] * len(lines)
    for outcome, (label, colour, hatch) in _LOOKS.items():
        counts = [line.counts[outcome] for line in lines]
        axes.barh(
            places, counts, left=left, height=0.72, label=label, color=colour, hatch=hatch, edgecolor="#222222", lw=0.6
        )
        for place, count, start in zip(places, counts, left, strict=True):
            if count and count >= 0.035 * longest:
                axes.text(
                    start + count / 2,
                    place,
                    str(count),
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="#111111",
                    bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
                )
        left = [start + count for start, count in zip(left, counts, strict=True)]
    for place, line in zip(places, lines, strict=True):
        if line.percent_present is not None:
            axes.text(line.total + 0.01 * longest, place, f"{line.percent_present:.0f}%", va="center", fontsize=8)
    # A name may hold a dollar sign, which begins a formula elsewhere.
    axes.set_yticks(places, labels=[_label(line) for line in lines], parse_math=False, fontsize=9)
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.set_xlim(0, max(longest, 1) * 1.07)
    axes.set_xlabel("lessons and meetings on attendance lists · % = present, late included")
    axes.set_title(title, loc="left", parse_math=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper center", ncols=len(_LOOKS), frameon=False, fontsize=9)
    buffer = io.BytesIO()
    # The same lines give the same file: no date in it, no random ids.
    with matplotlib.rc_context({"svg.hashsalt": "maatje", "svg.fonttype": "none"}):
        figure.savefig(buffer, format=file_format, dpi=120, metadata={"Date": None} if file_format == "svg" else None)
    return buffer.getvalue()


def _label(line: CountedLine) -> str:
    text = line.key if line.key is not None else _NONE
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1] + "…"
