"""One delivery worker as a process of its own, made to be killed: a real dispatcher over the real Telegram channel."""

import asyncio
import signal
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import func, select

from bot.channels.telegram.channel import TelegramChannel
from locales.rendering.catalog import Catalogs
from locales.rendering.render import Rendered, Renderer
from reminders.delivery.channel import Capabilities, Receipt
from reminders.sending.dispatcher import Dispatcher
from reminders.sending.limits import Limits
from reminders.wording.composers import SayComposer
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from storage.outbox.leases import worker_name
from storage.outbox.message import Message
from storage.vocabulary import MessageState
from tests.databases import SECRET

TOKEN = "4242424242:CHAOS"
# Fewer in hand than in service: each kill then hits another part of the queue, and not always the same head of it.
LIMITS = Limits(
    batch=60,
    in_hand=180,
    lease=timedelta(minutes=10),
    send_timeout=timedelta(seconds=1),
    poll=timedelta(seconds=0.2),
)


@dataclass(frozen=True, slots=True)
class FastClock:
    """Real time, `speed` times as fast since `began_at`, so that pauses of minutes are over in seconds."""

    began_at: datetime
    speed: float

    def now(self) -> datetime:
        """See reminders.delivery.channel.Clock."""
        return self.began_at + (datetime.now(UTC) - self.began_at) * self.speed

    def steady(self) -> datetime:
        """See reminders.delivery.channel.Clock."""
        return self.now()


class Unpaced:
    """The channel without its limits of messages a second, which would make the test last for minutes."""

    capabilities = Capabilities(buttons=True)

    def __init__(self, channel: TelegramChannel) -> None:
        self._channel = channel
        self.name = channel.name

    async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
        """See reminders.delivery.channel.Sender."""
        return await self._channel.send(address, message, reference=reference)


def work(database_url: str, api_url: str, clock: FastClock, until_empty: bool) -> None:
    """Dispatch until SIGTERM (or death); or until nothing is left to be sent."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    asyncio.run(_work(database_url, api_url, clock, until_empty=until_empty))


async def _work(database_url: str, api_url: str, clock: FastClock, *, until_empty: bool) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    database = open_database(database_url, KeyRing([SECRET]))
    channel = TelegramChannel(TOKEN, api_url=api_url)
    sender = Unpaced(channel)
    dispatcher = Dispatcher(
        database,
        {sender.name: sender},
        Renderer(Catalogs(), ZoneInfo("Europe/Amsterdam")),
        SayComposer(),
        clock,
        worker_name(),
        limits=LIMITS,
    )
    watching = asyncio.create_task(_watch(database, stop)) if until_empty else None
    await dispatcher.run(stop)
    if watching is not None:
        await watching
    await channel.close()
    await database.close()


async def _watch(database: Database, stop: asyncio.Event) -> None:
    """Set `stop` when every message has reached its end."""
    open_ones = (
        select(func.count()).select_from(Message).where(Message.state.in_([MessageState.PENDING, MessageState.SENDING]))
    )
    while not stop.is_set():
        async with database.reading() as session:
            if not await session.scalar(open_ones):
                stop.set()
        await asyncio.sleep(LIMITS.poll.total_seconds())
