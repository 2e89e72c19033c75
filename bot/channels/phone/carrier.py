"""Who carries a call: the protocol that a SIP trunk, a provider's HTTP interface and the demo's telephone keep.

A carrier dials, says sound, brings keys, hangs up, and tells how a call came out. What is said is not its business.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from bot.channels.phone.script import Key
from bot.voice.sound import Pcm
from storage.vocabulary import CallOutcome

#: The most digits of a number that is typed, and how long the next one of them is waited for (seconds).
MOST_TYPED: Final = 20
NEXT_DIGIT: Final = 5.0
#: What a telephone line carries: so many samples a second, one channel.
LINE_RATE: Final = 8_000


class HungUp(Exception):
    """The other side hung up, or the line broke."""


class CarrierDown(Exception):
    """The carrier does not take calls now; nothing was dialled. `reason` is a short word for logs."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# Whether a key is an answer to what is being asked.
Takes: TypeAlias = Callable[[Key], bool]


class OpenLine(Protocol):
    """A call that is answered."""

    @property
    def seconds(self) -> float:
        """How long ago it was answered."""

    async def ask(self, sound: Pcm, wait: float, takes: Takes) -> Key | None:
        """Say a sound (at LINE_RATE), and wait `wait` seconds after its end for a key; a key that `takes` takes ends
        both at once, any other one is passed over.

        Keys are looked at in the order in which they came, also those that came before this; None = none came.

        Raises:
            HungUp: nobody is there any more.
        """

    async def ask_number(self, sound: Pcm, wait: float) -> str:
        """Say a sound, and wait `wait` seconds after its end for a number that is typed and ended by #: its digits, ""
        where none were typed. A key ends the sound; * begins anew, and a pause ends the number as # does.

        Raises:
            HungUp: nobody is there any more.
        """

    async def hang_up(self) -> None:
        """End the call. Never raises, also when it is over."""


@dataclass(frozen=True, slots=True)
class DialResult:
    """How dialling came out: with the line where somebody (or something) answered, else with why not: BUSY, NO_ANSWER,
    REJECTED, GONE or FAILED."""

    line: OpenLine | None = None
    outcome: CallOutcome = CallOutcome.UNDER_WAY


@dataclass(frozen=True, slots=True)
class Incoming:
    """Somebody calls us: from which number, on which line, and which number they called (E.164, "" = not known)."""

    number: str
    line: OpenLine
    called: str = ""


Ringing: TypeAlias = Callable[[Incoming], Awaitable[None]]


class Carrier(Protocol):
    """Carries calls."""

    async def start(self, ringing: Ringing) -> None:
        """Begin: register, listen. Returns once it is under way; a provider out of reach does not raise."""

    async def dial(self, number: str, *, ring: float) -> DialResult:
        """Call a number (E.164), let it ring for `ring` seconds at most; returns when that is decided.

        Raises:
            CarrierDown: nothing was dialled.
        """

    async def stop(self) -> None:
        """Take no calls any more; those that are on go on."""

    async def close(self) -> None:
        """End what is left, and let go of connections. Never raises."""


async def typed_by_keys(
    ask: Callable[[Pcm, float, Takes], Awaitable[Key | None]], sound: Pcm, nothing: Pcm, wait: float
) -> str:
    """See OpenLine.ask_number: for a line whose keys come one by one. `nothing` is a sound without any."""
    typed = ""
    while len(typed) < MOST_TYPED and (key := await ask(sound, wait, lambda _key: True)) is not None:
        if key.digit == "#":
            break
        typed = "" if key.digit == "*" else typed + key.digit
        sound, wait = nothing, NEXT_DIGIT
    return typed
