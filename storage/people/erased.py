"""Who was erased, by a keyed hash of the municipality's id alone: no old file must bring somebody back unseen.

The hash cannot be turned back into the id without the secret it was made with. That is random, stored encrypted beside
it, and so goes along when the service's own secret is rotated; a hash under that one itself could never be made anew,
since the id is gone. All rows share one secret, so that a file of ten thousand people takes one hash each.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import LargeBinary, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.columns import Encrypted, RowId


class ErasedPerson(Base, kw_only=True):
    """That somebody with an id of this hash was erased, and when."""

    __tablename__ = "erased_person"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    mark: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    secret: Mapped[str] = mapped_column(Encrypted("erased_person.secret"))
    at: Mapped[datetime]


async def remember_erased(session: AsyncSession, external_id: str, now: datetime) -> None:
    """Keep that somebody of this id was erased."""
    secret = await session.scalar(select(ErasedPerson.secret).order_by(ErasedPerson.id).limit(1))
    secret = secret or secrets.token_hex(32)
    session.add(ErasedPerson(mark=_mark(secret, external_id), secret=secret, at=now))


async def erased_at(session: AsyncSession, external_ids: Collection[str]) -> dict[str, datetime]:
    """Which of these ids are of somebody who was erased, with when (the last time)."""
    found: dict[str, datetime] = {}
    # One secret but where two erased at once into an empty table.
    for secret in dict.fromkeys(await session.scalars(select(ErasedPerson.secret))) if external_ids else ():
        marks = {external_id: _mark(secret, external_id) for external_id in external_ids}
        rows = await session.execute(
            select(ErasedPerson.mark, ErasedPerson.at)
            .where(ErasedPerson.mark.in_(set(marks.values())))
            .order_by(ErasedPerson.at)
        )
        when = {row.mark: row.at for row in rows}
        found |= {external_id: when[mark] for external_id, mark in marks.items() if mark in when}
    return found


async def forget_erased(session: AsyncSession, external_ids: Collection[str]) -> None:
    """These people are back, at somebody's word."""
    for secret in dict.fromkeys(await session.scalars(select(ErasedPerson.secret))) if external_ids else ():
        marks = [_mark(secret, external_id) for external_id in external_ids]
        await session.execute(delete(ErasedPerson).where(ErasedPerson.mark.in_(marks)))


def _mark(secret: str, external_id: str) -> bytes:
    # A spreadsheet takes the zeros in front of ids away.
    return hmac.digest(secret.encode(), external_id.strip().lstrip("0").encode(), hashlib.sha256)
