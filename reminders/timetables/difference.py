"""What a timetable that was read anew means for the classes that are known: added, changed, cancelled, unchanged."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Protocol

from reminders.local_time import to_wall
from reminders.timetables.occurrences import Occurrence, Timetable, event_key


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
    """What a re-import means. `cancelled` and `unchanged` hold keys of the classes known before."""

    added: tuple[Occurrence, ...] = ()
    changed: tuple[ChangedClass, ...] = ()
    cancelled: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()


def diff_timetable(old: Mapping[str, KnownOccurrence], new: Timetable) -> TimetableDiff:
    """Compare what is known, by key, with a timetable that was read anew.

    A known class that is absent is cancelled when its day lies in the horizon and the file could be read, or cancels
    its event as a whole. An event with a fault leaves its known classes as they are, or a half-read series would move
    and cancel classes by mistake. A class that is first seen cancelled is not reported: nobody was told of it.
    """
    by_key = {found.key: found for found in new.occurrences}
    added = {key: found for key, found in by_key.items() if key not in old and not found.cancelled}
    unread = {event_key(uid) for uid in new.unread_uids}
    called_off = {event_key(uid) for uid in new.called_off_uids}
    changed: list[ChangedClass] = []
    cancelled: list[str] = []
    unchanged: list[str] = []
    for key, known in old.items():
        found = by_key.get(key)
        if _event_of(key) in unread:
            unchanged.append(key)
        elif found is None:
            concluded = new.complete or _event_of(key) in called_off
            absent = not known.cancelled and concluded and _is_within(new, known)
            (cancelled if absent else unchanged).append(key)
        elif found.cancelled:
            (unchanged if known.cancelled else cancelled).append(key)
        elif fields := _differences(known, found):
            changed.append(ChangedClass(key, found, fields))
        else:
            unchanged.append(key)
    moved = _known_again(old, cancelled, added, new.zone)
    for key, found in moved.items():
        del added[found.key]
        changed.append(ChangedClass(key, found, _differences(old[key], found)))
    gone = tuple(key for key in cancelled if key not in moved)
    return TimetableDiff(tuple(added.values()), tuple(changed), gone, tuple(unchanged))


def _is_within(new: Timetable, known: KnownOccurrence) -> bool:
    day = to_wall(known.starts_at, new.zone).date()
    return new.horizon[0] <= day <= new.horizon[1]


def _known_again(
    old: Mapping[str, KnownOccurrence], gone: Iterable[str], added: Mapping[str, Occurrence], zone: tzinfo
) -> dict[str, Occurrence]:
    """New classes that are a class that is gone, by its key: of a lesson that is held nobody may be told "cancelled".

    First those that start at the same instant, whatever event they are of (some exporters give everything a new UID
    each time); then those of one event on one day; then those of one day. Always where it is the only choice.
    """
    found: dict[str, Occurrence] = {}

    def pair(of_gone: Callable[[str], object], of_added: Callable[[Occurrence], object]) -> None:
        gone_by, added_by = defaultdict(list), defaultdict(list)
        for key in gone:
            if key not in found:
                gone_by[of_gone(key)].append(key)
        taken = {occurrence.key for occurrence in found.values()}
        for occurrence in added.values():
            if occurrence.key not in taken:
                added_by[of_added(occurrence)].append(occurrence)
        for place, keys in gone_by.items():
            if len(keys) == 1 and len(added_by[place]) == 1:
                found[keys[0]] = added_by[place][0]

    def day_of(key: str) -> date:
        return to_wall(old[key].starts_at, zone).date()

    pair(lambda key: old[key].starts_at, lambda occurrence: occurrence.starts_at)
    pair(
        lambda key: (_event_of(key), day_of(key)),
        lambda occurrence: (_event_of(occurrence.key), occurrence.starts_local.date()),
    )
    pair(day_of, lambda occurrence: occurrence.starts_local.date())
    return found


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
