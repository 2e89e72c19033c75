"""What is forgotten by itself, so that nothing is kept longer than it is of use."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.history import RecordedChange
from storage.outbox.heard import forget_heard
from storage.outbox.message import Message
from storage.people.contacts import LinkAttempt, LinkCode
from storage.people.conversations import SeenEvent
from storage.people.faq_gaps import FaqGap
from storage.people.webchat import WebSession
from storage.vocabulary import MessageState

# Channels bring an event again for at most a day or two (Telegram keeps updates for 24 hours).
SEEN_EVENTS = timedelta(days=14)
LINK_ATTEMPTS = timedelta(days=30)
# A year of questions shows what a municipality should explain better.
FAQ_GAPS = timedelta(days=365)
# A meeting that was missed may be talked about for a year (a repeat within a year counts, LAW_2026.md): who moved it,
# and when, must show till then. What sources last said stays with the appointment, or an old file would undo it.
APPOINTMENT_CHANGES = timedelta(days=400)
# Long enough to show, in a conversation about absence, what was sent and answered in the last half year.
MESSAGES = timedelta(days=200)


async def forget_old(session: AsyncSession, now: datetime, *, kept_with_person: Collection[str]) -> None:
    """Delete what has passed its time. Messages of the kinds `kept_with_person` stay as long as the person does."""
    await session.execute(delete(SeenEvent).where(SeenEvent.at < now - SEEN_EVENTS))
    await session.execute(delete(LinkAttempt).where(LinkAttempt.at < now - LINK_ATTEMPTS))
    await session.execute(delete(LinkCode).where(LinkCode.expires_at < now - LINK_ATTEMPTS))
    await session.execute(delete(FaqGap).where(FaqGap.at < now - FAQ_GAPS))
    await session.execute(delete(WebSession).where(WebSession.expires_at < now))
    await session.execute(delete(RecordedChange).where(RecordedChange.at < now - APPOINTMENT_CHANGES))
    done = [s for s in MessageState if s not in (MessageState.PENDING, MessageState.SENDING)]
    await session.execute(
        delete(Message).where(
            Message.created_at < now - MESSAGES, Message.state.in_(done), Message.kind.not_in(kept_with_person)
        )
    )
    await forget_heard(session, now)
