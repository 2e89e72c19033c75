"""What a consultant says to a whole lesson group: kept so that it can be taken back until it is sent."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, EncryptedJson, Json, RowId, vocabulary
from storage.outbox.message import Message
from storage.people.people import Consultant
from storage.vocabulary import MessageState, ReadyAnswer


class Broadcast(Base, kw_only=True):
    """One message to many; whom it went to stands in the outbox, under `key_of` this row."""

    __tablename__ = "broadcast"
    __table_args__ = IDS_NEVER_REUSED

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    consultant_id: Mapped[int] = mapped_column(ForeignKey("consultant.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("lesson_group.id", ondelete="SET NULL"), default=None)
    # A ready sentence, which each reads in their own language; or own words by language: {"nl": …, "ar": …}.
    ready: Mapped[ReadyAnswer | None] = mapped_column(vocabulary(ReadyAnswer), default=None)
    texts: Mapped[dict[str, Json] | None] = mapped_column(EncryptedJson("broadcast.texts"), default=None)
    people: Mapped[int]
    due_at: Mapped[datetime]
    made_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None] = mapped_column(default=None)
    # Whether who has no words in their own language gets the Dutch.
    dutch_for_others: Mapped[bool] = mapped_column(default=False)
    # One to very many waits for a colleague's yes: until then nobody gets anything.
    needs_yes: Mapped[bool] = mapped_column(default=False)
    yes_by_id: Mapped[int | None] = mapped_column(ForeignKey("consultant.id", ondelete="SET NULL"), default=None)


def key_of(broadcast_id: int, person_id: int) -> str:
    """The key of one person's message."""
    return f"broadcast:{broadcast_id}:{person_id}"


async def broadcasts_waiting(
    session: AsyncSession, consultant_ids: Collection[int], group_id: int, now: datetime
) -> list[Broadcast]:
    """What these consultants will say to this group later, the next first."""
    found = await session.scalars(
        select(Broadcast)
        .where(
            Broadcast.consultant_id.in_(consultant_ids),
            Broadcast.group_id == group_id,
            Broadcast.taken_back_at.is_(None),
            or_(Broadcast.due_at > now, Broadcast.needs_yes),
        )
        .order_by(Broadcast.due_at)
    )
    return list(found)


async def waiting_for_yes(session: AsyncSession, municipality: str, but_of: int) -> list[Broadcast]:
    """What colleagues in a municipality want to say to many, and a second person has not said yes to; oldest first."""
    found = await session.scalars(
        select(Broadcast)
        .join(Consultant, Consultant.id == Broadcast.consultant_id)
        .where(
            Broadcast.needs_yes,
            Broadcast.taken_back_at.is_(None),
            Broadcast.consultant_id != but_of,
            Consultant.municipality == municipality,
        )
        .order_by(Broadcast.id)
    )
    return list(found)


async def take_back_messages(session: AsyncSession, broadcast_id: int) -> int:
    """Nobody gets it any more of those who have not had it; how many."""
    taken = await session.execute(
        update(Message)
        .where(Message.key.startswith(f"broadcast:{broadcast_id}:"), Message.state == MessageState.PENDING)
        .values(state=MessageState.CANCELLED, reason="taken_back")
        .execution_options(synchronize_session=False)
    )
    return int(getattr(taken, "rowcount", 0))
