"""Messages that failed or expired and that nobody was told of yet."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import ColumnElement

from storage.engine.one_of_many import among
from storage.outbox.message import Message


class Loss(NamedTuple):
    """A message that did not arrive; see Message for the fields."""

    id: int
    key: str
    kind: str
    person_id: int | None
    consultant_id: int | None
    about_id: int | None
    appointment_id: int | None
    lost_at: datetime


# As the partial index has it, so that SQLite uses that.
_IS_LOST: ColumnElement[bool] = literal_column("outbox.lost_at IS NOT NULL")


async def losses(session: AsyncSession, *, limit: int, for_update: bool = False) -> list[Loss]:
    """What was lost, the longest ago first. `for_update` keeps other workers off until the transaction ends."""
    wanted = (
        select(*(getattr(Message, name) for name in Loss._fields))
        .where(_IS_LOST)
        .order_by(Message.lost_at, Message.id)
        .limit(limit)
    )
    if for_update:
        wanted = wanted.with_for_update(skip_locked=True)
    return [Loss._make(row) for row in await session.execute(wanted)]


async def taken_up(session: AsyncSession, ids: Collection[int]) -> None:
    """Somebody was told of these, or nobody needs to be."""
    await session.execute(
        update(Message).where(among(Message.id, ids)).values(lost_at=None).execution_options(synchronize_session=False)
    )
