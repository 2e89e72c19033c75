"""The way of one message, step by step: for an administrator who must answer what became of it. Ids and words only."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine.columns import Json
from storage.outbox.message import Attempt, Message
from storage.people.people import Person
from storage.people.phone_tasks import tasks_of_message
from storage.vocabulary import MessageState


async def find_message(session: AsyncSession, named: str) -> Message | None:
    """The message with this number or key."""
    if named.isascii() and named.isdecimal() and len(named) < 19:
        found = await session.get(Message, int(named))
        if found is not None:
            return found
    return await session.scalar(select(Message).where(Message.key == named))


async def messages_to(session: AsyncSession, person_id: int, until: datetime, *, limit: int) -> list[Message]:
    """What was sent to a person, or was to be, and fell due until then; the newest first."""
    found = await session.scalars(
        select(Message)
        .where(Message.person_id == person_id, Message.due_at <= until)
        .order_by(Message.due_at.desc(), Message.id.desc())
        .limit(limit)
    )
    return list(found)


async def waiting_about(session: AsyncSession, appointment_id: int, kind: str) -> list[Message]:
    """What waits to be sent to people about an appointment, of one kind."""
    found = await session.scalars(
        select(Message)
        .where(
            Message.appointment_id == appointment_id,
            Message.kind == kind,
            Message.state == MessageState.PENDING,
            Message.person_id.is_not(None),
        )
        .order_by(Message.id)
    )
    return list(found)


async def trace_of(session: AsyncSession, message: Message) -> dict[str, Json]:
    """What is known of a message: whom it is for, and each step with its time (ISO, UTC), channel and outcome."""
    person = await session.get(Person, message.person_id) if message.person_id is not None else None
    steps: list[tuple[datetime, dict[str, Json]]] = [(message.created_at, {"step": "made"})]
    attempts = await session.scalars(select(Attempt).where(Attempt.message_id == message.id).order_by(Attempt.id))
    steps.extend(
        (attempt.at, {"step": attempt.outcome, "channel": attempt.channel, "contact": attempt.contact_id})
        for attempt in attempts
    )
    for step, at in (("delivered", message.delivered_at), ("read", message.read_at)):
        if at is not None:
            steps.append((at, {"step": step, "channel": message.channel, "contact": message.sent_contact_id}))
    for task in await tasks_of_message(session, message.id):
        steps.append((task.opened_at, {"step": "to_telephone", "task": task.id}))
        if task.closed_at is not None:
            steps.append((task.closed_at, {"step": f"telephone_{task.state.value}", "task": task.id}))
    steps.sort(key=lambda item: item[0])
    return {
        "message": message.id,
        "key": message.key,
        "kind": message.kind,
        "person": person.external_id if person is not None else None,
        "consultant": message.consultant_id,
        "appointment": message.appointment_id,
        "state": message.state.value,
        "reason": message.reason,
        "channel": message.channel,
        "due_at": message.due_at.isoformat(),
        "useful_until": message.useful_until.isoformat() if message.useful_until is not None else None,
        "passed_over": [int(contact) for contact in message.passed_over.split(",") if contact],
        "passes_on_at": message.pass_on_at.isoformat() if message.pass_on_at is not None else None,
        "steps": [{"at": at.isoformat(), **step} for at, step in steps],
    }


class BecameOf(NamedTuple):
    """What became of a message: its state, why, and the channel that it went over."""

    state: MessageState
    reason: str | None
    channel: str | None


async def became_of(session: AsyncSession, ids: Collection[int]) -> dict[int, BecameOf]:
    """What became of these messages, by number."""
    rows = await session.execute(
        select(Message.id, Message.state, Message.reason, Message.channel).where(Message.id.in_(ids))
    )
    return {number: BecameOf(state, reason, channel) for number, state, reason, channel in rows}
