"""When somebody who wants it is asked how it goes: in the middle of the week, every week or every second one."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from reminders.kinds import Kind, useful_for
from reminders.local_time import QuietHours, to_instant
from storage.attention.check_ins import who_is_asked
from storage.outbox.message import Outgoing, put
from storage.vocabulary import CheckIns, Priority

#: After lessons and work, on a Wednesday: the consultant has two days left to call.
ASKED_ON: Final = 2
ASKED_AT: Final = time(17, 0)
_WEEK: Final = timedelta(weeks=1)


def week_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def is_asked_in(week: date, often: CheckIns) -> bool:
    """Whether somebody is asked in the week of this Monday."""
    return often is CheckIns.WEEKLY or (often is CheckIns.FORTNIGHTLY and week.toordinal() // 7 % 2 == 0)


async def plan_check_ins(session: AsyncSession, now: datetime, zone: ZoneInfo, quiet_hours: QuietHours) -> int:
    """The question of this week, or of the next once it is too late for this one; how many are new."""
    week = week_of(now.astimezone(zone).date())
    if _asked_at(week, zone) <= now:
        week += _WEEK
    asked_at = _asked_at(week, zone)
    messages: list[Outgoing] = []
    for person_id, often, own_quiet in await who_is_asked(session):
        if not is_asked_in(week, often):
            continue
        due_at = quiet_hours.own(own_quiet).later_than_quiet(asked_at)
        messages.append(
            Outgoing(
                key=f"{Kind.CHECK_IN}:{person_id}:{week.isoformat()}",
                kind=Kind.CHECK_IN,
                due_at=due_at,
                useful_until=due_at + useful_for(Kind.CHECK_IN),
                params={"week": week.isoformat()},
                person_id=person_id,
                priority=Priority.NORMAL,
            )
        )
    return len(await put(session, messages, now))


def _asked_at(week: date, zone: ZoneInfo) -> datetime:
    return to_instant(datetime.combine(week + timedelta(days=ASKED_ON), ASKED_AT), zone).instant
