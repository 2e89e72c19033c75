"""Both channels against Notify's counterpart, over loopback HTTP in both directions."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

import aiohttp
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from bot.channels.base import News
from bot.channels.notify.config import NotifyConfig
from bot.channels.notify.email import NotifyEmailChannel
from bot.channels.notify.sms import SmsChannel
from bot.demo.counterparts import notify as side
from bot.demo.counterparts.notify import NotifyCounterpart
from bot.events import InboundEvent
from locales.rendering.catalog import Catalogs
from locales.rendering.languages import LANGUAGES
from locales.rendering.message import Style
from locales.rendering.render import Block, File, Rendered, RenderedButton, Renderer
from tests.clock import FakeClock

PERSON = "+31612345678"
MAILBOX = "amina@voorbeeld.example"
LINK = "https://chat.example/chat#p12-abc"


def rendered(
    *parts: str | tuple[str, Style],
    locale: str = "nl",
    buttons: tuple[tuple[str, str], ...] = (),
    file: File | None = None,
) -> Rendered:
    """A message; a button is its label and its intent, or a page where that is an address."""
    blocks = tuple(
        Block(part, Style.NORMAL, locale) if isinstance(part, str) else Block(part[0], part[1], locale)
        for part in parts
    )
    row = tuple(
        RenderedButton(label, "", goal) if goal.startswith("http") else RenderedButton(label, goal, "")
        for label, goal in buttons
    )
    return Rendered(locale, LANGUAGES[locale].direction, blocks, (row,) if row else (), file)


@asynccontextmanager
async def serving(listener: socket.socket, app: ASGIApp) -> AsyncIterator[None]:
    """Serve an application on a bound socket until the block ends.

    Uvicorn without its main loop, which looks ten times a second whether it should end: a test would wait for that.
    """
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listener])
    try:
        yield
    finally:
        for listening in server.servers:
            listening.close()
        for connection in list(server.server_state.connections):
            connection.shutdown()
        while server.server_state.connections:  # noqa: ASYNC110 - uvicorn tells of it in no other way
            await asyncio.sleep(0)


class Rig:
    """Our two channels, Notify's side, and what was heard and told. The clock is both sides'."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.heard: list[InboundEvent] = []
        self.news: list[News] = []
        self.link: str | None = LINK
        # Raised to a callback instead of taking it.
        self.fails: list[Exception] = []
        self.url = ""
        self.notify = NotifyCounterpart(now=self.clock.now, retry_after=timedelta())
        self.sms: SmsChannel
        self.email: NotifyEmailChannel

    def build(self, notify_url: str, *, unicode: bool | None = None, timeout: float = 5.0, prefix: str = "") -> None:
        """Make the channels."""
        config = NotifyConfig(
            side.API_KEY,
            base_url=notify_url,
            sms_template=side.SMS_TEMPLATE,
            email_template=side.EMAIL_TEMPLATE,
            callback_token=side.CALLBACK_TOKEN,
            sms_number=side.SMS_NUMBER,
            unicode=unicode,
            timeout=timeout,
            reference_prefix=prefix,
        )
        renderer = Renderer(Catalogs(), ZoneInfo("Europe/Amsterdam"))
        self.sms = SmsChannel(config, clock=self.clock, renderer=renderer, report=self.report, more=self.more)
        self.email = NotifyEmailChannel(config, clock=self.clock, renderer=renderer, report=self.report, more=self.more)

    async def receive(self, event: InboundEvent) -> None:
        if self.fails:
            raise self.fails.pop()
        self.heard.append(event)

    async def report(self, news: News) -> None:
        if self.fails:
            raise self.fails.pop()
        self.news.append(news)

    async def more(self, _address: str) -> str | None:
        return self.link

    async def post(self, path: str, body: bytes, *, token: str | None = side.CALLBACK_TOKEN) -> int:
        """One callback as anybody could send it; the status of the answer."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession() as session, session.post(self.url + path, data=body, headers=headers) as got:
            return got.status


@asynccontextmanager
async def rigged(*, unicode: bool | None = None, timeout: float = 5.0, prefix: str = "") -> AsyncIterator[Rig]:
    """A rig with both channels started."""
    rig = Rig()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    rig.url = rig.notify.callbacks = f"http://127.0.0.1:{listener.getsockname()[1]}"
    rig.build(rig.url, unicode=unicode, timeout=timeout, prefix=prefix)
    # One server for both sides: their paths have nothing in common.
    app = Starlette(routes=[*rig.sms.routes(), *rig.email.routes(), *rig.notify.app.routes])
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serving(listener, app))
        for channel in (rig.sms, rig.email):
            stack.push_async_callback(channel.close)
            await channel.start(rig.receive)
        stack.push_async_callback(rig.notify.close)
        yield rig
