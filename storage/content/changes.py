"""Changes of content: proposed by one, answered by another. What holds is the latest that is live.

`revision` is where a change stands in the order of all that took or lost effect, so that every process sees by one
number whether there is anything new.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy import Text as SqlText
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.desk.accounts import DeskAccount
from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, Encrypted, RowId, vocabulary
from storage.engine.one_of_many import among
from storage.vocabulary import ContentKind, ContentState


class ContentChange(Base, kw_only=True):
    """One change of one thing: a text (`key`) in a language (`place`), or the policy of a kind of appointment (`key`)
    in a municipality (`place`, in small letters)."""

    __tablename__ = "content_change"
    __table_args__ = (Index("ix_content_change_what", "kind", "key", "place"), IDS_NEVER_REUSED)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    kind: Mapped[ContentKind] = mapped_column(vocabulary(ContentKind))
    key: Mapped[str] = mapped_column(String(120))
    place: Mapped[str] = mapped_column(String(80))
    # A text's forms as a JSON list; a policy's table as TOML. `before` is what it was when this was proposed.
    value: Mapped[str] = mapped_column(SqlText)
    before: Mapped[str] = mapped_column(SqlText)
    # Whether the Dutch says other facts: other languages' words do not hold until they follow.
    facts_changed: Mapped[bool] = mapped_column(default=False)
    # Whose language it is and who approved the words, where somebody did.
    reviewer: Mapped[str | None] = mapped_column(Encrypted("content_change.reviewer"), default=None)
    reviewed_on: Mapped[date | None] = mapped_column(default=None)
    state: Mapped[ContentState] = mapped_column(vocabulary(ContentState), index=True)
    # Changes that came in one sheet have one number.
    sheet: Mapped[int | None] = mapped_column(default=None, index=True)
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("desk_account.id", ondelete="SET NULL"))
    proposed_at: Mapped[datetime]
    # The newest revision of this and of the Dutch when it was proposed: where there is a newer one, it is out of date.
    seen: Mapped[int] = mapped_column(default=0)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("desk_account.id", ondelete="SET NULL"), default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    # Why it was refused.
    note: Mapped[str | None] = mapped_column(Encrypted("content_change.note"), default=None)
    revision: Mapped[int | None] = mapped_column(default=None, unique=True)


async def newest_revision(session: AsyncSession, kind: ContentKind | None = None) -> int:
    """The newest revision there is; 0 = nothing ever changed."""
    asked = select(func.max(ContentChange.revision))
    return await session.scalar(asked if kind is None else asked.where(ContentChange.kind == kind)) or 0


async def next_revision(session: AsyncSession) -> int:
    """A number for what takes or loses effect now. Who takes one waits for who took the one before to end."""
    await session.scalar(
        select(ContentChange.id).order_by(ContentChange.revision.desc().nulls_last()).limit(1).with_for_update()
    )
    return await newest_revision(session) + 1


async def newest_by_place(session: AsyncSession, kind: ContentKind) -> dict[tuple[str, str], int]:
    """The newest revision of each thing that ever changed, by key and place."""
    asked = select(ContentChange.key, ContentChange.place, func.max(ContentChange.revision)).where(
        ContentChange.kind == kind, ContentChange.revision.is_not(None)
    )
    found = await session.execute(asked.group_by(ContentChange.key, ContentChange.place))
    return {(key, place): revision or 0 for key, place, revision in found}


async def changes_by_id(session: AsyncSession, ids: Collection[int]) -> list[ContentChange]:
    """These changes in their order, for whoever answers them: others who do so at this moment wait."""
    asked = select(ContentChange).where(among(ContentChange.id, ids)).order_by(ContentChange.id)
    return list(await session.scalars(asked.with_for_update()))


async def live_changes(session: AsyncSession, kind: ContentKind) -> list[ContentChange]:
    """Those that hold and those that later ones stand above, in the order in which they took effect."""
    asked = select(ContentChange).where(ContentChange.kind == kind, ContentChange.state == ContentState.LIVE)
    return list(await session.scalars(asked.order_by(ContentChange.revision)))


async def live_after(session: AsyncSession, change: ContentChange) -> Sequence[ContentChange]:
    """Of the same thing in other places, what took effect after this one."""
    asked = select(ContentChange).where(
        ContentChange.kind == change.kind,
        ContentChange.key == change.key,
        ContentChange.place != change.place,
        ContentChange.state == ContentState.LIVE,
        ContentChange.revision > change.revision,
    )
    return (await session.scalars(asked)).all()


async def waiting_changes(
    session: AsyncSession, *, kind: ContentKind | None = None, key: str | None = None, place: str | None = None
) -> Sequence[ContentChange]:
    """What waits for a second person, the oldest first; of one thing, where that is asked."""
    asked = select(ContentChange).where(ContentChange.state == ContentState.PROPOSED)
    for column, wanted in (
        (ContentChange.kind, kind),
        (ContentChange.key, key),
        (ContentChange.place, place),
    ):
        asked = asked if wanted is None else asked.where(column == wanted)
    return (await session.scalars(asked.order_by(ContentChange.id))).all()


async def count_waiting(session: AsyncSession) -> int:
    """How many changes wait for a second person."""
    asked = select(func.count()).select_from(ContentChange).where(ContentChange.state == ContentState.PROPOSED)
    return await session.scalar(asked) or 0


async def changes_of(
    session: AsyncSession, kind: ContentKind, key: str, place: str, most: int
) -> Sequence[ContentChange]:
    """What was proposed for one thing in one place, the latest first."""
    asked = select(ContentChange).where(
        ContentChange.kind == kind, ContentChange.key == key, ContentChange.place == place
    )
    return (await session.scalars(asked.order_by(ContentChange.id.desc()).limit(most))).all()


async def emails_of(session: AsyncSession, changes: Collection[ContentChange]) -> dict[int, str]:
    """The addresses of who proposed and answered these changes, by account."""
    wanted = {number for one in changes for number in (one.proposed_by_id, one.decided_by_id) if number is not None}
    if not wanted:
        return {}
    found = await session.scalars(select(DeskAccount).where(DeskAccount.id.in_(wanted)))
    return {account.id: account.email for account in found}
