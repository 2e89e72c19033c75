"""Wall time and instants: the two DST nights, quiet hours, and "so long before" as people mean it.

Instants are aware datetimes in UTC; wall times are naive datetimes of the zone given with them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_FIRST_MEETING, _LAST_MEETING = time(6, 0), time(22, 30)

Oddity = Literal["gap", "fold"]

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class LocalInstant:
    """A wall time as an instant (UTC). oddity: "gap" = did not exist and moved forward, "fold" = exists twice."""

    instant: datetime
    oddity: Oddity | None = None


def to_instant(local: datetime, zone: tzinfo = AMSTERDAM) -> LocalInstant:
    """The instant of a wall time. A time in the spring gap moves forward by the gap; of two, the first is taken.

    Raises:
        ValueError: when `local` carries a zone.
    """
    if local.tzinfo is not None:
        raise ValueError("a wall time has no zone of its own")
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if to_wall(first, zone) == local.replace(fold=0):
        return LocalInstant(first, None if first == second else "fold")
    # Not every zone moves a missing time forward by itself (dateutil's, of a VTIMEZONE, do not): so take the offset
    # that held before the change.
    before = (first - timedelta(hours=12)).astimezone(zone).utcoffset() or timedelta(0)
    return LocalInstant(local.replace(tzinfo=UTC, fold=0) - before, "gap")


def to_wall(instant: datetime, zone: tzinfo = AMSTERDAM) -> datetime:
    """What the clock on the wall shows at an instant: a naive datetime (fold 0).

    Raises:
        ValueError: when `instant` has no zone.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def month_began(now: datetime, zone: tzinfo = AMSTERDAM) -> datetime:
    """The instant at which the local month of an instant began."""
    return to_instant(to_wall(now, zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0), zone).instant


def is_night(at: time) -> bool:
    """Whether nobody meets at this wall time: who plans it mistyped it, or a program mistook the zone."""
    return not _FIRST_MEETING <= at <= _LAST_MEETING


def days_before(instant: datetime, days: int, zone: tzinfo = AMSTERDAM, at: time | None = None) -> datetime:
    """So many local days before, at the same wall time or at `at`; an instant (UTC)."""
    wall = to_wall(instant, zone) - timedelta(days=days)
    if at is not None:
        wall = datetime.combine(wall.date(), at)
    return to_instant(wall, zone).instant


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A daily span of wall time in which nobody is disturbed: from `start`, until just before `end`."""

    start: time
    end: time
    zone: tzinfo = AMSTERDAM

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError("quiet hours that start and end at the same time would silence the whole day")

    @classmethod
    def parse(cls, text: str, zone: tzinfo = AMSTERDAM) -> "QuietHours":
        """Read "21:00-08:00"; a span whose end is before its start crosses midnight; 24:00 is midnight.

        Raises:
            ValueError: when it is no such span, or an empty one.
        """
        start, dash, end = text.replace("–", "-").partition("-")
        try:
            if not dash:
                raise ValueError("no dash")
            return cls(_clock(start), _clock(end), zone)
        except ValueError as error:
            raise ValueError(f"{text!r} is no span of hours; write it as 21:00-08:00") from error

    def own(self, text: str | None) -> "QuietHours":
        """A person's own hours as stored, in this span's zone; this span where they have none that can be read."""
        if not text:
            return self
        try:
            return self.parse(text, self.zone)
        except ValueError:
            return self

    def is_quiet(self, instant: datetime) -> bool:
        """Whether the clock on the wall shows a quiet time."""
        shown = to_wall(instant, self.zone).time()
        if self.start < self.end:
            return self.start <= shown < self.end
        return shown >= self.start or shown < self.end

    def earlier_than_quiet(self, instant: datetime) -> datetime:
        """`instant` itself when it is not quiet, else the last whole minute before this quiet span (UTC).

        Earlier, never later: a reminder that is moved past its meeting is worse than one at dinner time (1.11: a
        missed meeting can lead to a fine).
        """
        instant = instant.astimezone(UTC)
        if not self.is_quiet(instant):
            return instant
        wall = to_wall(instant, self.zone)
        began_on = wall.date() if wall.time() >= self.start else wall.date() - timedelta(days=1)
        last = datetime.combine(began_on, self.start) - _MINUTE
        # On DST nights the minute before may exist twice (the second is the later one) or not at all.
        for fold in (1, 0):
            found = last.replace(tzinfo=self.zone, fold=fold).astimezone(UTC)
            if found <= instant and to_wall(found, self.zone) == last:
                return found
        found = instant.replace(second=0, microsecond=0)
        while self.is_quiet(found):
            found -= _MINUTE
        return found

    def later_than_quiet(self, instant: datetime) -> datetime:
        """`instant` itself when it is not quiet, else the first minute after this quiet span (UTC).

        For what has no event to be late for, such as a milestone; a reminder moves earlier instead.
        """
        found = instant.astimezone(UTC)
        if not self.is_quiet(found):
            return found
        wall = to_wall(found, self.zone)
        ends_on = wall.date() if wall.time() < self.end else wall.date() + timedelta(days=1)
        found = max(found, to_instant(datetime.combine(ends_on, self.end), self.zone).instant)
        while self.is_quiet(found):
            found += _MINUTE
        return found


def _clock(text: str) -> time:
    text = text.strip()
    if text == "24:00":
        return time(0, 0)
    found = time.fromisoformat(text)
    if found.tzinfo is not None or len(text) < len("00:00"):
        raise ValueError("hours and minutes only")
    return found
