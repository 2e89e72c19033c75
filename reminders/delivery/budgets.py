"""What channels may still be used this month: a municipality pays for each SMS, and sets a limit."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from reminders.local_time import month_began
from storage.engine.database import Database
from storage.outbox.message import sent_since

log = structlog.get_logger(__name__)

# Between two counts a busy worker may go over the limit by what it sends in this time.
COUNTED_EVERY: Final = timedelta(minutes=1)


class Budgets:
    """Counts each budgeted channel's messages of the local calendar month; falsy where no channel has a budget."""

    def __init__(self, database: Database, a_month: Mapping[str, int], zone: ZoneInfo) -> None:
        self._database = database
        self._a_month = a_month
        self._zone = zone
        self._counted_at: datetime | None = None
        self._spent: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self._a_month)

    async def spent(self, now: datetime) -> Collection[str]:
        """The channels whose budget is used up."""
        if self._counted_at is None or not timedelta(0) <= now - self._counted_at < COUNTED_EVERY:
            start = month_began(now, self._zone)
            async with self._database.reading() as session:
                counts = await sent_since(session, self._a_month.keys(), start)
            spent = frozenset(name for name, most in self._a_month.items() if counts.get(name, 0) >= most)
            for name in sorted(spent - self._spent):
                log.warning("channel_budget_spent", channel=name, messages=counts.get(name, 0))
            self._counted_at, self._spent = now, spent
        return self._spent
