"""After a meeting, workshop or course people are asked how it was: by three faces, and at most once a week."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from reminders.kinds import Kind, useful_for
from reminders.local_time import QuietHours
from reminders.planning.attention.check_ins import week_of
from storage.attention.feedback import asked_since, were_there
from storage.outbox.message import Outgoing, put
from storage.vocabulary import AppointmentKind, Priority

#: Meetings, workshops and the municipality's own courses. Language lessons are the provider's, several a week.
ASKED_ABOUT: Final = (
    AppointmentKind.INTAKE_MEETING,
    AppointmentKind.PROGRESS_MEETING,
    AppointmentKind.CLOSING_MEETING,
    AppointmentKind.PVT,
    AppointmentKind.MAP,
    AppointmentKind.WORKSHOP,
)
#: So long after it people are on their way home.
ASKED_AFTER: Final = timedelta(hours=2)
#: Of what began longer ago nobody is asked any more.
_LATELY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_A_WEEK: Final = timedelta(days=7)


async def plan_feedback(session: AsyncSession, now: datetime, zone: ZoneInfo, quiet_hours: QuietHours) -> int:
    """The questions about what is over since a day; how many are new."""
    over = [
        one
        for one in await were_there(session, ASKED_ABOUT, now - _LATELY, now)
        if (one.ends_at or one.starts_at + _HOUR) + ASKED_AFTER <= now
    ]
    if not over:
        return 0
    asked = await asked_since(session, Kind.FEEDBACK, {one.person_id for one in over}, now - _A_WEEK)
    messages: dict[int, Outgoing] = {}
    for one in over:
        if one.person_id in asked or one.person_id in messages:
            continue
        due_at = quiet_hours.own(one.quiet_hours).later_than_quiet(now)
        messages[one.person_id] = Outgoing(
            # By week, so that two workers at once ask once.
            key=f"{Kind.FEEDBACK}:{one.person_id}:{week_of(now.astimezone(zone).date()).isoformat()}",
            kind=Kind.FEEDBACK,
            due_at=due_at,
            useful_until=due_at + useful_for(Kind.FEEDBACK),
            person_id=one.person_id,
            appointment_id=one.appointment_id,
            priority=Priority.NORMAL,
        )
    return len(await put(session, list(messages.values()), now))
