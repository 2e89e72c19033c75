"""The messages that an answer may be meant for: by the channel's own id, or the newest that went to an address."""

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.outbox.message import Message
from storage.people.contacts import Contact
from storage.vocabulary import MessageState

_WENT = (MessageState.SENDING, MessageState.SENT, MessageState.DELIVERED, MessageState.READ)
# Among so many of a person's latest messages the newest to one address is looked for.
_LATEST = 20


async def message_sent_as(session: AsyncSession, contact: Contact, provider_ref: str) -> Message | None:
    """The message that a channel calls so, when it went to this contact."""
    return await session.scalar(
        select(Message)
        .where(
            Message.provider_ref == provider_ref,
            or_(Message.sent_contact_id == contact.id, Message.contact_id == contact.id),
        )
        .order_by(Message.id.desc())
        .limit(1)
    )


async def latest_to(session: AsyncSession, contact: Contact) -> list[Message]:
    """The latest messages that went to this contact, newest first; none for a contact that is nobody's yet."""
    mine = (
        Message.person_id == contact.person_id
        if contact.person_id is not None
        else Message.consultant_id == contact.consultant_id
    )
    if contact.person_id is None and contact.consultant_id is None:
        return []
    latest = await session.scalars(
        select(Message).where(mine, Message.state.in_(_WENT)).order_by(Message.due_at.desc()).limit(_LATEST)
    )
    went = [message for message in latest if contact.id in (message.sent_contact_id, message.contact_id)]
    return sorted(went, key=lambda message: (message.sent_at or message.created_at, message.id), reverse=True)


async def version_shown(session: AsyncSession, message: Message, appointment_id: int) -> int | None:
    """Which version of an appointment a message told of; also where it left together with others (they share the
    channel's id). None where it told of others."""
    together = Message.id == message.id
    if message.provider_ref is not None:
        same_contact = Message.sent_contact_id == message.sent_contact_id
        together = or_(together, (Message.provider_ref == message.provider_ref) & same_contact)
    return await session.scalar(
        select(func.max(Message.appointment_version)).where(together, Message.appointment_id == appointment_id)
    )
