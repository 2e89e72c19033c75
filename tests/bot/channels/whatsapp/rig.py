"""The channel against Meta's counterpart, over loopback HTTP in both directions."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from starlette.applications import Starlette

from bot.channels.base import News
from bot.channels.whatsapp.channel import WhatsAppChannel
from bot.channels.whatsapp.config import WhatsAppConfig
from bot.channels.whatsapp.templates import catalog
from bot.demo.counterparts import whatsapp as side
from bot.demo.counterparts.whatsapp import WhatsAppCounterpart
from bot.events import InboundEvent
from locales.rendering.catalog import Catalogs
from locales.rendering.render import Renderer
from tests.bot.channels.notify.rig import serving
from tests.browser.serving import listener_on
from tests.clock import FakeClock

PERSON = "31612345678"
RENDERER = Renderer(Catalogs(), ZoneInfo("Europe/Amsterdam"))


class Rig:
    """Our channel, Meta's side, and what was heard and told. The clock is both sides'."""

    def __init__(self, meta_url: str) -> None:
        self.clock = FakeClock()
        self.heard: list[InboundEvent] = []
        self.news: list[News] = []
        self.heard_at: dict[str, datetime] = {}
        # Raised to a webhook instead of taking it.
        self.fails: list[Exception] = []
        self.meta = WhatsAppCounterpart(now=self.clock.now)
        self.config = WhatsAppConfig(
            phone_number_id=side.PHONE_NUMBER_ID,
            token=side.TOKEN,
            app_secret=side.APP_SECRET,
            verify_token=side.VERIFY_TOKEN,
            number=side.NUMBER,
            api_url=meta_url,
            waba_id=side.WABA_ID,
        )
        self.channel = WhatsAppChannel(
            self.config, clock=self.clock, report=self.report, window=self.window, renderer=RENDERER
        )

    def approve(self) -> None:
        """Meta approves every template of ours."""
        self.meta.approve([template.as_submitted() for template in catalog(RENDERER)])

    async def window(self, address: str) -> datetime | None:
        return self.heard_at.get(address)

    async def receive(self, event: InboundEvent) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.heard_at[event.address] = self.clock.now()
        self.heard.append(event)

    async def report(self, news: News) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.news.append(news)


@asynccontextmanager
async def rigged() -> AsyncIterator[Rig]:
    """Both sides, serving; the channel started."""
    async with AsyncExitStack() as stack:
        meta_socket, meta_url = listener_on()
        own_socket, own_url = listener_on()
        rig = Rig(meta_url)
        rig.meta.callbacks = own_url
        await stack.enter_async_context(serving(meta_socket, rig.meta.app))
        await stack.enter_async_context(serving(own_socket, Starlette(routes=list(rig.channel.routes()))))
        await rig.channel.start(rig.receive)
        try:
            yield rig
        finally:
            await rig.meta.close()
            await rig.channel.stop()
            await rig.channel.close()
