"""Who holds a lease: a worker's name says host, process and the process's start, so that its death can be seen.

A dead worker's leases on the same host are freed at once by whoever looks; those of other hosts when they run out.

A turn is the lease of a work that one worker does for all of them (looking at everybody, every quarter of an hour):
an advisory lock would tell who does it now, but not when it was last done, and there is none on SQLite.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import String, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.database import Database
from storage.engine.inserts import insert_new

_PROC = Path("/proc")
#: How long a turn is held without being renewed, and how often it is: with looks every LOOK_FOR_TURN, a worker that
#: dies is followed by another a minute later at most.
TURN_LASTS: Final = timedelta(seconds=45)
LOOK_FOR_TURN: Final = timedelta(seconds=15)
_RENEW_EVERY: Final = 15.0


class WorkTurn(Base, kw_only=True):
    """A work that one worker does for all: who does it now and until when they hold it, and when the last time began
    that came to its end."""

    __tablename__ = "turn"

    work: Mapped[str] = mapped_column(String(40), primary_key=True)
    worker: Mapped[str | None] = mapped_column(String(80), default=None)
    until: Mapped[datetime | None] = mapped_column(default=None)
    done_from: Mapped[datetime | None] = mapped_column(default=None)


class Turns:
    """One worker's part in the works that one does for all. `worker` is its name, `now` the wall clock."""

    def __init__(self, database: Database, worker: str, now: Callable[[], datetime]) -> None:
        self._database = database
        self._worker = worker
        self._now = now

    @asynccontextmanager
    async def take(self, work: str, *, every: timedelta, since: datetime) -> AsyncIterator[bool]:
        """Whether this worker does it now; within, the turn is held and renewed, and afterwards the work is done.

        It is due when it was last begun longer ago than `every`, or before `since`. One that fails is due still.

        Raises:
            SQLAlchemyError, OSError: the database cannot be used.
        """
        began = self._now()
        if not await self._taken(work, began, every, since):
            yield False
            return
        keeper = asyncio.create_task(self._keep(work))
        done = False
        try:
            yield True
            done = True
        finally:
            keeper.cancel()
            given_back: dict[str, object] = {"worker": None, "until": None}
            await self._write(work, given_back | {"done_from": began} if done else given_back)

    async def _taken(self, work: str, now: datetime, every: timedelta, since: datetime) -> bool:
        seen = select(WorkTurn.worker, WorkTurn.until, WorkTurn.done_from).where(WorkTurn.work == work)
        mine = {"worker": self._worker, "until": now + TURN_LASTS}
        async with self._database.reading() as session:
            found = (await session.execute(seen)).one_or_none()
        if found is None:
            async with self._database.writing() as session:
                return await insert_new(session, WorkTurn, {"work": work, **mine})
        worker, until, done_from = found
        # Longer than it lasts, or begun later than now: the wall clock was set back since.
        is_held = worker is not None and until is not None and now < until <= now + TURN_LASTS and not is_dead(worker)
        is_done = done_from is not None and max(now - every, since) <= done_from <= now
        if is_held or is_done:
            return False
        as_seen = [
            column.is_not_distinct_from(value)
            for column, value in ((WorkTurn.worker, worker), (WorkTurn.until, until), (WorkTurn.done_from, done_from))
        ]
        async with self._database.writing() as session:
            took = await session.scalars(
                update(WorkTurn).where(WorkTurn.work == work, *as_seen).values(**mine).returning(WorkTurn.work)
            )
            return took.one_or_none() is not None

    async def _keep(self, work: str) -> None:
        while True:
            await asyncio.sleep(_RENEW_EVERY)
            # Not renewed, it is another's in time: what one does for all may be done twice, and changes nothing then.
            with suppress(SQLAlchemyError, OSError):
                await self._write(work, {"until": self._now() + TURN_LASTS})

    async def _write(self, work: str, values: dict[str, object]) -> None:
        async with self._database.writing() as session:
            await session.execute(
                update(WorkTurn).where(WorkTurn.work == work, WorkTurn.worker == self._worker).values(**values)
            )


def worker_name() -> str:
    """This process's name as the owner of leases, at most 80 characters: "host/pid/start"."""
    pid = os.getpid()
    return f"{_host()}/{pid}/{_started(pid) or 0}"


def is_dead(owner: str) -> bool:
    """Whether a lease's owner is a process of this host that does not live any more. In doubt: no."""
    parts = owner.split("/")
    if len(parts) != 3 or parts[0] != _host() or not parts[1].isdecimal():
        return False
    started = _started(int(parts[1]))
    if started is None:
        return not _exists(int(parts[1]))
    # Another process may have been given the number of a dead one.
    return str(started) != parts[2]


def _host() -> str:
    # Two containers may have one host name; their process numbers then mean different things.
    try:
        namespace = os.readlink("/proc/self/ns/pid").rpartition("[")[2].rstrip("]")
    except OSError:
        namespace = ""
    return f"{socket.gethostname()[:40]}.{namespace}"


def _started(pid: int) -> int | None:
    """When a process began, in ticks since boot; None when it is not there (or the system does not tell)."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    # A zombie has died; its parent has not looked yet.
    return None if fields[0] in ("Z", "X") else int(fields[19])


def _exists(pid: int) -> bool:
    if _PROC.is_dir():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
