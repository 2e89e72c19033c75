"""What a timetable that was read anew means for the classes that are known: added, changed, cancelled, unchanged."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Protocol

from reminders.local_time import to_wall
from reminders.occurrences import Occurrence, Timetable, event_key


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
class Change:
    """A class that was known and is different now. `fields` names what: starts_at, ends_at, summary, location, status.

    `old_key` differs from `new.key` when a whole series got another time: the class is then the one of the same day.
    """

    old_key: str
    new: Occurrence
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class TimetableDiff:
    """What a re-import means. `cancelled` and `unchanged` hold keys of the classes known before."""

    added: tuple[Occurrence, ...] = ()
    changed: tuple[Change, ...] = ()
    cancelled: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()


def diff_timetable(old: Mapping[str, KnownOccurrence], new: Timetable) -> TimetableDiff:
    """Compare what is known, by key, with a timetable that was read anew.

    A known class that is absent is cancelled when its day lies in the horizon and the file could be read. An event with
    a fault leaves its known classes as they are, or a half-read series would move and cancel classes by mistake. A
    class that is first seen cancelled is not reported: nobody was told of it.
    """
    by_key = {found.key: found for found in new.occurrences}
    added = {key: found for key, found in by_key.items() if key not in old and not found.cancelled}
    unread = {event_key(uid) for uid in new.unread_uids}
    changed: list[Change] = []
    cancelled: list[str] = []
    unchanged: list[str] = []
    for key, known in old.items():
        found = by_key.get(key)
        if key.rpartition("|")[0] in unread:
            unchanged.append(key)
        elif found is None:
            absent = not known.cancelled and _covers(new, known)
            (cancelled if absent else unchanged).append(key)
        elif found.cancelled:
            (unchanged if known.cancelled else cancelled).append(key)
        elif fields := _differences(known, found):
            changed.append(Change(key, found, fields))
        else:
            unchanged.append(key)
    moved = dict(_moved_series(old, cancelled, added, new.zone))
    for key, found in moved.items():
        del added[found.key]
        changed.append(Change(key, found, _differences(old[key], found)))
    gone = tuple(key for key in cancelled if key not in moved)
    return TimetableDiff(tuple(added.values()), tuple(changed), gone, tuple(unchanged))


def _covers(new: Timetable, known: KnownOccurrence) -> bool:
    day = to_wall(known.starts_at, new.zone).date()
    return new.complete and new.horizon[0] <= day <= new.horizon[1]


def _moved_series(
    old: Mapping[str, KnownOccurrence], gone: Iterable[str], added: Mapping[str, Occurrence], zone: tzinfo
) -> list[tuple[str, Occurrence]]:
    """Pairs of a class that is gone and a new one of the same event on the same day, where that is the only choice."""
    gone_on: dict[tuple[str, date], list[str]] = defaultdict(list)
    for key in gone:
        gone_on[key.rpartition("|")[0], to_wall(old[key].starts_at, zone).date()].append(key)
    added_on: dict[tuple[str, date], list[Occurrence]] = defaultdict(list)
    for key, found in added.items():
        added_on[key.rpartition("|")[0], found.starts_local.date()].append(found)
    return [
        (keys[0], added_on[place][0])
        for place, keys in gone_on.items()
        if len(keys) == 1 and len(added_on.get(place, ())) == 1
    ]


def _differences(known: KnownOccurrence, found: Occurrence) -> frozenset[str]:
    pairs = {
        "starts_at": (known.starts_at, found.starts_at),
        "ends_at": (known.ends_at, found.ends_at),
        "summary": (known.summary, found.summary),
        "location": (known.location or None, found.location or None),
        "status": (known.cancelled, found.cancelled),
    }
    return frozenset(name for name, (before, after) in pairs.items() if before != after)
