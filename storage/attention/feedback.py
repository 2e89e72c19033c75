"""How people found a meeting, workshop or course: three faces, shown to others in sums only."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ForeignKey, UniqueConstraint, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.appointments.appointments import Appointment, Participation
from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, RowId
from storage.engine.encryption.kinds import EncryptedWord
from storage.engine.one_of_many import among
from storage.outbox.message import Message
from storage.people.people import Person
from storage.vocabulary import THERE, Answer, AppointmentKind, AppointmentStatus, Mood

#: Fewer answers than these are nobody's to see: who gave them could be told.
SUM_OF: Final = 5


class Feedback(Base, kw_only=True):
    """What one person said of one appointment; the last word counts."""

    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("person_id", "appointment_id"), IDS_NEVER_REUSED)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), index=True)
    mood: Mapped[Mood] = mapped_column(EncryptedWord("feedback.mood", Mood))
    at: Mapped[datetime]


async def feedback_on(session: AsyncSession, person_id: int, appointment_id: int) -> Feedback | None:
    """What somebody said of an appointment, held until the transaction ends."""
    wanted = select(Feedback).where(Feedback.person_id == person_id, Feedback.appointment_id == appointment_id)
    return await session.scalar(wanted.with_for_update())


class WasThere(NamedTuple):
    """Somebody who was at an appointment, as far as is known, and may be asked about it; their own quiet hours."""

    person_id: int
    appointment_id: int
    starts_at: datetime
    ends_at: datetime | None
    quiet_hours: str | None


async def were_there(
    session: AsyncSession, kinds: Collection[AppointmentKind], since: datetime, until: datetime
) -> list[WasThere]:
    """Who was at appointments of these kinds that started in [since, until): at their own, unless they said that they
    would not come or a list says so; at those of a group where a list says that they were."""
    rows = await session.execute(
        select(
            Person.id,
            Appointment.id,
            Appointment.starts_at,
            Appointment.ends_at,
            Person.quiet_hours,
            Participation.presence,
            Participation.answer,
        )
        .select_from(Appointment)
        .outerjoin(Participation, Participation.appointment_id == Appointment.id)
        .join(Person, Person.id == func.coalesce(Appointment.person_id, Participation.person_id))
        .where(
            Appointment.kind.in_(kinds),
            Appointment.status == AppointmentStatus.PLANNED,
            Appointment.starts_at >= since,
            Appointment.starts_at < until,
            or_(Appointment.person_id.is_(None), Participation.id.is_(None), Participation.person_id == Person.id),
            Person.consented_at.is_not(None),
            Person.stopped_at.is_(None),
            Person.closed_at.is_(None),
        )
        .order_by(Appointment.starts_at, Person.id)
    )
    found: list[WasThere] = []
    for person_id, appointment_id, starts_at, ends_at, quiet_hours, presence, answer in rows:
        if presence in THERE if presence is not None else answer in (None, Answer.COMING):
            found.append(WasThere(person_id, appointment_id, starts_at, ends_at, quiet_hours))
    return found


async def asked_since(session: AsyncSession, kind: str, person_ids: Collection[int], since: datetime) -> set[int]:
    """Who of these people got, or is about to get, a message of this kind that is due since then."""
    wanted = select(Message.person_id).where(
        among(Message.person_id, person_ids), Message.kind == kind, Message.due_at >= since
    )
    return {person_id for person_id in await session.scalars(wanted) if person_id is not None}


async def sums_of(
    session: AsyncSession, person_ids: Collection[int], since: datetime, until: datetime
) -> Mapping[AppointmentKind, Mapping[Mood, int]]:
    """How many of these people said what in [since, until), by kind; only of kinds of which five people did.

    Whole fives only: of seven answers the first five are counted, so that two sums, taken one answer apart, do not tell
    what that one was.
    """
    rows = await session.execute(
        select(Appointment.kind, Feedback.person_id, Feedback.mood)
        .join(Appointment, Appointment.id == Feedback.appointment_id)
        .where(among(Feedback.person_id, person_ids), Feedback.at >= since, Feedback.at < until)
        .order_by(Feedback.at, Feedback.id)
    )
    said: defaultdict[AppointmentKind, list[tuple[int, Mood]]] = defaultdict(list)
    for kind, person_id, mood in rows:
        said[kind].append((person_id, mood))
    found: dict[AppointmentKind, Mapping[Mood, int]] = {}
    for kind, answers in said.items():
        whole = answers[: len(answers) // SUM_OF * SUM_OF]
        if len({person_id for person_id, _ in whole}) >= SUM_OF:
            found[kind] = Counter(mood for _, mood in whole)
    return found
