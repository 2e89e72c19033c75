"""Until when this worker holds what it has in hand: as the rows say, and renewed while they are not written down.

A lease is there for the case that its holder dies. One that lives renews in time, however long a message waits for its
channel or a result for the database; a message whose lease could not be renewed is not sent any more, since another
worker may have it by then.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from reminders.delivery.channel import Clock
from reminders.delivery.episodes import Episodes
from storage.outbox.claimed_row import ClaimedRow
from storage.outbox.queue import OutboxQueue

log = structlog.get_logger(__name__)

#: Between two looks at what ends soon; the shortest lease (a reply's, bot.inbox) has three of them.
LOOK_EVERY: Final = timedelta(seconds=20)


@dataclass(slots=True, eq=False)
class ClaimedRows:
    """Rows that were claimed together, and that somebody may wait for."""

    left: int
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Leases:
    """The leases of one worker. `lease` is how long one that is renewed lasts."""

    def __init__(self, queue: OutboxQueue, clock: Clock, lease: timedelta) -> None:
        self._queue = queue
        self._clock = clock
        self._lease = lease
        self._failing = Episodes("outbox_leases_not_renewed")
        self._until: dict[int, datetime] = {}

    def take(self, rows: Sequence[ClaimedRow]) -> None:
        """These rows are in hand, each until its own lease ends."""
        self._until.update((row.id, row.lease_until) for row in rows if row.lease_until is not None)

    def give_up(self, row_id: int) -> None:
        """This row is not in hand any more."""
        self._until.pop(row_id, None)

    def hold(self, row_ids: Iterable[int], until: datetime) -> bool:
        """Whether all of these rows are held beyond that moment."""
        return all(row_id in self._until and self._until[row_id] > until for row_id in row_ids)

    async def renew(self) -> None:
        """Renew the leases that end before the look after the next; those that others have by now are given up.

        Raises one of DATABASE_FAULTS when the database is out of reach; the leases then stand as they were.
        """
        now = self._clock.now()
        soon = now + max(LOOK_EVERY * 2, self._lease / 2)
        ending = [row_id for row_id, until in self._until.items() if until < soon]
        if not ending:
            return
        until = now + self._lease
        held = await self._queue.renew(ending, until)
        lost = 0
        for row_id in ending:
            if row_id not in self._until:
                # Written down meanwhile.
                continue
            if row_id in held:
                self._until[row_id] = until
            else:
                lost += 1
                del self._until[row_id]
        if lost:
            log.warning("outbox_leases_lost", rows=lost)

    async def keep(self) -> None:
        """Renew in time, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY.total_seconds())
            try:
                await self.renew()
            except (SQLAlchemyError, OSError) as error:
                self._failing.noticed("leases", rows=len(self._until), error=type(error).__name__)
            else:
                self._failing.well("leases")
