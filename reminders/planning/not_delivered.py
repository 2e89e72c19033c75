"""Losses: what did not arrive is looked after by the time it failed, whatever it was due for.

Each loss is taken up once, within a minute, and ends with somebody who can do something about it: what was for a person
with their consultant, as a telephone task; what was for a consultant with who stands in for them, or else, when it came
from a person, with that person, who is asked to telephone. What is neither, and what cannot be told to that person
either, waits until the consultant can be reached again.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.message import Body, Part, Style, Text
from reminders.kinds import TOLD_WHEN_LOST, Copy, Kind, useful_for
from reminders.planning.planned_for import PlannedFor
from reminders.planning.planner import Planner
from storage.appointments.absence_reports import unseen_report
from storage.caseload import reachable_stand_in
from storage.engine.database import Database
from storage.outbox.losses import Loss, losses, lost_on_the_way, taken_up, told_since
from storage.outbox.message import Message, Outgoing, messages_by_id, put
from storage.people.people import Consultant, Person
from storage.people.phone_tasks import PhoneTask, open_tasks
from storage.vocabulary import Priority

log = structlog.get_logger(__name__)


_AT_ONCE: Final = 1000
#: Writes to the number and the address on record of a person, once under this name; answers with the channels on
#: which that went.
InviteBack: TypeAlias = Callable[[AsyncSession, Person, str, datetime], Awaitable[Sequence[str]]]
# So long a message to a consultant that nothing else limits is kept for them, and so long what came from a person,
# which nobody else knows; it is tried again after so long.
_KEPT: Final = timedelta(days=14)
_REPORT_KEPT: Final = timedelta(days=365)
_AGAIN_IN: Final = timedelta(minutes=30)
# Who was told that nothing reaches the consultant need not hear it again so soon.
_NOT_REACHED: Final = "not_reached"
_SAID: Final = timedelta(hours=2)
# What came from a person: a report, a question, a message.
_REPORTS: Final = frozenset({Kind.SAY, Kind.ABSENCE_AGAIN, Kind.ABSENCE_PASSED})


class NotDelivered:
    """Looks after losses; run by every worker, every minute."""

    def __init__(
        self,
        planner: Planner,
        now: Callable[[], datetime],
        zone: ZoneInfo,
        telephone: Callable[[str], str | None] = lambda _municipality: None,
        invite_back: InviteBack | None = None,
    ) -> None:
        """`invite_back` is called when no way is left to somebody."""
        self._planner = planner
        self._telephone = telephone
        self._invite_back = invite_back
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
                told += await self._of_senders(session, found, now)
                told += await self._of_consultants(session, [one for one in found if one.person_id is None], now)
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
                await session.flush()
                standing[person.id] = task
                if self._invite_back is not None:
                    # Before somebody telephones, who hears that it went: once for a loss, which is a task.
                    whom = await session.get_one(Person, person.id)
                    went = await self._invite_back(session, whom, f"{person.id}:{task.id}", now)
                    task.invited_over = ",".join(went)
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

    async def _of_senders(self, session: AsyncSession, lost: Sequence[Loss], now: datetime) -> int:
        """Where the word that nothing reached the consultant does not reach the person either, what they said waits for
        that consultant: then it is read late, but by somebody."""
        messages: list[Outgoing] = []
        words = await messages_by_id(session, [one.id for one in lost if one.kind == Kind.SAY and one.person_id])
        for word in words.values():
            match word.key.split(":"):
                case [begins, person_id, consultant_id, *_] if begins == _NOT_REACHED:
                    since = now - _KEPT
                    said = await lost_on_the_way(session, int(consultant_id), int(person_id), _REPORTS, since)
                    if said is not None and (kept := _kept(int(consultant_id), said, now)) is not None:
                        messages.append(kept)
        return len(await put(session, messages, now))

    async def _of_consultants(self, session: AsyncSession, lost: Sequence[Loss], now: datetime) -> int:
        """Again to who stands in; where nobody does, a word to the person from whom it came."""
        messages: list[Outgoing] = []
        said = set[str]()
        rows = await messages_by_id(session, [one.id for one in lost])
        for one in lost:
            if one.consultant_id is None:
                continue
            consultant_id, person_id = one.consultant_id, one.about_id
            from_person = one.kind in _REPORTS and person_id is not None
            stand_in = await reachable_stand_in(session, consultant_id) if person_id is not None else None
            report = await unseen_report(session, person_id, consultant_id) if from_person and person_id else None
            if stand_in is not None:
                messages.append(_for(stand_in.id, rows[one.id], now))
                if report is not None:
                    # Which lets them see and answer it.
                    report.passed_to_id, report.passed_at = stand_in.id, now
            elif from_person and person_id is not None:
                about_what = f"report:{report.id}:{report.version}" if report is not None else f"message:{one.id}"
                word = f"{_NOT_REACHED}:{person_id}:{consultant_id}:"
                # Of several that were lost they need not hear several times.
                if word not in said and not await told_since(session, person_id, word, now - _SAID):
                    messages.append(await self._tell_sender(session, person_id, consultant_id, word + about_what, now))
                said.add(word)
            else:
                log.warning("consultant_not_reached", message=one.id, kind=one.kind)
                if (kept := _kept(consultant_id, rows[one.id], now)) is not None:
                    messages.append(kept)
        return len(await put(session, messages, now))

    async def _tell_sender(
        self, session: AsyncSession, person_id: int, consultant_id: int, key: str, now: datetime
    ) -> Outgoing:
        consultant = await session.get_one(Consultant, consultant_id)
        person = await session.get_one(Person, person_id)
        telephone = self._telephone(person.municipality)
        body = Body(
            (
                Part(Text("absence.not_reached", {"consultant": consultant.name}), Style.TITLE),
                *([Part(Text("letter.telephone", {"telephone": telephone}))] if telephone else []),
            )
        )
        # Who stopped all messages reported something all the same, and this is the answer to it.
        priority = Priority.REPLY if person.stopped_at is not None else Priority.NORMAL
        return Outgoing(
            key=key, kind=Kind.SAY, due_at=now, params=body.to_json(), person_id=person_id, priority=priority
        )


def _for(consultant_id: int, row: Message, now: datetime) -> Outgoing:
    """A consultant's message once more, for who stands in."""
    until = max(row.useful_until, now + useful_for(Kind.UNDELIVERED)) if row.useful_until else None
    return _again(f"{Copy.PASSED}:{row.id}:{consultant_id}", consultant_id, row, now, until, Priority(row.priority))


def _kept(consultant_id: int, row: Message, now: datetime) -> Outgoing | None:
    """A consultant's message once more, to wait until one of their addresses works again, as whatever comes later does;
    None when it is of no use any more then."""
    until = row.useful_until or row.due_at + (_REPORT_KEPT if row.kind in _REPORTS else _KEPT)
    # A copy is due a while later: an address that refuses each one is not tried for ever in the same minute.
    due_at = now + _AGAIN_IN
    if due_at >= until:
        return None
    # Reminders do not wait for who is not linked; this does.
    priority = min(Priority(row.priority), Priority.NORMAL)
    return _again(f"{Copy.KEPT}:{row.id}", consultant_id, row, due_at, until, priority)


def _again(
    key: str, consultant_id: int, row: Message, due_at: datetime, until: datetime | None, priority: Priority
) -> Outgoing:
    return Outgoing(
        key=key,
        kind=row.kind,
        due_at=due_at,
        useful_until=until,
        params=row.params,
        consultant_id=consultant_id,
        about_id=row.about_id,
        appointment_id=row.appointment_id,
        appointment_version=row.appointment_version,
        priority=priority,
    )


def _can_be_called_for(person: PlannedFor) -> bool:
    return person.consultant_id is not None and person.may_be_told


def _waits(task: PhoneTask, now: datetime) -> bool:
    return task.again_at is not None and task.again_at > now
