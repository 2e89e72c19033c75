"""Faults on demand: what a network and a busy Telegram do to a bot, for a method, a chat and a number of times."""

import asyncio
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tests.botapi.bell import Bell
from tests.botapi.errors import ApiError, bad_request, flood, forbidden


class FaultKind(StrEnum):
    """What goes wrong."""

    REFUSED = "refused"  # an answer with an error code: 429, 403, 400, 5xx
    RESET = "reset"  # the connection is reset before anything is taken
    HANG = "hang"  # no answer until released; then the request is handled as if nothing had been
    SLOW = "slow"  # handled after `seconds`
    GARBAGE = "garbage"  # 200 with a body that is no JSON; nothing was taken
    HUGE = "huge"  # 200 with 150 MB of white space; nothing was taken
    ANSWER_LOST = "answer_lost"  # the message is taken, then the connection is reset


@dataclass(slots=True)
class Fault:
    """One fault in force. `hits` counts how often it struck; `count` is what is left (None: until cancelled)."""

    kind: FaultKind
    method: str | None
    chat: int | None
    count: int | None
    after: int
    share: float
    error: ApiError | None
    seconds: float
    bell: Bell
    released: asyncio.Event
    hits: int = 0

    @property
    def holds(self) -> bool:
        """Whether requests may be hanging on it, so that it must not be forgotten."""
        return self.kind is FaultKind.HANG and not self.released.is_set()

    def release(self) -> None:
        """Let requests that hang go on, and end the fault."""
        self.count = 0
        self.released.set()

    def cancel(self) -> None:
        """End the fault; what hangs goes on."""
        self.release()

    async def struck(self, times: int = 1, timeout: float = 5) -> None:
        """Return when it has struck `times`; AssertionError after `timeout` seconds."""
        if await self.bell.until(lambda: True if self.hits >= times else None, timeout) is None:
            raise AssertionError(f"{self.kind} of {self.method or 'any method'} struck {self.hits} of {times} times")


class Faults:
    """The faults in force, first come first. `seed` makes faults with a `share` repeatable."""

    def __init__(self, bell: Bell, *, seed: int = 1) -> None:
        self._bell = bell
        self._random = random.Random(seed)
        self._active: list[Fault] = []

    def __bool__(self) -> bool:
        return bool(self._active)

    def add(
        self,
        kind: FaultKind | str,
        method: str | None = None,
        *,
        chat: int | None = None,
        count: int | None = 1,
        after: int = 0,
        share: float = 1.0,
        error: ApiError | None = None,
        seconds: float = 0.0,
    ) -> Fault:
        """Put a fault in force for `count` requests (None: until cancelled) of `method` and `chat` (None: any).

        `after` requests that match pass first; of the others a `share` between 0 and 1 is struck.
        """
        fault = Fault(FaultKind(kind), method, chat, count, after, share, error, seconds, self._bell, asyncio.Event())
        self._active.append(fault)
        return fault

    def too_many(
        self, method: str | None = None, *, retry_after: int = 1, chat: int | None = None, count: int | None = 1
    ) -> Fault:
        """429 with `parameters.retry_after` in seconds."""
        return self.add(FaultKind.REFUSED, method, chat=chat, count=count, error=flood(retry_after))

    def forbidden(
        self,
        method: str | None = None,
        *,
        reason: str = "bot was blocked by the user",
        chat: int | None = None,
        count: int | None = 1,
    ) -> Fault:
        """403."""
        return self.add(FaultKind.REFUSED, method, chat=chat, count=count, error=forbidden(reason))

    def bad_request(
        self,
        method: str | None = None,
        *,
        reason: str = "chat not found",
        chat: int | None = None,
        count: int | None = 1,
    ) -> Fault:
        """400."""
        return self.add(FaultKind.REFUSED, method, chat=chat, count=count, error=bad_request(reason))

    def server_error(
        self, method: str | None = None, *, code: int = 500, chat: int | None = None, count: int | None = 1
    ) -> Fault:
        """500, 502, 503 …."""
        error = ApiError(code, {502: "Bad Gateway", 504: "Gateway Timeout"}.get(code, "Internal Server Error"))
        return self.add(FaultKind.REFUSED, method, chat=chat, count=count, error=error)

    def reset(self, method: str | None = None, *, chat: int | None = None, count: int | None = 1) -> Fault:
        """The connection is reset; the request was not taken."""
        return self.add(FaultKind.RESET, method, chat=chat, count=count)

    def hang(self, method: str | None = None, *, chat: int | None = None, count: int | None = 1) -> Fault:
        """No answer until `fault.release()`."""
        return self.add(FaultKind.HANG, method, chat=chat, count=count)

    def slow(
        self, seconds: float, method: str | None = None, *, chat: int | None = None, count: int | None = None
    ) -> Fault:
        """Latency; in force until cancelled unless a count is given."""
        return self.add(FaultKind.SLOW, method, chat=chat, count=count, seconds=seconds)

    def garbage(self, method: str | None = None, *, chat: int | None = None, count: int | None = 1) -> Fault:
        """A reply that is no JSON."""
        return self.add(FaultKind.GARBAGE, method, chat=chat, count=count)

    def answer_lost(self, method: str | None = None, *, chat: int | None = None, count: int | None = 1) -> Fault:
        """The message is taken and seen by the person, the answer never arrives."""
        return self.add(FaultKind.ANSWER_LOST, method, chat=chat, count=count)

    def clear(self) -> None:
        """End all faults; what hangs goes on."""
        for fault in self._active:
            fault.release()
        self._active.clear()

    def take(self, method: str, chat: int | None) -> Fault | None:
        """The fault that strikes this request, counted; None for an undisturbed one."""
        self._active = [fault for fault in self._active if fault.count != 0 or fault.holds]
        for fault in self._active:
            if fault.count == 0:
                continue
            if fault.method is not None and fault.method.lower() != method.lower():
                continue
            if fault.chat is not None and fault.chat != chat:
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            if fault.share < 1 and self._random.random() >= fault.share:
                continue
            if fault.count is not None:
                fault.count -= 1
            fault.hits += 1
            self._bell.ring()
            return fault
        return None


@dataclass(frozen=True, slots=True)
class Flood:
    """Flood control: messages a second overall and for one chat, with what may be sent at once before it counts."""

    overall: float = 30.0
    per_chat: float = 1.0
    overall_burst: int = 30
    chat_burst: int = 3


class FloodGate:
    """Two kinds of token bucket. A refused message costs nothing. `refused` counts the 429s."""

    def __init__(self, flood_control: Flood, now: Callable[[], float]) -> None:
        self._flood = flood_control
        self._now = now
        self._overall = (float(flood_control.overall_burst), now())
        self._chats: dict[int, tuple[float, float]] = {}
        self.refused = 0

    def check(self, chat: int) -> None:
        """Count one message to `chat`; ApiError 429 with the seconds to wait when that is too many."""
        rules = self._flood
        now = self._now()
        overall = _refilled(self._overall, now, rules.overall, rules.overall_burst)
        mine = _refilled(self._chats.get(chat, (float(rules.chat_burst), now)), now, rules.per_chat, rules.chat_burst)
        wait = max((1 - overall) / rules.overall, (1 - mine) / rules.per_chat)
        if wait > 0:
            self.refused += 1
            raise flood(max(1, math.ceil(wait)))
        self._overall = (overall - 1, now)
        self._chats[chat] = (mine - 1, now)


def _refilled(bucket: tuple[float, float], now: float, rate: float, burst: int) -> float:
    level, since = bucket
    return min(float(burst), level + (now - since) * rate)
