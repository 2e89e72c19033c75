"""Working hours: when a consultant can be expected to have seen something."""

from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reminders.local_time import to_instant, to_wall

BEGINS = time(9, 0)
ENDS = time(17, 0)
_SATURDAY = 5


def is_working_day(day: date, holidays: Container[date] = frozenset()) -> bool:
    """Monday to Friday, public holidays excepted."""
    return day.weekday() < _SATURDAY and day not in holidays


def working_time_after(
    instant: datetime, worked: timedelta, zone: ZoneInfo, holidays: Container[date] = frozenset()
) -> datetime:
    """The instant (UTC) by which so much working time has passed; nothing to pass gives the next working moment."""
    wall = to_wall(instant, zone)
    while True:
        begins, ends = datetime.combine(wall.date(), BEGINS), datetime.combine(wall.date(), ENDS)
        start = max(wall, begins)
        if is_working_day(wall.date(), holidays) and start < ends:
            if start + worked <= ends:
                return to_instant(start + worked, zone).instant.astimezone(UTC)
            worked -= ends - start
        wall = datetime.combine(wall.date() + timedelta(days=1), time())
