"""Which class of a new timetable is which one that is known: many programs give everything a new UID at each export.

Of a lesson that is held nobody may be told "cancelled", and of one that moved everybody "moved". So what is not known
by its key is paired: the classes of a day as a whole, first those that are most alike. Where several are alike, they
keep their order in time, which is the assignment that moves them least.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

# A class of a series that is put on another weekday stays in its week.
FARTHEST = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class PairedClass:
    """A class to be paired. `days` are the local days by which it may be looked for: its own, and that it had first."""

    key: str
    event: str
    starts_at: datetime
    days: tuple[date, ...]
    title: str
    place: str
    # It is said not to take place: it may only be what has its title.
    cancelled: bool = False


Kind = Callable[[PairedClass, date], Hashable]

# From the most alike to the least; each by day but the last, for a series that is put on another day of the week.
_OF_ONE_TITLE: Sequence[Kind] = (
    lambda found, day: (day, found.title, found.place, found.starts_at),
    lambda found, day: (day, found.title, found.starts_at),
    lambda found, day: (day, found.title, found.event),
    lambda found, day: (day, found.title, found.place),
    lambda found, day: (day, found.title),
)
_OF_ONE_DAY: Sequence[Kind] = (
    lambda found, day: (day, found.starts_at),
    lambda found, day: (day, found.event),
    lambda found, day: (day, found.place),
    lambda _, day: day,
)


def pair(gone: Iterable[PairedClass], come: Iterable[PairedClass]) -> dict[str, str]:
    """The keys of `gone` with the key of `come` that each became; what has no counterpart is not in it."""
    pairs: dict[str, str] = {}
    left = {found.key: found for found in gone}
    new = {found.key: found for found in come if found.title or not found.cancelled}

    def take(kind: Kind, farthest: timedelta) -> None:
        known_by, new_by = _by(left.values(), kind), _by(new.values(), kind)
        for place, known in known_by.items():
            alike = [found for found in new_by.get(place, ()) if found.key in new]
            still = [found for found in known if found.key in left]
            for one, other in nearest(still, alike, farthest):
                pairs[one.key] = other.key
                del left[one.key], new[other.key]

    for kind in _OF_ONE_TITLE:
        take(kind, timedelta(days=2))
    new = {key: found for key, found in new.items() if not found.cancelled}
    for kind in _OF_ONE_DAY:
        take(kind, timedelta(days=2))
    take(lambda found, _: (found.event, found.title), FARTHEST)
    return pairs


def _by(candidates: Iterable[PairedClass], kind: Kind) -> Mapping[Hashable, list[PairedClass]]:
    found: defaultdict[Hashable, list[PairedClass]] = defaultdict(list)
    for candidate in candidates:
        for place in {kind(candidate, day) for day in candidate.days}:
            found[place].append(candidate)
    return found


def nearest(
    known: Sequence[PairedClass], new: Sequence[PairedClass], farthest: timedelta
) -> list[tuple[PairedClass, PairedClass]]:
    """As many pairs as there can be, in the order of time, with the least time between them together.

    No pair lies more than `farthest` apart.
    """
    rows = sorted(known, key=lambda found: (found.starts_at, found.key))
    columns = sorted(new, key=lambda found: (found.starts_at, found.key))
    if not rows or not columns:
        return []
    # best[i][j]: of the first i known and the first j new ones, how many pairs (negative) and how far apart (seconds).
    best = [[(0, 0.0)] * (len(columns) + 1) for _ in range(len(rows) + 1)]
    for i, one in enumerate(rows, start=1):
        for j, other in enumerate(columns, start=1):
            apart = abs(one.starts_at - other.starts_at)
            count, far = best[i - 1][j - 1]
            together = (count - 1, far + apart.total_seconds()) if apart <= farthest else (1, 0.0)
            best[i][j] = min(together, best[i - 1][j], best[i][j - 1])
    pairs: list[tuple[PairedClass, PairedClass]] = []
    i, j = len(rows), len(columns)
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            pairs.append((rows[i - 1], columns[j - 1]))
            i, j = i - 1, j - 1
    return pairs
