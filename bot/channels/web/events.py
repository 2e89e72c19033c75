"""One live connection: the lines of a chat that are new or changed, as server-sent events, until somebody leaves.

Events: `lines` (the changed lines; the id is the revision up to which they go), `window` (language, direction and
texts, when the person chose another language), `reset` (the page is ahead of the chat: load it anew), `gone` (this
browser has no chat any more), `people` (on a telephone of several: who else there is, and who has something new),
`beat` (nothing new, still here: a page that hears none for a while reconnects).
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.channels.web.lines import Content, language_tag
from bot.channels.web.live import Live
from bot.connections import TELL_LOST
from locales.rendering.languages import SOURCE
from storage.engine.columns import Json
from storage.engine.database import Database
from storage.people.webchat import Standing, WebMessage, web_changes, web_standings

log = structlog.get_logger()

# Mobile networks and proxies drop connections that are silent for half a minute.
BEAT_SECONDS = 20.0
# So many beats without news, and it is looked all the same: whether the browser's session has ended.
_LOOKS_AFTER = 15
_LINES_AT_ONCE = 100


async def stream(
    *,
    database: Database,
    live: Live,
    contact_id: int,
    after: int,
    lang: str,
    still_open: Callable[[], Awaitable[bool]],
    shown: Callable[[list[WebMessage], str], list[Content]],
    window: Callable[[str], dict[str, Json]],
    others: Sequence[int] = (),
    people: Callable[[], Awaitable[Sequence[Json]]] | None = None,
) -> AsyncGenerator[str, None]:
    """The events of one connection from revision `after` on, to a page whose window is in `lang` (a tag). `others` are
    the chats that the page's browser knows besides, `people` what the page is told of them."""
    told: Sequence[Json] = ()
    with live.connection(contact_id, *others) as changed:
        # Something goes out at once, so that the browser knows that it is connected.
        yield as_event("beat", None)
        while not live.closed:
            changed.clear()
            try:
                if not await still_open():
                    yield as_event("gone", None)
                    return
                standing, lines = await _read(database, contact_id, after)
            except (SQLAlchemyError, OSError) as error:
                log.warning("web_live_read_failed", contact=contact_id, error=type(error).__name__)
                return
            if standing is None:
                # Erased between the two looks.
                yield as_event("gone", None)
                return
            live.is_at(contact_id, standing)
            if standing.revision < after:
                yield as_event("reset", None)
                return
            if standing.language is not None and language_tag(standing.language) != lang:
                lang = language_tag(standing.language)
                yield as_event("window", window(standing.language))
            if lines:
                after = lines[-1].revision
                yield as_event("lines", shown(lines, standing.language or SOURCE), after)
            if len(lines) == _LINES_AT_ONCE:
                continue
            # Of thousands of open chats each would keep what it showed last.
            lines.clear()
            if people is not None and (now := await people()) != told:
                told = now
                yield as_event("people", now)
            for _ in range(_LOOKS_AFTER):
                if await changed.rings(BEAT_SECONDS):
                    break
                yield as_event("beat", None)


async def _read(database: Database, contact_id: int, after: int) -> tuple[Standing | None, list[WebMessage]]:
    """How far the chat is, and its lines after a revision; nothing of the session is kept."""
    async with database.reading(at_once=True) as session:
        standing = (await web_standings(session, [contact_id])).get(contact_id)
        return standing, await web_changes(session, contact_id, after, _LINES_AT_ONCE)


def as_event(name: str, data: object, revision: int | None = None) -> str:
    """One server-sent event."""
    head = "" if revision is None else f"id: {revision}\n"
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"


class EventStream(Response):
    """Events to one browser until there are no more or it leaves.

    Starlette's StreamingResponse has a group of tasks for that, of which thousands of open chats would hold one each.
    """

    def __init__(self, events: AsyncGenerator[str, None]) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        # Its length is not known, so it has none.
        self.raw_headers = [(name, value) for name, value in self.raw_headers if name != b"content-length"]
        self.raw_headers.append((b"content-type", b"text/event-stream; charset=utf-8"))
        self._events = events
        self._sending: asyncio.Task[object] | None = None
        self._has_left = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them."""
        self._sending = asyncio.current_task()
        tell_lost = scope.get(TELL_LOST)
        waiting = asyncio.ensure_future(self._wait(receive)) if tell_lost is None else None
        if tell_lost is not None:
            tell_lost(self._leave)
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async for event in self._events:
                await send({"type": "http.response.body", "body": event.encode(), "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except asyncio.CancelledError:
            # By its leaving, or else by whoever ends the server.
            if not self._has_left or self._sending is None or self._sending.uncancel():
                raise
        finally:
            self._sending = None
            if waiting is not None:
                waiting.cancel()
            if tell_lost is not None:
                tell_lost(None)
            await self._events.aclose()

    async def _wait(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._leave()

    def _leave(self) -> None:
        if self._sending is not None:
            self._has_left = True
            self._sending.cancel()
