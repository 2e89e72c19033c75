"""Who was missed without a report, and who so often that a talk is due."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from storage.attendance.attendance import Attended, Outcome, attendance_of, unreported_patterns
from storage.people.people import Person


@dataclass(frozen=True, slots=True)
class TalkRule:
    """How many missed appointments without a report, within how long, are a reason for a talk (a setting)."""

    count: int = 3
    window: timedelta = timedelta(weeks=4)


#: The rule of a municipality, by its name.
TalkRules = Callable[[str], TalkRule]


async def missed_of(
    session: AsyncSession, person_ids: Collection[int], since: datetime, until: datetime, zone: ZoneInfo
) -> list[Attended]:
    """What these people missed in [since, until) without a report, by time."""
    rows = await attendance_of(session, person_ids=person_ids, since=since, until=until, zone=zone)
    return [row for row in rows if row.outcome is Outcome.NOT_REPORTED]


async def patterns_of(
    session: AsyncSession, people: Collection[Person], now: datetime, zone: ZoneInfo, rules: TalkRules
) -> dict[int, tuple[Attended, ...]]:
    """The people with whom a talk is due, with what they missed, by person id."""
    longest = max((rules(person.municipality).window for person in people), default=timedelta(0))
    missed = await missed_of(session, [person.id for person in people], now - longest, now, zone)
    found: dict[int, tuple[Attended, ...]] = {}
    for person in people:
        rule = rules(person.municipality)
        mine = [row for row in missed if row.person_id == person.id and row.starts_at >= now - rule.window]
        found |= unreported_patterns(mine, count=rule.count, window=rule.window)
    return found
