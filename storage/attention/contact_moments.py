"""When consultants and people spoke: talks that were noted, and progress meetings that took place (3.1, 3.7)."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import cast

from sqlalchemy import ForeignKey, Table, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.appointment_kinds import CONTACTS
from storage.appointments.schedule import contact_moments
from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, RowId
from storage.engine.encryption.kinds import EncryptedWord
from storage.engine.one_of_many import among_those
from storage.vocabulary import ContactHow


class ContactMoment(Base, kw_only=True):
    """One talk that a consultant noted: called, visited or met. What was said is nobody's but theirs."""

    __tablename__ = "contact_moment"
    __table_args__ = IDS_NEVER_REUSED

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    consultant_id: Mapped[int | None] = mapped_column(ForeignKey("consultant.id", ondelete="SET NULL"), default=None)
    how: Mapped[ContactHow] = mapped_column(EncryptedWord("contact_moment.how", ContactHow))
    at: Mapped[datetime]


_MOMENTS = cast(Table, ContactMoment.__table__).c
# Planning asks it for everybody, again and again: put together once.
_NOTED = select(_MOMENTS.person_id, _MOMENTS.at).where(
    among_those(_MOMENTS.person_id, "ids"), _MOMENTS.at < bindparam("until", type_=_MOMENTS.at.type)
)


async def contacts_of(session: AsyncSession, person_ids: Collection[int], until: datetime) -> dict[int, list[datetime]]:
    """When each person spoke with their consultant before `until`, the first time first; who never did is absent.

    What the session has not flushed yet is not seen.
    """
    if not person_ids:
        return {}
    found = defaultdict(list, await contact_moments(session, person_ids, CONTACTS, until))
    for person_id, at in await session.execute(_NOTED, {"ids": person_ids, "until": until}):
        found[person_id].append(at)
    return {person_id: sorted(moments) for person_id, moments in found.items()}


async def noted_since(session: AsyncSession, person_id: int, since: datetime) -> list[ContactMoment]:
    """The talks with one person that were noted since then, the last one first."""
    wanted = select(ContactMoment).where(ContactMoment.person_id == person_id, ContactMoment.at >= since)
    return list(await session.scalars(wanted.order_by(ContactMoment.at.desc(), ContactMoment.id.desc())))
