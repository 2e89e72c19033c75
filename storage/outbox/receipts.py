"""What receipts and failures do to a message: another try, the next channel, back again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.outbox.heard import HeardRow, lost
from storage.outbox.message import MOST_AGAIN, Attempt, Message
from storage.people.contacts import Contact
from storage.people.webchat import WebMessage
from storage.vocabulary import MessageState, Priority


async def record_receipt(session: AsyncSession, ids: Sequence[int], state: MessageState, at: datetime) -> None:
    """Record that sent messages were delivered or read; a state never goes back (a late receipt changes nothing).

    A message that was about to go on to another channel, or was given up, arrived after all. Raises ValueError for any
    other state.
    """
    values: dict[str, object] = {"state": state, "pass_on_at": None, "lost_at": None}
    if state is MessageState.DELIVERED:
        values["delivered_at"], before = at, [MessageState.SENT]
    elif state is MessageState.READ:
        values["read_at"], before = at, [MessageState.SENT, MessageState.DELIVERED]
    else:
        raise ValueError("a receipt is delivered or read")
    given_up = Message.state.in_([MessageState.PENDING, MessageState.FAILED]) & Message.sent_at.is_not(None)
    await session.execute(
        update(Message).where(Message.id.in_(ids), Message.state.in_(before) | given_up).values(**values)
    )
    # By person too: what was heard is found by whom it was told.
    told = select(Message.person_id).where(Message.id.in_(ids))
    await session.execute(
        update(HeardRow)
        .where(HeardRow.person_id.in_(told), HeardRow.message_id.in_(ids), HeardRow.lost)
        .values(lost=False)
    )
    reached = select(Message.sent_contact_id).where(Message.id.in_(ids))
    await session.execute(update(Contact).where(Contact.id.in_(reached)).values(last_delivered_at=at))


async def any_on_its_way(session: AsyncSession, ids: Sequence[int]) -> bool:
    """Whether one of these messages is being sent right now, so that nothing can be noted of it yet."""
    wanted = select(Message.id).where(Message.id.in_(ids), Message.state == MessageState.SENDING)
    return await session.scalar(wanted.limit(1)) is not None


async def those_read(session: AsyncSession, ids: Sequence[int]) -> frozenset[int]:
    """Which of these messages were read."""
    wanted = select(Message.id).where(Message.id.in_(ids), Message.state == MessageState.READ)
    return frozenset(await session.scalars(wanted))


async def chats_with_news(session: AsyncSession, contact_ids: Sequence[int]) -> frozenset[int]:
    """Those of these web chats in which something that came unasked was not read yet."""
    rows = await session.scalars(
        select(WebMessage.contact_id)
        .join(Message, Message.id == WebMessage.outbox_id)
        .where(
            WebMessage.contact_id.in_(contact_ids),
            Message.state != MessageState.READ,
            Message.priority != Priority.REPLY,
        )
        .distinct()
    )
    return frozenset(rows)


async def is_reply(session: AsyncSession, message_id: int) -> bool:
    """Whether a message answers what somebody just did; all others come unasked."""
    return await session.scalar(select(Message.priority).where(Message.id == message_id)) == Priority.REPLY


@dataclass(frozen=True, slots=True)
class SentOver:
    """A message that went over a channel, with the channel's own id of it and when."""

    id: int
    provider_ref: str | None
    sent_at: datetime | None


async def sent_over(session: AsyncSession, channel: str, message_id: int) -> SentOver | None:
    """The message with this number, when it went over this channel."""
    wanted = select(Message.id, Message.provider_ref, Message.sent_at)
    row = (await session.execute(wanted.where(Message.channel == channel, Message.id == message_id))).one_or_none()
    return SentOver(*row) if row is not None else None


async def messages_with_ref(session: AsyncSession, channel: str, provider_ref: str) -> list[int]:
    """The messages that a channel knows by this id: one, or several that were said as one."""
    wanted = select(Message.id).where(Message.channel == channel, Message.provider_ref == provider_ref)
    return list(await session.scalars(wanted))


async def said_as_one(session: AsyncSession, channel: str, ids: Sequence[int]) -> list[int]:
    """These messages, and those that were said within them over this channel: what is read is read of each."""
    refs = select(Message.provider_ref).where(
        Message.id.in_(ids), Message.channel == channel, Message.provider_ref.is_not(None)
    )
    also = await session.scalars(
        select(Message.id).where(Message.channel == channel, Message.provider_ref.in_(refs.scalar_subquery()))
    )
    return sorted({*ids, *also})


async def pass_on(session: AsyncSession, message_id: int, at: datetime, reason: str, now: datetime) -> int | None:
    """Take a message that did not arrive back into the queue, due at `at`, not to the contact it went to.

    Returns that contact's id.

    None when it is not (any more) waiting for news: it arrived, or went on already.
    """
    row = await _waiting_for_news(session, message_id)
    if row is None or row.sent_contact_id is None:
        return None
    contact_id = row.sent_contact_id
    row.passed_over = ",".join(filter(None, (row.passed_over, str(contact_id))))
    await _take_back(session, row, at, reason, now)
    await session.execute(update(Contact).where(Contact.id == contact_id).values(last_failed_at=now))
    return contact_id


async def try_again(session: AsyncSession, message_id: int, at: datetime, reason: str, now: datetime) -> bool:
    """Take a message that did not arrive back into the queue, due at `at`, for the same contact.

    Not more than MOST_AGAIN times there, nor when it would be of no use any more: False then, and when it is not (any
    more) waiting for news.
    """
    row = await _waiting_for_news(session, message_id)
    if row is None or row.sent_contact_id is None or (row.useful_until is not None and at >= row.useful_until):
        return False
    sent = select(func.count()).where(
        Attempt.message_id == row.id, Attempt.contact_id == row.sent_contact_id, Attempt.outcome == "sent"
    )
    if (await session.scalar(sent) or 0) > MOST_AGAIN:
        return False
    await _take_back(session, row, at, reason, now)
    return True


async def _waiting_for_news(session: AsyncSession, message_id: int) -> Message | None:
    return await session.scalar(
        select(Message).where(Message.id == message_id, Message.state == MessageState.SENT).with_for_update()
    )


async def _take_back(session: AsyncSession, row: Message, at: datetime, reason: str, now: datetime) -> None:
    row.state, row.next_at, row.reason, row.pass_on_at = MessageState.PENDING, at, reason, None
    session.add(
        Attempt(message_id=row.id, contact_id=row.sent_contact_id, channel=row.channel or "", at=now, outcome=reason)
    )
    await lost(session, row)
