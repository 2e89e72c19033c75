"""What importers cannot know by themselves: languages, wall time, the night and holidays."""

from collections.abc import Container
from datetime import date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.configuration.settings import Settings
from locales.rendering.languages import find_language
from reminders.local_time import is_night, to_instant, to_wall
from storage.engine.keys import KeyRing
from storage.importing.run import Border, LocalTime

if TYPE_CHECKING:
    # Loaded with the first day that is looked up: it brings the calendars of all countries, a quarter of a second, and
    # most commands look none up.
    import holidays


_TIMES = 4096


def border_of(settings: Settings, keys: KeyRing, now: datetime) -> Border:
    """What importers need from outside storage."""
    zone = settings.zone

    # Meetings are at whole and half hours: a file of thousands has a few hundred different times.
    @lru_cache(maxsize=_TIMES)
    def local(wall: datetime) -> LocalTime:
        found = to_instant(wall, zone)
        return LocalTime(found.instant, found.oddity)

    @lru_cache(maxsize=_TIMES)
    def holiday(moment: datetime) -> str | None:
        return holiday_name(moment.astimezone(zone).date())

    @lru_cache(maxsize=_TIMES)
    def night(moment: datetime) -> time | None:
        at = to_wall(moment, zone).time()
        return at if is_night(at) else None

    @lru_cache(maxsize=_TIMES)
    def language(said: str) -> str | None:
        return find_language(said)

    return Border(now=now, keys=keys, find_language=language, to_instant=local, holiday=holiday, night=night)


def holiday_name(day: date) -> str | None:
    """The Dutch name of the public holiday on a local day, or None."""
    name = _holidays(day.year).get(day)
    return str(name) if name is not None else None


@lru_cache(maxsize=16)
def _holidays(year: int) -> "holidays.HolidayBase":
    import holidays

    # Good Friday and 5 May are "optional" there, and official days all the same (Algemene termijnenwet, 3).
    return holidays.country_holidays("NL", years=year, language="nl", categories=("public", "optional"))


class _PublicHolidays(Container[date]):
    def __init__(self) -> None:
        self._kept: holidays.HolidayBase | None = None

    def __contains__(self, day: object) -> bool:
        if self._kept is None:
            import holidays

            self._kept = holidays.country_holidays("NL")
        return day in self._kept


def public_holidays() -> Container[date]:
    """Dutch public holidays; filled year by year as days are asked for."""
    return _PublicHolidays()
