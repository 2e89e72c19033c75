"""How fast a channel and an address may be used: token buckets in memory, and a breaker for a channel that is down.

Nothing here waits or sleeps; it says how long to wait. Each process has its own buckets: several workers on one
channel are told their share (`Pace(share=…)`) when the operator knows their number, and otherwise rely on the
provider's "retry after", which pauses a whole channel here. Counting living workers in the database was left out: it
would make every send depend on a guess about other machines, to save a 429 that the provider answers anyway.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from reminders.delivery.channel import Capabilities

# Above this many addresses those that may be written to again are forgotten.
_FORGET_ABOVE = 10_000


class Bucket:
    """At most `per_second` a second, with bursts of up to one second's worth."""

    def __init__(self, per_second: float) -> None:
        if per_second <= 0:
            raise ValueError("a rate is more than nothing")
        self._interval = 1.0 / per_second
        self._burst = max(1.0, per_second)
        self._tokens = self._burst
        self._rate = per_second
        self._at: datetime | None = None

    def wait(self, now: datetime) -> float:
        """Seconds until one may go; 0 = now."""
        self._refill(now)
        # A clock counts microseconds: the last sliver of a token is not waited for.
        return 0.0 if self._tokens >= 1.0 - 1e-4 else (1.0 - self._tokens) * self._interval

    def take(self, now: datetime) -> None:
        """Counts a message that is sent now; `give_back` takes it back when it was not."""
        self._refill(now)
        self._tokens -= 1.0

    def give_back(self) -> None:
        """The one that was taken did not go."""
        self._tokens = min(self._burst, self._tokens + 1.0)

    def _refill(self, now: datetime) -> None:
        if self._at is not None:
            passed = max(0.0, (now - self._at).total_seconds())
            self._tokens = min(self._burst, self._tokens + passed * self._rate)
        self._at = now


class Pace:
    """The pace of one channel: its own rate, each address's, and pauses that the provider asks for."""

    def __init__(self, capabilities: Capabilities, *, share: float = 1.0) -> None:
        self.per_second = capabilities.per_second * share if capabilities.per_second is not None else None
        self.bucket = Bucket(self.per_second) if self.per_second is not None else None
        self._gap = capabilities.per_address
        #: Whether an address may have to wait for its next message.
        self.spaces = self._gap is not None
        self._free_at: dict[int, datetime] = {}
        self._paused_until: dict[int, datetime] = {}

    def wait_for(self, contact_id: int, now: datetime) -> float:
        """Seconds until this address may be written to; 0 = now."""
        free_at = self._free_at.get(contact_id)
        return 0.0 if free_at is None else max(0.0, (free_at - now).total_seconds())

    def used(self, contact_id: int, now: datetime) -> None:
        """A message goes to this address now."""
        if self._gap is not None:
            self._forget(now)
            self._free_at[contact_id] = now + self._gap

    def pause_address(self, contact_id: int, until: datetime) -> None:
        """Nothing more to this address before `until`: later messages keep behind the one that waits."""
        self._paused_until[contact_id] = until

    def paused_until(self, contact_id: int, now: datetime) -> datetime | None:
        """Until when an address is paused; None = it is not."""
        until = self._paused_until.get(contact_id)
        if until is None or until > now:
            return until
        del self._paused_until[contact_id]
        return None

    def _forget(self, now: datetime) -> None:
        if len(self._free_at) > _FORGET_ABOVE:
            self._free_at = {contact_id: at for contact_id, at in self._free_at.items() if at > now}


class Breaker:
    """Stops asking a channel that fails every time; a few tries now and then find out when it is back.

    Closed = all may go. After `threshold` failures in a row it opens; when its pause is over, `probes` messages may go;
    the first that is taken closes it, a failure opens it for twice as long.
    """

    def __init__(
        self,
        between: Callable[[float, float], float],
        *,
        threshold: int = 20,
        probes: int = 3,
        first_pause: timedelta = timedelta(seconds=5),
        longest_pause: timedelta = timedelta(seconds=60),
    ) -> None:
        self._between = between
        self._threshold = threshold
        self._probes = probes
        self._first, self._longest = first_pause.total_seconds(), longest_pause.total_seconds()
        self._failures = 0
        self._pause = 0.0
        self._open_until: datetime | None = None
        self._probing = 0

    @property
    def is_open(self) -> bool:
        """Whether the channel counts as down."""
        return self._open_until is not None

    def wait(self, now: datetime) -> float:
        """Seconds that a message must wait; 0 = it may go (count it with `going`)."""
        if self._open_until is None:
            return 0.0
        left = (self._open_until - now).total_seconds()
        if left > 0:
            return left
        return 0.0 if self._probing < self._probes else self._pause

    def going(self) -> None:
        """A message goes to the channel."""
        if self._open_until is not None:
            self._probing += 1

    def succeeded(self) -> None:
        """The channel answered: it is up."""
        self._failures, self._pause, self._probing, self._open_until = 0, 0.0, 0, None

    def failed(self, now: datetime) -> None:
        """The channel was busy, down or out of reach."""
        self._failures += 1
        if self._open_until is None:
            if self._failures < self._threshold:
                return
        elif now < self._open_until:
            # One that was under way when it opened.
            return
        self._pause = min(self._longest, self._pause * 2 or self._first)
        self._open_until = now + timedelta(seconds=self._pause * self._between(0.8, 1.2))
        self._probing = 0
