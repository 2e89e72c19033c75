"""How the latest tries to send went, by channel: what an operator looks at when somebody says that nothing arrives."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.outbox.message import Attempt


@dataclass(frozen=True, slots=True)
class Tries:
    """So many tries over a channel ended alike (`outcome` is a word, never a provider's text); the last one when."""

    channel: str
    outcome: str
    count: int
    last_at: datetime


async def latest_tries(session: AsyncSession, most: int) -> list[Tries]:
    """The `most` latest tries, counted by channel and outcome: as cheap with millions of rows as with few."""
    latest = select(Attempt.channel, Attempt.outcome, Attempt.at).order_by(Attempt.id.desc()).limit(most).subquery()
    asked = (
        select(latest.c.channel, latest.c.outcome, func.count(), func.max(latest.c.at))
        .group_by(latest.c.channel, latest.c.outcome)
        .order_by(latest.c.channel, func.count().desc(), latest.c.outcome)
    )
    return [Tries(*row) for row in (await session.execute(asked))]
