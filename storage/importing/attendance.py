"""The attendance table: who was at which lesson or meeting, and for how long, as providers send it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.appointments import Appointment, Participation, participation_in
from storage.attendance.attendance import AttendanceChange, OnAttendance
from storage.attendance.made_hours import MinutesMade, add_made, minutes_at
from storage.importing import cells as cell
from storage.importing.attendance_lookups import AttendanceRow, FoundAppointment, Lookups, StoredPresence
from storage.importing.cells import CellFault
from storage.importing.run import Border, Parsed, RowOutcome
from storage.importing.table import TableUnreadable
from storage.progress.parts import OnProgress, tell_nobody
from storage.vocabulary import AppointmentStatus, Presence

A_DAY = 1440
# Dutch lists are usual. "a" stands for both words on them, and is nobody's here.
_WORDS = {
    Presence.PRESENT: ("present", "aanwezig", "1", "x", "ja", "yes"),
    Presence.LATE: ("late", "te laat", "laat"),
    Presence.ABSENT: ("absent", "afwezig", "0", "nee", "no", "niet aanwezig", "ongeoorloofd", "ongeoorloofd afwezig"),
    Presence.EXCUSED: (
        "excused",
        "geoorloofd",
        "geoorloofd afwezig",
        "ziek gemeld",
        "ziekgemeld",
        "verontschuldigd",
        "afgemeld",
    ),
}
_PRESENCE = {word: presence for presence, words in _WORDS.items() for word in words}
_NOTES = {
    "gap": "does not exist in that night (the clock goes forward); taken as one hour later",
    "fold": "exists twice in that night (the clock goes back); taken as the first of the two",
}


class AttendanceImporter:
    """Imports presence and minutes by appointment and person; for one file.

    Created = the first presence that is known; a person's own answer to the appointment stays as it is. An absent
    `minutes` column leaves minutes alone.
    `on_changes` hears of every presence that is new or other than before, `on_progress` of whose hours are, in the same
    transaction, group by group.
    """

    required = frozenset({"person_external_id", "presence"})
    known = required | {"appointment_external_id", "group", "starts_at", "minutes"}
    key_field = "person_external_id"

    def __init__(
        self,
        border: Border,
        zone: ZoneInfo,
        on_changes: OnAttendance | None = None,
        on_progress: OnProgress = tell_nobody,
    ) -> None:
        self._border = border
        self._zone = zone
        self._on_changes = on_changes
        self._on_progress = on_progress
        self._numbers = count(1)
        # What this file said first of each appointment and person, and in which row.
        self._first: dict[tuple[int, int], tuple[int, Presence, int | None]] = {}

    def parse(self, cells: Mapping[str, str], warn: Callable[[str, str], None]) -> AttendanceRow:
        """See Importer."""
        if "appointment_external_id" not in cells and not {"group", "starts_at"} <= cells.keys():
            raise TableUnreadable(
                "The columns that say which appointment are missing: appointment_external_id, or group and starts_at.",
                "appointment_external_id",
            )
        appointment = cell.text(cells, "appointment_external_id", longest=255)
        group = cell.text(cells, "group", longest=120)
        starts_at = self._instant(cells, warn)
        if appointment is not None and (group is not None or starts_at is not None):
            cell.fault(
                cells,
                "appointment_external_id",
                "is given beside group or starts_at; keep one of the two ways in a row",
            )
        elif appointment is None and group is None and starts_at is None:
            missing = "appointment_external_id" if "appointment_external_id" in cells else "group"
            cell.fault(cells, missing, "is empty; give appointment_external_id, or group and starts_at")
        elif appointment is None and group is None:
            cell.fault(cells, "group", "is empty; name the lesson group, as in the groups table")
        elif appointment is None and starts_at is None:
            cell.fault(cells, "starts_at", "is empty; write 2026-03-01 14:00")
        presence = _presence(cells)
        minutes = cell.whole_number(cells, "minutes", most=A_DAY)
        if presence is Presence.ABSENT and minutes:
            cell.fault(cells, "minutes", f"is {minutes}, but presence is absent; empty it, or mend presence")
        return AttendanceRow(
            appointment_external_id=appointment,
            group=group,
            starts_at=starts_at,
            person_external_id=cell.required(cells, "person_external_id", longest=80),
            presence=presence,
            minutes=minutes,
        )

    def _instant(self, cells: Mapping[str, str], warn: Callable[[str, str], None]) -> datetime | None:
        found = cell.moment(cells, "starts_at")
        if found is None or found.tzinfo is not None:
            return found
        local = self._border.to_instant(found)
        if local.oddity is not None:
            warn("starts_at", _NOTES[local.oddity])
        return local.instant

    def key(self, _value: AttendanceRow) -> str:
        """See Importer. A number of its own: the same lesson can be named in two ways, so `save` finds doubles."""
        return str(next(self._numbers))

    async def save(
        self, session: AsyncSession, rows: Sequence[Parsed[AttendanceRow]], reject: Callable[[int, str, str], None]
    ) -> list[RowOutcome]:
        """See Importer."""
        group = await Lookups.read(session, [row.value for row in rows], self._zone)
        outcomes: list[RowOutcome] = []
        upserts: list[dict[str, object]] = []
        changes: list[AttendanceChange] = []
        made: list[MinutesMade] = []
        for row in rows:
            try:
                appointment, person_id = self._whose(row.value, group)
                appointment_id = appointment.id
                is_again = self._is_again(row, appointment_id, person_id)
            except CellFault as fault:
                reject(row.number, fault.field, fault.error)
                continue
            stored = group.stored.get((appointment_id, person_id), StoredPresence(None, None))
            wanted = StoredPresence(row.value.presence, _minutes(row, stored))
            if is_again or wanted == stored:
                outcomes.append(RowOutcome.UNCHANGED)
                continue
            outcomes.append(RowOutcome.CREATED if stored.presence is None else RowOutcome.UPDATED)
            upserts.append({"appointment_id": appointment_id, "person_id": person_id, **wanted._asdict()})
            made.append(_made(appointment, person_id, stored, wanted))
            if wanted.presence is not stored.presence:
                changes.append(AttendanceChange(appointment_id, person_id, row.value.presence))
        await _upsert(session, upserts)
        if touched := await add_made(session, made, self._zone, self._border.now):
            await self._on_progress(session, touched)
        if self._on_changes is not None and changes:
            await self._on_changes(session, changes)
        return outcomes

    def _is_again(self, row: Parsed[AttendanceRow], appointment_id: int, person_id: int) -> bool:
        said = (row.value.presence, row.value.minutes)
        number, *first = self._first.setdefault((appointment_id, person_id), (row.number, *said))
        if tuple(first) != said:
            raise CellFault("presence", f"is not what row {number} says of this person; keep one of the two")
        return number != row.number

    def _whose(self, value: AttendanceRow, known: Lookups) -> tuple[FoundAppointment, int]:
        """The appointment, and the id of the person."""
        person_id = known.people.get(value.person_external_id)
        if person_id is None:
            raise CellFault("person_external_id", "is nobody we know; import people first, or mend the id")
        appointment = self._appointment(value, known)
        local = appointment.starts_at.astimezone(self._zone)
        shown = f"{local:%Y-%m-%d %H:%M}"
        if appointment.person_id is not None and appointment.person_id != person_id:
            raise CellFault("person_external_id", "is not whose appointment this is; look at both ids")
        memberships = known.memberships.get((appointment.group_id, person_id), ())
        if appointment.group_id is not None and not any(member.on(local.date()) for member in memberships):
            raise CellFault(
                "person_external_id",
                f"was not in the group on {local.date()}; look at the groups table and the id",
            )
        if appointment.status is AppointmentStatus.CANCELLED:
            raise CellFault(
                value.appointment_field, f"was cancelled ({shown}); take the row out, or restore the appointment first"
            )
        if appointment.starts_at > self._border.now:
            raise CellFault(
                value.appointment_field, f"has not begun yet ({shown}); note who was there afterwards, or mend it"
            )
        return appointment, person_id

    def _appointment(self, value: AttendanceRow, known: Lookups) -> FoundAppointment:
        if value.appointment_external_id is not None:
            found = known.by_id.get(value.appointment_external_id)
            if found is None:
                raise CellFault(
                    "appointment_external_id", "is no appointment we know; import appointments first, or mend the id"
                )
            return found
        group_id = known.groups.get(value.group or "")
        if group_id is None:
            raise CellFault("group", "is no lesson group we know; import groups first, or mend the name")
        if value.starts_at is None:  # parse() gives the two together
            raise CellFault("starts_at", "is empty; write 2026-03-01 14:00")
        found = known.lessons.get((group_id, value.starts_at))
        if found is None:
            starts_at = value.starts_at
            of_day = known.near.get((group_id, starts_at.astimezone(self._zone).date()), ())
            nearest = min(of_day, key=lambda lesson: abs(lesson - starts_at), default=None)
            hint = (
                f"the nearest of that day starts at {nearest.astimezone(self._zone):%H:%M}"
                if nearest is not None
                else "there is none on that day; import the timetable first, or mend the date"
            )
            raise CellFault("starts_at", f"is no start of a lesson of this group; {hint}")
        return found


def _presence(cells: Mapping[str, str]) -> Presence:
    value = " ".join(cells.get("presence", "").lower().replace("_", " ").split())
    words = cell.words_of(Presence)
    if not value:
        cell.fault(cells, "presence", f"is empty; use one of: {words}")
    elif value not in _PRESENCE:
        more = "or aanwezig, te laat, afwezig, geoorloofd"
        cell.fault(cells, "presence", f"{value[:40]!r} is not known; use one of: {words} ({more})")
    return _PRESENCE.get(value, Presence.PRESENT)


def _minutes(row: Parsed[AttendanceRow], stored: StoredPresence) -> int | None:
    if "minutes" in row.columns:
        return row.value.minutes
    # The file says nothing of minutes; those of somebody who turns out to have been absent are wrong all the same.
    return None if row.value.presence is Presence.ABSENT else stored.minutes


def _made(appointment: FoundAppointment, person_id: int, stored: StoredPresence, wanted: StoredPresence) -> MinutesMade:
    """The minutes that a line brings, less those that an earlier list brought."""
    before, after = (minutes_at(*line, appointment.starts_at, appointment.ends_at) for line in (stored, wanted))
    return MinutesMade(person_id, appointment.kind, appointment.starts_at, after - before)


async def note_presence(
    session: AsyncSession,
    appointment: Appointment,
    person_id: int,
    presence: Presence,
    zone: ZoneInfo,
    now: datetime,
    on_progress: OnProgress,
) -> bool:
    """Store one presence as a list would: hours that come of it reach the plan, of which `on_progress` hears.

    Whether it is another presence than before.
    """
    given = await participation_in(session, appointment.id, person_id)
    stored = StoredPresence(given.presence, given.minutes) if given is not None else StoredPresence(None, None)
    wanted = StoredPresence(presence, None if presence is Presence.ABSENT else stored.minutes)
    if wanted == stored:
        return False
    await _upsert(session, [{"appointment_id": appointment.id, "person_id": person_id, **wanted._asdict()}])
    found = FoundAppointment(*(getattr(appointment, name) for name in FoundAppointment._fields))
    if touched := await add_made(session, [_made(found, person_id, stored, wanted)], zone, now):
        await on_progress(session, touched)
    return wanted.presence is not stored.presence


async def _upsert(session: AsyncSession, rows: Sequence[dict[str, object]]) -> None:
    """Store presence and minutes beside what may be there, such as the answer that the person gives right now."""
    if not rows:
        return
    make = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    # In one order, so that two imports at once wait for each other and do not lock each other out.
    in_order = sorted(rows, key=lambda row: (row["appointment_id"], row["person_id"]))
    statement = make(Participation)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["appointment_id", "person_id"],
            set_={"presence": statement.excluded.presence, "minutes": statement.excluded.minutes},
        ),
        in_order,
    )
