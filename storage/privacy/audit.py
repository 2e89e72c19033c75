"""The audit log: who looked at or changed what about whom, by ids only."""

from datetime import datetime

from sqlalchemy import Index, String, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.columns import RowId


class AuditEntry(Base, kw_only=True):
    """One act: `actor` is "person:7", "consultant:2", "operator" or "system"; `subject` likewise or "absence:3"."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject_at", "subject", "at"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40))


async def count_entries(session: AsyncSession, ref: str) -> int:
    """How many acts by or about somebody ("person:7") are kept."""
    wanted = or_(AuditEntry.subject == ref, AuditEntry.actor == ref)
    return await session.scalar(select(func.count()).select_from(AuditEntry).where(wanted)) or 0
