"""An attendance report: outcomes counted by person, group, provider, week or month, as lines and as sheets."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from storage.attendance.attendance import Attended, HoursMade, Outcome, hours

K = TypeVar("K")

# By these a spreadsheet takes a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class By(StrEnum):
    """What a line is about."""

    PERSON = "person"
    GROUP = "group"
    PROVIDER = "provider"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Goals:
    """The hours that a person's route asks for; None = the law sets no number (DOMAIN.md, "Hours")."""

    lessons: int | None = None
    participation: int | None = None
    pvt: int | None = None


@dataclass(frozen=True, slots=True)
class CountedLine:
    """One line: `key` is an external id, a name, "2026-W09" or "2026-03"; None = without group or provider."""

    key: str | None
    counts: Mapping[Outcome, int]
    hours: HoursMade | None = None
    goals: Goals | None = None

    @property
    def total(self) -> int:
        """How many times a list said anything."""
        return sum(self.counts.values())

    @property
    def percent_present(self) -> float | None:
        """How much of it the person was there, late included, in percent with one decimal."""
        there = self.counts[Outcome.PRESENT] + self.counts[Outcome.LATE]
        return round(100 * there / self.total, 1) if self.total else None

    def as_dict(self, by: By) -> dict[str, str | int | float | None]:
        """The line as JSON and sheets have it."""
        values: dict[str, str | int | float | None] = {by.value: self.key}
        values |= {outcome.value: self.counts[outcome] for outcome in Outcome}
        values |= {"total": self.total, "percent_present": self.percent_present}
        if by is By.PERSON:
            made, goals = asdict(self.hours or HoursMade()), asdict(self.goals or Goals())
            for name in ("lessons", "participation", "pvt"):
                values |= {f"hours_{name}": round(made[name], 2), f"goal_{name}": goals[name]}
        return values


def lines_of(
    rows: Sequence[Attended],
    by: By,
    *,
    zone: ZoneInfo,
    external_ids: Mapping[int, str],
    goals: Mapping[int, Goals] | None = None,
) -> list[CountedLine]:
    """Rows counted, in the order of their keys; what has none comes last. Weeks and months are local."""
    if by is By.PERSON:
        made = hours(rows)
        return sorted(
            (
                CountedLine(external_ids[person_id], counts, made.get(person_id), (goals or {}).get(person_id))
                for person_id, counts in _counted(rows, lambda row: row.person_id).items()
            ),
            key=lambda line: line.key or "",
        )
    keys: dict[By, Callable[[Attended], str | None]] = {
        By.GROUP: lambda row: row.group,
        By.PROVIDER: lambda row: row.provider,
        By.WEEK: lambda row: f"{row.starts_at.astimezone(zone):%G-W%V}",
        By.MONTH: lambda row: f"{row.starts_at.astimezone(zone):%Y-%m}",
    }
    found = [CountedLine(key, counts) for key, counts in _counted(rows, keys[by]).items()]
    return sorted(found, key=lambda line: (line.key is None, line.key or ""))


def total_of(lines: Iterable[CountedLine]) -> CountedLine:
    """All lines together."""
    counts: Counter[Outcome] = Counter()
    for line in lines:
        counts.update(line.counts)
    return CountedLine("total", counts)


def to_csv(lines: Iterable[CountedLine], by: By) -> bytes:
    """As CSV that a Dutch Excel opens in columns: semicolons, and a byte order mark; no cell is a formula."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(CountedLine(None, Counter()).as_dict(by))
    for line in lines:
        writer.writerow(_harmless(value) for value in line.as_dict(by).values())
    return buffer.getvalue().encode("utf-8-sig")


def to_xlsx(lines: Sequence[CountedLine], by: By) -> bytes:
    """As a workbook with a fixed header; texts are texts, whatever they look like."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active if book.active is not None else book.create_sheet()
    sheet.title = "attendance"
    sheet.append(list(CountedLine(None, Counter()).as_dict(by)))
    for number, line in enumerate(lines, start=2):
        for column, value in enumerate(line.as_dict(by).values(), start=1):
            cell = sheet.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
                cell.number_format = "@"
    for column in range(1, sheet.max_column + 1):
        sheet.cell(1, column).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = 24 if column == 1 else 16
    sheet.freeze_panes = "B2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _harmless(value: str | float | None) -> str | float | None:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _counted(rows: Iterable[Attended], key: Callable[[Attended], K]) -> dict[K, Counter[Outcome]]:
    found: defaultdict[K, Counter[Outcome]] = defaultdict(Counter)
    for row in rows:
        found[key(row)][row.outcome] += 1
    return dict(found)
