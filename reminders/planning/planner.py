"""Puts into the outbox what people and consultants must hear, and takes back what is not so any more.

Planning makes the messages that should stand there (pure functions: appointment_messages, term_messages) and compares
them with those that do, by key. So it may be done any number of times, after every change and every quarter of an hour;
done twice it changes nothing. Whether a row is still true is looked at once more when it is sent (compose.py).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from reminders.kinds import REPLANNED, TOLD_WHEN_LOST, Kind, useful_for
from reminders.local_time import QuietHours, to_instant
from reminders.planning.about_appointments import appointment_messages, made_late, together
from reminders.planning.about_changes import (
    Known,
    conflicts,
    in_few_words,
    known_before,
    known_from,
    notice,
    what_changed,
)
from reminders.planning.about_terms import TermState, term_messages, told_by
from reminders.planning.planned_for import ALWAYS, NEVER, PlannedFor
from reminders.policies.due_times import Policies
from reminders.policies.rules import MEETINGS
from reminders.terms.open_parts import contacts_since, open_parts
from reminders.terms.rule_sets import LAW, TermRules
from reminders.terms.stored_terms import stored_facts
from reminders.terms.terms import compute_terms
from storage.appointments.absence_reports import leave_out
from storage.appointments.appointments import Appointment
from storage.appointments.changes import AppointmentChange
from storage.appointments.schedule import contact_moments, people_on, schedules_of, slot_of
from storage.engine.database import Database
from storage.outbox.message import Message, Outgoing, put
from storage.outbox.planning import add, move, not_arrived, standing_rows, take_back_notices, told_keys, withdraw
from storage.people.people import Person
from storage.people.phone_tasks import PhoneTask, open_tasks
from storage.vocabulary import Change

log = structlog.get_logger(__name__)

# Classes of groups and terms are planned this far ahead, again and again; single appointments at once for all time.
HORIZON = timedelta(days=14)
FAR = timedelta(days=800)
# Rows due before this are not read again: planning makes none that old.
HISTORY = timedelta(days=30)
PAGE = 500
# What must not be lost in silence, and how long after it was due the consultant is still told.
MOST_LOST = 10_000


@dataclass(slots=True)
class Difference:
    """What planning changes in the outbox."""

    new: list[Outgoing] = field(default_factory=list)
    moved: list[tuple[int, Outgoing]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.moved or self.gone)


class Planner:
    """Plans messages about appointments and terms.

    `policies`, `quiet_hours` and `term_rules` (by municipality) are the deployment's; a person's own quiet hours and
    wishes go on top. `holidays` holds the public holidays; `now` is the clock's.
    """

    def __init__(
        self,
        *,
        policies: Policies,
        quiet_hours: QuietHours,
        zone: ZoneInfo,
        now: Callable[[], datetime],
        term_rules: Callable[[str], TermRules] = lambda _municipality: LAW.rules,
        holidays: Collection[date] = frozenset(),
        horizon: timedelta = HORIZON,
    ) -> None:
        self._policies = policies
        self._quiet_hours = quiet_hours
        self._zone = zone
        self._now = now
        self._term_rules = term_rules
        self._holidays = holidays
        self._horizon = horizon

    async def on_changes(self, session: AsyncSession, changes: Sequence[AppointmentChange]) -> None:
        """Store what people hear of changes, and plan anew for them; see storage.appointments.changes.OnChanges."""
        changes = [change for change in changes if change.change is not Change.DETAILS]
        if not changes:
            return
        now = self._now()
        # Who could not come on Tuesday may well come on Friday, or has to say that they cannot then either.
        await leave_out(session, None, [c.appointment.id for c in changes if _is_another_day(c, self._zone)])
        # A class that moves to another day can be of other people then: who joined the group, or left it, in between.
        days = [(change.appointment, change.appointment.starts_at) for change in changes]
        days += [(change.appointment, change.old_starts_at or change.appointment.starts_at) for change in changes]
        people = await people_on(session, days, zone=self._zone)
        readers = {reader.id: reader for reader in await self.readers(session, set().union(*people))}
        untold = await take_back_notices(session, Kind.CHANGE, {change.appointment.id for change in changes})
        notices: list[tuple[Outgoing, Appointment]] = []
        for change, theirs, were_theirs in zip(changes, people, people[len(changes) :], strict=False):
            for person_id in theirs | were_theirs:
                reader = readers.get(person_id)
                if reader is None or not reader.may_be_told or person_id in change.known_to:
                    continue
                not_told = untold.get((change.appointment.id, person_id))
                if not_told is not None:
                    known = known_from(not_told)
                else:
                    known = known_before(change) if person_id in were_theirs else None
                said = self._notice(change, reader, known, now, theirs=person_id in theirs, news=not_told is None)
                notices.extend([(said, change.appointment)] if said is not None else [])
        overruled = [
            message
            for change, theirs, were_theirs in zip(changes, people, people[len(changes) :], strict=False)
            for message in conflicts(change, [readers[i] for i in sorted(theirs | were_theirs) if i in readers], now)
        ]
        await add(session, [*in_few_words(notices), *overruled], now)
        await self.plan_people(session, readers)

    async def plan_people(self, session: AsyncSession, person_ids: Collection[int]) -> int:
        """Plan these people's messages anew, after anything about them changed; returns how many rows are new."""
        difference = await self.difference(session, person_ids)
        await self._apply(session, difference)
        return len(difference.new)

    async def plan_ahead(self, database: Database, *, progress: Callable[[int], None] | None = None) -> int:
        """Plan everybody's coming messages, page by page; returns how many rows are new.

        A page is read and compared before the write lock is taken, and only its differences are written; what changes
        in between is looked at when a message is sent.
        """
        planned, last = 0, 0
        while True:
            async with database.reading() as session:
                page = list(
                    await session.scalars(select(Person.id).where(Person.id > last).order_by(Person.id).limit(PAGE))
                )
                difference = await self.difference(session, page) if page else Difference()
            if not page:
                return planned
            if difference:
                async with database.writing() as session:
                    await self._apply(session, difference)
            planned += len(difference.new)
            last = page[-1]
            if progress is not None:
                progress(len(page))

    async def tell_undelivered(self, database: Database) -> int:
        """Tell consultants of people whom messages did not reach, once a person and day; returns how many are new."""
        now = self._now()
        async with database.reading() as session:
            failed = await not_arrived(session, TOLD_WHEN_LOST, now - useful_for(Kind.UNDELIVERED), limit=MOST_LOST)
            readers = {reader.id: reader for reader in await self.readers(session, {item[1] for item in failed})}
        messages: dict[str, Outgoing] = {}
        for message_id, person_id, _, due_at in failed:
            reader = readers.get(person_id)
            if reader is None or reader.consultant_id is None or not reader.may_be_told:
                continue
            day = due_at.astimezone(self._zone).date()
            key = f"{Kind.UNDELIVERED}:{person_id}:{day.isoformat()}"
            messages[key] = Outgoing(
                key=key,
                kind=Kind.UNDELIVERED,
                due_at=now,
                useful_until=now + useful_for(Kind.UNDELIVERED),
                consultant_id=reader.consultant_id,
                about_id=person_id,
                params={"person_id": person_id, "message_id": message_id},
            )
        async with database.reading() as session:
            told_before = await session.scalars(select(Message.key).where(Message.key.in_(messages)))
            for key in told_before:
                del messages[key]
        if not messages:
            return 0
        async with database.writing() as session:
            standing = await open_tasks(session, {m.about_id for m in messages.values() if m.about_id is not None})
            # Who was not reached by telephone yesterday is tried again when the consultant said so, not before.
            due = [m for m in messages.values() if not _waits(standing.get(m.about_id or 0), now)]
            new = await put(session, due, now)
            told = await session.scalars(select(Message).where(Message.id.in_(new))) if new else ()
            for message in told:
                if message.about_id is not None and message.about_id not in standing:
                    lost = message.params.get("message_id")
                    task = PhoneTask(
                        person_id=message.about_id,
                        message_id=lost if isinstance(lost, int) else None,
                        opened_at=now,
                    )
                    session.add(task)
                    standing[message.about_id] = task
            return len(new)

    async def difference(self, session: AsyncSession, person_ids: Collection[int]) -> Difference:
        """What would change in the outbox if these people were planned for now."""
        now = self._now()
        standing = {row.key: row for row in await standing_rows(session, person_ids, REPLANNED, now - HISTORY)}
        wanted = await self.messages(session, person_ids)
        waiting = together([m for m in wanted if m.key not in standing or standing[m.key].untouched])
        found = Difference()
        for message in waiting:
            row = standing.get(message.key)
            if row is None:
                found.new.append(message)
            elif message.due_at not in (row.due_at, now) and (message.due_at > now or row.due_at > now):
                # What is due "now" keeps the time at which it was first due.
                found.moved.append((row.id, message))
        keys = {message.key for message in wanted}
        found.gone = [row.id for row in standing.values() if row.untouched and row.key not in keys]
        return found

    async def messages(
        self, session: AsyncSession, person_ids: Collection[int], *, as_if_agreed: bool = False
    ) -> list[Outgoing]:
        """Everything that should still be said to and about these people, said already or not.

        `as_if_agreed` shows what people would get who have not agreed yet, or stopped.
        """
        now = self._now()
        today = to_instant(datetime.combine(now.astimezone(self._zone).date(), time()), self._zone).instant
        schedules = await schedules_of(
            session, person_ids, today, now + FAR, zone=self._zone, groups_until=now + self._horizon
        )
        states = await self._term_states(session, person_ids, now)
        messages: list[Outgoing] = []
        for found in await self.readers(session, person_ids):
            reader = found
            if as_if_agreed and not found.may_be_told:
                reader = replace(found, may_be_told=True, told_since=NEVER)
            slots = schedules.get(reader.id, ())
            messages.extend(appointment_messages(reader, slots, self._policies, self._zone, now))
            about_terms = term_messages(reader, states[reader.id], self._zone, self._holidays, now)
            messages.extend(message for message in about_terms if message.due_at < now + self._horizon)
        return messages

    async def readers(self, session: AsyncSession, person_ids: Collection[int]) -> list[PlannedFor]:
        """These people, as far as planning goes."""
        rows = await session.execute(
            select(
                Person.id,
                Person.municipality,
                Person.quiet_hours,
                Person.wishes,
                Person.consultant_id,
                Person.consented_at,
                Person.stopped_at,
            )
            .where(Person.id.in_(person_ids))
            .order_by(Person.id)
        )
        return [
            PlannedFor(
                id=person_id,
                municipality=municipality,
                quiet_hours=QuietHours.parse(hours, self._zone) if hours else self._quiet_hours,
                wishes=wishes,
                consultant_id=consultant_id,
                may_be_told=consented_at is not None and stopped_at is None,
                told_since=consented_at or ALWAYS,
            )
            for person_id, municipality, hours, wishes, consultant_id, consented_at, stopped_at in rows
        ]

    async def _term_states(
        self, session: AsyncSession, person_ids: Collection[int], now: datetime
    ) -> dict[int, TermState]:
        told = await told_keys(session, person_ids, (Kind.MILESTONE, Kind.TERM_CORRECTION))
        moments = await contact_moments(session, person_ids, MEETINGS, now)
        states: dict[int, TermState] = {}
        for person_id, stored in (await stored_facts(session, person_ids)).items():
            rules = self._term_rules(stored.municipality)
            terms = compute_terms(stored.facts, rules)
            states[person_id] = TermState(
                facts=stored.facts,
                terms=terms,
                open_parts=open_parts(stored.group, stored.facts.route, stored.progress),
                contacts=contacts_since(terms.term_start, moments.get(person_id, ()), self._zone),
                told=told_by(told.get(person_id, ())),
                rules=rules.mark,
            )
        return states

    async def _apply(self, session: AsyncSession, difference: Difference) -> None:
        await withdraw(session, difference.gone)
        await move(session, difference.moved)
        await add(session, difference.new, self._now())

    def _notice(
        self,
        change: AppointmentChange,
        reader: PlannedFor,
        known: Known | None,
        now: datetime,
        *,
        theirs: bool,
        news: bool,
    ) -> Outgoing | None:
        appointment = change.appointment
        what = what_changed(known, appointment, now, theirs=theirs)
        if what is None and news and theirs and known is not None and change.change is Change.MOVED:
            # Neither time nor place: something else that people must hear of, such as the address of a video call.
            what = Change.MOVED
        if what is None:
            return None
        # What comes by a move is not what the person was told of that day, so it does not wait for its reminders.
        at_once = news and change.change is Change.MOVED
        if what is Change.MADE and not (at_once or made_late(reader, slot_of(appointment), self._policies, self._zone)):
            return None
        return notice(what, known, appointment, reader, now)


def _is_another_day(change: AppointmentChange, zone: ZoneInfo) -> bool:
    old, new = change.old_starts_at, change.appointment.starts_at
    return (
        change.change is Change.MOVED and old is not None and old.astimezone(zone).date() != new.astimezone(zone).date()
    )


def _waits(task: PhoneTask | None, now: datetime) -> bool:
    return task is not None and task.again_at is not None and task.again_at > now
