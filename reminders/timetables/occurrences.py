"""The classes of a timetable as values, and the key by which a class is known again at the next import."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum

from reminders.local_time import AMSTERDAM, to_wall


class OccurrenceStatus(StrEnum):
    """Whether it takes place."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class OccurrenceNote(StrEnum):
    """What the importer should be told about one class."""

    GAP = "gap"  # its wall time did not exist (spring), and moved forward
    FOLD = "fold"  # its wall time exists twice (autumn); the first is taken
    HOLIDAY = "holiday"  # on a Dutch public holiday
    NIGHT = "night"  # at an hour at which nobody has lessons


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

    left_out = a class is not among the occurrences that should be; otherwise nothing is lost, and this is a warning.
    """

    line: int
    event: str
    code: str
    message: str
    left_out: bool = True


@dataclass(frozen=True, slots=True)
class Unread:
    """An event of which nothing is used: classes that are known and may be its classes are left as they are.

    `event` is the key of its uid (empty when it has none of its own), `day` that on which it begins, as far as known.
    """

    event: str
    summary: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Timetable:
    """The classes whose first day lies in the horizon (both days included), by time, and what could not be read."""

    occurrences: tuple[Occurrence, ...]
    faults: tuple[TimetableFault, ...]
    horizon: tuple[date, date]
    zone: tzinfo = AMSTERDAM
    # Events that were left out: nothing may be concluded from their absence.
    unread: tuple[Unread, ...] = ()
    # Single classes, by event key and local day, of which it is not known what became of them.
    unclear: frozenset[tuple[str, date]] = frozenset()
    # False = nothing may be concluded from any absence: the file could not be read to its end, or names only what is
    # cancelled.
    complete: bool = True
    # Events that METHOD:CANCEL cancels as a whole, whatever classes of them it names (RFC 5546, 3.2.5).
    called_off_uids: frozenset[str] = frozenset()
    # Keys of classes that their series leaves out (EXDATE): that they are absent is said, and no guess.
    left_out: frozenset[str] = frozenset()
    # The first and the last day that the file says something about; None = it names no class at all. What it does not
    # mention outside these days is unknown: many programs export a week or a month.
    covered: tuple[date, date] | None = None


def days_of(occurrences: Iterable[Occurrence], zone: tzinfo) -> tuple[date, date] | None:
    """The first and the last local day of classes, of those that were moved the day they had first as well."""
    moments = [moment for found in occurrences for moment in (found.starts_at, found.recurrence_id) if moment]
    days = [to_wall(moment, zone).date() for moment in moments]
    return (min(days), max(days)) if days else None


def occurrence_key(uid: str, original: datetime | None) -> str:
    """The stable key of a class: at most 170 characters. `original` = the start its series gave it, None = alone."""
    return f"{event_key(uid)}|{'once' if original is None else original.astimezone(UTC).strftime('%Y%m%dT%H%M%SZ')}"


def event_key(uid: str) -> str:
    """The part that the keys of all classes of one event begin with, before the last `|`: the uid when it is short."""
    return uid if len(uid) <= 150 else "sha256-" + hashlib.sha256(uid.encode()).hexdigest()
