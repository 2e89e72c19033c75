"""How a calendar is laid out: the days that are shown, and what stands in each; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from reminders.local_time import to_instant, to_wall

#: The hours at which a meeting may begin that the calendar offers; another hour is typed.
HOURS: Final = tuple(time(hour) for hour in range(9, 17))
_HOUR: Final = timedelta(hours=1)
_WORKDAYS: Final = 5


class InCalendar(Protocol):
    """What stands in a calendar; instants are UTC."""

    @property
    def starts_at(self) -> datetime:
        """When it begins."""

    @property
    def ends_at(self) -> datetime | None:
        """When it ends; None = not known, taken for an hour."""


@dataclass(frozen=True, slots=True)
class LaidOutDay:
    """A day: what stands in it by time, the hours that are free, and the holiday that it is ("" = none)."""

    on: date
    standing: Sequence[InCalendar]
    free: Sequence[time]
    holiday: str


def days_shown(asked: date, *, week: bool) -> list[date]:
    """The day that is asked for, or Monday to Sunday of its week."""
    if not week:
        return [asked]
    monday = asked - timedelta(days=asked.weekday())
    return [monday + timedelta(days=number) for number in range(7)]


def laid_out(
    days: Sequence[date],
    standing: Iterable[InCalendar],
    taken: Iterable[InCalendar],
    holidays: Mapping[date, str],
    zone: ZoneInfo,
    now: datetime,
) -> list[LaidOutDay]:
    """The days with what stands in them. Free is an hour of a working day that lies ahead and in which nothing of what
    is `taken` takes place. A weekend day in which nothing stands is left out."""
    of_day: dict[date, list[InCalendar]] = {day: [] for day in days}
    for one in standing:
        of_day.get(to_wall(one.starts_at, zone).date(), []).append(one)
    busy = [(one.starts_at, one.ends_at or one.starts_at + _HOUR) for one in taken]
    found = []
    for day in days:
        holiday = holidays.get(day, "")
        works = day.weekday() < _WORKDAYS and not holiday
        if not works and not holiday and not of_day[day] and len(days) > 1:
            continue
        free = [hour for hour in HOURS if works and _is_free(day, hour, busy, zone, now)]
        found.append(LaidOutDay(day, sorted(of_day[day], key=lambda one: one.starts_at), free, holiday))
    return found


def _is_free(day: date, hour: time, busy: Iterable[tuple[datetime, datetime]], zone: ZoneInfo, now: datetime) -> bool:
    begins = to_instant(datetime.combine(day, hour), zone).instant
    ends = begins + _HOUR
    return begins > now and not any(start < ends and begins < end for start, end in busy)
