"""Where a conversation stands, what was offered in it last, and which events were seen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, String, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.columns import EncryptedJson, Json, RowId
from storage.engine.inserts import insert_new


class Offer(Base, kw_only=True):
    """The numbered answers that a contact without buttons was given last: {"intents": ["come:12", …]}."""

    __tablename__ = "offer"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)
    intents: Mapped[dict[str, Json]] = mapped_column(EncryptedJson("offer.intents"))
    at: Mapped[datetime]


class Conversation(Base, kw_only=True):
    """Where the conversation with one party stands; `party` is "person:7", "consultant:2" or "contact:9".

    Kept by party, not by address: what began on one channel goes on on another. `topic` names what an open question
    is about, `data` holds what was answered so far.
    """

    __tablename__ = "conversation"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    party: Mapped[str] = mapped_column(String(40), unique=True)
    topic: Mapped[str] = mapped_column(String(40), default="")
    data: Mapped[dict[str, Json] | None] = mapped_column(EncryptedJson("conversation.data"), default=None)
    updated_at: Mapped[datetime]


class SeenEvent(Base, kw_only=True):
    """An inbound event that was handled: the same (channel, event id) does nothing a second time."""

    __tablename__ = "seen_event"

    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    event_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


# Put together once: each event asks for it.
_WITH: Final = select(Conversation).where(Conversation.party == bindparam("party")).with_for_update()


async def conversation_of(session: AsyncSession, party: str, now: datetime) -> Conversation:
    """The conversation with a party, locked until the transaction ends; made when there is none.

    The lock makes two devices of one person wait for each other (on SQLite the whole transaction does).
    """
    found = await session.scalar(_WITH, {"party": party})
    if found is None:
        await insert_new(session, Conversation, {"party": party, "topic": "", "updated_at": now})
        found = (await session.scalars(_WITH, {"party": party})).one()
    return found


async def keep_offer(session: AsyncSession, contact_id: int, intents: Sequence[str], at: datetime) -> None:
    """What the numbers 1, 2, 3 … of this contact answer from now on."""
    await session.merge(Offer(contact_id=contact_id, intents={"intents": list(intents)}, at=at))
