"""Wakes the live connections of a chat when something in it changed.

Within this process `changed` wakes them at once. What another process wrote is found by looking: while anybody is
connected, ONE query a second tells how far all connected chats are (storage.people.webchat.web_standings), however many
connections there are; without connections nothing is asked.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from storage.engine.database import Database
from storage.people.webchat import Standing, web_standings

log = structlog.get_logger()

# PostgreSQL's and SQLite's bound values would take more; a query of this size stays below a few milliseconds.
_CHATS_A_QUERY = 500
# A few windows, and those that a bad network left behind and that end with their next beat.
CONNECTIONS_A_CHAT = 8


class Live:
    """The connections of this process, by contact."""

    def __init__(self, database: Database, look_every: timedelta = timedelta(seconds=1)) -> None:
        self._database = database
        self._look_every = look_every.total_seconds()
        self._connections: dict[int, set[asyncio.Event]] = {}
        self._seen: dict[int, Standing | None] = {}
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
    def connection(self, *contact_ids: int) -> Iterator[asyncio.Event]:
        """An event that is set whenever one of these chats may have changed, as long as the block lasts."""
        event = asyncio.Event()
        for contact_id in contact_ids:
            self._connections.setdefault(contact_id, set()).add(event)
        if not self.closed and (self._looking is None or self._looking.done()):
            self._looking = asyncio.create_task(self._look(), name="web-live")
        try:
            yield event
        finally:
            for contact_id in contact_ids:
                events = self._connections[contact_id]
                events.discard(event)
                if not events:
                    del self._connections[contact_id]
                    self._seen.pop(contact_id, None)

    def changed(self, contact_id: int) -> None:
        """Wake the connections of this chat."""
        for event in self._connections.get(contact_id, ()):
            event.set()

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
        for start in range(0, len(contacts), _CHATS_A_QUERY):
            some = contacts[start : start + _CHATS_A_QUERY]
            async with self._database.reading() as session:
                found = await web_standings(session, some)
            for contact_id in some:
                standing = found.get(contact_id)
                if contact_id not in self._seen or self._seen[contact_id] != standing:
                    self._seen[contact_id] = standing
                    self.changed(contact_id)
