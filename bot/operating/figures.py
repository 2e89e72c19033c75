"""What an operator is alarmed by, read from the database each time that the metrics are asked for.

Every worker reports the same of the whole deployment; what one worker does is in reminders/sending/metrics.py. An
answer is there within two seconds: when the database does not give one, that is the figure.
"""

import asyncio
import shutil
from datetime import datetime
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, ProcessCollector
from sqlalchemy.exc import SQLAlchemyError

from reminders.delivery.channel import Clock
from storage.backup.acts import last_backup
from storage.engine.database import Database
from storage.outbox.message import oldest_due
from storage.people.relayed import oldest_unseen_cry

_WITHIN: Final = 2.0


class OperatingFigures:
    """Gauges of the whole deployment; `look` brings them up to date."""

    def __init__(self, registry: CollectorRegistry, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
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
        # Memory, descriptors and CPU of this worker.
        ProcessCollector(registry=registry)

    async def look(self) -> None:
        """Read everything; raises nothing."""
        space = shutil.disk_usage(self._disk)
        self._free.set(space.free / space.total)
        try:
            async with asyncio.timeout(_WITHIN):
                await self._read()
        except (SQLAlchemyError, OSError):
            self._up.set(0)
        else:
            self._up.set(1)

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
