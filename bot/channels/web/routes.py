"""The web chat's endpoints, all under /chat: the page, opening, saying, pressing, sending files, history, live events.

Whatever changes something carries an id that the browser made, so that a request repeated on a patchy network does its
work once: the person's line is stored first (unique by that id), then the event is handed over, which the inbox takes
once; only then the browser gets its answer and forgets the request.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeAlias
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.actions.acting import Proof
from bot.channels.base import BringAgain, Receive
from bot.channels.limits import Limit, network_of
from bot.channels.web import requests
from bot.channels.web.events import EventStream, stream
from bot.channels.web.lines import (
    Content,
    content_of_upload,
    content_of_words,
    file_of,
    kept_upload,
    label_of,
    language_tag,
    sent_in,
    shown,
)
from bot.channels.web.live import Live
from bot.channels.web.notices import Notices, PushAddress
from bot.channels.web.page import Page, packed_json, who_asks
from bot.channels.web.ranges import ranged
from bot.channels.web.sessions import CHANNEL, Chat, Other, Sessions
from bot.channels.web.uploads import Upload, UploadRefused, fit
from bot.events import InboundEvent, Payload, Pressed, Said, Started, command_in
from locales.rendering.languages import SOURCE
from locales.rendering.message import Body
from locales.rendering.render import File
from reminders.delivery.channel import Clock
from reminders.intents import Act, asks
from storage.engine.columns import Json
from storage.engine.database import Database
from storage.outbox.receipts import any_on_its_way, chats_with_news, record_receipt, said_as_one, those_read
from storage.people.webchat import (
    WebMessage,
    add_web_message,
    web_files_since,
    web_history,
    web_line_of,
    web_message,
    web_outbox_ids,
    web_standings,
)
from storage.vocabulary import MessageState

#: Says a message in a language; None where nobody can.
Speaks: TypeAlias = Callable[[Body, str], Awaitable[File | None]]
HISTORY = 50
# Files of one chat in a day, at most 6 MB each.
MOST_FILES_A_DAY = 60


class ChatRoutes:
    """The endpoints; `receive` hands an event to the inbox."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        zone: ZoneInfo,
        sessions: Sessions,
        live: Live,
        page: Page,
        notices: Notices,
        receive: Receive,
        monotonic: Callable[[], float],
        speaks: Speaks,
    ) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone
        self._sessions = sessions
        self._live = live
        self._page = page
        self._notices = notices
        self._receive = receive
        self._speaks = speaks
        # A reception centre's families share one address: a whole group may open its links in one lesson.
        self._openings = Limit(60, 0.5, monotonic)
        # A quick hand on the buttons, not a machine.
        self._events = Limit(20, 1.0, monotonic)
        # The pages of a letter, photographed one after another; each is work of a second.
        self._uploads = Limit(12, 1 / 30, monotonic)
        self._looks = Limit(40, 1.0, monotonic)
        # Who is nobody yet types a code and asks how; a machine that writes for ever fills no disk.
        self._strangers = Limit(30, 1 / 120, monotonic)
        # Unfolded pictures and sounds take memory: one at a time, the others wait.
        self._fitting = asyncio.Semaphore(1)

    def routes(self) -> list[BaseRoute]:
        """For Starlette."""
        return [
            Route("/chat", self.page, methods=["GET"]),
            Route("/chat/static/{name}", self.static, methods=["GET"]),
            Route("/chat/manifest.webmanifest", self.manifest, methods=["GET"]),
            Route("/chat/sw.js", self.worker, methods=["GET"]),
            Route("/chat/notices", self.notices, methods=["POST"]),
            Route("/chat/open", self.open, methods=["POST"]),
            Route("/chat/switch", self.switch, methods=["POST"]),
            Route("/chat/events", self.events, methods=["GET"]),
            Route("/chat/history", self.history, methods=["GET"]),
            Route("/chat/file/{line}", self.file, methods=["GET"]),
            Route("/chat/media/{line}/{what}", self.media, methods=["GET"]),
            Route("/chat/say", self.say, methods=["POST"]),
            Route("/chat/send", self.send, methods=["POST"]),
            Route("/chat/press", self.press, methods=["POST"]),
            Route("/chat/seen", self.seen, methods=["POST"]),
            Route("/chat/asking", self.asking, methods=["POST"]),
            Route("/chat/asked/{chat}", self.asked, methods=["GET"]),
        ]

    async def page(self, request: Request) -> Response:
        """The page, in the language of the browser's chat or else of the browser."""
        chat = await self._sessions.find(request)
        locale = await self._locale(chat) if chat is not None else None
        return self._page.page(request, locale or requests.wished_language(request.headers) or SOURCE)

    async def static(self, request: Request) -> Response:
        """One of the page's files."""
        return self._page.static(request)

    async def manifest(self, request: Request) -> Response:
        """See Page.manifest; in the language of the page."""
        chat = await self._sessions.find(request)
        locale = await self._locale(chat) if chat is not None else None
        return self._page.manifest(request, locale or requests.wished_language(request.headers) or SOURCE)

    async def worker(self, request: Request) -> Response:
        """See Page.worker."""
        return self._page.worker(request)

    async def notices(self, request: Request) -> Response:
        """From now on this browser hears that there is a message; 400 for an address that is no push service's."""
        asked = await requests.read(request, requests.Subscribing)
        chat = await self._chat(request)
        _allow(self._looks, str(chat.contact_id))
        if not self._notices.takes(asked.endpoint):
            raise HTTPException(400)
        await self._sessions.tell(request, PushAddress(**asked.model_dump()).model_dump())
        return Response(status_code=204)

    async def open(self, request: Request) -> Response:
        """Open a personal link, or go on with the browser's chat; answers with the newest lines."""
        asked = await requests.read(request, requests.Opening)
        # A code is a guess until it was found, also from a browser that has a chat.
        if asked.code is not None or await self._sessions.find(request) is None:
            _allow(self._openings, network_of(request.client.host if request.client else ""))
        language = requests.wished_language(request.headers)
        opened = await self._sessions.open(
            request, token=asked.token, code=asked.code, language=language, other=asked.other
        )
        chat = opened.chat
        if opened.begin:
            event_id = requests.opening_key(opened.token, opened.code)
            await self._hand_over(chat, event_id, Started(opened.code), language)
        async with self._database.reading() as session:
            # The cursor first: a line that comes in between is then shown by both, and the page knows it by its id.
            standing = (await web_standings(session, [chat.contact_id])).get(chat.contact_id)
            lines = await web_history(session, chat.contact_id, limit=HISTORY)
            read = await those_read(session, [line.outbox_id for line in lines if line.outbox_id is not None])
        locale = (standing.language if standing else None) or language or SOURCE
        response = packed_json(
            request,
            {
                # Tells unsent lines of one chat from another's on a shared telephone.
                "chat": self._sessions.name_of(chat),
                "window": None if asked.lang == language_tag(locale) else self._page.window(locale),
                "lines": self._shown(lines, locale),
                "more": len(lines) == HISTORY,
                # Above what came since stands a mark.
                "seen": max((line.id for line in lines if line.outbox_id in read), default=0),
                "cursor": standing.revision if standing else 0,
                "notice": "link_dead" if opened.dead_link else None,
                "ask_other": opened.ask_other,
                "asks": chat.asks,
                "later": self._page.later(locale) if opened.others else {},
                "people": await self._people(opened.others),
            },
        )
        self._sessions.remember(request, response, opened.token, opened.others)
        return response

    async def switch(self, request: Request) -> Response:
        """Show another chat that this browser knows from now on: they said that they are the one whose it is."""
        asked = await requests.read(request, requests.Switching)
        _allow(self._openings, network_of(request.client.host if request.client else ""))
        others = await self._sessions.others(request)
        chosen = next((one for one in others if self._sessions.name_of(one.chat) == asked.chat), None)
        if chosen is None:
            raise HTTPException(404)
        response = Response(status_code=204)
        await self._sessions.change(request, response, chosen)
        return response

    async def asking(self, request: Request) -> Response:
        """Whether it is asked who is there before this one's messages are shown: their own choice, answered in their
        chat."""
        asked = await requests.read(request, requests.Asking)
        chat = await self._meant(request, asked)
        self._allow_event(chat)
        pressed = Pressed(asks(Act.ASK_FIRST, "yes" if asked.asks else "no"))
        event_id = requests.line_key(chat.contact_id, asked.event)
        await self._hand_over(chat, event_id, pressed, requests.wished_language(request.headers))
        return Response(status_code=204)

    async def asked(self, request: Request) -> Response:
        """The question whether it is this one of those whom the browser knows, as sound, for who listens."""
        chat = await self._chat(request)
        _allow(self._looks, str(chat.contact_id))
        name = request.path_params["chat"]
        others = await self._sessions.others(request)
        other = next((one for one in others if self._sessions.name_of(one.chat) == name), None)
        sound = await self._speaks(who_asks(other.name), other.language) if other is not None else None
        if sound is None:
            raise HTTPException(404)
        return ranged(request, sound)

    async def _people(self, others: Sequence[Other]) -> list[Json]:
        """What the page is told of the other chats that it knows: a first name, and whether something there is new."""
        if not others:
            return []
        async with self._database.reading() as session:
            news = await chats_with_news(session, [one.chat.contact_id for one in others])
        return [
            {
                "chat": self._sessions.name_of(one.chat),
                "name": one.name,
                "news": one.chat.contact_id in news,
                "asks": one.asks,
                "listens": one.listens,
            }
            for one in others
        ]

    async def events(self, request: Request) -> Response:
        """Live: lines that are new or changed since ?after= (or Last-Event-ID), as server-sent events."""
        chat = await self._chat(request)
        _allow(self._looks, str(chat.contact_id))
        if self._live.crowded(chat.contact_id):
            raise HTTPException(429, headers={"retry-after": "20"})
        after = requests.number(request.headers.get("last-event-id") or request.query_params.get("after", "0"))
        if after is None:
            raise HTTPException(400)
        others = await self._sessions.others(request)
        return EventStream(self._stream(request, chat, after, others))

    def _stream(self, request: Request, chat: Chat, after: int, others: Sequence[Other]) -> AsyncGenerator[str, None]:
        token = self._sessions.token_of(request)

        async def still_open() -> bool:
            found = await self._sessions.find_by(token)
            return found is not None and found.contact_id == chat.contact_id

        return stream(
            database=self._database,
            live=self._live,
            contact_id=chat.contact_id,
            after=after,
            lang=request.query_params.get("lang", ""),
            still_open=still_open,
            shown=self._shown,
            window=self._page.window,
            others=[one.chat.contact_id for one in others],
            people=(lambda: self._people(others)) if others else None,
        )

    async def history(self, request: Request) -> Response:
        """The lines before ?before=ID."""
        chat = await self._chat(request)
        _allow(self._looks, str(chat.contact_id))
        before = requests.number(request.query_params.get("before", ""))
        if before is None:
            raise HTTPException(400)
        async with self._database.reading() as session:
            lines = await web_history(session, chat.contact_id, before=before, limit=HISTORY)
        locale = await self._locale(chat) or requests.wished_language(request.headers) or SOURCE
        return packed_json(request, {"lines": self._shown(lines, locale), "more": len(lines) == HISTORY})

    async def file(self, request: Request) -> Response:
        """The file of one of this chat's lines, to be saved or opened by another app."""
        chat = await self._chat(request)
        async with self._database.reading() as session:
            line = await web_message(session, chat.contact_id, _row(request))
        if line is None or line.file is None:
            raise HTTPException(404)
        file = file_of(line.file)
        return Response(
            file.content,
            media_type=file.media_type,
            headers={
                "content-disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
                "cache-control": "no-store",
            },
        )

    async def media(self, request: Request) -> Response:
        """The picture or the sound of one of this chat's lines, for the page itself."""
        chat = await self._chat(request)
        async with self._database.reading() as session:
            line = await web_message(session, chat.contact_id, _row(request))
        kept = (line.media or {}).get(request.path_params["what"]) if line is not None else None
        if not isinstance(kept, dict):
            raise HTTPException(404)
        return ranged(request, file_of(kept))

    async def say(self, request: Request) -> Response:
        """The person wrote something."""
        asked = await requests.read(request, requests.Saying)
        chat = await self._meant(request, asked)
        text = asked.text.strip()
        if not text or "\x00" in text:
            raise HTTPException(400)
        self._allow_event(chat)
        line = await self._keep(chat, asked.event, content_of_words(text))
        return await self._take(request, chat, line, command_in(text) or Said(text))

    async def send(self, request: Request) -> Response:
        """The person sent a photo, a voice note or a document: 413 and 415 tell the page why it is not taken."""
        asked = requests.sending(request)
        event, chat = asked.event, await self._meant(request, asked)
        if not chat.linked:
            # Nobody is there yet to whom it could go: strangers fill no disk.
            raise HTTPException(403)
        _allow(self._uploads, str(chat.contact_id))
        key = requests.line_key(chat.contact_id, event)
        try:
            body = await requests.read_upload(request)
            async with self._database.reading() as session:
                line = await web_line_of(session, key)
            if line is None:
                await self._allow_file(chat)
                async with self._fitting:
                    sent = await asyncio.to_thread(fit, body)
                line = await self._keep(chat, event, content_of_upload(sent), sent)
        except UploadRefused as refused:
            return JSONResponse({"error": refused.why}, status_code=refused.status)
        found = sent_in(line)
        if found is None:
            raise HTTPException(409)
        return await self._take(request, chat, line, found[0])

    async def press(self, request: Request) -> Response:
        """The person pressed a button: one that this chat was shown and that is still open, or nothing happens."""
        asked = await requests.read(request, requests.Pressing)
        chat = await self._meant(request, asked)
        self._allow_event(chat)
        async with self._database.reading() as session:
            line = await web_message(session, chat.contact_id, asked.message)
            again = await web_line_of(session, requests.line_key(chat.contact_id, asked.event))
        label = None if line is None else label_of(line.content, asked.intent)
        heard = line is not None and line.content.get("hear") == asked.intent
        if line is None or label is None or (line.buttons_closed and again is None and not heard):
            raise HTTPException(409)
        pressed = await self._keep(chat, asked.event, content_of_words(label))
        return await self._take(request, chat, pressed, Pressed(asked.intent, str(line.id)))

    async def seen(self, request: Request) -> Response:
        """Our lines arrived or were read. 202: some are only just being sent, tell it again in a moment."""
        asked = await requests.read(request, requests.Seeing)
        chat = await self._meant(request, asked)
        _allow(self._looks, str(chat.contact_id))
        async with self._database.writing(at_once=True) as session:
            shown = await web_outbox_ids(session, chat.contact_id, after=asked.after, up_to=asked.up_to)
            ids = await said_as_one(session, CHANNEL, shown)
            await record_receipt(session, ids, MessageState(asked.state), self._clock.now())
            # The page can be quicker than the dispatcher, which notes "sent" only after send() has returned.
            early = await any_on_its_way(session, ids)
        return Response(status_code=202 if early else 204)

    async def _allow_file(self, chat: Chat) -> None:
        """A letter of many pages, and not a disk full of them."""
        async with self._database.reading() as session:
            sent = await web_files_since(session, chat.contact_id, self._clock.now() - timedelta(days=1))
        if sent >= MOST_FILES_A_DAY:
            raise HTTPException(429, headers={"retry-after": "3600"})

    def _allow_event(self, chat: Chat) -> None:
        _allow(self._events, str(chat.contact_id))
        if not chat.linked:
            _allow(self._strangers, str(chat.contact_id))

    async def _chat(self, request: Request) -> Chat:
        chat = await self._sessions.find(request)
        if chat is None:
            raise HTTPException(401)
        return chat

    async def _meant(self, request: Request, asked: requests.InChat) -> Chat:
        """The chat, where the window means it; 412 where the browser shows somebody else's by now."""
        chat = await self._chat(request)
        if not self._sessions.is_meant(request, chat, asked.chat):
            raise HTTPException(412)
        return chat

    async def _locale(self, chat: Chat) -> str | None:
        async with self._database.reading(at_once=True) as session:
            standing = (await web_standings(session, [chat.contact_id])).get(chat.contact_id)
        return standing.language if standing is not None else None

    async def _keep(self, chat: Chat, event: str, content: Content, sent: Upload | None = None) -> WebMessage:
        file, media = kept_upload(sent)
        line = WebMessage(
            contact_id=chat.contact_id,
            revision=0,
            content=content,
            event_id=requests.line_key(chat.contact_id, event),
            file=file,
            media=media,
            at=self._clock.now(),
        )
        try:
            # A file takes too long for the loop's thread.
            async with self._database.writing(at_once=sent is None) as session:
                return await add_web_message(session, line)
        except IntegrityError as error:
            # Erased in this very moment.
            raise HTTPException(401) from error

    async def _take(self, request: Request, chat: Chat, line: WebMessage, payload: Payload) -> Response:
        self._live.changed(chat.contact_id)
        language = requests.wished_language(request.headers)
        await self._hand_over(chat, str(line.event_id), payload, language)
        locale = await self._locale(chat) or language or SOURCE
        return JSONResponse(shown(line, zone=self._zone, locale=locale))

    async def _hand_over(self, chat: Chat, event_id: str, payload: Payload, language: str | None) -> None:
        try:
            event = InboundEvent(CHANNEL, chat.address, event_id, payload, language, proof=Proof.ACCOUNT)
            await self._receive(event)
        except BringAgain as error:
            raise HTTPException(503, headers={"retry-after": str(error.after)}) from error

    def _shown(self, lines: list[WebMessage], locale: str) -> list[Content]:
        return [shown(line, zone=self._zone, locale=locale) for line in lines]


def _row(request: Request) -> int:
    """The line's number in the path."""
    number = requests.number(request.path_params["line"])
    if number is None:
        raise HTTPException(404)
    return number


def _allow(limit: Limit, key: str) -> None:
    wait = limit.wait(key)
    if wait:
        raise HTTPException(429, headers={"retry-after": str(wait)})
