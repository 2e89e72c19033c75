"""What the dispatcher asks of a channel: a small protocol, its errors, what it can do, and what it tells later.

The channels themselves live in bot/channels; this half of their protocol stands here because reminders may not import
bot (DESIGN.md, The house).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeAlias, runtime_checkable

from locales.rendering.render import Rendered
from reminders.delivery.calling_hours import CallingHours


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do, and how fast it may be used."""

    buttons: bool
    # More buttons than this become numbered answers; None = any number.
    most_buttons: int | None = None
    # Messages a second over the whole channel; None = no limit.
    per_second: float | None = None
    # The least time between two messages to one address.
    per_address: timedelta | None = None
    # Whether what is said here stays between the person and us. Where it does not (SMS and e-mail are shown on locked
    # screens and read by relatives) what we send unasked says less, unless the municipality sets it otherwise.
    confidential: bool = True
    # Whether answers are bare numbers, which do not say what message they are meant for (SMS).
    bare_numbers: bool = False
    # Whether messages can be seen and heard (Rendered.picture and voice), and be asked to be heard (hear).
    media: bool = False
    # Whether messages can carry a calendar invitation (Rendered.calendar).
    calendar: bool = False
    # Whether the provider tells what became of a message (News); where it does not, nothing is ever "not delivered".
    receipts: bool = False
    # Whether it is asked there who it is before anything is told (a call): where a telephone is shared, it is theirs.
    asks_who: bool = False
    # Whether a button may call a telephone number (a "tel:" address); elsewhere the number stands in the text only.
    dials: bool = False
    # When messages may go out here at all, answers excepted; None = at any time. A telephone rings.
    hours: CallingHours | None = None
    # What one message costs, in thousandths of a euro: the dearest channel comes last.
    cost: int = 0


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


class NewsState(StrEnum):
    """What a provider tells of a message it took earlier."""

    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class News:
    """What became of a message that a channel took: told later, perhaps twice, perhaps out of order.

    The message is named by the channel's own id (`provider_ref`, as in the Receipt) or by our `reference`. `reason` is
    a short word; `gone` says that nothing will ever arrive at this address, `again` that the failure may have passed
    after this time, and `at` when it happened by the provider's clock, where it tells.
    """

    channel: str
    state: NewsState
    provider_ref: str | None = None
    reference: str | None = None
    reason: str = ""
    gone: bool = False
    again: timedelta | None = None
    at: datetime | None = None


@runtime_checkable
class AsksBeforeSending(Protocol):
    """A channel that can ask its provider whether it has a message already, which takes the same one twice."""

    def doubt(self, reference: str) -> None:
        """An earlier process may have sent this message: before it is sent, ask."""


@runtime_checkable
class HasLines(Protocol):
    """A channel that is full at times without being down: all its telephone lines are in use."""

    def busy_for(self) -> float:
        """About how many seconds it takes nothing new; 0 = it does. Answers are taken all the same."""


@runtime_checkable
class KnowsWhatBecame(Protocol):
    """A channel whose provider can be asked what became of a message."""

    async def status_of(self, provider_ref: str) -> News | None:
        """What became of it; None where that is not known (yet), or cannot be asked now. Never raises."""


# Where a channel hands its news to; raises OperationalError or InterfaceError when the database is out of reach, so
# that the provider brings it again.
Report: TypeAlias = Callable[[News], Awaitable[None]]


class Clock(Protocol):
    """What time it is: an aware datetime in UTC. The demo's can be moved forward."""

    def now(self) -> datetime:
        """The present instant: what people live by."""

    def steady(self) -> datetime:
        """A moment that passes as real seconds do, whatever the wall clock is set to: for pauses and paces. Only the
        difference of two such moments means something."""
