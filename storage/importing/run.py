"""Runs an import: rows in groups, each group in one transaction; counts, faults and warnings.

Rows are grouped so that a running service waits for an import of 10,000 rows no longer than for one group (pace.py).
The file itself is what is staged: it is read before anything is written, each row is whole by itself with all that
people hear of it, and the same file once more does what is left after an import that was cut off, and nothing twice
(docs/decisions/0013).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import Generic, NamedTuple, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine.columns import Json
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.importing.cells import CellFault, RowCells, fault
from storage.importing.pace import GroupPace
from storage.importing.table import RawRow, Table

T = TypeVar("T")


class RowOutcome(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class LocalTime(NamedTuple):
    """A wall time made an instant; `oddity` is "gap" or "fold" when it did not exist or existed twice that night."""

    instant: datetime
    oddity: str | None


@dataclass(frozen=True, slots=True)
class Border:
    """What importers need from outside storage: the time, the keys, and knowledge of languages and wall time."""

    now: datetime
    keys: KeyRing
    find_language: Callable[[str], str | None]
    to_instant: Callable[[datetime], LocalTime]
    # The Dutch name of the public holiday on an instant's local day, or None.
    holiday: Callable[[datetime], str | None]
    # The wall time of an instant when nobody meets at that hour, or None.
    night: Callable[[datetime], time | None]


@dataclass(slots=True)
class Report:
    """The result of an import, as the command line shows it. `cancelled` is counted apart from `updated`."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    cancelled: int = 0
    rejected: list[tuple[int, str, str]] = field(default_factory=list)
    warnings: list[tuple[int, str, str]] = field(default_factory=list)

    def count(self, outcome: RowOutcome) -> None:
        """Add one row."""
        setattr(self, outcome.value, getattr(self, outcome.value) + 1)

    def to_json(self) -> dict[str, Json]:
        """The document of DESIGN.md, with warnings beside it."""
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "cancelled": self.cancelled,
            "rejected": [{"row": n, "field": f, "error": e} for n, f, e in sorted(self.rejected)],
            "warnings": [{"row": n, "field": f, "warning": w} for n, f, w in sorted(self.warnings)],
        }


class Parsed(NamedTuple, Generic[T]):
    """A good row: its number, its value, and which columns the file had (an absent column changes nothing).

    `warn` takes a field and a sentence about what only shows beside what is stored.
    """

    number: int
    value: T
    columns: frozenset[str]
    warn: Callable[[str, str], None]


class Importer(Protocol[T]):
    """One kind of table."""

    required: frozenset[str]
    known: frozenset[str]
    # The column that is named when a row's key stands in the file already.
    key_field: str

    def parse(self, cells: Mapping[str, str], warn: Callable[[str, str], None]) -> T:
        """A row's value.

        Raises:
            CellFault: what is wrong with it.
        """

    def key(self, value: T) -> str:
        """What may stand in a file only once."""

    async def save(
        self, session: AsyncSession, rows: Sequence[Parsed[T]], reject: Callable[[int, str, str], None]
    ) -> list[RowOutcome]:
        """Store a group of rows; one outcome for each row that was not rejected."""


def _warn(report: Report, number: int, field_name: str, warning: str) -> None:
    report.warnings.append((number, field_name, warning))


def _parsed(importer: Importer[T], raw: RawRow, cells: RowCells, warn: Callable[[str, str], None]) -> T | None:
    """A row's value; None when it has faults, all of which are in `cells` then."""
    if raw.fault is not None:
        fault(cells, *raw.fault)
        return None
    try:
        value = importer.parse(cells, warn)
    except CellFault as found:
        fault(cells, found.field, found.error)
        return None
    return None if cells.faults else value


def _groups(rows: Iterable[RawRow], pace: GroupPace) -> Iterator[list[RawRow]]:
    waiting = iter(rows)
    while group := list(islice(waiting, pace.size)):
        yield group


class _NotKept(Exception):
    """All of a rehearsal was done; nothing of it is kept."""


async def run_import(
    database: Database,
    importer: Importer[T],
    data: bytes,
    *,
    dry_run: bool = False,
    apart: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Import a table; with `dry_run` everything is done and nothing kept.

    `apart` = this process answers nobody meanwhile: on SQLite statements need no thread then, a fifth of the time.

    Raises:
        TableUnreadable: when the file as a whole cannot be used; nothing was changed.
    """
    table = Table(data, required=importer.required, known=importer.known)
    report = Report()
    for name in table.unknown:
        known = ", ".join(sorted(importer.known))
        report.warnings.append((1, name, f"is no column of this table and was left out; known: {known}"))
    report.warnings.extend((1, "file", oddity) for oddity in table.oddities)
    columns = frozenset(table.columns)
    first_seen: dict[str, int] = {}
    told: set[str] = set()
    pace = GroupPace(database)
    for group in _groups(table, pace):
        good: list[Parsed[T]] = []
        for raw in group:
            warn = partial(_warn, report, raw.number)
            cells = RowCells(raw.cells, warn, told)
            value = _parsed(importer, raw, cells, warn)
            if value is not None and (key := importer.key(value)) in first_seen:
                fault(cells, importer.key_field, f"stands in row {first_seen[key]} already; keep one of the two")
            elif value is not None:
                first_seen[key] = raw.number
                good.append(Parsed(raw.number, value, columns, warn))
            if cells.faults:
                report.rejected.extend((raw.number, field_name, error) for field_name, error in cells.faults.items())
        outcomes: list[RowOutcome] = []
        with suppress(_NotKept):
            async with database.writing(at_once=apart) as session:
                pace.begins()
                outcomes = await importer.save(session, good, lambda n, f, e: report.rejected.append((n, f, e)))
                if dry_run:
                    raise _NotKept
        for outcome in outcomes:
            report.count(outcome)
        if progress is not None:
            progress(len(group))
        await pace.ended(len(group))
    return report
