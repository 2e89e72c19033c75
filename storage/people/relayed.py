"""What a person and a consultant write to each other through the bot, questions that were handed over included."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, Index, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, Encrypted, EncryptedJson, Json, RowId, vocabulary
from storage.engine.encryption.kinds import EncryptedCode
from storage.people.sent_media import SentAlong, SentMedia
from storage.vocabulary import TO_TAKE_UP, LetterKind


class Letter(Base, kw_only=True):
    """One message between a person and their consultant; `answers_id` ties an answer to what it answers."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_person_written", "person_id", "written_at"), IDS_NEVER_REUSED)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    consultant_id: Mapped[int | None] = mapped_column(ForeignKey("consultant.id"), default=None)
    kind: Mapped[LetterKind] = mapped_column(vocabulary(LetterKind))
    text: Mapped[str] = mapped_column(Encrypted("letter.text"))
    language: Mapped[str | None] = mapped_column(EncryptedCode("letter.language"), default=None)
    attachment: Mapped[tuple[SentMedia, ...]] = mapped_column(SentAlong("letter.attachment"), nullable=True, default=())
    # What was understood of the words: an act and its details (bot/understanding/reading.py).
    reading: Mapped[dict[str, Json] | None] = mapped_column(EncryptedJson("letter.reading"), default=None)
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id", ondelete="SET NULL"), default=None)
    written_at: Mapped[datetime]
    seen_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    # Of a cry for help: the colleague it goes to when nobody sees it, and what somebody did about it; of what is to be
    # taken up (TO_TAKE_UP): when it was.
    passed_to_id: Mapped[int | None] = mapped_column(ForeignKey("consultant.id", ondelete="SET NULL"), default=None)
    passed_at: Mapped[datetime | None] = mapped_column(default=None)
    done: Mapped[str | None] = mapped_column(Encrypted("letter.done"), default=None)
    done_at: Mapped[datetime | None] = mapped_column(default=None)


async def oldest_unseen_cry(session: AsyncSession) -> datetime | None:
    """When the cry for help was written that waits longest for somebody to see it; None without any."""
    return await session.scalar(
        select(func.min(Letter.written_at)).where(
            Letter.kind == LetterKind.URGENT, Letter.seen_at.is_(None), Letter.done_at.is_(None)
        )
    )


async def letter_by_id(session: AsyncSession, letter_id: int) -> Letter | None:
    """A letter by its number; None where there is none (any more)."""
    return await session.get(Letter, letter_id)


async def letters_by_id(session: AsyncSession, letter_ids: Collection[int]) -> dict[int, Letter]:
    """These letters; unknown ones are absent."""
    found = await session.scalars(select(Letter).where(Letter.id.in_(letter_ids)))
    return {letter.id: letter for letter in found}


async def open_letters(session: AsyncSession, person_ids: Collection[int], since: datetime) -> list[Letter]:
    """What these people wrote since then and nobody saw or answered yet, the oldest first; no cries for help, and
    nothing that is to be taken up."""
    found = await session.scalars(
        select(Letter)
        .where(
            Letter.person_id.in_(person_ids),
            Letter.kind.not_in([LetterKind.ANSWER, LetterKind.URGENT, *TO_TAKE_UP]),
            Letter.answered_at.is_(None),
            Letter.seen_at.is_(None),
            Letter.written_at > since,
        )
        .order_by(Letter.written_at)
    )
    return list(found)


async def letters_to_take_up(session: AsyncSession, person_ids: Collection[int]) -> list[Letter]:
    """Doubts about a route, wishes for help and moves of these people that nobody took up or answered, however long ago
    and whether or not somebody saw them, the oldest first."""
    found = await session.scalars(
        select(Letter)
        .where(
            Letter.person_id.in_(person_ids),
            Letter.kind.in_(TO_TAKE_UP),
            Letter.answered_at.is_(None),
            Letter.done_at.is_(None),
        )
        .order_by(Letter.written_at)
    )
    return list(found)


async def cries_to_do(session: AsyncSession, person_ids: Collection[int]) -> list[Letter]:
    """Cries for help of these people of which nobody said what was done, however long ago, the oldest first."""
    found = await session.scalars(
        select(Letter)
        .where(Letter.person_id.in_(person_ids), Letter.kind == LetterKind.URGENT, Letter.done_at.is_(None))
        .order_by(Letter.written_at)
    )
    return list(found)


async def letters_with(session: AsyncSession, person_id: int, *, limit: int) -> list[Letter]:
    """What a person and their consultants wrote to each other, the newest first."""
    found = await session.scalars(
        select(Letter).where(Letter.person_id == person_id).order_by(Letter.written_at.desc()).limit(limit)
    )
    return list(found)
