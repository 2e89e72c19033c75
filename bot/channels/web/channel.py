"""The web chat as a channel: a message that is "sent" is stored in the chat's history and shown on every open page.

There is no provider between us and the person, so a message is delivered when the page says so (POST /chat/seen), not
when it is sent. The HTTP side is in routes.py.
"""

import time
from collections.abc import Callable, Collection
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.routing import BaseRoute

from bot.channels.base import AddressGone, Capabilities, Receipt, Receive, RetryLater
from bot.channels.receiving import Receiving
from bot.channels.web.lines import content_of, kept_file, kept_media, sent_in
from bot.channels.web.live import Live
from bot.channels.web.notices import SERVICES, Notices, public_key_of
from bot.channels.web.page import Page
from bot.channels.web.routes import ChatRoutes, Speaks
from bot.channels.web.sessions import CHANNEL, Sessions
from bot.events import InboundEvent
from locales.rendering.message import Body
from locales.rendering.render import File, Rendered, Renderer
from reminders.delivery.channel import Clock
from storage.engine.database import Database
from storage.engine.faults import DATABASE_FAULTS
from storage.outbox.receipts import is_reply
from storage.people.contacts import contact_at
from storage.people.webchat import (
    WebMessage,
    add_web_message,
    close_web_buttons,
    has_web_session,
    web_line_of,
    web_message,
)

log = structlog.get_logger()


async def says_nothing(_body: Body, _locale: str) -> File | None:
    """Where nothing is read aloud."""
    return None


class WebChannel:
    """Keeps bot.channels.base.Channel; `routes` go into the HTTP server.

    `public_url` is the address people reach the server at, without a slash at the end; when it is https, the cookie
    travels over https only. `phones` (the demo) lets one browser hold several chats, by ?phone=NAME.
    """

    name = CHANNEL
    # A page that nobody opens shows nothing: it tells when something was seen, and until then nothing has arrived.
    capabilities = Capabilities(buttons=True, receipts=True, media=True, dials=True)

    def __init__(
        self,
        database: Database,
        clock: Clock,
        renderer: Renderer,
        *,
        public_url: str,
        bot_name: str = "Maatje",
        phones: bool = False,
        web_push_key: str = "",
        push_services: Collection[str] = SERVICES,
        look_every: timedelta = timedelta(seconds=1),
        monotonic: Callable[[], float] = time.monotonic,
        speaks: Speaks = says_nothing,
    ) -> None:
        self.public_url = public_url
        self.secure = public_url.startswith("https:")
        self.live = Live(database, look_every)
        self._database = database
        self._clock = clock
        self._receiving = Receiving()
        page = Page(renderer, bot_name, public_key_of(web_push_key) if web_push_key else "")
        self._notices = Notices(
            database,
            clock,
            private_key=web_push_key,
            contact=public_url if self.secure else "mailto:nobody@maatje.example",
            title=bot_name,
            say=page.told,
            services=push_services,
        )
        self._routes = ChatRoutes(
            database=database,
            clock=clock,
            zone=renderer.zone,
            sessions=Sessions(database, clock, secure=self.secure, phones=phones),
            live=self.live,
            page=page,
            notices=self._notices,
            receive=self._receiving.take,
            monotonic=monotonic,
            speaks=speaks,
        )

    def routes(self) -> list[BaseRoute]:
        """The page and its endpoints, all under /chat."""
        return self._routes.routes()

    async def start(self, receive: Receive) -> None:
        """From now on what people write is handed to `receive`."""
        self._receiving.begin(receive)

    async def stop(self) -> None:
        """Take nothing more, end the live connections, wait for the events in hand.

        To be called before the HTTP server stops: it waits for its connections to end.
        """
        await self.live.close()
        await self._receiving.end()
        await self._notices.close()

    async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
        """Put a message into the chat; the same reference is shown once.

        Raises:
            AddressGone: no browser has this chat (any more).
            RetryLater: the database is out of reach.
        """
        # Files take too long for the loop's thread.
        is_short = message.file is None and message.picture is None and message.voice is None
        try:
            async with self._database.writing(at_once=is_short) as session:
                contact = await contact_at(session, self._database.keys, CHANNEL, address)
                if contact is None or not await has_web_session(session, contact.id, self._clock.now()):
                    raise AddressGone("no_session")
                line = await add_web_message(
                    session,
                    WebMessage(
                        contact_id=contact.id,
                        revision=0,
                        content=content_of(message, unasked=not await is_reply(session, int(reference))),
                        outbox_id=int(reference),
                        file=kept_file(message.file),
                        media=kept_media(message),
                        at=self._clock.now(),
                    ),
                )
        except DATABASE_FAULTS as error:
            raise RetryLater("database_unreachable") from error
        self.live.changed(line.contact_id)
        if line.content.get("unasked"):
            self._notices.about(line.contact_id)
        return Receipt(provider_ref=str(line.id))

    async def close(self) -> None:
        """There is nothing to let go of: the server owns the connections."""

    async def close_buttons(self, address: str, message_ref: str) -> None:
        """Take the buttons off a line; buttons that open a page stay. Never raises."""
        try:
            async with self._database.writing() as session:
                contact = await contact_at(session, self._database.keys, CHANNEL, address)
                line = await web_message(session, contact.id, int(message_ref)) if contact is not None else None
                if line is None:
                    return
                await close_web_buttons(session, line)
        except (SQLAlchemyError, ValueError) as error:
            log.warning("web_close_buttons_failed", error=type(error).__name__)
            return
        self.live.changed(line.contact_id)

    async def acknowledge(self, event: InboundEvent) -> None:
        """Nothing: the page has its answer when the request ends."""

    async def fetch(self, file: str) -> bytes | None:
        """What a person sent from the page, by the id it was handed over with; None when it is gone. Never raises."""
        try:
            async with self._database.reading() as session:
                line = await web_line_of(session, file)
        except (SQLAlchemyError, OSError) as error:
            log.warning("web_fetch_failed", error=type(error).__name__)
            return None
        sent = sent_in(line) if line is not None else None
        return None if sent is None else sent[1].content

    def link(self, code: str) -> str:
        """The personal link. The code stands behind "#": no server log, referrer or link preview ever gets it."""
        return f"{self.public_url}/chat#{code}"
