"""The one place that puts the real parts together; everything else gets its parts handed to it."""

from collections.abc import Mapping
from dataclasses import dataclass

from reminders.dispatcher import Dispatcher
from starlette.applications import Starlette

from bot.channels.base import Channel
from bot.dialogue.services import Services
from bot.inbox import Inbox
from bot.settings import Settings
from reminders.delivery import Clock
from reminders.planner import Planner
from reminders.scheduler import Scheduler
from storage.database import Database


@dataclass(slots=True)
class App:
    """The running service."""

    settings: Settings
    database: Database
    clock: Clock
    services: Services
    channels: Mapping[str, Channel]
    inbox: Inbox
    dispatcher: Dispatcher
    planner: Planner
    scheduler: Scheduler
    http: Starlette

    async def start(self) -> None:
        """Begin to dispatch, to plan and to receive."""
        await self.scheduler.start()
        for channel in self.channels.values():
            await channel.start(self.inbox.receive)

    async def stop(self) -> None:
        """Receive nothing more, finish what is in flight, close the database."""
        for channel in self.channels.values():
            await channel.stop()
        await self.inbox.stop()
        await self.scheduler.stop()
        await self.database.close()
