"""The toy's door: what a new channel adds to the contract suite."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.events import InboundEvent, Payload, Pressed, Said, Started
from storage.engine.database import Database
from tests.bot.channels.toy.channel import ToyChannel
from tests.contract.door import Can, Shown

CHILD = "Amina"
CAN = Can()


class ToyDoor:
    """See tests.contract.door.Door."""

    def __init__(self) -> None:
        self.channel = ToyChannel("playground.example")
        self.heard: list[InboundEvent] = []
        self._last: tuple[str, Payload] = ("", Started(None))

    async def receive(self, event: InboundEvent) -> None:
        self.heard.append(event)

    async def address(self) -> str:
        return CHILD

    async def starts(self, code: str | None) -> None:
        await self._calls(Started(code))

    async def says(self, text: str) -> None:
        await self._calls(Said(text))

    async def taps(self, label: str) -> None:
        for reference, message in self.channel.called[CHILD].items():
            for button in (button for row in message.buttons for button in row if button.label == label):
                await self._calls(Pressed(button.intent, reference))
                return
        raise AssertionError(f"no button {label!r}")

    async def repeats(self) -> None:
        event_id, payload = self._last
        await self.channel.calls(CHILD, payload, event_id=event_id)

    async def shown(self) -> list[Shown]:
        return [
            Shown(
                message.text,
                () if reference in self.channel.closed else tuple(b.label for row in message.buttons for b in row),
                message.file.name if message.file is not None else None,
            )
            for reference, message in self.channel.called.get(CHILD, {}).items()
        ]

    async def goes_away(self) -> None:
        self.channel.went_home.add(CHILD)

    async def _calls(self, payload: Payload) -> None:
        self._last = (await self.channel.calls(CHILD, payload), payload)


@asynccontextmanager
async def toy_door(_database: Database) -> AsyncIterator[ToyDoor]:
    """A started playground with one child."""
    door = ToyDoor()
    await door.channel.start(door.receive)
    yield door
