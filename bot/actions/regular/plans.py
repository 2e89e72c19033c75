"""What is put into the outbox, or given away, each quarter of an hour beside reminders; see reminders.scheduler."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.actions.access.standing_in import tell_of_silence
from bot.actions.acting import Parts
from bot.actions.offers.taking_part import places_of
from bot.actions.sharing.absence_lists import absence_lists


def regular_plans(parts: Parts, now: Callable[[], datetime]) -> Sequence[Callable[[AsyncSession], Awaitable[int]]]:
    """Places that became free, the lists for schools and partners, and stand-ins who do not answer."""

    async def silence(session: AsyncSession) -> int:
        return await tell_of_silence(session, now())

    return (silence, places_of(parts, now), absence_lists(parts, now))
