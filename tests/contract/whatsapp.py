"""WhatsApp's door: Meta's counterpart and one telephone, webhooks over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.channels.whatsapp.channel import WhatsAppChannel
from bot.events import InboundEvent
from storage.engine.database import Database
from tests.bot.channels.whatsapp.rig import PERSON, Rig, rigged
from tests.contract.door import Can, Shown

CAN = Can(take_buttons_off=False)


class WhatsAppDoor:
    """See tests.contract.door.Door."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._last = ("", "")

    @property
    def channel(self) -> WhatsAppChannel:
        return self._rig.channel

    @property
    def heard(self) -> list[InboundEvent]:
        return self._rig.heard

    async def address(self) -> str:
        return PERSON

    async def starts(self, code: str | None) -> None:
        if code is None:
            await self._rig.meta.brings_message(PERSON, "wamid.welcome", {"type": "request_welcome"})
        else:
            await self.says(code)

    async def says(self, text: str) -> None:
        self._last = (await self._rig.meta.says(PERSON, text), text)

    async def taps(self, label: str) -> None:
        await self._rig.meta.presses(PERSON, label)

    async def repeats(self) -> None:
        identifier, text = self._last
        await self._rig.meta.brings_message(PERSON, identifier, {"type": "text", "text": {"body": text}})

    async def shown(self) -> list[Shown]:
        await self._rig.meta.settled()
        return [
            Shown(message.text, tuple(label for label, _ in message.buttons), message.media or None)
            for message in self._rig.meta.messages_of(PERSON)
            if not message.from_person
        ]

    async def goes_away(self) -> None:
        self._rig.meta.refuses_next(400, 131026, times=5)


@asynccontextmanager
async def whatsapp_door(_database: Database) -> AsyncIterator[WhatsAppDoor]:
    """A started WhatsApp channel and one person's telephone."""
    async with rigged() as rig:
        # What a stopped channel does not take is given up at once.
        rig.meta.brought_again = (0.05, 0.2)
        yield WhatsAppDoor(rig)
