"""What is known about one person's missed and late appointments, for the consultant's own file: facts, no judgement."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.appointments import Appointment, Participation
from storage.attendance.attendance import Attended, Outcome, SentReport, attendance_of, sent_reports
from storage.outbox.message import Message
from storage.vocabulary import LOST, Answer, MessageState


@dataclass(frozen=True, slots=True)
class MessageFact:
    """One message to the person about the appointment, or the try at it; `kind` is the outbox's word."""

    kind: str
    state: MessageState
    channel: str | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class MissedFact:
    """One appointment that was missed, excused or begun late, with everything said about it before and after."""

    attended: Attended
    appointment_external_id: str
    # As the list gave them; None = it gave none.
    minutes_listed: int | None
    reports: tuple[SentReport, ...]
    messages: tuple[MessageFact, ...]
    answer: Answer | None
    answered_at: datetime | None


async def missed_facts(
    session: AsyncSession, person_id: int, since: datetime, until: datetime, *, zone: ZoneInfo
) -> list[MissedFact]:
    """The facts about every appointment in [since, until) that the list does not call present, by time.

    Messages are those about this very appointment that were sent, or failed; a weekly overview is about none.
    """
    rows = await attendance_of(session, person_ids=[person_id], since=since, until=until, zone=zone)
    missed = [row for row in rows if row.outcome is not Outcome.PRESENT]
    reports = (await sent_reports(session, [person_id], zone)).get(person_id, [])
    ids = [row.appointment_id for row in missed]
    answers = {
        found.id: found
        for found in await session.execute(
            select(
                Appointment.id,
                Appointment.external_id,
                Participation.minutes,
                Participation.answer,
                Participation.answered_at,
            )
            .join(Participation, Participation.appointment_id == Appointment.id)
            .where(Participation.person_id == person_id, Appointment.id.in_(ids))
        )
    }
    messages: defaultdict[int | None, list[MessageFact]] = defaultdict(list)
    for sent in await session.execute(
        select(
            Message.appointment_id,
            Message.kind,
            Message.state,
            Message.channel,
            Message.sent_at,
            Message.delivered_at,
            Message.read_at,
        )
        .where(
            Message.person_id == person_id,
            Message.appointment_id.in_(ids),
            or_(Message.sent_at.is_not(None), Message.state.in_(LOST)),
        )
        .order_by(Message.due_at, Message.id)
    ):
        messages[sent.appointment_id].append(
            MessageFact(sent.kind, sent.state, sent.channel, sent.sent_at, sent.delivered_at, sent.read_at)
        )
    return [
        MissedFact(
            attended=row,
            appointment_external_id=answers[row.appointment_id].external_id,
            minutes_listed=answers[row.appointment_id].minutes,
            reports=tuple(
                report for report in reports if report.covers(row.appointment_id, row.starts_at.astimezone(zone).date())
            ),
            messages=tuple(messages.get(row.appointment_id, ())),
            answer=answers[row.appointment_id].answer,
            answered_at=answers[row.appointment_id].answered_at,
        )
        for row in missed
    ]
