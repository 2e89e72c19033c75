"""Questions that the FAQ did not answer, for the municipality to learn from. Nothing says who asked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.columns import Encrypted, RowId, vocabulary
from storage.vocabulary import GapReason


class FaqGap(Base, kw_only=True):
    """One unanswered question, without names and numbers. `topic` is the answer that did not help."""

    __tablename__ = "faq_gap"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    at: Mapped[datetime] = mapped_column(index=True)
    municipality: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(8))
    reason: Mapped[GapReason] = mapped_column(vocabulary(GapReason))
    topic: Mapped[str | None] = mapped_column(String(60), default=None)
    question: Mapped[str] = mapped_column(Encrypted("faq_gap.question"))


async def gaps_since(session: AsyncSession, since: datetime, limit: int = 5000) -> Sequence[FaqGap]:
    """The unanswered questions since then, the latest first."""
    return list(await session.scalars(select(FaqGap).where(FaqGap.at >= since).order_by(FaqGap.at.desc()).limit(limit)))
