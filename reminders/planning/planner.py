"""Puts into the outbox what people and consultants must hear, and takes back what is not so any more.

Planning makes the messages that should stand there (pure functions: about_appointments, about_terms) and compares
them with those that do, by key. So it may be done any number of times, after every change and every quarter of an hour;
done twice it changes nothing. Whether a row is still true is looked at once more when it is sent
(wording/planned_messages.py).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from reminders.kinds import REPLANNED, Copy, Kind
from reminders.local_time import QuietHours, month_began, to_instant
from reminders.own_policies import OwnPolicies
from reminders.planning.about_appointments import AFTER_WITHIN, after_messages, appointment_messages, together
from reminders.planning.about_changes import change_of, in_few_words, made, once_each
from reminders.planning.about_reports import report_messages
from reminders.planning.about_terms import TermState, said_again, said_by, term_messages, told_by
from reminders.planning.conflicts import conflicts
from reminders.planning.left_out import LeftOut
from reminders.planning.planned_for import ALWAYS, NEVER, PlannedFor, welcome_first
from reminders.policies.due_times import Policies
from reminders.stored_terms import stored_facts
from reminders.terms.open_parts import contacts_since, open_parts
from reminders.terms.progress import is_finished
from reminders.terms.rule_sets import LAW, TermRules
from reminders.terms.terms import compute_terms
from storage.appointments.changes import AppointmentChange
from storage.appointments.history import made_at
from storage.appointments.report_stands import reports_standing
from storage.appointments.schedule import Member, Slot, members_of, people_on, schedules_of
from storage.attention.contact_moments import contacts_of
from storage.engine.database import Database
from storage.outbox.heard import HeardOf, heard_by, is_theirs, know
from storage.outbox.message import Outgoing
from storage.outbox.planning import (
    SaidOfTerm,
    StandingRow,
    add,
    earlier_about,
    move,
    said_about,
    standing_rows,
    withdraw,
)
from storage.people.contacts import reachable_since
from storage.people.people import people_after, planning_rows
from storage.vocabulary import AppointmentKind, Change, Told, Wishes

# Classes of groups and terms are planned this far ahead, again and again; single appointments at once for all time.
HORIZON = timedelta(days=14)
FAR = timedelta(days=800)
# Rows due before this are not read again: planning makes none that old.
HISTORY = timedelta(days=30)
PAGE = 500
_COPIES = frozenset(Copy)


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

    `policies` (the file's), `quiet_hours` and `term_rules` (by municipality) are the deployment's; what was agreed at
    the desk, and a person's own quiet hours and wishes, go on top. `holidays` holds the public holidays; `now` is the
    clock's. `budgeted` are the channels that may be used up in a month.
    """

    def __init__(
        self,
        *,
        policies: Policies,
        quiet_hours: QuietHours,
        zone: ZoneInfo,
        now: Callable[[], datetime],
        term_rules: Callable[[str], TermRules] = lambda _municipality: LAW.rules,
        holidays: Container[date] = frozenset(),
        budgeted: Collection[str] = (),
        horizon: timedelta = HORIZON,
    ) -> None:
        self.policies = OwnPolicies(policies)
        self._quiet_hours = quiet_hours
        self._zone = zone
        self._now = now
        self._term_rules = term_rules
        self._holidays = holidays
        self._budgeted = budgeted
        self._horizon = horizon
        self._left_out = LeftOut()

    async def on_changes(self, session: AsyncSession, changes: Sequence[AppointmentChange]) -> None:
        """Plan anew for everybody whom changes concern; see storage.appointments.changes.OnChanges.

        What they are told is worked out from what they heard, not from the changes. Only of what nobody told them,
        because it was made before they agreed or is a class of a later week, is noted that they know it as it was.
        """
        changes = [change for change in changes if change.change is not Change.DETAILS]
        if not changes:
            return
        now = self._now()
        await session.flush()
        # A class that moves to another day can be of other people then: who joined the group, or left it, in between.
        days = [(change.appointment, change.appointment.starts_at) for change in changes]
        days += [(change.appointment, change.old_starts_at or change.appointment.starts_at) for change in changes]
        people = await people_on(session, days, zone=self._zone)
        everybody: set[int] = set().union(*people)
        # Who left the group may have heard of its classes all the same.
        groups = {change.appointment.group_id for change in changes if change.appointment.group_id is not None}
        everybody |= {member.person_id for member in await members_of(session, group_ids=groups)}
        # What comes to somebody by a move is not what they were told of that day, so it waits for no reminder.
        knew = [
            (change, person_id, person_id in were_theirs)
            for change, theirs, were_theirs in zip(changes, people, people[len(changes) :], strict=False)
            if change.change in (Change.MOVED, Change.CANCELLED)
            and max(change.appointment.starts_at, change.old_starts_at or now) > now
            for person_id in theirs | were_theirs
        ]
        if knew:
            await self._note_what_they_knew(session, knew, everybody, now)
        for change in changes:
            for person_id in change.known_to:
                off = change.change is Change.CANCELLED
                know(session, person_id, change.appointment, Told.CHOSEN, now, takes_place=not off)
        await session.flush()
        await self._tell_conflicts(session, changes, people, now)
        await self.plan_people(session, everybody)

    async def _tell_conflicts(
        self,
        session: AsyncSession,
        changes: Sequence[AppointmentChange],
        people: Sequence[frozenset[int]],
        now: datetime,
    ) -> None:
        """Consultants hear of two sources that said different things."""
        overruled = [
            (change, theirs | were_theirs)
            for change, theirs, were_theirs in zip(changes, people, people[len(changes) :], strict=False)
            if change.overruled is not None
        ]
        everybody: set[int] = set().union(*(concerned for _, concerned in overruled))
        known = {person.id: person for person in await self.people(session, everybody)} if everybody else {}
        found = [
            message
            for change, concerned in overruled
            for message in conflicts(change, [known[one] for one in sorted(concerned) if one in known], now)
        ]
        await add(session, found, now)

    async def _note_what_they_knew(
        self,
        session: AsyncSession,
        knew: Sequence[tuple[AppointmentChange, int, bool]],
        everybody: Collection[int],
        now: datetime,
    ) -> None:
        """Of what nobody told them by a message, they know when and where it was to be (or, where it was not theirs,
        that they had nothing to do with it).

        Of a meeting that was made since they agreed they are told at once: who was not, because they had stopped, does
        not know of it.
        """
        agreed = {person.id: person.told_since for person in await self.people(session, everybody) if person.has_agreed}
        ids = {change.appointment.id for change, _, _ in knew}
        # A class they know as it was, whenever it was made.
        own = {change.appointment.id for change, _, _ in knew if change.appointment.kind is not AppointmentKind.CLASS}
        since = await made_at(session, own) if own else {}
        heard = await heard_by(session, everybody, appointment_ids=ids)
        # What is being told, or was lost on the way, they do not know.
        tried = {(one.person_id, one.appointment_id) for one in await earlier_about(session, Kind.CHANGE, ids)}
        for change, person_id, takes_place in knew:
            pair = (person_id, change.appointment.id)
            if pair in heard or pair in tried or person_id not in agreed:
                continue
            is_class = change.appointment.kind is AppointmentKind.CLASS
            if is_class or since.get(change.appointment.id, ALWAYS) < agreed[person_id]:
                was = (change.old_starts_at or change.appointment.starts_at, change.old_location)
                # What was moved in neither time nor place was so in the address of the video call.
                elsewhere = was != (change.appointment.starts_at, change.appointment.location)
                know(
                    session,
                    person_id,
                    change.appointment,
                    Told.AGREED,
                    now,
                    starts_at=was[0],
                    location=was[1],
                    takes_place=takes_place,
                    same_url=elsewhere or change.change is not Change.MOVED,
                )

    async def plan_people(self, session: AsyncSession, person_ids: Collection[int]) -> int:
        """Plan these people's messages anew, after anything about them changed; returns how many rows are new.

        Whose data cannot be worked with costs the others nothing; their consultant is told.
        """
        # Planning reads tables, not mapped objects.
        await session.flush()
        differences, left_out = await self._differences(session, sorted(person_ids))
        for difference in differences:
            await self._apply(session, difference)
        await self._left_out.tell(session, left_out, self._now(), self._zone)
        return sum(len(difference.new) for difference in differences)

    async def plan_ahead(self, database: Database, *, progress: Callable[[int], None] | None = None) -> int:
        """Plan everybody's coming messages, page by page; returns how many rows are new.

        A page is read and compared before the write lock is taken, and only its differences are written; what changes
        in between is looked at when a message is sent.
        """
        planned, last = 0, 0
        while True:
            async with database.reading() as session:
                page = await people_after(session, last, PAGE)
                differences, left_out = await self._differences(session, page)
            if left_out or any(differences):
                async with database.writing() as session:
                    for difference in differences:
                        await self._apply(session, difference)
                    await self._left_out.tell(session, left_out, self._now(), self._zone)
            planned += sum(len(difference.new) for difference in differences)
            if progress is not None and page:
                progress(len(page))
            if len(page) < PAGE:
                return planned
            last = page[-1]

    async def _differences(
        self, session: AsyncSession, person_ids: Sequence[int]
    ) -> tuple[list[Difference], list[int]]:
        """What would change for these people, and who cannot be planned for."""
        return await self._left_out.apart(person_ids, lambda some: self.difference(session, some))

    async def difference(self, session: AsyncSession, person_ids: Collection[int]) -> Difference:
        """What would change in the outbox if these people were planned for now."""
        now = self._now()
        rows = await standing_rows(session, person_ids, REPLANNED, now - HISTORY)
        standing = {row.key: row for row in rows if row.key.partition(":")[0] not in _COPIES}
        wanted = await self.messages(session, person_ids)
        open_ones = [m for m in wanted if m.key not in standing or standing[m.key].untouched]
        # A change is told when it is known; reminders keep their hours, and are silent where it told all.
        waiting = [m for m in open_ones if m.kind == Kind.CHANGE]
        waiting += together([m for m in open_ones if m.kind != Kind.CHANGE])
        found = Difference()
        for message in waiting:
            row = standing.get(message.key)
            if row is None:
                found.new.append(message)
            elif message.due_at not in (row.due_at, now) and (message.due_at > now or row.due_at > now):
                # What is due "now" keeps the time at which it was first due.
                found.moved.append((row.id, message))
        keys = {message.key for message in wanted}
        found.gone = [
            row.id
            for row in standing.values()
            # A change that came too late is not taken back: it expires, and somebody hears that it was not told.
            if row.untouched and row.key not in keys and not (row.kind == Kind.CHANGE and _is_over(row, now))
        ]
        return found

    async def messages(
        self, session: AsyncSession, person_ids: Collection[int], *, as_if_agreed: bool = False
    ) -> list[Outgoing]:
        """Everything that should still be said to and about these people, said already or not.

        `as_if_agreed` shows what people would get who have not agreed yet, or stopped.
        """
        now = self._now()
        readers = await self.people(session, person_ids, only_readers=not as_if_agreed)
        if as_if_agreed:
            readers = [one if one.may_be_told else replace(one, may_be_told=True, told_since=NEVER) for one in readers]
        messages = await self._of_readers(session, readers, now) if readers else []
        return [*messages, *await self._about_reports(session, person_ids, now)]

    async def _of_readers(self, session: AsyncSession, readers: Sequence[PlannedFor], now: datetime) -> list[Outgoing]:
        person_ids = [one.id for one in readers]
        today = to_instant(datetime.combine(now.astimezone(self._zone).date(), time()), self._zone).instant
        memberships = await members_of(session, person_ids=person_ids)
        schedules = await schedules_of(
            session,
            person_ids,
            today,
            now + FAR,
            zone=self._zone,
            groups_until=now + self._horizon,
            own_since=today - AFTER_WITHIN,
            members=memberships,
        )
        members: defaultdict[int, list[Member]] = defaultdict(list)
        for member in memberships:
            members[member.person_id].append(member)
        said = await said_about(session, person_ids, (Kind.MILESTONE, Kind.TERM_CORRECTION, Kind.OWN_DATES))
        states = await self._term_states(session, person_ids, said, now)
        unheard = {person_id for person_id, all_of in said.items() if any(one.lost for one in all_of)}
        back_at = await reachable_since(session, unheard, self._open_since(now)) if unheard else {}
        heard: defaultdict[int, list[HeardOf]] = defaultdict(list)
        for one in (await heard_by(session, person_ids, since=now)).values():
            heard[one.person_id].append(one)
        policies = await self.policies.now(session)
        messages: list[Outgoing] = []
        changes: list[Outgoing] = []
        for person in readers:
            slots = schedules.get(person.id, ())
            new: list[Slot] = []
            ahead = appointment_messages(person, slots, policies, self._zone, now, new)
            messages.extend(welcome_first(ahead, person, now))
            messages.extend(after_messages(person, slots, self._zone, now))
            about_terms: list[Outgoing] = []
            if not person.is_closed:
                state = states[person.id]
                about_terms = term_messages(person, state, self._zone, self._holidays, now, self._horizon)
            if person.id in unheard:
                about_terms = said_again(about_terms, said, back_at)
            messages.extend(message for message in about_terms if message.due_at < now + self._horizon)
            if person.may_be_told:
                changes.extend(self._changes(person, new, heard.get(person.id, ()), members.get(person.id, ()), now))
        return [*messages, *await _once_each(session, changes, self._open_since(now))]

    def _open_since(self, now: datetime) -> dict[str, datetime]:
        """Since when channels whose budget may have been spent can be used again: it is a month's."""
        return dict.fromkeys(self._budgeted, month_began(now, self._zone))

    async def _about_reports(self, session: AsyncSession, person_ids: Collection[int], now: datetime) -> list[Outgoing]:
        reports = await reports_standing(session, person_ids, now, self._zone)
        if not reports:
            return []
        earlier = await earlier_about(session, Kind.REPORT_STANDS, {report.appointment_id for report in reports})
        return report_messages(reports, earlier, now)

    def _changes(
        self,
        person: PlannedFor,
        new: Sequence[Slot],
        heard: Sequence[HeardOf],
        members: Sequence[Member],
        now: datetime,
    ) -> list[Outgoing]:
        """What a person must hear because it is not as they heard, and because they never heard of it."""
        found: list[tuple[Outgoing, AppointmentKind]] = []
        for one in heard:
            change = change_of(one, person, now, theirs=is_theirs(one, members, self._zone))
            if change is not None:
                found.append((change, one.kind))
        known = {one.appointment_id for one in heard}
        found.extend((made(slot, person, now), slot.kind) for slot in new if slot.id not in known)
        return in_few_words(found) if found else []

    async def people(
        self, session: AsyncSession, person_ids: Collection[int], *, only_readers: bool = False
    ) -> list[PlannedFor]:
        """These people, as far as planning goes; see planning_rows."""
        return [
            PlannedFor(
                id=row.id,
                municipality=row.municipality,
                quiet_hours=self._quiet_hours.own(row.quiet_hours),
                # Who is guided no more hears of meetings that are made all the same, as the one with the certificate.
                wishes=row.wishes if row.closed_at is None else Wishes.ONLY_MEETINGS,
                consultant_id=row.consultant_id,
                may_be_told=row.consented_at is not None and row.stopped_at is None,
                told_since=row.consented_at or ALWAYS,
                has_agreed=row.consented_at is not None,
                is_closed=row.closed_at is not None,
            )
            for row in await planning_rows(session, person_ids, only_readers=only_readers)
        ]

    async def _term_states(
        self,
        session: AsyncSession,
        person_ids: Collection[int],
        said: Mapping[int, Sequence[SaidOfTerm]],
        now: datetime,
    ) -> dict[int, TermState]:
        moments = await contacts_of(session, person_ids, now)
        states: dict[int, TermState] = {}
        facts = await stored_facts(session, person_ids)
        by_municipality = {name: self._term_rules(name) for name in {stored.municipality for stored in facts.values()}}
        marks = {name: rules.mark for name, rules in by_municipality.items()}
        for person_id, stored in facts.items():
            rules = by_municipality[stored.municipality]
            terms = compute_terms(stored.facts, rules)
            states[person_id] = TermState(
                facts=stored.facts,
                terms=terms,
                open_parts=open_parts(stored.group, stored.facts.route, stored.noted),
                contacts=contacts_since(terms.term_start, moments.get(person_id, ()), self._zone),
                told=told_by(one.key for one in said.get(person_id, ()) if not one.lost),
                rules=marks[stored.municipality],
                term_rules=rules,
                finished=is_finished(stored.group, stored.facts.route, stored.noted),
                said=said_by(one.key for one in said.get(person_id, ()) if not one.lost),
            )
        return states

    async def _apply(self, session: AsyncSession, difference: Difference) -> None:
        await withdraw(session, difference.gone)
        await move(session, difference.moved)
        await add(session, difference.new, self._now())


def _is_over(row: StandingRow, now: datetime) -> bool:
    return row.useful_until is not None and row.useful_until <= now


async def _once_each(
    session: AsyncSession, changes: Sequence[Outgoing], open_since: Mapping[str, datetime]
) -> list[Outgoing]:
    """See once_each; there are few changes that were tried before."""
    if not changes:
        return []
    ids = {change.appointment_id for change in changes if change.appointment_id is not None}
    people = {change.person_id for change in changes if change.person_id is not None}
    earlier = [one for one in await earlier_about(session, Kind.CHANGE, ids) if one.person_id in people]
    return once_each(changes, earlier, await reachable_since(session, people, open_since) if earlier else {})
