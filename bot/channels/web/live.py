"""Wakes the live connections of a chat when something in it changed.

Within this process `changed` wakes them at once. What another process wrote is found by looking: while anybody is
connected, a query a second for every few hundred chats tells how far they are, answered from an index
(storage.people.webchat.web_revisions); without connections nothing is asked. In what language somebody reads changes
seldom, and is looked at less often.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from storage.engine.database import Database
from storage.people.webchat import Standing, web_revisions, web_standings

log = structlog.get_logger()

# PostgreSQL's and SQLite's bound values would take more; a query of this size stays below a few milliseconds.
_CHATS_A_QUERY = 500
# A few windows, and those that a bad network left behind and that end with their next beat.
CONNECTIONS_A_CHAT = 8
# Every so many looks the language is looked at too.
_LANGUAGE_EVERY = 15


class Bell:
    """Wakes one who waits. An asyncio.Event takes eight times the memory, and there is one for each open chat."""

    __slots__ = ("_rung", "_waiter")

    def __init__(self) -> None:
        self._rung = False
        self._waiter: asyncio.Future[None] | None = None

    def ring(self) -> None:
        """Wake who waits, or who waits next."""
        self._rung = True
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def clear(self) -> None:
        """Whoever rang before this is heard."""
        self._rung = False

    async def rings(self, within: float) -> bool:
        """Wait until it was rung, at most so many seconds; whether it was."""
        if not self._rung:
            loop = asyncio.get_running_loop()
            self._waiter = waiter = loop.create_future()
            late = loop.call_later(within, _wake, waiter)
            try:
                await waiter
            finally:
                late.cancel()
                self._waiter = None
        return self._rung


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


class Live:
    """The connections of this process, by contact."""

    def __init__(self, database: Database, look_every: timedelta = timedelta(seconds=1)) -> None:
        self._database = database
        self._look_every = look_every.total_seconds()
        self._connections: dict[int, set[Bell]] = {}
        self._revisions: dict[int, int] = {}
        self._languages: dict[int, str | None] = {}
        self._looks = 0
        self._looking: asyncio.Task[None] | None = None
        self.closed = False

    @property
    def count(self) -> int:
        """How many connections there are."""
        return len(set().union(*self._connections.values()))

    def crowded(self, contact_id: int) -> bool:
        """Whether this chat has as many connections as it may have."""
        return len(self._connections.get(contact_id, ())) >= CONNECTIONS_A_CHAT

    @contextmanager
    def connection(self, *contact_ids: int) -> Iterator[Bell]:
        """A bell that is rung whenever one of these chats may have changed, as long as the block lasts."""
        bell = Bell()
        for contact_id in contact_ids:
            self._connections.setdefault(contact_id, set()).add(bell)
        if not self.closed and (self._looking is None or self._looking.done()):
            self._looking = asyncio.create_task(self._look(), name="web-live")
        try:
            yield bell
        finally:
            for contact_id in contact_ids:
                bells = self._connections[contact_id]
                bells.discard(bell)
                if not bells:
                    del self._connections[contact_id]
                    self._revisions.pop(contact_id, None)
                    self._languages.pop(contact_id, None)

    def is_at(self, contact_id: int, standing: Standing) -> None:
        """One of its connections has read so far: only what differs from that is news."""
        self._revisions.setdefault(contact_id, standing.revision)
        self._languages.setdefault(contact_id, standing.language)

    def changed(self, contact_id: int) -> None:
        """Wake the connections of this chat."""
        for bell in self._connections.get(contact_id, ()):
            bell.ring()

    async def close(self) -> None:
        """Wake everybody for the last time (`closed` tells them to end) and stop looking."""
        self.closed = True
        for contact_id in self._connections:
            self.changed(contact_id)
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look(self) -> None:
        while self._connections:
            await asyncio.sleep(self._look_every)
            try:
                await self._look_once()
            except (SQLAlchemyError, OSError) as error:
                # The database is away for a moment: the connections stay, the next look finds what came meanwhile.
                log.warning("web_live_look_failed", error=type(error).__name__)

    async def _look_once(self) -> None:
        contacts = list(self._connections)
        with_language, self._looks = self._looks % _LANGUAGE_EVERY == 0, self._looks + 1
        for start in range(0, len(contacts), _CHATS_A_QUERY):
            some = contacts[start : start + _CHATS_A_QUERY]
            async with self._database.reading(at_once=True) as session:
                revisions = await web_revisions(session, some)
                standings = await web_standings(session, some) if with_language else {}
            for contact_id in some:
                revision = revisions.get(contact_id, 0)
                is_new = self._revisions.get(contact_id) != revision
                self._revisions[contact_id] = revision
                if with_language:
                    standing = standings.get(contact_id)
                    language = standing.language if standing is not None else None
                    is_new = is_new or self._languages.get(contact_id, language) != language
                    self._languages[contact_id] = language
                if is_new:
                    self.changed(contact_id)
            # Whoever waits for an answer does not wait for all chats to be looked at.
            await asyncio.sleep(0)
