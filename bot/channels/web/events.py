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

from bot.channels.web.lines import Content, language_tag
from bot.channels.web.live import Live
from locales.rendering.languages import SOURCE
from storage.engine.columns import Json
from storage.engine.database import Database
from storage.people.webchat import WebMessage, web_changes, web_standings

log = structlog.get_logger()

# Mobile networks and proxies drop connections that are silent for half a minute.
BEAT_SECONDS = 20.0
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
                async with database.reading() as session:
                    standing = (await web_standings(session, [contact_id])).get(contact_id)
                    lines = await web_changes(session, contact_id, after, _LINES_AT_ONCE)
            except (SQLAlchemyError, OSError) as error:
                log.warning("web_live_read_failed", contact=contact_id, error=type(error).__name__)
                return
            if standing is None:
                # Erased between the two looks.
                yield as_event("gone", None)
                return
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
            if people is not None and (now := await people()) != told:
                told = now
                yield as_event("people", now)
            try:
                async with asyncio.timeout(BEAT_SECONDS):
                    await changed.wait()
            except TimeoutError:
                yield as_event("beat", None)


def as_event(name: str, data: object, revision: int | None = None) -> str:
    """One server-sent event."""
    head = "" if revision is None else f"id: {revision}\n"
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"
