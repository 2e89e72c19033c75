"""Telegram's door: the strict Bot API counterpart, updates by long polling."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.channels.telegram.channel import TelegramChannel
from bot.events import InboundEvent
from storage.engine.database import Database
from tests.botapi.client import BotApiUser
from tests.botapi.server import BotApi
from tests.contract.door import Can, Shown

ARRIVES_WITHIN = 5.0

CAN = Can()


class TelegramDoor:
    """See tests.contract.door.Door."""

    def __init__(self, api: BotApi, channel: TelegramChannel, person: BotApiUser) -> None:
        self._api = api
        self._channel = channel
        self._person = person
        self._heard: list[InboundEvent] = []
        self._arrived = asyncio.Event()
        self._stopped = False

    @property
    def channel(self) -> TelegramChannel:
        return self._channel

    @property
    def heard(self) -> list[InboundEvent]:
        return self._heard

    async def receive(self, event: InboundEvent) -> None:
        self._heard.append(event)
        self._arrived.set()

    async def _one_more(self, act: Callable[[], Awaitable[object]]) -> None:
        """Do it, and wait until the event was handed over."""
        self._arrived.clear()
        await act()
        if not self._channel.is_receiving:
            return
        async with asyncio.timeout(ARRIVES_WITHIN):
            await self._arrived.wait()

    async def address(self) -> str:
        return str(self._person.id)

    async def starts(self, code: str | None) -> None:
        await self._one_more(lambda: self._person.starts(code))

    async def says(self, text: str) -> None:
        await self._one_more(lambda: self._person.says(text))

    async def taps(self, label: str) -> None:
        await self._one_more(lambda: self._person.taps(label))

    async def repeats(self) -> None:
        last = self._heard[-1]
        body = {
            "update_id": int(last.event_id),
            "message": {
                "message_id": 1,
                "date": 1_700_000_000,
                "chat": {"id": self._person.id, "type": "private"},
                "from": self._person.person.as_user(),
                "text": "once more",
            },
        }

        async def again() -> None:
            self._api.push(body)

        await self._one_more(again)

    async def shown(self) -> list[Shown]:
        return [
            Shown(
                message.text,
                tuple(button.text for row in message.keyboard for button in row),
                _name_of_file(message.media),
            )
            for message in self._person.messages
            if message.from_bot
        ]

    async def goes_away(self) -> None:
        await self._person.blocks()


def _name_of_file(media: object) -> str | None:
    name = media.get("file_name") if isinstance(media, dict) else getattr(media, "file_name", None)
    return name if isinstance(name, str) else None


@asynccontextmanager
async def telegram_door(_database: Database) -> AsyncIterator[TelegramDoor]:
    """A started Telegram channel and one person's phone."""
    async with BotApi() as api:
        channel = TelegramChannel(api.token, api_url=api.url)
        await channel.username()
        door = TelegramDoor(api, channel, api.user(1001, language_code="nl"))
        await channel.start(door.receive)
        yield door
        await channel.stop()
        await channel.close()
