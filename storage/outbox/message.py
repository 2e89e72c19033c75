"""The outbox: every message that leaves, from intent to receipt, and each attempt to send it.

A row holds kind and parameters, never finished text: it is rendered when sent (DESIGN.md rule 3). `key` is the
idempotency key (rule 4): putting the same key in twice changes nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast

from sqlalchemy import ForeignKey, Index, Integer, String, Table, Text, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.columns import EncryptedJson, Json, RowId, RowValue, vocabulary
from storage.engine.encryption.row_binding import row_name
from storage.engine.inserts import insert_unless_there, inserted
from storage.people.contacts import Contact
from storage.vocabulary import MessageState, Priority

#: Why a message to somebody who is linked nowhere went nowhere, or waits.
NO_CHANNEL: Final = "no_channel"
#: How often a message that failed after it was taken goes to the same contact again.
MOST_AGAIN: Final = 2
_WAITING: Final = "maatje_outbox_waiting"

_PENDING = text("state = 'pending'")
_SENDING = text("state = 'sending'")
_HAS_REF = text("provider_ref IS NOT NULL")
_HAS_ABOUT = text("about_id IS NOT NULL")
_IS_LOST = text("lost_at IS NOT NULL")
_WAITS_FOR_NEWS = text("pass_on_at IS NOT NULL")


class Message(Base, kw_only=True):
    """One message to one party.

    Addressed to a person or consultant (any of their contacts, by routing) and/or to one contact (a reply goes where
    the question came from). `next_at` is when it may be claimed: the due time, or the next attempt's.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        # Partial: what was sent (nearly all rows in time) weighs nothing in the queue's indices, and a change of state
        # touches no others. One for claiming, one for what is being sent (storage/outbox/queue.py).
        Index("ix_outbox_pending", "priority", "next_at", "id", sqlite_where=_PENDING, postgresql_where=_PENDING),
        Index("ix_outbox_sending", "person_id", "id", sqlite_where=_SENDING, postgresql_where=_SENDING),
        Index("ix_outbox_provider_ref", "provider_ref", sqlite_where=_HAS_REF, postgresql_where=_HAS_REF),
        # With the due time, so that the planner reads what is near and not a person's whole history.
        Index("ix_outbox_person_due", "person_id", "due_at"),
        Index("ix_outbox_about_due", "about_id", "due_at", sqlite_where=_HAS_ABOUT, postgresql_where=_HAS_ABOUT),
        Index("ix_outbox_lost", "lost_at", sqlite_where=_IS_LOST, postgresql_where=_IS_LOST),
        Index("ix_outbox_appointment_id", "appointment_id"),
        Index("ix_outbox_pass_on", "pass_on_at", sqlite_where=_WAITS_FOR_NEWS, postgresql_where=_WAITS_FOR_NEWS),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    params: Mapped[dict[str, Json]] = mapped_column(EncryptedJson("outbox.params", named_by=("key",)))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), default=None)
    consultant_id: Mapped[int | None] = mapped_column(
        ForeignKey("consultant.id", ondelete="CASCADE"), index=True, default=None
    )
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact.id", ondelete="CASCADE"), index=True, default=None
    )
    # The person a consultant's message is about: it goes when the person is erased.
    about_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), default=None)
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), default=None)
    appointment_version: Mapped[int | None] = mapped_column(default=None)
    priority: Mapped[int] = mapped_column(Integer, default=Priority.NORMAL)
    state: Mapped[MessageState] = mapped_column(vocabulary(MessageState), default=MessageState.PENDING)
    # Why it failed, was cancelled or expired: a word of reminders/delivery/channel.py, never text of a person.
    reason: Mapped[str | None] = mapped_column(String(60), default=None)
    due_at: Mapped[datetime]
    useful_until: Mapped[datetime | None] = mapped_column(default=None)
    next_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[str | None] = mapped_column(String(80), default=None)
    lease_until: Mapped[datetime | None] = mapped_column(default=None)
    # Where it went: the contact that received it and the channel's own id of it.
    sent_contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"), default=None)
    channel: Mapped[str | None] = mapped_column(String(16), default=None)
    provider_ref: Mapped[str | None] = mapped_column(String(120), default=None)
    # When the message goes on to the next channel, unless the provider says before that it arrived.
    pass_on_at: Mapped[datetime | None] = mapped_column(default=None)
    # The contacts where it did not arrive, by id, comma-separated: they are not tried again.
    passed_over: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    # When it failed or expired; None again once somebody was told of that who can do something about it.
    lost_at: Mapped[datetime | None] = mapped_column(default=None)
    delivered_at: Mapped[datetime | None] = mapped_column(default=None)
    read_at: Mapped[datetime | None] = mapped_column(default=None)


class Attempt(Base, kw_only=True):
    """One try to send a message over one contact, with its outcome (a word, never a provider's raw text)."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox.id", ondelete="CASCADE"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"), default=None)
    channel: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(60))


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be put in the outbox; see Message for the fields. `due_at` is an instant (UTC)."""

    key: str
    kind: str
    due_at: datetime
    params: dict[str, Json] = field(default_factory=dict)
    person_id: int | None = None
    consultant_id: int | None = None
    contact_id: int | None = None
    about_id: int | None = None
    appointment_id: int | None = None
    appointment_version: int | None = None
    priority: Priority = Priority.NORMAL
    useful_until: datetime | None = None
    # Set by the inbox for replies: they are born claimed, so that they go out at once without a claiming round.
    lease_owner: str | None = None
    lease_until: datetime | None = None


def row_of(message: Outgoing, now: datetime) -> dict[str, object]:
    """The row that a message becomes."""
    return {
        "key": message.key,
        "kind": message.kind,
        # Bound to its row here already, so that thousands of rows need not be made anew for that.
        "params": RowValue(message.params, row_name(message.key)),
        "person_id": message.person_id,
        "consultant_id": message.consultant_id,
        "contact_id": message.contact_id,
        "about_id": message.about_id,
        "appointment_id": message.appointment_id,
        "appointment_version": message.appointment_version,
        "priority": int(message.priority),
        "state": MessageState.SENDING if message.lease_owner else MessageState.PENDING,
        "due_at": message.due_at,
        "next_at": message.due_at,
        "useful_until": message.useful_until,
        "lease_owner": message.lease_owner,
        "lease_until": message.lease_until,
        "attempts": 0,
        "created_at": now,
    }


def note_waiting(session: AsyncSession, messages: Sequence[Outgoing]) -> None:
    """Remember with the session that messages were put in which nobody holds yet: they are to be looked for."""
    if any(message.lease_owner is None for message in messages):
        session.info[_WAITING] = True


def are_waiting(session: AsyncSession) -> bool:
    """Whether messages were put in during this session which nobody holds yet."""
    return bool(session.info.get(_WAITING, False))


async def put(session: AsyncSession, messages: Sequence[Outgoing], now: datetime) -> list[int]:
    """Put messages into the outbox; a key that is there already is passed over. Returns the ids of the new rows."""
    return list((await put_new(session, messages, now)).values())


async def put_new(session: AsyncSession, messages: Sequence[Outgoing], now: datetime) -> dict[str, int]:
    """As `put`; returns the ids of the new rows by key, in the order of the rows."""
    if not messages:
        return {}
    note_waiting(session, messages)
    table = cast(Table, Message.__table__)
    statement = insert_unless_there(session, table, "key", table.c.key, table.c.id)
    rows = await inserted(session, statement, [row_of(m, now) for m in messages])
    return {row.key: row.id for row in sorted(rows, key=lambda row: int(row.id))}


async def messages_by_id(session: AsyncSession, ids: Collection[int]) -> dict[int, Message]:
    """Messages in full, by id."""
    return {row.id: row for row in await session.scalars(select(Message).where(Message.id.in_(ids)))}


async def sent_since(session: AsyncSession, channels: Collection[str], since: datetime) -> dict[str, int]:
    """How many messages each of these channels took since then."""
    rows = await session.execute(
        select(Attempt.channel, func.count())
        .where(Attempt.at >= since, Attempt.channel.in_(channels), Attempt.outcome == "sent")
        .group_by(Attempt.channel)
    )
    return dict(rows.all())


async def send_waiting(session: AsyncSession, person_id: int, reasons: Collection[str], now: datetime) -> int:
    """Have what waits for a person for one of these reasons sent now; how many messages that is."""
    changed = await session.execute(
        update(Message)
        .where(
            Message.person_id == person_id,
            Message.state == MessageState.PENDING,
            Message.reason.in_(reasons),
            Message.next_at > now,
        )
        .values(next_at=now)
        .returning(Message.id)
    )
    found = len(changed.scalars().all())
    if found:
        session.info[_WAITING] = True
    return found


async def send_what_waited(session: AsyncSession, consultant_id: int, now: datetime) -> None:
    """What waited until this consultant could be reached is due now."""
    await session.execute(
        update(Message)
        .where(
            Message.consultant_id == consultant_id,
            Message.state == MessageState.PENDING,
            Message.reason == NO_CHANNEL,
        )
        .values(next_at=now)
    )


async def next_due(session: AsyncSession, now: datetime) -> datetime | None:
    """When the next message after now is due to somebody who has an address; None = nothing waits."""
    people = select(Contact.person_id).where(Contact.person_id.is_not(None))
    consultants = select(Contact.consultant_id).where(Contact.consultant_id.is_not(None))
    return await session.scalar(
        select(Message.next_at)
        .where(
            Message.state == MessageState.PENDING,
            Message.next_at > now,
            Message.person_id.in_(people) | Message.consultant_id.in_(consultants),
        )
        .order_by(Message.next_at)
        .limit(1)
    )


async def is_sent_or_waits(session: AsyncSession, key: str) -> bool:
    """Whether the message with this key is with who reads it, or on its way."""
    gone = (MessageState.FAILED, MessageState.EXPIRED, MessageState.CANCELLED)
    found = await session.scalar(select(Message.id).where(Message.key == key, Message.state.not_in(gone)))
    return found is not None


async def pending_with_key(session: AsyncSession, keys: Collection[str]) -> Message | None:
    """The message with one of these keys that waits to be sent."""
    wanted = select(Message).where(Message.key.in_(keys), Message.state == MessageState.PENDING)
    return await session.scalar(wanted)


async def count_states(
    session: AsyncSession, person_id: int, appointment_ids: Collection[int], states: Collection[MessageState]
) -> dict[MessageState, int]:
    """How many messages to a person about these appointments are in each of these states."""
    rows = await session.execute(
        select(Message.state, func.count())
        .where(Message.person_id == person_id, Message.appointment_id.in_(appointment_ids), Message.state.in_(states))
        .group_by(Message.state)
    )
    return dict(iter(rows))


async def params_sent(
    session: AsyncSession, person_ids: Collection[int], kinds: Collection[str]
) -> list[dict[str, Json]]:
    """The parameters of the messages of these kinds that were sent to or about these people, the oldest first."""
    found = await session.scalars(
        select(Message.params)
        .where(or_(Message.person_id.in_(person_ids), Message.about_id.in_(person_ids)), Message.kind.in_(kinds))
        .where(Message.sent_at.is_not(None))
        .order_by(Message.sent_at, Message.id)
    )
    return list(found)


async def latest_failed(session: AsyncSession, person_ids: Collection[int], since: datetime) -> dict[int, datetime]:
    """When the latest message after `since` was due that failed, by person; in the order of these moments."""
    rows = await session.execute(
        select(Message.person_id, Message.due_at)
        .where(Message.person_id.in_(person_ids), Message.state == MessageState.FAILED, Message.due_at > since)
        .order_by(Message.due_at)
    )
    return {person_id: due_at for person_id, due_at in rows if person_id is not None}


async def oldest_due(session: AsyncSession, now: datetime) -> datetime | None:
    """Since when the message waits that could be claimed longest; None when none could.

    One look a priority, so that each walks to the first row of its own stretch of the index.
    """
    found = [
        await session.scalar(
            select(Message.next_at)
            .where(_PENDING, Message.priority == int(priority), Message.next_at <= now)
            .order_by(Message.next_at)
            .limit(1)
        )
        for priority in Priority
    ]
    return min((moment for moment in found if moment is not None), default=None)
