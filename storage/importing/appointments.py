"""The appointments table: meetings and classes of single people."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.appointments import appointments_by_external_id
from storage.appointments.changes import OnChanges
from storage.appointments.changing import AppointmentWriter
from storage.appointments.details import FIELDS, Details
from storage.importing import cells as cell
from storage.importing.run import Border, Parsed, RowOutcome
from storage.people.people import person_ids
from storage.vocabulary import AppointmentKind, AppointmentStatus, ChangeSource


class AppointmentRow(NamedTuple):
    """One row of the appointments table."""

    external_id: str
    person_external_id: str
    details: Details


_NOTES = {
    "gap": "does not exist in that night (the clock goes forward); taken as one hour later",
    "fold": "exists twice in that night (the clock goes back); taken as the first of the two",
}


class AppointmentsImporter:
    """Imports appointments by external id; what people must hear goes to `on_changes` in the same transaction."""

    required = frozenset({"external_id", "person_external_id", "kind", "starts_at"})
    known = required | FIELDS
    key_field = "external_id"

    def __init__(self, border: Border, on_changes: OnChanges, *, by: str = "operator") -> None:
        self._border = border
        self._on_changes = on_changes
        self._by = by

    def parse(self, cells: Mapping[str, str], warn: Callable[[str, str], None]) -> AppointmentRow:
        """See Importer."""
        kind = cell.required_word(cells, "kind", AppointmentKind)
        starts_at = self._instant(cells, "starts_at", warn)
        ends_at = self._instant(cells, "ends_at", warn)
        if starts_at is None:
            cell.fault(cells, "starts_at", "is empty; write 2026-03-01 14:00")
            starts_at = self._border.now
        elif ends_at is not None and ends_at <= starts_at:
            cell.fault(cells, "ends_at", "is not after starts_at; look at both")
        status = cell.word(cells, "status", AppointmentStatus) or AppointmentStatus.PLANNED
        holiday = self._border.holiday(starts_at)
        if holiday is not None and status is AppointmentStatus.PLANNED:
            warn("starts_at", f"is on a public holiday ({holiday}); is that right?")
        night = self._border.night(starts_at)
        if night is not None:
            warn("starts_at", f"is at {night:%H:%M}, at night; is that right?")
        return AppointmentRow(
            external_id=cell.required(cells, "external_id"),
            person_external_id=cell.required(cells, "person_external_id", longest=80),
            details=Details(
                kind=kind,
                starts_at=starts_at,
                ends_at=ends_at,
                location=cell.text(cells, "location", longest=500),
                online_url=cell.web_address(cells, "online_url"),
                with_whom=cell.text(cells, "with_whom", longest=200),
                mandatory=cell.yes_or_no(cells, "mandatory", default=True),
                status=status,
                note=cell.text(cells, "note"),
            ),
        )

    def _instant(self, cells: Mapping[str, str], field: str, warn: Callable[[str, str], None]) -> datetime | None:
        found = cell.moment(cells, field)
        if found is None or found.tzinfo is not None:
            return found
        local = self._border.to_instant(found)
        if local.oddity is not None:
            warn(field, _NOTES[local.oddity])
        return local.instant

    def key(self, value: AppointmentRow) -> str:
        """See Importer."""
        return value.external_id

    async def save(
        self, session: AsyncSession, rows: Sequence[Parsed[AppointmentRow]], reject: Callable[[int, str, str], None]
    ) -> list[RowOutcome]:
        """See Importer."""
        people = await person_ids(session, [row.value.person_external_id for row in rows])
        existing = await appointments_by_external_id(session, [row.value.external_id for row in rows])
        writer = AppointmentWriter(
            session, source=ChangeSource.CSV, by=self._by, now=self._border.now, listener=self._on_changes
        )
        await writer.listen_to(existing.values())
        outcomes: list[RowOutcome] = []
        for row in rows:
            person_id = people.get(row.value.person_external_id)
            appointment = existing.get(row.value.external_id)
            named = FIELDS & row.columns
            if person_id is None:
                reject(row.number, "person_external_id", "is nobody we know; import people first, or mend the id")
            elif appointment is not None and appointment.person_id != person_id:
                reject(row.number, "external_id", "belongs to somebody else's appointment; give this one another id")
            elif appointment is None:
                writer.enter(row.value.external_id, row.value.details, named, person_id=person_id)
                outcomes.append(RowOutcome.CREATED)
            else:
                change = writer.hear(appointment, row.value.details, named)
                outcomes.append(RowOutcome.UNCHANGED if change is None else RowOutcome.UPDATED)
        await writer.finish()
        return outcomes
