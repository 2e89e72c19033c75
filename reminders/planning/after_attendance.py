"""After an attendance list: who was missed is asked how they are; who is missed often is a reason to talk.

Nobody is told of duties or fines here: a missed lesson is a question ("are you all right?"), and what follows from
several is the consultant's, who hears both sides first (start note 3.8).
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from reminders.kinds import Kind, useful_for
from reminders.planning.planner import Planner
from storage.attendance.attendance import AttendanceChange
from storage.attendance.patterns import TalkRules, missed_of, patterns_of
from storage.caseload import who_hears
from storage.outbox.message import Outgoing, put
from storage.people.people import Person, people_by_id
from storage.vocabulary import Presence, Priority


class AfterAttendance:
    """Plans what follows from an attendance list, in the transaction that stores it; see OnAttendance."""

    def __init__(self, planner: Planner, now: Callable[[], datetime], zone: ZoneInfo, rules: TalkRules) -> None:
        self._planner = planner
        self._now = now
        self._zone = zone
        self._rules = rules

    async def __call__(self, session: AsyncSession, changes: Sequence[AttendanceChange]) -> None:
        """See OnAttendance."""
        now = self._now()
        absent = [change for change in changes if change.presence is Presence.ABSENT]
        readers = {r.id: r for r in await self._planner.people(session, {c.person_id for c in absent})}
        fresh = {
            (row.appointment_id, row.person_id)
            for row in await missed_of(session, list(readers), now - useful_for(Kind.MISSED), now, self._zone)
        }
        messages = []
        for change in absent:
            reader = readers.get(change.person_id)
            about = (change.appointment_id, change.person_id)
            if reader is None or not reader.may_be_told or about not in fresh:
                continue
            due_at = reader.quiet_hours.later_than_quiet(now)
            messages.append(
                Outgoing(
                    key=f"{Kind.MISSED}:{change.appointment_id}:{change.person_id}",
                    kind=Kind.MISSED,
                    due_at=due_at,
                    useful_until=due_at + useful_for(Kind.MISSED),
                    person_id=change.person_id,
                    appointment_id=change.appointment_id,
                    priority=Priority.NORMAL,
                )
            )
        people = (await people_by_id(session, set(readers))).values()
        await put(session, [*messages, *await self._talks(session, people, now)], now)

    async def _talks(self, session: AsyncSession, people: Collection[Person], now: datetime) -> list[Outgoing]:
        talks = []
        today = now.astimezone(self._zone).date()
        for person_id, missed in (await patterns_of(session, people, now, self._zone, self._rules)).items():
            person = next(person for person in people if person.id == person_id)
            consultant = await who_hears(session, person.consultant_id, today)
            if consultant is None:
                continue
            year, week, _ = missed[-1].starts_at.astimezone(self._zone).isocalendar()
            talks.append(
                Outgoing(
                    # Once a week at most, however many lists come.
                    key=f"{Kind.PATTERN}:{person_id}:{year}-{week:02}",
                    kind=Kind.PATTERN,
                    due_at=now,
                    params={"person_id": person_id},
                    consultant_id=consultant.id,
                    about_id=person_id,
                    priority=Priority.NORMAL,
                )
            )
        return talks
