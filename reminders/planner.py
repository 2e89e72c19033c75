"""What must be said about appointments, and when: reminders ahead, notices of changes at once.

Planning is putting rows into the outbox under keys that say what they are, so that it may be done any number of times:
the same appointment in the same version gives the same rows. Whether a row is still true is looked at when it is sent
(compose.py).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from reminders.local_time import QuietHours
from reminders.policy import Policies, Skipped, due_times, followup_times
from storage.appointments import (
    Appointment,
    AppointmentKind,
    AppointmentStatus,
    appointments_of,
    participants_of,
)
from storage.changes import AppointmentChange, Change
from storage.columns import Json
from storage.database import Database
from storage.outbox import Message, MessageState, Outgoing, Priority, put
from storage.people import Person, Wishes

# Group classes are planned this far ahead, again and again; single appointments at once for all time.
HORIZON = timedelta(days=14)
ALWAYS = timedelta(days=800)
PAGE = 500
# A notice of a change is of use until the appointment (old or new) begins, and at least this long.
NOTICE_USEFUL = timedelta(hours=12)
PLANNED_KINDS = ("reminder", "classes", "overview", "confirm_again", "unconfirmed")


@dataclass(frozen=True, slots=True)
class _Reader:
    """What planning needs to know of a person."""

    id: int
    municipality: str
    quiet_hours: QuietHours
    wishes: Wishes
    consultant_id: int | None


class Planner:
    """Plans messages about appointments.

    `policies` and `quiet_hours` are the deployment's; a person's own quiet hours and wishes go on top. `now` is the
    clock's.
    """

    def __init__(
        self, *, policies: Policies, quiet_hours: QuietHours, zone: ZoneInfo, now: Callable[[], datetime]
    ) -> None:
        self._policies = policies
        self._quiet_hours = quiet_hours
        self._zone = zone
        self._now = now

    async def on_changes(self, session: AsyncSession, changes: Sequence[AppointmentChange]) -> None:
        """Store what people must hear of changes, and plan the reminders anew; see storage.changes.OnChanges."""
        now = self._now()
        messages: list[Outgoing] = []
        for change in changes:
            appointment = change.appointment
            if change.change is not Change.MADE:
                await self._withdraw(session, appointment)
            people = await self._readers(session, await participants_of(session, appointment, zone=self._zone))
            for person in people:
                planned = await self._plan(session, person, [appointment]) if _is_on(appointment, now) else []
                messages.extend(planned)
                notice = self._notice(change, person, now)
                if notice is not None:
                    messages.append(notice)
        await put(session, messages, now)

    async def plan_person(self, session: AsyncSession, person_id: int) -> int:
        """Plan one person's messages anew, after they changed their wishes or hours; returns how many are new."""
        await session.execute(
            delete(Message).where(
                Message.person_id == person_id,
                Message.state == MessageState.PENDING,
                Message.kind.in_(PLANNED_KINDS),
            )
        )
        return await self._plan_page(session, [person_id])

    async def plan_ahead(self, database: Database, *, progress: Callable[[int], None] | None = None) -> int:
        """Plan everybody's coming messages, page by page; returns how many rows are new."""
        planned, last = 0, 0
        while True:
            async with database.reading() as session:
                page = list(
                    await session.scalars(select(Person.id).where(Person.id > last).order_by(Person.id).limit(PAGE))
                )
            if not page:
                return planned
            async with database.writing() as session:
                planned += await self._plan_page(session, page)
            last = page[-1]
            if progress is not None:
                progress(len(page))

    async def _plan_page(self, session: AsyncSession, person_ids: Collection[int]) -> int:
        now = self._now()
        messages: list[Outgoing] = []
        for person in await self._readers(session, person_ids):
            coming = await appointments_of(session, person.id, now, now + ALWAYS, zone=self._zone, limit=1000)
            near = [a for a in coming if a.group_id is None or a.starts_at < now + HORIZON]
            messages.extend(await self._plan(session, person, near))
        return len(await put(session, messages, now))

    async def _readers(self, session: AsyncSession, person_ids: Collection[int]) -> list[_Reader]:
        rows = await session.execute(
            select(Person.id, Person.municipality, Person.quiet_hours, Person.wishes, Person.consultant_id).where(
                Person.id.in_(person_ids)
            )
        )
        return [
            _Reader(
                person_id,
                municipality,
                QuietHours.parse(hours, self._zone) if hours else self._quiet_hours,
                wishes,
                consultant_id,
            )
            for person_id, municipality, hours, wishes, consultant_id in rows
        ]

    async def _plan(
        self, session: AsyncSession, person: _Reader, appointments: Sequence[Appointment]
    ) -> list[Outgoing]:
        firsts = await self._firsts_of_days(session, person.id, appointments)
        messages: list[Outgoing] = []
        for appointment in appointments:
            policy = self._policies.of(appointment.kind, person.municipality)
            for due in due_times(
                appointment.kind,
                appointment.starts_at,
                appointment.made_at,
                policy,
                person.quiet_hours,
                zone=self._zone,
                wishes=person.wishes,
                mandatory=appointment.mandatory,
                first_of_day=appointment.id in firsts,
            ):
                if due.skipped is not None or due.useful_until <= self._now():
                    continue
                if due.overview:
                    messages.append(self._overview(person, appointment, due.due_at))
                    continue
                is_class = appointment.kind is AppointmentKind.CLASS
                messages.append(
                    self._about(
                        "classes" if is_class else "reminder",
                        f"reminder:{appointment.id}:{appointment.version}:{due.rule_id}:{person.id}",
                        person,
                        appointment,
                        due.due_at,
                        due.useful_until,
                        {"ask": due.ask_confirmation},
                    )
                )
            messages.extend(self._followups(person, appointment))
        return messages

    def _followups(self, person: _Reader, appointment: Appointment) -> list[Outgoing]:
        policy = self._policies.of(appointment.kind, person.municipality)
        if not appointment.mandatory or policy.confirmation_followup is None:
            return []
        times = followup_times(appointment.starts_at, appointment.made_at, policy, person.quiet_hours, zone=self._zone)
        messages: list[Outgoing] = []
        key = f"{appointment.id}:{appointment.version}:{person.id}"
        if times.ask_again_at is not None and times.ask_again_at > self._now():
            messages.append(
                self._about(
                    "confirm_again",
                    f"confirm_again:{key}",
                    person,
                    appointment,
                    times.ask_again_at,
                    appointment.starts_at,
                    {},
                )
            )
        if times.show_consultant_at is not None and person.consultant_id is not None:
            messages.append(
                Outgoing(
                    key=f"unconfirmed:{key}",
                    kind="unconfirmed",
                    due_at=times.show_consultant_at,
                    useful_until=appointment.starts_at,
                    consultant_id=person.consultant_id,
                    appointment_id=appointment.id,
                    appointment_version=appointment.version,
                    params={"person_id": person.id},
                )
            )
        return messages

    async def _firsts_of_days(
        self, session: AsyncSession, person_id: int, appointments: Sequence[Appointment]
    ) -> set[int]:
        """The ids of each day's first class. A single changed class is looked at among the others of its day."""
        classes = [a for a in appointments if a.kind is AppointmentKind.CLASS]
        if not classes:
            return set()
        first, last = min(a.starts_at for a in classes), max(a.starts_at for a in classes)
        around = await appointments_of(
            session, person_id, first - timedelta(days=1), last + timedelta(days=1), zone=self._zone, limit=5000
        )
        by_day: dict[date, Appointment] = {}
        for appointment in around:
            if appointment.kind is AppointmentKind.CLASS:
                by_day.setdefault(appointment.starts_at.astimezone(self._zone).date(), appointment)
        return {appointment.id for appointment in by_day.values()}

    def _overview(self, person: _Reader, appointment: Appointment, due_at: datetime) -> Outgoing:
        day = appointment.starts_at.astimezone(self._zone).date()
        monday = day - timedelta(days=day.weekday())
        return Outgoing(
            key=f"overview:{person.id}:{monday.isoformat()}",
            kind="overview",
            due_at=due_at,
            # A week's overview is still good on its Monday morning.
            useful_until=due_at + timedelta(days=1),
            person_id=person.id,
            params={"monday": monday.isoformat()},
            priority=Priority.REMINDER,
        )

    @staticmethod
    def _about(
        kind: str,
        key: str,
        person: _Reader,
        appointment: Appointment,
        due_at: datetime,
        useful_until: datetime,
        params: dict[str, Json],
    ) -> Outgoing:
        return Outgoing(
            key=key,
            kind=kind,
            due_at=due_at,
            useful_until=useful_until,
            person_id=person.id,
            appointment_id=appointment.id,
            appointment_version=appointment.version,
            params=params,
            priority=Priority.REMINDER,
        )

    def _notice(self, change: AppointmentChange, person: _Reader, now: datetime) -> Outgoing | None:
        appointment = change.appointment
        last_use = max(appointment.starts_at, change.old_starts_at or appointment.starts_at)
        if last_use <= now:
            return None
        if change.change is Change.MADE and not self._was_made_late(person, appointment):
            return None
        due_at = person.quiet_hours.later_than_quiet(now)
        first_use = min(appointment.starts_at, change.old_starts_at or appointment.starts_at)
        if due_at >= first_use - timedelta(hours=1):
            # Better woken than at a closed door.
            due_at = now
        params: dict[str, Json] = {"change": change.change.value}
        if change.old_starts_at is not None:
            params["old_starts_at"] = change.old_starts_at.isoformat()
        if change.old_location is not None:
            params["old_location"] = change.old_location
        return Outgoing(
            key=f"notice:{appointment.id}:{appointment.version}:{person.id}",
            kind="notice",
            due_at=due_at,
            useful_until=max(last_use, now + NOTICE_USEFUL),
            person_id=person.id,
            appointment_id=appointment.id,
            appointment_version=appointment.version,
            params=params,
            priority=Priority.NOTICE,
        )

    def _was_made_late(self, person: _Reader, appointment: Appointment) -> bool:
        """Whether a reminder of the policy was due before the appointment was made: then it is told at once."""
        times = due_times(
            appointment.kind,
            appointment.starts_at,
            appointment.made_at,
            self._policies.of(appointment.kind, person.municipality),
            person.quiet_hours,
            zone=self._zone,
            wishes=person.wishes,
            mandatory=appointment.mandatory,
        )
        return any(due.skipped is Skipped.PASSED for due in times)

    async def _withdraw(self, session: AsyncSession, appointment: Appointment) -> None:
        """Messages of older versions that were not sent are not sent any more."""
        await session.execute(
            update(Message)
            .where(
                Message.appointment_id == appointment.id,
                Message.appointment_version < appointment.version,
                Message.state == MessageState.PENDING,
            )
            .values(state=MessageState.CANCELLED, reason="appointment_changed")
        )


def _is_on(appointment: Appointment, now: datetime) -> bool:
    return appointment.status is AppointmentStatus.PLANNED and appointment.starts_at > now
