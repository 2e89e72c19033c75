"""What an operator is alarmed by, read from the database each time that the metrics are asked for.

Every worker reports the same of the whole deployment; what one worker does is in reminders/sending/metrics.py. An
answer is there within two seconds: when the database does not give one, that is the figure. At the public address is
looked now and then, beside the answer: what was found last is told.
"""

import asyncio
import math
import shutil
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, ProcessCollector
from sqlalchemy.exc import SQLAlchemyError

from bot.operating.machine import PublicAddress, look_at
from reminders.delivery.channel import Clock
from storage.backup.acts import last_backup
from storage.engine.database import Database
from storage.outbox.message import oldest_due
from storage.people.relayed import oldest_unseen_cry

_WITHIN: Final = 2.0
#: How often the public address is looked at, and how often while people do not reach it.
LOOK_EVERY: Final = timedelta(hours=1)
LOOK_AGAIN: Final = timedelta(minutes=2)


class OperatingFigures:
    """Gauges of the whole deployment; `look` brings them up to date."""

    def __init__(
        self,
        registry: CollectorRegistry,
        database: Database,
        clock: Clock,
        *,
        public_url: str = "",
        outside: Callable[[str], Awaitable[PublicAddress]] = look_at,
    ) -> None:
        self._database = database
        self._clock = clock
        self._public_url = public_url if public_url.startswith("https://") else ""
        self._outside = outside
        self._looking: asyncio.Task[None] | None = None
        self._look_at: datetime | None = None
        file = database.url.database if database.is_sqlite else None
        self._disk = Path(file).absolute().parent if file and file != ":memory:" else Path("/")
        self._up = Gauge("maatje_database_up", "1 while the database answers", registry=registry)
        self._queue = Gauge(
            "maatje_queue_age_seconds", "How long the message waits that is due longest", registry=registry
        )
        self._cry = Gauge(
            "maatje_cry_unseen_seconds", "How long the oldest cry for help waits to be seen", registry=registry
        )
        self._backup = Gauge(
            "maatje_backup_age_seconds", "Since the last backup; since 1970 without one", registry=registry
        )
        self._free = Gauge("maatje_disk_free_ratio", "Free part of the disk (of SQLite's file)", registry=registry)
        self._reached = Gauge(
            "maatje_public_address_up", "1 while a browser reaches the chat at the public address", registry=registry
        )
        self._certificate = Gauge(
            "maatje_certificate_left_seconds", "How long the public address's certificate is good", registry=registry
        )
        # Where there is none to look at, no alarm: nothing compares with "not a number".
        self._reached.set(1)
        self._certificate.set(math.nan)
        # Memory, descriptors and CPU of this worker.
        ProcessCollector(registry=registry)

    async def look(self) -> None:
        """Read everything; raises nothing."""
        steady = self._clock.steady()
        if self._public_url and self._looking is None and (self._look_at is None or steady >= self._look_at):
            self._looking = asyncio.create_task(self._look_outside())
        space = shutil.disk_usage(self._disk)
        self._free.set(space.free / space.total)
        try:
            async with asyncio.timeout(_WITHIN):
                await self._read()
        except (SQLAlchemyError, OSError):
            self._up.set(0)
        else:
            self._up.set(1)

    async def outside_looked_at(self) -> None:
        """Wait until what is looked at outside is known."""
        if self._looking is not None:
            await self._looking

    async def _look_outside(self) -> None:
        found = await self._outside(self._public_url)
        self._reached.set(found.fault is None)
        # What is not accepted has nothing left that counts.
        self._certificate.set(found.left.total_seconds() if found.left is not None else math.nan)
        self._look_at = self._clock.steady() + (LOOK_EVERY if found.fault is None else LOOK_AGAIN)
        self._looking = None

    async def _read(self) -> None:
        now = self._clock.now()
        async with self._database.reading() as session:
            due, cry = await oldest_due(session, now), await oldest_unseen_cry(session)
            made_at = await last_backup(session)
        self._queue.set(_since(due, now))
        self._cry.set(_since(cry, now))
        self._backup.set(_since(made_at, now) if made_at is not None else now.timestamp())


def _since(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment is not None else 0.0
