"""When people may be telephoned, and when again after a try in vain: pure functions of instants."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from reminders.local_time import AMSTERDAM, QuietHours, to_instant, to_wall

_SUNDAY: Final = 6
#: Where a day's parts begin: who is not at home in the morning may be so after work.
_PARTS: Final = (time(0), time(12), time(17))
#: So long at least lies between two tries.
BETWEEN_TRIES: Final = timedelta(hours=2)
_LONGEST_CLOSED: Final = 14


@dataclass(frozen=True, slots=True)
class CallingHours:
    """A daily span of wall time, from `first` until just before `last`; never on Sundays and holidays."""

    first: time = time(9)
    last: time = time(20)
    zone: tzinfo = AMSTERDAM
    holidays: Container[date] = frozenset()

    def __post_init__(self) -> None:
        if not self.first < self.last:
            raise ValueError("calling hours begin before they end, on one day")

    @classmethod
    def parse(cls, text: str, zone: tzinfo = AMSTERDAM, holidays: Container[date] = frozenset()) -> "CallingHours":
        """Read "09:00-20:00".

        Raises:
            ValueError: when it is no such span.
        """
        span = QuietHours.parse(text, zone)
        return cls(span.start, span.end, zone, holidays)

    def opens_at(self, instant: datetime) -> datetime:
        """`instant` itself when people may be telephoned then, else when that is next (UTC)."""
        return next(self._open_from(instant))

    def again_at(self, tried_at: datetime) -> datetime:
        """When to try again after a try in vain: in another part of the day, a while later (UTC)."""
        part = _part_of(to_wall(tried_at, self.zone).time())
        earliest = tried_at + BETWEEN_TRIES
        for opens_at in self._open_from(earliest):
            wall = to_wall(opens_at, self.zone)
            begins = [datetime.combine(wall.date(), begin) for begin in _PARTS]
            for at in (wall, *(begin for begin in begins if begin > wall)):
                if at.time() < self.last and _part_of(at.time()) != part:
                    return to_instant(at, self.zone).instant
        raise LookupError("people may never be telephoned")

    def _open_from(self, instant: datetime) -> Iterator[datetime]:
        """The moments from which calls may be made, that of `instant`'s own day first."""
        wall = to_wall(instant, self.zone)
        for ahead in range(_LONGEST_CLOSED + 1):
            day = wall.date() + timedelta(days=ahead)
            if day.weekday() == _SUNDAY or day in self.holidays:
                continue
            at = datetime.combine(day, self.first)
            if ahead == 0 and wall > at:
                if wall.time() < self.last:
                    yield instant.astimezone(UTC)
                continue
            yield to_instant(at, self.zone).instant


def _part_of(at: time) -> int:
    return sum(1 for begin in _PARTS if begin <= at)
