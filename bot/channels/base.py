"""The protocol every channel keeps: sending (from reminders.delivery.channel) and what belongs to receiving."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

from starlette.routing import BaseRoute

from bot.events import InboundEvent
from reminders.delivery.channel import (
    AddressGone,
    Capabilities,
    DeliveryError,
    News,
    NewsState,
    Receipt,
    Rejected,
    Report,
    RetryLater,
    Sender,
)

__all__ = [
    "AddressGone",
    "BringAgain",
    "Capabilities",
    "Channel",
    "ComparesReplies",
    "DeliveryError",
    "News",
    "NewsState",
    "Receipt",
    "Receive",
    "Rejected",
    "Report",
    "RetryLater",
    "Sender",
    "Sent",
    "SentWords",
]


class BringAgain(Exception):
    """The event could not be taken now and nothing was done with it: the channel must bring it again, `after` so many
    seconds (a webhook answers 503 with Retry-After, a poll is not confirmed)."""

    def __init__(self, after: int = 3) -> None:
        super().__init__("bring it again")
        self.after = after


# What a channel calls for each event it parsed; returns when the event was handled and committed.
# It never raises for a fault in the event: that is logged and counted inside. BringAgain: it could not be taken now.
Receive: TypeAlias = Callable[[InboundEvent], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Sent:
    """What one of our messages said: its lines in each form that it may have had, and the labels of its choices."""

    forms: tuple[tuple[str, ...], ...]
    choices: tuple[str, ...] = ()


# What the message with a reference said; None where that is not known (any more).
SentWords: TypeAlias = Callable[[str], Awaitable[Sent | None]]


@runtime_checkable
class ComparesReplies(Protocol):
    """A channel on which people quote what they answer."""

    def compare_with(self, sent_words: SentWords) -> None:
        """From now on compare what comes in with what was sent."""


class Channel(Sender, Protocol):
    """A channel: sends, and hands what arrives to `receive`."""

    def routes(self) -> Sequence[BaseRoute]:
        """What it needs of our HTTP server: webhooks, pages. Empty where it needs nothing."""

    async def start(self, receive: Receive) -> None:
        """Begin to receive (polling, or registering a webhook). Returns once it is under way."""

    async def stop(self) -> None:
        """Receive nothing more; finish the event in hand."""

    async def close(self) -> None:
        """Let go of connections, once everything that was to be sent has left. After `stop`."""

    async def close_buttons(self, address: str, message_ref: str) -> None:
        """Take the buttons off a message whose button was used. Best effort: never raises."""

    async def acknowledge(self, event: InboundEvent) -> None:
        """Tell the channel that the event was taken (Telegram: answerCallbackQuery). Best effort: never raises."""

    async def fetch(self, file: str) -> bytes | None:
        """The content of something that was sent to us (`Media.file`); None when it cannot be had. Never raises."""

    def link(self, code: str) -> str | None:
        """The deep link by which a person opens this channel with a code; None where there is none."""
