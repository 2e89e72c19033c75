"""Losses: what did not arrive is looked after by the time it failed, whatever it was due for.

Each loss is taken up once, within a minute, and ends with somebody who can do something about it: what was for a person
with their consultant, as a telephone task.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from reminders.kinds import TOLD_WHEN_LOST, Kind, useful_for
from reminders.planning.planned_for import PlannedFor
from reminders.planning.planner import Planner
from storage.engine.database import Database
from storage.outbox.losses import Loss, losses, taken_up
from storage.outbox.message import Outgoing, put
from storage.people.phone_tasks import PhoneTask, open_tasks

_AT_ONCE: Final = 1000


class NotDelivered:
    """Looks after losses; run by every worker, every minute."""

    def __init__(self, planner: Planner, now: Callable[[], datetime], zone: ZoneInfo) -> None:
        self._planner = planner
        self._now = now
        self._zone = zone

    async def tell(self, database: Database) -> int:
        """Tell of everything that was lost since the last time; returns how many messages are new."""
        now, told = self._now(), 0
        while True:
            async with database.reading() as session:
                if not await losses(session, limit=1):
                    return told
            async with database.writing() as session:
                found = await losses(session, limit=_AT_ONCE, for_update=True)
                told += await self._of_people(session, [one for one in found if one.person_id is not None], now)
                await taken_up(session, [one.id for one in found])
            if len(found) < _AT_ONCE:
                return told

    async def _of_people(self, session: AsyncSession, lost: Sequence[Loss], now: datetime) -> int:
        """A task to telephone for each person, and a message to the consultant: once for each task and day."""
        lost = [one for one in lost if one.kind in TOLD_WHEN_LOST]
        first = {one.person_id: one for one in reversed(lost) if one.person_id is not None}
        if not first:
            return 0
        people = [person for person in await self._planner.people(session, first) if _can_be_called_for(person)]
        standing = await open_tasks(session, [person.id for person in people])
        for person in people:
            if person.id not in standing:
                task = PhoneTask(person_id=person.id, message_id=first[person.id].id, opened_at=now)
                session.add(task)
                standing[person.id] = task
        await session.flush()
        day = now.astimezone(self._zone).date()
        messages = [
            Outgoing(
                key=f"{Kind.UNDELIVERED}:{person.id}:{task.id}:{day.isoformat()}",
                kind=Kind.UNDELIVERED,
                due_at=now,
                useful_until=now + useful_for(Kind.UNDELIVERED),
                consultant_id=person.consultant_id,
                about_id=person.id,
                params={"person_id": person.id, "message_id": first[person.id].id},
            )
            for person in people
            # Who was not reached by telephone yesterday is tried again when the consultant said so, not before.
            if not _waits(task := standing[person.id], now)
        ]
        return len(await put(session, messages, now))


def _can_be_called_for(person: PlannedFor) -> bool:
    return person.consultant_id is not None and person.may_be_told


def _waits(task: PhoneTask, now: datetime) -> bool:
    return task.again_at is not None and task.again_at > now
