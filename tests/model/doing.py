"""Does the acts of a sequence to the engine, as its users do, and tells the oracle what became true by them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select, update

from bot.actions import calls, meetings, people, privacy, proposals
from bot.actions.absences import drafts
from bot.actions.absences import reports as absences
from bot.actions.absences.drafts import Refused, WhyNot
from bot.actions.absences.reports import AbsenceSent
from bot.actions.acting import Acting, Actor, Proof, Role
from reminders.timetables.importing import import_timetable
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment, Membership
from storage.appointments.changing import AppointmentWriter
from storage.appointments.details import Details
from storage.appointments.proposals import Proposal
from storage.people.people import Consultant
from storage.people.phone_tasks import open_tasks
from storage.vocabulary import AbsenceReason, AppointmentKind, CallResult, ChangeSource
from tests.model.beliefs import CLASS, Meeting, Wrong, local_day
from tests.model.sequences import AMSTERDAM, Act, Step
from tests.model.world import ModelWorld
from tests.reminders.planning.planning_world import ZONE

KINDS: Final = {
    "Voortgangsgesprek": AppointmentKind.PROGRESS_MEETING,
    "PVT-bijeenkomst": AppointmentKind.PVT,
    "MAP-bijeenkomst": AppointmentKind.MAP,
    "Examen": AppointmentKind.EXAM,
}
_AN_HOUR: Final = timedelta(hours=1)
# So long after it another of the same kind may be made: whatever was heard of the first is about what is over.
_OVER: Final = timedelta(days=1)
_LESSON_DAYS: Final = (1, 3)
_WEEKS_OF_LESSONS: Final = 8


async def lives(world: ModelWorld, steps: Sequence[Step]) -> None:
    """Do these steps, each at its time, and look at what people believe in between, and for a day after.

    Raises tests.model.beliefs.Wrong.
    """
    doing = Doing(world, steps[0].at)
    for step in steps:
        await world.until(step.at)
        world.trace.append(f"{step}")
        await doing.do(step)
        world.touched = True
        world.calm_since = max(world.calm_since, world.clock.now())
        await world.work()
    await world.until(world.clock.now() + timedelta(days=1))


class Doing:
    """See the module."""

    def __init__(self, world: ModelWorld, start: datetime) -> None:
        self._world = world
        self._oracle = world.oracle
        self._ids: dict[str, int] = {}
        # The reports that were sent: of an illness by person, of one meeting by person and meeting.
        self._illnesses: dict[str, int] = {}
        self._reports: dict[tuple[str, str], int] = {}
        # The last proposal of another time, by person and meeting.
        self._proposals: dict[tuple[str, str], tuple[int, datetime]] = {}
        first = start.astimezone(AMSTERDAM).date() + timedelta(days=7 - start.weekday())
        self._lesson_days = [
            first + timedelta(weeks=week, days=day) for week in range(_WEEKS_OF_LESSONS) for day in _LESSON_DAYS
        ]
        self._acts: Mapping[Act, Callable[[Step], Awaitable[None]]] = {
            Act.MADE: self._made,
            Act.MOVED: self._moved,
            Act.PLACED: self._placed,
            Act.CANCELLED: self._cancelled,
            Act.RESTORED: self._restored,
            Act.TIMETABLE: self._timetable,
            Act.ABSENT: self._absent,
            Act.ILL: self._ill,
            Act.BETTER: self._better,
            Act.TAKES_BACK: self._takes_back,
            Act.COMES: self._comes,
            Act.OTHER_TIME: self._other_time,
            Act.CHOOSES: self._chooses,
            Act.STOPS: self._stops,
            Act.RESUMES: self._resumes,
            Act.BLOCKS: self._blocks,
            Act.COMES_BACK: self._comes_back,
            Act.BOUNCES: self._bounces,
            Act.LEAVES: self._member,
            Act.JOINS: self._member,
            Act.PLANS: self._plans,
            Act.CALLS: self._calls,
            Act.CONSULTANT_BLOCKS: self._consultant_blocks,
            Act.CONSULTANT_BACK: self._consultant_back,
            Act.PROPOSES: self._proposes,
            Act.AWAY: self._away,
            Act.BACK: self._away,
            Act.STANDS_IN: self._stands_in,
            Act.ALONE: self._stands_in,
            Act.DOWN: self._down,
            Act.OUTAGE: self._outage,
            Act.SPENT: self._spent,
        }

    async def do(self, step: Step) -> None:
        """One step; nothing where it cannot be done.

        Raises tests.model.beliefs.Wrong.
        """
        await self._acts[step.act](step)

    # To an appointment ------------------------------------------------------------------------------------------

    async def _made(self, step: Step) -> None:
        name, world = _name(step), self._world
        before = self._oracle.meetings.get(name)
        if step.when is None or step.when <= world.clock.now():
            return
        if before is not None and before.starts_at > world.clock.now() - _OVER:
            return
        # Nor while they believe that the first is still to come: it was moved, and they could not be told.
        believed = self._oracle.minds[step.who].meetings.get(step.what) if step.who else None
        if believed is not None and believed.on and believed.starts_at > world.clock.now() - _OVER:
            return
        kind = KINDS[step.what] if step.who else AppointmentKind.CLASS
        details = Details(kind, step.when, step.when + _AN_HOUR, location=step.place)
        async with self._writing() as (_, writer):
            made = writer.make(
                f"model/{name}/{step.at:%m%d%H%M}",
                details,
                person_id=world.people[step.who] if step.who else None,
                group_id=None if step.who else world.group_id,
            )
            await writer.finish()
            self._ids[name] = made.id
        what = step.what if step.who else CLASS
        self._reports.pop((step.who, step.what), None)
        self._oracle.made(name, Meeting(what, step.when, step.place, person=step.who or None))

    async def _moved(self, step: Step) -> None:
        meeting = self._changeable(step)
        if meeting is None or not meeting.on or step.when is None or step.when == meeting.starts_at:
            return
        self._oracle.changes(_name(step))
        meeting.starts_at = step.when
        async with self._writing() as (appointment, writer):
            writer.move(await appointment(_name(step)), step.when)
            await writer.finish()

    async def _placed(self, step: Step) -> None:
        meeting = self._changeable(step)
        if meeting is None or not meeting.on or step.place == meeting.place:
            return
        self._oracle.changes(_name(step))
        meeting.place = step.place
        async with self._writing(ChangeSource.CSV) as (appointment, writer):
            found = await appointment(_name(step))
            await writer.listen_to([found])
            writer.hear(found, Details(found.kind, found.starts_at, location=step.place), {"location"})
            await writer.finish()

    async def _cancelled(self, step: Step) -> None:
        meeting = self._changeable(step)
        if meeting is None or not meeting.on:
            return
        self._oracle.changes(_name(step))
        meeting.on = False
        async with self._writing() as (appointment, writer):
            writer.cancel(await appointment(_name(step)))
            await writer.finish()

    async def _restored(self, step: Step) -> None:
        meeting = self._changeable(step)
        if meeting is None or meeting.on:
            return
        meeting.on, meeting.changed_at = True, self._world.clock.now()
        async with self._writing() as (appointment, writer):
            writer.restore(await appointment(_name(step)))
            await writer.finish()

    def _changeable(self, step: Step) -> Meeting | None:
        meeting = self._oracle.meetings.get(_name(step))
        return meeting if meeting is not None and meeting.starts_at > self._world.clock.now() else None

    async def _timetable(self, step: Step) -> None:
        now = self._world.clock.now()
        # On the day of a lesson its file could be of the lesson that was, or the one to be.
        if step.when is None or local_day(now).weekday() in _LESSON_DAYS or local_day(now) >= self._lesson_days[-1]:
            return
        at = step.when.astimezone(AMSTERDAM).time()
        lessons = {datetime.combine(day, at, tzinfo=AMSTERDAM) for day in self._lesson_days}
        self._oracle.timetable = {m for m in self._oracle.timetable if m <= now} | {m for m in lessons if m > now}
        ends = (datetime.combine(now.date(), at) + _AN_HOUR).time()
        data = _ics(self._lesson_days, at.strftime("%H%M%S"), ends.strftime("%H%M%S"))
        report = await import_timetable(
            self._world.database, "A1", data, zone=ZONE, now=now, on_changes=self._world.planner.on_changes
        )
        if report.rejected:
            raise Wrong(f"the timetable is not taken: {report.rejected}")

    # By a person ------------------------------------------------------------------------------------------------

    def _person(self, who: str) -> Actor:
        return Actor(Role.PERSON, Proof.ACCOUNT, self._world.people[who])

    async def _absent(self, step: Step) -> None:
        meeting = self._changeable(step)
        if meeting is None:
            return
        person_id, answers = self._world.people[step.who], self._oracle.answers[step.who]
        held, told = answers.holds(meeting), False
        async with self._acting(self._person(step.who)) as acting:
            draft = await drafts.begin(acting, person_id, self._ids[_name(step)])
            if isinstance(draft, Refused):
                refused: Refused | None = draft
            else:
                await drafts.give_reason(acting, draft, AbsenceReason.WORK)
                sent = await absences.send(acting, person_id, draft.id)
                refused = sent if isinstance(sent, Refused) else None
                # Who is told that nobody can be reached is asked to telephone.
                told = isinstance(sent, AbsenceSent) and sent.reachable
                self._reports[step.who, step.what] = draft.id
        if refused is not None:
            if refused.why is WhyNot.REPORTED and held:
                return
            if refused.why is WhyNot.CANCELLED and not meeting.on:
                return
            raise Wrong(f"{step.who} cannot come to {step.what}, and hears: {refused.why}")
        if held:
            raise Wrong(f"{step.who} reported for {step.what} twice")
        answers.is_absent(meeting, self._world.clock.now(), to=told)

    async def _ill(self, step: Step) -> None:
        person_id, answers = self._world.people[step.who], self._oracle.answers[step.who]
        async with self._acting(self._person(step.who)) as acting:
            draft = await drafts.begin(acting, person_id)
            if isinstance(draft, Refused):
                raise Wrong(f"{step.who} is ill, and hears: {draft.why}")
            await drafts.include_all_from(acting, draft, acting.today)
            await drafts.give_reason(acting, draft, AbsenceReason.ILL)
            sent = await absences.send(acting, person_id, draft.id)
            if not isinstance(sent, Refused):
                self._illnesses[step.who] = draft.id
            elif sent.why is not WhyNot.REPORTED or step.who not in self._illnesses:
                raise Wrong(f"{step.who} is ill, and hears: {sent.why}")
            told = isinstance(sent, AbsenceSent) and sent.reachable
        anew = not isinstance(sent, Refused)
        answers.is_ill(self._oracle.of(step.who), self._world.clock.now(), to=told, anew=anew)

    async def _better(self, step: Step) -> None:
        report_id = self._illnesses.pop(step.who, None)
        if report_id is None:
            return
        async with self._acting(self._person(step.who)) as acting:
            ended = await absences.end_illness(acting, self._world.people[step.who], report_id)
        if isinstance(ended, Refused):
            raise Wrong(f"{step.who} is better, and hears: {ended.why}")
        self._oracle.answers[step.who].is_better()

    async def _takes_back(self, step: Step) -> None:
        report_id = self._reports.pop((step.who, step.what), None)
        if report_id is None:
            return
        async with self._acting(self._person(step.who)) as acting:
            report = await acting.session.get_one(Absence, report_id)
            back = await absences.take_back(acting, self._world.people[step.who], report.id)
        if not isinstance(back, Refused):
            self._oracle.answers[step.who].takes_back(step.what)
            self._oracle.keeps(step.who, step.what)

    async def _comes(self, step: Step) -> None:
        meeting = self._changeable(step)
        if meeting is None or not meeting.on:
            return
        async with self._acting(self._person(step.who)) as acting:
            await meetings.confirm(acting, self._world.people[step.who], self._ids[_name(step)])
        self._oracle.answers[step.who].comes(meeting)
        self._oracle.keeps(step.who, step.what)

    async def _other_time(self, step: Step) -> None:
        meeting = self._changeable(step)
        if meeting is None or not meeting.on:
            return
        async with self._acting(self._person(step.who)) as acting:
            await meetings.ask_other_time(acting, self._world.people[step.who], self._ids[_name(step)])
        self._oracle.answers[step.who].doubts(meeting)

    async def _chooses(self, step: Step) -> None:
        proposal_id, at = self._proposals.get((step.who, step.what), (0, step.at))
        mind, now = self._oracle.minds[step.who], self._world.clock.now()
        # They can choose what they heard of.
        if not proposal_id or step.what not in mind.proposed or self._changeable(step) is None:
            return
        mind.proposed.discard(step.what)
        async with self._acting(self._person(step.who)) as acting:
            taken = await proposals.accept(acting, self._world.people[step.who], proposal_id, 0)
        if isinstance(taken, proposals.ProposalRefused) or (taken.over and at > now):
            raise Wrong(f"{step.who} chooses the time that was proposed for {step.what}, and may not: {taken}")
        if not taken.over:
            self._oracle.chooses(_name(step), at)

    async def _stops(self, step: Step) -> None:
        self._oracle.minds[step.who].stopped = True
        async with self._acting(self._person(step.who)) as acting:
            await privacy.stop(acting, once=str(step.at))

    async def _resumes(self, step: Step) -> None:
        self._oracle.minds[step.who].stopped = False
        async with self._acting(self._person(step.who)) as acting:
            await privacy.resume(acting, once=str(step.at))

    async def _blocks(self, step: Step) -> None:
        self._oracle.blocks(step.who, step.what)

    async def _comes_back(self, step: Step) -> None:
        self._oracle.comes_back(step.who, step.what)
        await self._world.reaches(person=step.who, way=step.what)

    # To a person ------------------------------------------------------------------------------------------------

    async def _bounces(self, step: Step) -> None:
        await self._world.bounces(step.who)

    async def _member(self, step: Step) -> None:
        until = local_day(self._world.clock.now()) if step.act is Act.LEAVES else None
        self._oracle.minds[step.who].member_until = until
        async with self._world.database.writing() as session:
            mine = Membership.person_id == self._world.people[step.who]
            await session.execute(update(Membership).where(mine).values(until_on=until))

    async def _plans(self, step: Step) -> None:
        if step.when is None:
            return
        ends_on = local_day(step.when)
        # Three years from the day after the plan's date, that day included (startnotitie 1.5).
        after = ends_on + timedelta(days=1)
        if (after.month, after.day) == (2, 29):
            return
        self._oracle.term_ends[step.who] = ends_on
        dated_on = after.replace(year=after.year - 3) - timedelta(days=1)
        await self._world.plan(self._world.people[step.who], plan_dated_on=dated_on)

    # By the consultant ------------------------------------------------------------------------------------------

    async def _calls(self, step: Step) -> None:
        person_id = self._world.people[step.who]
        async with self._acting(self._ilse) as acting:
            task = (await open_tasks(acting.session, [person_id])).get(person_id)
            if task is None:
                return
            await calls.note_call(acting, task.id, CallResult(step.what))
        self._oracle.telephoned(step.who, step.what)

    async def _proposes(self, step: Step) -> None:
        meeting = self._changeable(step)
        if meeting is None or not meeting.on or step.when is None or step.when <= self._world.clock.now():
            return
        self._oracle.minds[step.who].proposed.discard(step.what)
        async with self._acting(self._ilse) as acting:
            appointment = await acting.session.get_one(Appointment, self._ids[_name(step)])
            found = await proposals.propose(acting, appointment.id, appointment.version, [step.when])
            if isinstance(found, meetings.MeetingRefused) or found.refused is not None:
                raise Wrong(f"no time can be proposed to {step.who} for {step.what}: {found}")
            newest = select(func.max(Proposal.id)).where(Proposal.appointment_id == appointment.id)
            self._proposals[step.who, step.what] = await acting.session.scalar(newest) or 0, step.when

    async def _away(self, step: Step) -> None:
        today = local_day(self._world.clock.now())
        async with self._acting(self._ilse) as acting:
            if step.when is None:
                await people.be_back(acting)
                self._oracle.consultants.away = None
            else:
                last = local_day(step.when)
                if isinstance(refused := await people.be_away(acting, today, last), people.AwayRefused):
                    raise Wrong(f"Ilse cannot be away until {last}: {refused}")
                self._oracle.consultants.away = (today, last)
        await self._consultants_changed()

    @property
    def _ilse(self) -> Actor:
        return Actor(Role.CONSULTANT, Proof.DESK, self._world.consultants["Ilse"])

    async def _consultant_blocks(self, _step: Step) -> None:
        self._world.blocked_consultants.add("Ilse")
        await self._consultants_changed()

    async def _consultant_back(self, _step: Step) -> None:
        self._world.blocked_consultants.discard("Ilse")
        await self._world.reaches(consultant="Ilse")
        await self._consultants_changed()

    async def _stands_in(self, step: Step) -> None:
        async with self._world.database.writing() as session:
            ilse = await session.get_one(Consultant, self._world.consultants["Ilse"])
            ilse.stand_in_id = self._world.consultants["Karim"] if step.act is Act.STANDS_IN else None
            self._world.stands_in = step.act is Act.STANDS_IN
            self._oracle.consultants.stood_in_for = self._world.stands_in
        await self._consultants_changed()

    async def _consultants_changed(self) -> None:
        shows = self._oracle.consultants
        shows.reached, shows.changed_at = "Ilse" not in self._world.blocked_consultants, self._world.clock.now()
        reached = "Ilse" not in self._world.blocked_consultants or self._world.stands_in
        since = self._oracle.consultant_reached_since
        self._oracle.consultant_reached_since = (since or self._world.clock.now()) if reached else None

    # To the service ---------------------------------------------------------------------------------------------

    async def _down(self, step: Step) -> None:
        if step.when is not None:
            self._world.down_until = max(self._world.down_until, step.when)

    async def _outage(self, step: Step) -> None:
        if step.when is not None:
            self._world.out_until[step.what] = max(self._world.out_until[step.what], step.when)

    async def _spent(self, _step: Step) -> None:
        await self._world.spends()

    # ------------------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _acting(self, by: Actor) -> AsyncIterator[Acting]:
        async with self._world.database.writing() as session:
            who = next((name for name, id_ in self._world.people.items() if by.id == id_), "")
            if by.role is Role.PERSON:
                await self._world.writes(session, who)
            yield Acting(by, session, self._world.clock.now(), self._world.parts)

    @asynccontextmanager
    async def _writing(
        self, source: ChangeSource = ChangeSource.DESK
    ) -> AsyncIterator[tuple[Callable[[str], Awaitable[Appointment]], AppointmentWriter]]:
        """The one writer, in the name of the desk, and what finds an appointment by its name here."""
        world = self._world
        async with world.database.writing() as session:

            async def appointment(name: str) -> Appointment:
                return await session.get_one(Appointment, self._ids[name])

            listener = world.planner.on_changes
            yield (
                appointment,
                AppointmentWriter(session, source=source, by="operator", now=world.clock.now(), listener=listener),
            )


def _name(step: Step) -> str:
    return f"{step.who} {step.what}".strip()


def _ics(days: Sequence[date], begins: str, ends: str) -> bytes:
    """A timetable as a program of a language school writes it."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//school//NL"]
    for number, day in enumerate(days):
        lines += [
            "BEGIN:VEVENT",
            f"UID:lesson-{number}@school.example",
            f"DTSTART;TZID=Europe/Amsterdam:{day:%Y%m%d}T{begins}",
            f"DTEND;TZID=Europe/Amsterdam:{day:%Y%m%d}T{ends}",
            "SUMMARY:Les",
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()
