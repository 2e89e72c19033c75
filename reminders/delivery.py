"""What the dispatcher asks of a channel: a small protocol, its errors, and what a channel can do.

The channels themselves live in bot/channels; this half of their protocol stands here because reminders may not import
bot (DESIGN.md, The house).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from locales.render import Rendered


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do, and how fast it may be used."""

    buttons: bool
    max_text: int = 4096
    # Messages a second over the whole channel; None = no limit.
    per_second: float | None = None
    # The least time between two messages to one address.
    per_address: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The channel took a message: its own id of it, and whether delivery is certain already."""

    provider_ref: str | None
    delivered: bool = False


class DeliveryError(Exception):
    """A message was not taken. `reason` is a short word for logs and tables, never a provider's raw text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RetryLater(DeliveryError):
    """Try again, not before `after`: the provider is busy, down or out of reach."""

    def __init__(self, reason: str, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after


class AddressGone(DeliveryError):
    """Nothing will ever arrive at this address: blocked by the person, or not existing any more."""


class Rejected(DeliveryError):
    """This message will never be taken as it is (a defect of ours, or a rule of the provider)."""


class Sender(Protocol):
    """The sending half of a channel."""

    @property
    def name(self) -> str:
        """The channel's word in the database: "telegram", "web" …."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""

    async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
        """Hand over one message; `reference` is the outbox row's id, the same on every attempt.

        Raises:
            RetryLater, AddressGone, Rejected: see there.
        """


class Clock(Protocol):
    """What time it is: an aware datetime in UTC. The demo's can be moved forward."""

    def now(self) -> datetime:
        """The present instant."""
