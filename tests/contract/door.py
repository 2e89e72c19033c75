"""What the suite needs of a channel under test: one person's side of it, and what the channel handed over."""

from dataclasses import dataclass
from typing import Protocol

from bot.channels.base import Channel
from bot.events import InboundEvent


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as the person sees it: its text, the labels of its buttons, the name of its file."""

    text: str
    buttons: tuple[str, ...] = ()
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Can:
    """What a channel can do for a person, as far as the suite has to know."""

    buttons: bool = True
    take_buttons_off: bool = True
    files: bool = True


class Door(Protocol):
    """A started channel with one person at the other end."""

    @property
    def channel(self) -> Channel:
        """The channel itself."""

    @property
    def heard(self) -> list[InboundEvent]:
        """What it handed to `receive`, in order."""

    async def address(self) -> str:
        """The person's address; they have opened the conversation by then."""

    async def starts(self, code: str | None) -> None:
        """Open the conversation by personal link, or without one. Returns when the event was handled."""

    async def says(self, text: str) -> None:
        """Write something."""

    async def taps(self, label: str) -> None:
        """Press the button with this label."""

    async def repeats(self) -> None:
        """Bring the last event once more, as a patchy network does."""

    async def shown(self) -> list[Shown]:
        """What the bot said, oldest first."""

    async def goes_away(self) -> None:
        """Make the address one that nothing reaches any more."""
