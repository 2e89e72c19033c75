"""The progress table: how far people are with the parts of their plan, as schools, DUO and the municipality know it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from storage.attendance.made_hours import count_anew
from storage.importing import cells as cell
from storage.importing.run import Border, Parsed, RowOutcome
from storage.people.people import person_ids
from storage.progress.parts import OnProgress, Progress, rows_to_change, tell_nobody
from storage.vocabulary import EXAMS, FILE_PARTS, PartStatus, PlanPart, ProgressSource

#: Parts that hours are made of.
TIMED: Final = frozenset({PlanPart.PVT, PlanPart.MAP, PlanPart.BRIDGING, PlanPart.LESSONS, PlanPart.PARTICIPATION})
# What can be tried without success.
_TRIED: Final = frozenset({*EXAMS, PlanPart.BRIDGING, PlanPart.MAP})
_MOST_HOURS: Final = 10_000
_MOST_ATTEMPTS: Final = 20


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """One row of the progress table; `minutes` of its hours."""

    person_external_id: str
    part: PlanPart
    status: PartStatus
    on: date | None
    minutes: int | None
    attempt: int | None
    note: str | None


class ProgressImporter:
    """Imports progress by person, part and, of exams, attempt; a column that the file lacks leaves what is stored.

    Hours are a total as of the row's day (of today where it has none): what is attended on later days is added.
    """

    required = frozenset({"person_external_id", "part", "status"})
    known = required | {"on", "hours", "attempt", "note"}
    key_field = "part"

    def __init__(self, border: Border, zone: ZoneInfo, on_progress: OnProgress = tell_nobody) -> None:
        self._border = border
        self._zone = zone
        self._on_progress = on_progress

    @property
    def _today(self) -> date:
        return self._border.now.astimezone(self._zone).date()

    def parse(self, cells: Mapping[str, str], _warn: Callable[[str, str], None]) -> ProgressRow:
        """See Importer."""
        part = _part(cells)
        status = cell.required_word(cells, "status", PartStatus)
        on = cell.day(cells, "on")
        hours = cell.number(cells, "hours", most=_MOST_HOURS)
        attempt = cell.whole_number(cells, "attempt", most=_MOST_ATTEMPTS)
        if part is not None:
            if status is PartStatus.FAILED and part not in _TRIED:
                cell.fault(
                    cells, "status", f"is failed, which only exams, bridging and map can be; {part} is open or busy"
                )
            if hours is not None and part not in TIMED:
                cell.fault(cells, "hours", f"is given, but {part} has no hours; empty it, or mend part")
            if attempt is not None and part not in EXAMS:
                cell.fault(cells, "attempt", f"is given, but {part} is no exam; empty it, or mend part")
        if attempt == 0:
            cell.fault(cells, "attempt", "is 0; the first attempt is 1")
        if on is not None and on > self._today and status in (PartStatus.DONE, PartStatus.FAILED):
            cell.fault(cells, "on", f"lies ahead ({on}), but status is {status}; write busy until then, or mend it")
        return ProgressRow(
            person_external_id=cell.required(cells, "person_external_id", longest=80),
            part=part or PlanPart.PVT,
            status=status,
            on=on,
            minutes=None if hours is None else round(hours * 60),
            attempt=attempt,
            note=cell.text(cells, "note", longest=500),
        )

    def key(self, value: ProgressRow) -> str:
        """See Importer."""
        return f"{value.person_external_id}/{value.part}/{value.attempt or ''}"

    async def save(
        self, session: AsyncSession, rows: Sequence[Parsed[ProgressRow]], reject: Callable[[int, str, str], None]
    ) -> list[RowOutcome]:
        """See Importer."""
        people = await person_ids(session, {row.value.person_external_id for row in rows})
        stored = await rows_to_change(session, people.values())
        outcomes: list[RowOutcome] = []
        touched: set[int] = set()
        counted: set[int] = set()
        for row in rows:
            person_id = people.get(row.value.person_external_id)
            if person_id is None:
                reject(row.number, "person_external_id", "is nobody we know; import people first, or mend the id")
                continue
            value = row.value
            kept = stored[person_id].get((value.part, value.attempt))
            if kept is None:
                kept = Progress(
                    person_id=person_id,
                    part=value.part,
                    attempt=value.attempt,
                    status=value.status,
                    source=ProgressSource.IMPORT,
                    updated_at=self._border.now,
                )
                session.add(kept)
                self._change(kept, row)
                outcomes.append(RowOutcome.CREATED)
            elif self._change(kept, row):
                kept.source, kept.updated_at = ProgressSource.IMPORT, self._border.now
                outcomes.append(RowOutcome.UPDATED)
            else:
                outcomes.append(RowOutcome.UNCHANGED)
                continue
            touched.add(person_id)
            if "hours" in row.columns and value.part in TIMED:
                counted.add(person_id)
        await session.flush()
        if counted:
            await count_anew(session, counted, self._zone, self._border.now)
        if touched:
            await self._on_progress(session, touched)
        return outcomes

    def _change(self, kept: Progress, row: Parsed[ProgressRow]) -> bool:
        """Bring a row to what the file says; whether it was anything else."""
        value, before = row.value, _state(kept)
        kept.status = value.status
        if "on" in row.columns:
            kept.status_on = value.on
        if "note" in row.columns:
            kept.note = value.note
        if "hours" in row.columns:
            if value.minutes != kept.noted_minutes or value.on is not None:
                # The same total, without a day, is no newer than it was.
                kept.noted_on = None if value.minutes is None else value.on or self._today
            kept.noted_minutes = value.minutes
        return _state(kept) != before


def _state(kept: Progress) -> tuple[object, ...]:
    return kept.status, kept.status_on, kept.noted_minutes, kept.noted_on, kept.note


def _part(cells: Mapping[str, str]) -> PlanPart | None:
    """The part that a row names; None, with a fault, for anything else."""
    value = cells.get("part", "").strip().lower()
    words = ", ".join(FILE_PARTS)
    if not value:
        cell.fault(cells, "part", f"is empty; use one of: {words}")
        return None
    found = next((part for part in FILE_PARTS if part == value), None)
    if found is None:
        cell.fault(cells, "part", f"{value[:40]!r} is not known; use one of: {words}")
    return found
