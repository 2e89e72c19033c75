"""When a message that was not taken is tried again: jittered, growing pauses, for as long as it is of use."""

from collections.abc import Callable
from datetime import datetime, timedelta

SHORTEST = timedelta(seconds=2)
# GOV.UK Notify's pause: long enough to leave a provider in peace, short enough for a reminder.
LONGEST = timedelta(minutes=5)
# Somebody waits for a reply: its pauses start here and grow slowly.
FIRST_FOR_REPLIES = timedelta(seconds=1)
LONGEST_FOR_REPLIES = timedelta(seconds=30)
_REPLIES_GROW = 1.2
# What has no end of its own (replies, notices) is given up after this.
GIVE_UP = timedelta(hours=48)
# So long before its end a message gets a last try, when the pause would have carried it over the end.
LAST_CALL = timedelta(seconds=20)
# A fault of our own that comes back each time is no outage; it stops sooner than the provider's faults.
MOST_UNEXPECTED = 8

Between = Callable[[float, float], float]


def end_of_use(due_at: datetime, useful_until: datetime | None) -> datetime:
    """From when on a message is not sent any more."""
    return useful_until if useful_until is not None else due_at + GIVE_UP


def next_reply(
    now: datetime, *, tries: int, until: datetime, after: timedelta | None, between: Between
) -> datetime | None:
    """As `next_attempt`, for an answer that somebody waits for: a provider's own `after` is the time, with a little
    jitter on top; without one the pauses grow slowly from a second."""
    if after is not None and after > timedelta(0):
        asked = after.total_seconds()
        pause = asked + between(0.0, min(1.0, 0.05 * asked))
    else:
        longest = LONGEST_FOR_REPLIES.total_seconds()
        pause = min(longest, FIRST_FOR_REPLIES.total_seconds() * _REPLIES_GROW ** min(tries - 1, 50)) * between(
            0.9, 1.1
        )
    at = now + timedelta(seconds=pause)
    return at if at < until else None


def next_attempt(
    now: datetime,
    *,
    tries: int,
    until: datetime,
    after: timedelta | None = None,
    between: Between,
) -> datetime | None:
    """When to try again after the `tries`-th failure (1 = the first); None when it is of no use any more.

    The pause is drawn between SHORTEST and three times the longest one before it (the envelope of decorrelated jitter,
    which needs no memory of the last pause), at most LONGEST. A provider's own `after` is a floor: never before it,
    with a little jitter on top. `between` draws a number from a span (random.uniform; a fixed one in tests).
    """
    ceiling = min(LONGEST.total_seconds(), SHORTEST.total_seconds() * 3 ** min(tries, 10))
    pause = between(SHORTEST.total_seconds(), ceiling)
    if after is not None:
        asked = max(after.total_seconds(), 0.0)
        pause = max(pause, asked + between(0.0, min(1.0, 0.05 * asked)))
    at = now + timedelta(seconds=pause)
    if at < until:
        return at
    last_call = until - LAST_CALL
    earliest = now + max(SHORTEST, after or SHORTEST)
    return last_call if earliest <= last_call else None
