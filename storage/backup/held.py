"""After a return of the database: what was due between the backup and now is held, shown, and decided by an operator.

The machine that was lost went on after the backup was made: of what waits there for a time that is over, nobody here
knows whether it was sent. Nothing of it goes out by itself. What is of no use any more is put aside; of the rest an
operator says "it was sent" (then its readers are taken to know it) or "send it".
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.appointments import Appointment
from storage.outbox.heard import know
from storage.outbox.message import Message
from storage.people.people import Person
from storage.vocabulary import AppointmentStatus, MessageState, Told

#: Why a message is held, and why one is put aside or counts as sent after it was.
HELD_AFTER_RESTORE: Final = "held_after_restore"
TOO_LATE_AFTER_RESTORE: Final = "restored_too_late"
SENT_BEFORE_RESTORE: Final = "sent_before_restore"

# In SENDING it was in hand when the copy was made; a copy that waits for news of its provider waits for ever, since
# that news went to the machine that was lost.
_WAITS: Final = (MessageState.PENDING, MessageState.SENDING)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What became of the outbox: held messages, those that came too late, and those that are not passed on any more."""

    held: int
    too_late: int
    news_unknown: int


async def hold_what_was_due(session: AsyncSession, now: datetime) -> Reconciled:
    """Hold what waits and was due until now, whatever it waits for."""
    due = Message.state.in_(_WAITS) & (or_(Message.next_at <= now, Message.state == MessageState.SENDING))
    late = await _set(session, due & (Message.useful_until <= now), MessageState.EXPIRED, TOO_LATE_AFTER_RESTORE)
    held = await _set(session, due, MessageState.HELD, HELD_AFTER_RESTORE)
    unknown = (
        update(Message)
        .where(Message.pass_on_at.is_not(None))
        .values(pass_on_at=None)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return Reconciled(held, late, len((await session.scalars(unknown)).all()))


async def _set(session: AsyncSession, which: ColumnElement[bool], state: MessageState, reason: str) -> int:
    changed = (
        update(Message)
        .where(which)
        .values(state=state, reason=reason, lease_owner=None, lease_until=None)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return len((await session.scalars(changed)).all())


class HeldMessage(NamedTuple):
    """One held message as an operator sees it: of what kind, about whom, when it was due and until when of use."""

    id: int
    kind: str
    person: str | None
    consultant_id: int | None
    due_at: datetime
    useful_until: datetime | None


def _held(ids: Collection[int] | None, kind: str | None) -> ColumnElement[bool]:
    which = Message.state == MessageState.HELD
    if ids is not None:
        which &= Message.id.in_(ids)
    if kind is not None:
        which &= Message.kind == kind
    return which


async def held_messages(session: AsyncSession, *, kind: str | None = None) -> list[HeldMessage]:
    """What is held, the longest due first; a person by their external id."""
    rows = await session.execute(
        select(
            Message.id,
            Message.kind,
            Person.external_id,
            Message.consultant_id,
            Message.due_at,
            Message.useful_until,
        )
        .outerjoin(Person, Person.id == func.coalesce(Message.person_id, Message.about_id))
        .where(_held(None, kind))
        .order_by(Message.due_at, Message.id)
    )
    return [HeldMessage._make(row) for row in rows]


async def count_held(session: AsyncSession) -> int:
    """How many messages wait for an operator's word."""
    return await session.scalar(select(func.count()).select_from(Message).where(_held(None, None))) or 0


async def send_held(
    session: AsyncSession, now: datetime, *, ids: Collection[int] | None = None, kind: str | None = None
) -> int:
    """They were not sent: they go out now, or in the morning; what came too late meanwhile is put aside. How many."""
    which = _held(ids, kind)
    await _set(session, which & (Message.useful_until <= now), MessageState.EXPIRED, TOO_LATE_AFTER_RESTORE)
    return await _set(session, which, MessageState.PENDING, HELD_AFTER_RESTORE)


async def count_as_sent(
    session: AsyncSession, now: datetime, *, ids: Collection[int] | None = None, kind: str | None = None
) -> int:
    """The machine that was lost sent them: they are done, and people know what they said. How many.

    Not a cancellation: what is cancelled is said again when a person's messages are planned anew.
    """
    rows = (await session.scalars(select(Message).where(_held(ids, kind)).with_for_update())).all()
    for message in rows:
        message.state, message.reason, message.sent_at = MessageState.SENT, SENT_BEFORE_RESTORE, message.due_at
        if message.person_id is None or message.appointment_id is None:
            continue
        appointment = await session.get(Appointment, message.appointment_id)
        if appointment is not None:
            takes_place = appointment.status is AppointmentStatus.PLANNED
            know(session, message.person_id, appointment, Told.MESSAGE, now, takes_place=takes_place)
    return len(rows)
