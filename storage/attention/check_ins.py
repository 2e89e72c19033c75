"""How it goes with people, in their own word of one tap: one answer a week."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, RowId
from storage.engine.encryption.kinds import EncryptedWord
from storage.engine.one_of_many import among
from storage.people.people import Person
from storage.vocabulary import CheckIns, Mood


class CheckIn(Base, kw_only=True):
    """What somebody answered in one week; `week_of` is its Monday. The last word of a week counts."""

    __tablename__ = "check_in"
    __table_args__ = (UniqueConstraint("person_id", "week_of"), IDS_NEVER_REUSED)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    week_of: Mapped[date]
    mood: Mapped[Mood] = mapped_column(EncryptedWord("check_in.mood", Mood))
    at: Mapped[datetime]


async def check_in_of(session: AsyncSession, person_id: int, week_of: date) -> CheckIn | None:
    """What somebody answered in this week, held until the transaction ends."""
    return await session.scalar(
        select(CheckIn).where(CheckIn.person_id == person_id, CheckIn.week_of == week_of).with_for_update()
    )


async def bad_weeks(session: AsyncSession, person_ids: Collection[int], since: datetime) -> list[CheckIn]:
    """The answers since then that say it goes badly, the last one first. Each person's last answer counts."""
    wanted = select(CheckIn).where(among(CheckIn.person_id, person_ids), CheckIn.at >= since).order_by(CheckIn.at)
    last = {one.person_id: one for one in await session.scalars(wanted)}
    return sorted((one for one in last.values() if one.mood is Mood.BAD), key=lambda one: one.at, reverse=True)


async def who_is_asked(session: AsyncSession) -> list[tuple[int, CheckIns, str | None]]:
    """Everybody who wants to be asked how it goes, agreed and did not stop: id, how often, their own quiet hours."""
    wanted = select(Person.id, Person.check_ins, Person.quiet_hours).where(
        Person.check_ins != CheckIns.NEVER,
        Person.consented_at.is_not(None),
        Person.stopped_at.is_(None),
        Person.closed_at.is_(None),
    )
    return [(id_, often, quiet) for id_, often, quiet in await session.execute(wanted.order_by(Person.id))]
