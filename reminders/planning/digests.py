"""The morning digest: what the day holds for a consultant, as counts with a button to each list."""

from collections.abc import Container
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from reminders.kinds import Kind, useful_for
from reminders.local_time import to_instant
from reminders.working_time import is_working_day
from storage.caseload import is_away
from storage.outbox.message import Outgoing, put
from storage.people.contacts import linked_consultants
from storage.vocabulary import Priority

DIGEST_AT: Final = time(8, 0)


async def plan_digests(session: AsyncSession, now: datetime, zone: ZoneInfo, holidays: Container[date]) -> int:
    """One digest for each linked consultant who works, on the next working day at eight; how many are new."""
    day = now.astimezone(zone).date()
    while to_instant(datetime.combine(day, DIGEST_AT), zone).instant <= now or not is_working_day(day, holidays):
        day += timedelta(days=1)
    due_at = to_instant(datetime.combine(day, DIGEST_AT), zone).instant
    digests = [
        Outgoing(
            key=f"{Kind.DIGEST}:{consultant.id}:{day.isoformat()}",
            kind=Kind.DIGEST,
            due_at=due_at,
            useful_until=due_at + useful_for(Kind.DIGEST),
            consultant_id=consultant.id,
            priority=Priority.NORMAL,
        )
        for consultant in await linked_consultants(session)
        if not is_away(consultant, day)
    ]
    return len(await put(session, digests, now))
