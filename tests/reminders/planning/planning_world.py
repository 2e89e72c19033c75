"""People, appointments and groups in a database, a planner and a dispatcher on one clock: what planning tests need."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.catalog import Catalogs
from locales.rendering.render import Renderer
from reminders.delivery.channel import Sender
from reminders.local_time import QuietHours
from reminders.planning.not_delivered import NotDelivered
from reminders.planning.planner import HORIZON, Planner
from reminders.policies.due_times import Policies
from reminders.sending.dispatcher import Dispatcher
from reminders.terms.rule_sets import LAW, TermRules
from reminders.wording.composers import every_composer
from storage.appointments.appointments import Appointment, LessonGroup, Membership, answer_appointments
from storage.appointments.changes import AppointmentChange
from storage.appointments.history import RecordedChange
from storage.attendance.patterns import TalkRule
from storage.engine.database import Database
from storage.outbox.message import Message
from storage.people.contacts import Contact
from storage.people.people import Consultant, Person, Plan
from storage.vocabulary import (
    Answer,
    AppointmentKind,
    AppointmentStatus,
    Change,
    ChangeSource,
    Group,
    MessageState,
    Route,
    Wishes,
)
from tests.clock import FakeClock
from tests.progress import progress_rows
from tests.reminders.sending.outbox_world import FakeSender, drain

ZONE = ZoneInfo("Europe/Amsterdam")


def local(text: str) -> datetime:
    """An instant from wall time: "2026-03-05 14:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


class PlanningWorld:
    """One consultant (Ilse), people in her guidance, and everything that tells them."""

    def __init__(
        self,
        database: Database,
        clock: FakeClock,
        *,
        horizon: timedelta = HORIZON,
        budgeted: Collection[str] = (),
    ) -> None:
        self.database = database
        self.clock = clock
        self.sender = FakeSender()
        self.term_rules = LAW.rules
        self.planner = Planner(
            policies=Policies(),
            quiet_hours=QuietHours.parse("21:00-08:00", ZONE),
            zone=ZONE,
            now=clock.now,
            holidays=holidays.country_holidays("NL"),
            term_rules=lambda _municipality: self.term_rules,
            budgeted=budgeted,
            horizon=horizon,
        )
        self.not_delivered = NotDelivered(self.planner, clock.now, ZONE, lambda _municipality: "035 528 19 11")
        self.renderer = Renderer(Catalogs(), ZONE)
        self.dispatcher = self.dispatcher_over(self.sender)
        self.consultant_id = 0

    def dispatcher_over(self, sender: Sender) -> Dispatcher:
        """A dispatcher of this world over another channel of the same name."""
        return Dispatcher(
            self.database,
            {"telegram": sender},
            self.renderer,
            every_composer(ZONE, lambda _municipality: self.term_rules, lambda _municipality: TalkRule()),
            self.clock,
            "host/1/1",
            sleep=self.clock.tick,
        )

    def follow(self, rules: TermRules) -> None:
        """The municipality chooses other rules."""
        self.term_rules = rules

    async def person(
        self,
        name: str = "amina",
        *,
        agreed: bool = True,
        group: Group = Group.ASYLUM,
        wishes: Wishes = Wishes.EVERYTHING,
    ) -> int:
        """A person with an address, in Ilse's guidance; returns the id."""
        now = self.clock.now()
        async with self.database.writing() as session:
            if not self.consultant_id:
                ilse = Consultant(email="ilse@h.nl", email_hash=b"ilse", name="Ilse", created_at=now)
                session.add(ilse)
                await session.flush()
                self.consultant_id = ilse.id
                session.add(self._contact("ilse", consultant_id=ilse.id))
            person = Person(
                external_id=name,
                given_name=name.title(),
                family_name="",
                language="nl",
                group=group,
                municipality="Huizen",
                consultant_id=self.consultant_id,
                phone="+31612345678",
                wishes=wishes,
                consented_at=now if agreed else None,
                created_at=now,
                updated_at=now,
            )
            session.add(person)
            await session.flush()
            session.add(self._contact(name, person_id=person.id))
            return person.id

    async def stand_in(self, name: str) -> int:
        """A colleague who stands in for Ilse; returns the id."""
        async with self.database.writing() as session:
            colleague = Consultant(
                email=f"{name}@h.nl", email_hash=name.encode(), name=name.title(), created_at=self.clock.now()
            )
            session.add(colleague)
            await session.flush()
            session.add(self._contact(name, consultant_id=colleague.id))
            (await session.get_one(Consultant, self.consultant_id)).stand_in_id = colleague.id
            return colleague.id

    def _contact(self, name: str, person_id: int | None = None, consultant_id: int | None = None) -> Contact:
        return Contact(
            channel="telegram",
            address=name,
            address_hash=self.database.keys.fingerprint(name, "contact/telegram"),
            person_id=person_id,
            consultant_id=consultant_id,
            created_at=self.clock.now(),
        )

    async def did(self, person_id: int, known: Mapping[str, str | float]) -> None:
        """What the person did of their plan (tests/progress.py); planned for with the next change of it."""
        async with self.database.writing() as session:
            session.add_all(progress_rows(person_id, known, self.clock.now()))

    async def plan(self, person_id: int, **dates: date | Route | None) -> None:
        """Give the person a plan, or change it, as the importer does."""
        async with self.database.writing() as session:
            plan = await session.scalar(select(Plan).where(Plan.person_id == person_id))
            if plan is None:
                plan = Plan(person_id=person_id, updated_at=self.clock.now())
                session.add(plan)
            for name, value in dates.items():
                setattr(plan, name, value)
            await session.flush()
            await self.planner.plan_people(session, [person_id])

    async def group(self, *person_ids: int, name: str = "A1", from_on: date = date(2026, 1, 1)) -> int:
        """A lesson group with these members; returns the id."""
        async with self.database.writing() as session:
            group = LessonGroup(name=name)
            session.add(group)
            await session.flush()
            session.add_all(Membership(group_id=group.id, person_id=i, from_on=from_on) for i in person_ids)
            return group.id

    async def made(
        self,
        starts: str,
        *,
        person: int | None = None,
        group: int | None = None,
        kind: AppointmentKind = AppointmentKind.PROGRESS_MEETING,
        hours: float = 1,
        mandatory: bool = True,
        location: str = "Gemeentehuis",
        note: str | None = None,
    ) -> int:
        """A new appointment, told of as an importer does; returns the id."""
        async with self.database.writing() as session:
            appointment = Appointment(
                external_id=f"{starts}/{person}/{group}/{kind}",
                person_id=person,
                group_id=group,
                kind=kind,
                starts_at=local(starts),
                ends_at=local(starts) + timedelta(hours=hours),
                location=location,
                note=note,
                mandatory=mandatory,
                made_at=self.clock.now(),
                updated_at=self.clock.now(),
            )
            session.add(appointment)
            await self._tells(session, AppointmentChange(Change.MADE, appointment))
            return appointment.id

    async def _tells(self, session: AsyncSession, change: AppointmentChange) -> None:
        """Record a change and tell the planner, as the writer of appointments does."""
        await session.flush()
        appointment = change.appointment
        session.add(
            RecordedChange(
                appointment_id=appointment.id,
                version=appointment.version,
                change=change.change,
                source=ChangeSource.CSV,
                actor="operator",
                at=self.clock.now(),
                starts_at=appointment.starts_at,
                old_starts_at=change.old_starts_at,
            )
        )
        await self.planner.on_changes(session, [change])

    async def told(
        self, starts: str, *, person: int, kind: AppointmentKind = AppointmentKind.PROGRESS_MEETING, to: str = "amina"
    ) -> int:
        """A new appointment of which the person has heard already; returns the id."""
        made = await self.made(starts, person=person, kind=kind)
        assert "🆕 Nieuwe afspraak" in "".join(await self.heard(by=to))
        return made

    async def changed(
        self, appointment_id: int, *, starts: str | None = None, location: str | None = None, cancelled: bool = False
    ) -> None:
        """Move, cancel or restore an appointment, as an importer does."""
        async with self.database.writing() as session:
            appointment = await session.get_one(Appointment, appointment_id)
            old = (appointment.starts_at, appointment.location, appointment.status)
            if starts is not None:
                appointment.starts_at, appointment.ends_at = local(starts), local(starts) + timedelta(hours=1)
            if location is not None:
                appointment.location = location
            appointment.status = AppointmentStatus.CANCELLED if cancelled else AppointmentStatus.PLANNED
            appointment.version += 1
            appointment.made_at = self.clock.now()
            if cancelled:
                change = Change.CANCELLED
            elif old[2] is AppointmentStatus.CANCELLED:
                change = Change.RESTORED
            else:
                change = Change.MOVED
            await self._tells(session, AppointmentChange(change, appointment, old[0], old[1]))

    async def answers(self, person_id: int, appointment_id: int, answer: Answer) -> None:
        """The person says whether they come."""
        async with self.database.writing() as session:
            appointment = await session.get_one(Appointment, appointment_id)
            await answer_appointments(session, person_id, [appointment], answer, self.clock.now())

    async def replanned(self) -> int:
        """Plan for everybody, as the service does every quarter of an hour; how many rows are new."""
        return await self.planner.plan_ahead(self.database)

    async def rows(self, *states: MessageState) -> list[Message]:
        """The outbox, by due time."""
        async with self.database.reading() as session:
            wanted = select(Message).order_by(Message.due_at, Message.key)
            if states:
                wanted = wanted.where(Message.state.in_(states))
            return list(await session.scalars(wanted))

    async def next_due(self, person_id: int) -> datetime | None:
        """When the next message to or about a person is to be sent."""
        async with self.database.reading() as session:
            return await session.scalar(
                select(func.min(Message.next_at)).where(
                    Message.state == MessageState.PENDING,
                    (Message.person_id == person_id) | (Message.about_id == person_id),
                )
            )

    async def pending(self, *kinds: str) -> list[tuple[str, str]]:
        """(kind, local due time) of what waits."""
        return [
            (row.kind, f"{row.due_at.astimezone(ZONE):%m-%d %H:%M}")
            for row in await self.rows(MessageState.PENDING)
            if not kinds or row.kind in kinds
        ]

    async def heard(self, at: str | None = None, *, by: str = "amina") -> list[str]:
        """Everything that arrived with somebody since last asked, once the clock is moved (wall time, or not)."""
        if at is not None:
            self.clock.set(local(at))
        await drain(self.dispatcher)
        texts = [text for address, text in self.sender.sent if address == by]
        self.sender.sent = [item for item in self.sender.sent if item[0] != by]
        return texts


def holds(texts: Sequence[str], *parts: str) -> bool:
    """Whether exactly one text arrived, and it holds all of these."""
    return len(texts) == 1 and all(part in texts[0] for part in parts)
