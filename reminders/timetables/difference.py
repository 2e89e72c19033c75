"""What a timetable that was read anew means for the classes that are known: added, changed, cancelled, unchanged.

What a file does not mention is unknown: a class is cancelled when the file says so, or when it is missing on a day
that the file covers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Protocol

from reminders.local_time import to_wall
from reminders.timetables.ics_titles import without_cancellation
from reminders.timetables.occurrences import Occurrence, Timetable, event_key
from reminders.timetables.pairing import PairedClass, pair


class KnownOccurrence(Protocol):
    """What `diff_timetable` needs to know of a class that was imported before."""

    @property
    def starts_at(self) -> datetime: ...  # noqa: D102
    @property
    def ends_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def summary(self) -> str: ...  # noqa: D102
    @property
    def location(self) -> str | None: ...  # noqa: D102
    @property
    def cancelled(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class ChangedClass:
    """A class that was known and is different now. `fields` names what: starts_at, ends_at, summary, location, status.

    `old_key` differs from `new.key` when a series got another time or another UID. `fields` is empty when nothing else
    is different.
    """

    old_key: str
    new: Occurrence
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class TimetableDiff:
    """What a re-import means. `cancelled`, `missing`, `unchanged` and `uncovered` hold keys of classes known before.

    `missing` are those of `cancelled` of which the file says nothing, on days that it covers. `uncovered` are those of
    `unchanged` that are planned, and of which the file says nothing because it does not cover their days.
    """

    added: tuple[Occurrence, ...] = ()
    changed: tuple[ChangedClass, ...] = ()
    cancelled: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()
    uncovered: frozenset[str] = frozenset()


def diff_timetable(
    old: Mapping[str, KnownOccurrence], new: Timetable, *, cancel_missing: bool = False
) -> TimetableDiff:
    """Compare what is known, by key, with a timetable that was read anew.

    A known class that is absent is cancelled when its day lies in the horizon and among the days that the file covers,
    and the file could be read; or when the file cancels its event as a whole. An event with a fault leaves its known
    classes as they are, or a half-read series would move and cancel classes by mistake. A class that is first seen
    cancelled is not reported: nobody was told of it.

    `cancel_missing` = the file is said to be all there is: what it lacks of an event that it names is cancelled on
    whatever day, and everything when it names nothing.
    """
    by_key = {found.key: found for found in new.occurrences}
    left = _Left(new)
    became = {key: by_key[key] for key in old if key in by_key and not _is_another(key, old, by_key)}
    taken = {found.key for found in became.values()}
    absent = {key: known for key, known in old.items() if key not in became and not left.alone(key, known)}
    # What METHOD:CANCEL names is its own event and no other.
    named = [found for found in new.occurrences if found.key not in taken and found.uid not in new.called_off_uids]
    pairs = pair(
        [_known_candidate(key, known, new.zone) for key, known in absent.items() if not known.cancelled],
        [_new_candidate(found, new.zone) for found in named],
    )
    became |= {key: by_key[found] for key, found in pairs.items()}
    taken |= set(pairs.values())
    changed: list[ChangedClass] = []
    cancelled: list[str] = []
    missing: set[str] = set()
    unchanged: list[str] = []
    uncovered: set[str] = set()
    coverage = _Coverage(new, cancel_missing=cancel_missing)
    for key, known in old.items():
        found = became.get(key)
        if found is None:
            if known.cancelled or key not in absent:
                unchanged.append(key)
            elif coverage.calls_off(key, known):
                cancelled.append(key)
            elif coverage.concludes(key, known):
                cancelled.append(key)
                missing.add(key)
            else:
                unchanged.append(key)
                uncovered.add(key)
        elif found.cancelled:
            (unchanged if known.cancelled else cancelled).append(key)
        elif (fields := _differences(known, found)) or key != found.key:
            changed.append(ChangedClass(key, found, fields))
        else:
            unchanged.append(key)
    added = tuple(found for found in new.occurrences if found.key not in taken and not found.cancelled)
    return TimetableDiff(
        added, tuple(changed), tuple(cancelled), tuple(unchanged), frozenset(missing), frozenset(uncovered)
    )


class _Left:
    """Which known classes are left as they are, because what the file says of them could not be read."""

    def __init__(self, new: Timetable) -> None:
        self._zone = new.zone
        self._unclear = new.unclear
        self._events = {found.event for found in new.unread}
        # A program that gives everything a new UID gives one to what cannot be read as well.
        self._titles = {_alike(found.summary) for found in new.unread}
        self._days = {found.day for found in new.unread}

    def alone(self, key: str, known: KnownOccurrence) -> bool:
        """Whether its event, or what replaces this class, is in the file and could not be read."""
        event, day = _event_of(key), to_wall(known.starts_at, self._zone).date()
        return event in self._events or (event, day) in self._unclear

    def perhaps(self, known: KnownOccurrence) -> bool:
        """Whether a class that is absent may be one of an event that could not be read."""
        day = to_wall(known.starts_at, self._zone).date()
        return None in self._days or day in self._days or _alike(known.summary) in self._titles


class _Coverage:
    """What a file says about classes that it does not name."""

    def __init__(self, new: Timetable, *, cancel_missing: bool) -> None:
        self._new = new
        self._left = _Left(new)
        self._covered = new.covered
        self._all_there_is = cancel_missing
        self._called_off = {event_key(uid) for uid in new.called_off_uids}
        self._events = {_event_of(found.key) for found in new.occurrences}

    def calls_off(self, key: str, known: KnownOccurrence) -> bool:
        """Whether the file says so: its event is cancelled as a whole, or leaves it out."""
        said = _event_of(key) in self._called_off or (self._new.complete and key in self._new.left_out)
        return said and self._is_within(known, self._new.horizon)

    def concludes(self, key: str, known: KnownOccurrence) -> bool:
        """Whether its absence means that it does not take place."""
        if not self._new.complete or self._left.perhaps(known) or not self._is_within(known, self._new.horizon):
            return False
        if self._covered is None:
            return self._all_there_is
        return self._is_within(known, self._covered) or (self._all_there_is and _event_of(key) in self._events)

    def _is_within(self, known: KnownOccurrence, days: tuple[date, date]) -> bool:
        return days[0] <= to_wall(known.starts_at, self._new.zone).date() <= days[1]


def _is_another(key: str, old: Mapping[str, KnownOccurrence], new: Mapping[str, Occurrence]) -> bool:
    """Whether a class has the key of another: of two hours a day under one UID one may move to the other's time."""
    known, found = old[key], new[key]
    if known.cancelled or found.cancelled or found.recurrence_id is None:
        return False
    if not known.summary or _alike(known.summary) == _alike(found.summary):
        return False
    event = _event_of(key)
    titles = {_alike(other.summary) for other_key, other in old.items() if _event_of(other_key) == event}
    return _alike(found.summary) in titles


def _known_candidate(key: str, known: KnownOccurrence, zone: tzinfo) -> PairedClass:
    day = to_wall(known.starts_at, zone).date()
    return PairedClass(
        key, _event_of(key), known.starts_at, (day,), _alike(known.summary), _alike(known.location or "")
    )


def _new_candidate(found: Occurrence, zone: tzinfo) -> PairedClass:
    days = {found.starts_local.date()}
    if found.recurrence_id is not None:
        days.add(to_wall(found.recurrence_id, zone).date())
    title = _alike(without_cancellation(found.summary) if found.cancelled else found.summary)
    place = _alike(found.location or "")
    days_found = tuple(sorted(days))
    return PairedClass(found.key, _event_of(found.key), found.starts_at, days_found, title, place, found.cancelled)


def _alike(text: str) -> str:
    return " ".join(text.casefold().split())


def _event_of(key: str) -> str:
    return key.rpartition("|")[0]


def _differences(known: KnownOccurrence, found: Occurrence) -> frozenset[str]:
    pairs = {
        "starts_at": (known.starts_at, found.starts_at),
        "ends_at": (known.ends_at, found.ends_at),
        "summary": (known.summary, found.summary),
        "location": (known.location or None, found.location or None),
        "status": (known.cancelled, found.cancelled),
    }
    return frozenset(name for name, (before, after) in pairs.items() if before != after)
