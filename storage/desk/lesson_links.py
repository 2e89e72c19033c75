"""Links by which a school, without an account, sees who cannot come to one group's lessons of one week.

A link holds 32 random bytes; stored is a keyed hash of them alone, with the office it was given to. It names no person.
"""

import secrets
from collections.abc import Collection
from datetime import date, datetime
from typing import Final

from sqlalchemy import ForeignKey, LargeBinary, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, RowId
from storage.engine.keys import KeyRing

_LINK: Final = "lesson_link"


class LessonLink(Base, kw_only=True):
    """A link of one group and week. `municipality` (folded to lower case) and `recipient` are as the configuration
    names who it was given to; `week_on` is its Monday."""

    __tablename__ = "lesson_link"
    __table_args__ = IDS_NEVER_REUSED

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    municipality: Mapped[str] = mapped_column(String(80))
    recipient: Mapped[str] = mapped_column(String(120))
    group_id: Mapped[int] = mapped_column(ForeignKey("lesson_group.id", ondelete="CASCADE"), index=True)
    week_on: Mapped[date]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


async def add_lesson_link(
    session: AsyncSession,
    keys: KeyRing,
    *,
    municipality: str,
    recipient: str,
    group_id: int,
    week_on: date,
    now: datetime,
    expires_at: datetime,
) -> tuple[LessonLink, str]:
    """A new link, and the token that opens it, which stands nowhere else."""
    token = secrets.token_urlsafe(32)
    link = LessonLink(
        municipality=municipality,
        recipient=recipient,
        group_id=group_id,
        week_on=week_on,
        token_hash=keys.fingerprint(token, _LINK),
        made_at=now,
        expires_at=expires_at,
    )
    session.add(link)
    await session.flush()
    return link, token


async def find_lesson_link(session: AsyncSession, keys: KeyRing, token: str, now: datetime) -> LessonLink | None:
    """The link that a token opens; None for one that has ended, expired or was never given."""
    return await session.scalar(
        select(LessonLink).where(
            LessonLink.token_hash.in_(keys.fingerprints(token, _LINK)), LessonLink.expires_at > now
        )
    )


async def lesson_links_of(
    session: AsyncSession, group_id: int, municipalities: Collection[str], now: datetime
) -> list[LessonLink]:
    """The links to a group's weeks that open something now, the earliest week first."""
    wanted = select(LessonLink).where(
        LessonLink.group_id == group_id, LessonLink.municipality.in_(municipalities), LessonLink.expires_at > now
    )
    return list(await session.scalars(wanted.order_by(LessonLink.week_on, LessonLink.id)))
