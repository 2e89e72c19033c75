"""Over which channels people were reached and in which languages, what became of their meetings and reports, and which
questions stayed open: what the month's figures count."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment, Participation
from storage.engine.one_of_many import among
from storage.outbox.message import Message
from storage.people.faq_gaps import FaqGap
from storage.people.people import Person, is_in
from storage.vocabulary import SENT_REPORT, Answer, AppointmentKind, AppointmentStatus, GapReason, MessageState

#: What a channel says of a message that came there.
ARRIVED = (MessageState.DELIVERED, MessageState.READ)
_SENT = (MessageState.SENT, *ARRIVED)


class SumOver(NamedTuple):
    """So many messages went to somebody over a channel and stand alike; the last one when."""

    person_id: int
    channel: str | None
    state: MessageState
    many: int
    last_at: datetime

    @property
    def arrived(self) -> bool:
        """Whether the channel says that they came."""
        return self.state in ARRIVED


async def sent_over(
    session: AsyncSession, person_ids: Collection[int], since: datetime, until: datetime
) -> list[SumOver]:
    """What was sent to these people in [since, until), counted by person, channel and state."""
    rows = await session.execute(
        select(Message.person_id, Message.channel, Message.state, func.count(), func.max(Message.sent_at))
        .where(
            among(Message.person_id, person_ids),
            Message.state.in_(_SENT),
            Message.sent_at >= since,
            Message.sent_at < until,
        )
        .group_by(Message.person_id, Message.channel, Message.state)
    )
    return [
        SumOver(person_id, channel, state, many, last_at)
        for person_id, channel, state, many, last_at in rows
        if person_id is not None and last_at is not None
    ]


async def languages_of(session: AsyncSession, person_ids: Collection[int]) -> dict[int, str]:
    """In which language each of these people is written to."""
    rows = await session.execute(select(Person.id, Person.language).where(among(Person.id, person_ids)))
    return {number: str(language) for number, language in rows}


class OwnMeeting(NamedTuple):
    """A meeting of one person's, and what they said of coming, for which day."""

    id: int
    person_id: int
    starts_at: datetime
    answer: Answer | None
    answered_for: datetime | None


async def own_meetings(
    session: AsyncSession, person_ids: Collection[int], since: datetime, until: datetime
) -> list[OwnMeeting]:
    """The meetings of these people alone (no lessons) that began in [since, until) and were not cancelled."""
    rows = await session.execute(
        select(
            Appointment.id,
            Appointment.person_id,
            Appointment.starts_at,
            Participation.answer,
            Participation.answered_for,
        )
        .outerjoin(
            Participation,
            and_(Participation.appointment_id == Appointment.id, Participation.person_id == Appointment.person_id),
        )
        .where(
            among(Appointment.person_id, person_ids),
            Appointment.kind != AppointmentKind.CLASS,
            Appointment.status == AppointmentStatus.PLANNED,
            Appointment.starts_at >= since,
            Appointment.starts_at < until,
        )
        .order_by(Appointment.id)
    )
    return [
        OwnMeeting(number, person_id, starts_at, answer, answered_for)
        for number, person_id, starts_at, answer, answered_for in rows
        if person_id is not None
    ]


async def told_of(session: AsyncSession, appointment_ids: Collection[int]) -> Mapping[int, set[MessageState]]:
    """How the messages to people about these appointments stand."""
    rows = await session.execute(
        select(Message.appointment_id, Message.state)
        .where(among(Message.appointment_id, appointment_ids), Message.person_id.is_not(None))
        .group_by(Message.appointment_id, Message.state)
    )
    found: dict[int, set[MessageState]] = {}
    for number, state in rows:
        if number is not None:
            found.setdefault(number, set()).add(state)
    return found


class SeenAfter(NamedTuple):
    """An absence report, and when somebody saw it; None = it waits."""

    person_id: int
    reported_at: datetime
    seen_at: datetime | None


async def seen_after(
    session: AsyncSession, person_ids: Collection[int], since: datetime, until: datetime
) -> list[SeenAfter]:
    """The reports of these people of [since, until) that were not taken back."""
    rows = await session.execute(
        select(Absence.person_id, Absence.reported_at, Absence.seen_at)
        .where(
            among(Absence.person_id, person_ids),
            Absence.state.in_(SENT_REPORT),
            Absence.reported_at >= since,
            Absence.reported_at < until,
        )
        .order_by(Absence.id)
    )
    return [SeenAfter(number, at, seen_at) for number, at, seen_at in rows if at is not None]


class OpenQuestions(NamedTuple):
    """So many questions stayed open alike; `topic` is the answer that did not help. Of nobody: who asked is not
    kept."""

    language: str
    reason: GapReason
    topic: str | None
    many: int


async def open_questions(
    session: AsyncSession, since: datetime, until: datetime, municipality: str = ""
) -> list[OpenQuestions]:
    """The questions of [since, until) that the FAQ did not answer, counted; of one municipality where it is named."""
    wanted = (
        select(FaqGap.language, FaqGap.reason, FaqGap.topic, func.count())
        .where(FaqGap.at >= since, FaqGap.at < until)
        .group_by(FaqGap.language, FaqGap.reason, FaqGap.topic)
        .order_by(FaqGap.language, FaqGap.reason, FaqGap.topic)
    )
    if municipality:
        wanted = wanted.where(is_in(FaqGap.municipality, municipality))
    return [OpenQuestions(*row) for row in await session.execute(wanted)]
