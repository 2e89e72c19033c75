"""Calls that the machine makes and takes: written down before it dials, so that nobody is rung twice by a restart."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, false, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, RowId, vocabulary
from storage.vocabulary import CallOutcome


class PhoneCall(Base, kw_only=True):
    """One call, from before it is dialled; what was said and pressed in it stands where every channel's does."""

    __tablename__ = "phone_call"
    __table_args__ = (Index("ix_phone_call_contact_at", "contact_id", "at"), IDS_NEVER_REUSED)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    # What the call was made for; none where the person called.
    message_id: Mapped[int | None] = mapped_column(
        ForeignKey("outbox.id", ondelete="SET NULL"), index=True, default=None
    )
    at: Mapped[datetime]
    incoming: Mapped[bool] = mapped_column(default=False, server_default=false())
    outcome: Mapped[CallOutcome] = mapped_column(vocabulary(CallOutcome), default=CallOutcome.UNDER_WAY)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


async def calls_since(session: AsyncSession, contact_id: int, since: datetime) -> Sequence[PhoneCall]:
    """The calls that were dialled to a contact since then, the newest first."""
    found = await session.scalars(
        select(PhoneCall)
        .where(PhoneCall.contact_id == contact_id, PhoneCall.at > since, PhoneCall.incoming.is_(False))
        .order_by(PhoneCall.at.desc(), PhoneCall.id.desc())
    )
    return found.all()


async def end_call(session: AsyncSession, call_id: int, outcome: CallOutcome, at: datetime) -> None:
    """Write down how a call came out."""
    await session.execute(update(PhoneCall).where(PhoneCall.id == call_id).values(outcome=outcome, ended_at=at))
