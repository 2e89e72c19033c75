"""The classes of a timetable as values, and the key by which a class is known again at the next import."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum

from reminders.local_time import AMSTERDAM


class OccurrenceStatus(StrEnum):
    """Whether it takes place."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class OccurrenceNote(StrEnum):
    """What the importer should be told about one class."""

    GAP = "gap"  # its wall time did not exist (spring), and moved forward
    FOLD = "fold"  # its wall time exists twice (autumn); the first is taken
    HOLIDAY = "holiday"  # on a Dutch public holiday


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One class. `key` stays the same when the class is moved or renamed, and is the same at every import."""

    key: str
    uid: str
    # The start that the series gave it; None = the event stands alone.
    recurrence_id: datetime | None
    starts_at: datetime
    ends_at: datetime | None
    # The wall time of `starts_at` in the municipality, naive.
    starts_local: datetime
    summary: str
    location: str | None
    description: str | None
    status: OccurrenceStatus
    sequence: int
    notes: tuple[OccurrenceNote, ...] = ()
    # The Dutch name of the holiday.
    on_holiday: str | None = None

    @property
    def cancelled(self) -> bool:
        """Whether it does not take place."""
        return self.status is OccurrenceStatus.CANCELLED


@dataclass(frozen=True, slots=True)
class TimetableFault:
    """Something to mend in the file: line (from 1), which event, a stable code, an English sentence.

    left_out = the event is not among the occurrences; otherwise it is, and this is a warning.
    """

    line: int
    event: str
    code: str
    message: str
    left_out: bool = True


@dataclass(frozen=True, slots=True)
class Timetable:
    """The classes whose first day lies in the horizon (both days included), by time, and what could not be read."""

    occurrences: tuple[Occurrence, ...]
    faults: tuple[TimetableFault, ...]
    horizon: tuple[date, date]
    zone: tzinfo = AMSTERDAM
    # Events with these uids were left out: nothing may be concluded from their absence.
    unread_uids: frozenset[str] = frozenset()
    # False = nothing may be concluded from any absence: the file, or an event without a uid, could not be read.
    complete: bool = True
    # Events that METHOD:CANCEL cancels as a whole, whatever classes of them it names (RFC 5546, 3.2.5).
    called_off_uids: frozenset[str] = frozenset()


def occurrence_key(uid: str, original: datetime | None) -> str:
    """The stable key of a class: at most 170 characters. `original` = the start its series gave it, None = alone."""
    return f"{event_key(uid)}|{'once' if original is None else original.astimezone(UTC).strftime('%Y%m%dT%H%M%SZ')}"


def event_key(uid: str) -> str:
    """The part that the keys of all classes of one event begin with, before the last `|`: the uid when it is short."""
    return uid if len(uid) <= 150 else "sha256-" + hashlib.sha256(uid.encode()).hexdigest()
