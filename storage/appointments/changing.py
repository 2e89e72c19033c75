"""The one writer of appointments: who makes, moves, cancels, restores or mends one does it here.

Each change gets a version, is recorded with its source and who did it, and reaches the listener in its transaction.

Sources are of two sorts. Chat and desk act once. A table or a timetable says everything again at each import, so it
changes only what it changed itself since its last word: a file that says what it said before leaves alone what was
moved in the chat meanwhile. Where both changed the same, the newest word holds, and the change says whom it overruled.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.appointments import Appointment
from storage.appointments.changes import AppointmentChange, NewAppointment, OnChanges, Overruled
from storage.appointments.details import FIELDS, TOLD, Details, values_of, word_of, words_said
from storage.appointments.history import RecordedChange, SourceWord, last_others, words_of
from storage.engine.columns import Json
from storage.engine.inserts import insert_all
from storage.vocabulary import AppointmentStatus, CancelReason, Change, ChangeSource

_WHETHER_AND_WHEN: Final = frozenset({"starts_at", "status"})


class _Pending(NamedTuple):
    change: AppointmentChange
    details: frozenset[str]
    version: int
    starts_at: datetime


class _Entered(NamedTuple):
    """A new appointment that is written with the others of its table."""

    external_id: str
    details: Details
    person_id: int | None
    group_id: int | None
    named: Collection[str]

    def as_made(self, number: int) -> NewAppointment:
        """It, under its number."""
        said = self.details
        return NewAppointment(
            number,
            self.external_id,
            self.person_id,
            self.group_id,
            said.kind,
            said.starts_at,
            said.ends_at,
            said.location,
            said.online_url,
            said.status,
        )


class AppointmentWriter:
    """Writes the changes of one source, by one actor, at one moment, in one transaction.

    `by` is as in the audit log ("consultant:2", "operator"). Changes are kept and told by `finish`.
    """

    def __init__(
        self, session: AsyncSession, *, source: ChangeSource, by: str, now: datetime, listener: OnChanges
    ) -> None:
        self._session = session
        self._source = source
        self._by = by
        self._now = now
        self._listener = listener
        self._pending: list[_Pending | _Entered] = []
        self._words: dict[int, SourceWord] = {}
        self._first_words: list[tuple[Appointment | NewAppointment, dict[str, Json]]] = []

    def make(
        self,
        external_id: str,
        details: Details,
        *,
        person_id: int | None = None,
        group_id: int | None = None,
        named: Collection[str] = (),
        known_to: frozenset[int] = frozenset(),
    ) -> Appointment:
        """A new appointment, of a person or of a group; its id is known after `finish`. Who it is `known_to`, since
        they chose it, is not told.

        A repeating source names the fields that it speaks of, so that its word is remembered.
        """
        made = Appointment(
            external_id=external_id,
            person_id=person_id,
            group_id=group_id,
            made_at=self._now,
            updated_at=self._now,
            **{name: getattr(details, name) for name in FIELDS},
        )
        self._session.add(made)
        self._keep(AppointmentChange(Change.MADE, made, source=self._source, known_to=known_to), frozenset())
        if named:
            self._first_words.append((made, words_said(details, named)))
        return made

    def enter(
        self,
        external_id: str,
        details: Details,
        named: Collection[str],
        *,
        person_id: int | None = None,
        group_id: int | None = None,
    ) -> None:
        """A new appointment of a table or a timetable, as `make`: `finish` writes hundreds of them as rows at once."""
        self._pending.append(_Entered(external_id, details, person_id, group_id, named))

    def move(
        self, appointment: Appointment, starts_at: datetime, *, known_to: frozenset[int] = frozenset()
    ) -> AppointmentChange:
        """Another time (an instant); how long it lasts stays. Who it is `known_to` is not told."""
        return self._write(appointment, {"starts_at": starts_at}, known_to=known_to)

    def cancel(
        self,
        appointment: Appointment,
        because: CancelReason | None = None,
        *,
        known_to: frozenset[int] = frozenset(),
    ) -> AppointmentChange:
        """It does not take place, and why, if that is to be read. Who it is `known_to` is not told."""
        said = {"status": AppointmentStatus.CANCELLED, "cancelled_because": because}
        return self._write(appointment, said, known_to=known_to)

    def restore(
        self,
        appointment: Appointment,
        details: Details | None = None,
        named: Collection[str] = (),
        *,
        known_to: frozenset[int] = frozenset(),
    ) -> AppointmentChange:
        """It takes place after all, as it was but for the details that are named. Who it is `known_to` is not told."""
        said: dict[str, object] = {name: getattr(details, name) for name in named}
        return self._write(appointment, said | {"status": AppointmentStatus.PLANNED}, known_to=known_to)

    async def listen_to(self, appointments: Collection[Appointment]) -> Mapping[int, Mapping[str, Json]]:
        """Read what this source last said of these appointments, before it speaks of them again: by appointment."""
        self._words |= await words_of(self._session, self._source, [appointment.id for appointment in appointments])
        return {appointment_id: word.said for appointment_id, word in self._words.items()}

    def has_heard(self, appointment: Appointment) -> bool:
        """Whether this source spoke of an appointment before, as far as `listen_to` found."""
        return appointment.id in self._words

    def hear(
        self, appointment: Appointment, details: Details, named: Collection[str], external_id: str = ""
    ) -> AppointmentChange | None:
        """Take a repeating source's word on an appointment whose earlier words were listened to; None when it changes
        nothing. `named` are the fields that it speaks of, `external_id` its key for it when that is another now."""
        appointment.external_id = external_id or appointment.external_id
        word = self._words.get(appointment.id)
        last: Mapping[str, Json] = word.said if word is not None else {}
        said = words_said(details, named)
        is_new = {name for name in said if name not in last or last[name] != said[name]}
        self._remember(appointment, word, {**last, **said})
        meant = details
        if "starts_at" in is_new:
            # Another time has its own end, and what is given one is meant to take place.
            is_new |= {"ends_at"} & said.keys()
            is_new |= {"status"} & said.keys() if details.status is AppointmentStatus.PLANNED else set()
        elif "ends_at" in is_new and details.ends_at is not None:
            # Another end alone is another length, of what may have been moved meanwhile.
            meant = replace(details, ends_at=appointment.starts_at + (details.ends_at - details.starts_at))
        differs = {name: getattr(meant, name) for name in is_new if getattr(appointment, name) != getattr(meant, name)}
        if not differs:
            return None
        theirs = {name for name in TOLD & last.keys() if last[name] != word_of(getattr(appointment, name))}
        both = differs.keys() & theirs or (differs.keys() & _WHETHER_AND_WHEN and theirs & _WHETHER_AND_WHEN)
        return self._write(appointment, differs, overrules=bool(both))

    async def finish(self) -> list[AppointmentChange]:
        """Record what was changed and tell the listener, in the order of the changes; returns them."""
        await self._session.flush()
        all_pending = await self._with_entered()
        overruling = [p.change.appointment.id for p in all_pending if p.change.overruled is not None]
        others = await last_others(self._session, self._source, overruling) if overruling else {}
        changes: list[AppointmentChange] = []
        recorded: list[dict[str, object]] = []
        for pending in all_pending:
            change, appointment_id = pending.change, pending.change.appointment.id
            if change.overruled is not None:
                change = replace(change, overruled=replace(change.overruled, source=others.get(appointment_id)))
            changes.append(change)
            recorded.append(
                {
                    "appointment_id": appointment_id,
                    "version": pending.version,
                    "change": change.change,
                    "source": self._source,
                    "actor": self._by,
                    "at": self._now,
                    "starts_at": pending.starts_at,
                    "old_starts_at": change.old_starts_at,
                    "details": ",".join(sorted(pending.details)) if pending.details else "",
                }
            )
        first_words = [
            {"appointment_id": appointment.id, "source": self._source, "said": said, "said_at": self._now}
            for appointment, said in self._first_words
        ]
        self._pending, self._first_words = [], []
        await insert_all(self._session, RecordedChange, recorded)
        await insert_all(self._session, SourceWord, first_words)
        await self._listener(self._session, changes)
        return changes

    async def _with_entered(self) -> list[_Pending]:
        """What waits to be told, after what was entered is written."""
        entered = [one for one in self._pending if isinstance(one, _Entered)]
        numbers = iter(await insert_all(self._session, Appointment, [self._row(one) for one in entered]))
        found: list[_Pending] = []
        for one in self._pending:
            if isinstance(one, _Pending):
                found.append(one)
                continue
            made = one.as_made(next(numbers))
            change = AppointmentChange(Change.MADE, made, source=self._source)
            found.append(_Pending(change, frozenset(), made.version, made.starts_at))
            if one.named:
                self._first_words.append((made, words_said(one.details, one.named)))
        return found

    def _row(self, entered: _Entered) -> dict[str, object]:
        said = entered.details
        return {
            "external_id": entered.external_id,
            "person_id": entered.person_id,
            "group_id": entered.group_id,
            "made_at": self._now,
            "updated_at": self._now,
            **values_of(said),
        }

    def _remember(self, appointment: Appointment, word: SourceWord | None, said: dict[str, Json]) -> None:
        if word is None:
            self._first_words.append((appointment, said))
        elif word.said != said:
            word.said, word.said_at = said, self._now

    def _write(
        self,
        appointment: Appointment,
        said: Mapping[str, object],
        *,
        known_to: frozenset[int] = frozenset(),
        overrules: bool = False,
    ) -> AppointmentChange:
        starts_at, location, status = appointment.starts_at, appointment.location, appointment.status
        length = length_of(appointment) if appointment.ends_at is not None else None
        differs = frozenset(name for name, value in said.items() if getattr(appointment, name) != value)
        for name in differs:
            setattr(appointment, name, said[name])
        if "status" in differs and "cancelled_because" not in said:
            # A reason is that of one cancellation: neither what takes place after all nor the next one has it.
            appointment.cancelled_because = None
        if "starts_at" in differs and "ends_at" not in said and length is not None:
            appointment.ends_at = appointment.starts_at + length
        appointment.updated_at = self._now
        what = _what(differs, status, appointment.status)
        if what is not Change.DETAILS:
            appointment.version += 1
            # Reminders of the new time are counted from when it became known.
            appointment.made_at = self._now
        was = Overruled(None, starts_at, location, status is AppointmentStatus.CANCELLED) if overrules else None
        change = AppointmentChange(what, appointment, starts_at, location, self._source, known_to, was)
        self._keep(change, differs)
        return change

    def _keep(self, change: AppointmentChange, details: frozenset[str]) -> None:
        # A new row has its version when it is stored.
        version = change.appointment.version if change.change is not Change.MADE else 1
        self._pending.append(_Pending(change, details, version, change.appointment.starts_at))


def _what(differs: Collection[str], was: AppointmentStatus, now: AppointmentStatus) -> Change:
    if now is AppointmentStatus.CANCELLED:
        # What does not take place cannot become other for anybody.
        return Change.CANCELLED if was is AppointmentStatus.PLANNED else Change.DETAILS
    if was is AppointmentStatus.CANCELLED:
        return Change.RESTORED
    return Change.MOVED if TOLD.intersection(differs) else Change.DETAILS


def length_of(appointment: Appointment, otherwise: timedelta = timedelta(hours=1)) -> timedelta:
    """How long it lasts; `otherwise` where no end is known."""
    return appointment.ends_at - appointment.starts_at if appointment.ends_at is not None else otherwise
