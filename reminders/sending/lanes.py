"""Lanes and channels: messages to one recipient go one after the other, those to different recipients side by side.

A lane is one recipient's row of messages. A channel serves lanes with a few sending tasks; a lane whose address must
wait is set aside without holding a task, and a channel that is slow fills only its own queue.

A channel has as many places as it takes messages in a second, and a message holds one from before it is handed over
until what became of it is on disk. So whatever the timing, a kill leaves at most one second of a channel's messages of
which nobody knows whether they went: those go twice at worst.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from locales.rendering.render import Rendered
from reminders.delivery.channel import Capabilities, Clock, HasLines, Sender
from reminders.sending.places import Places
from reminders.sending.rates import Breaker, Bucket, Pace
from storage.outbox.heard import ToldOf
from storage.outbox.queue import ClaimedRow
from storage.outbox.recipients import Address
from storage.outbox.results import Try
from storage.vocabulary import Priority

# A sending task lets others run after this many messages to a channel that answers at once.
_YIELD_EVERY = 25
# All sending tasks at work and no answer for so many seconds: the channel hangs.
_SILENT = 3.0
_URGENT = int(Priority.URGENT)
_MOST_DEFERRED = timedelta(seconds=60)
#: Of a channel that names no rate of its own, which takes some thousand a second.
MOST_IN_FLIGHT: Final = 150


@dataclass(slots=True, eq=False)
class Parcel:
    """One message ready to go. `addresses` are those still to be tried; `also` rows share its fate (merged).

    Where not all of its reader's addresses are known (`knows_all`; reminders.sending.just_put), it goes back to the
    queue after the last of them.
    """

    row: ClaimedRow
    rendered: Rendered
    addresses: list[Address]
    also: tuple[ClaimedRow, ...] = ()
    tries: list[Try] = field(default_factory=list)
    # What its reader has heard of appointments once it is sent, by row.
    told: Mapping[int, tuple[ToldOf, ...]] = field(default_factory=dict)
    # Makes the picture and sound that belong to it, which takes longer than a batch may wait; None when nothing is
    # left to make.
    unfinished: Callable[[], Awaitable[Rendered]] | None = None
    knows_all: bool = True

    def row_ids(self) -> list[int]:
        """The rows whose fate it is, in the order in which that is written down."""
        return [self.row.id, *(row.id for row in self.also)]


@dataclass(slots=True, eq=False)
class Lane:
    """One recipient's messages in order. `ticket` tells a place in a queue from an older one of the same lane."""

    key: str
    parcels: list[Parcel] = field(default_factory=list)
    ticket: int = 0
    queued: bool = False
    urgent: bool = False
    # Being sent from, or waiting for its address: nobody else may take it up.
    busy: bool = False
    parked: bool = False

    def add(self, parcel: Parcel) -> None:
        """Last in the row. A reply whose very words still wait here speaks for those too: who presses a button ten
        times, or sends rubbish by the hundred, gets one answer, and the next good question need not wait behind them.
        """
        if parcel.row.priority == Priority.REPLY and parcel.rendered.file is None:
            for waiting in self.parcels:
                if (
                    waiting.row.priority == Priority.REPLY
                    and waiting.rendered == parcel.rendered
                    and waiting.addresses == parcel.addresses
                ):
                    self.parcels.remove(waiting)
                    parcel.also = (*parcel.also, waiting.row, *waiting.also)
                    break
        self.parcels.append(parcel)


def most_in_flight(capabilities: Capabilities) -> int:
    """How many messages may be with this channel, or sent and not yet on disk, at a time: a second's worth at most."""
    rate = capabilities.per_second
    return MOST_IN_FLIGHT if rate is None else max(1, min(MOST_IN_FLIGHT, int(rate)))


class ChannelQueue:
    """The lanes waiting for one channel, and the tasks that serve them.

    `serve` sends a lane's first message (and takes it off), and sees to it that `written` is called for it once;
    `again` gives a lane that is not empty back to its queue; `hurry` is told when only results that are not written
    down keep messages waiting.
    """

    def __init__(
        self,
        sender: Sender,
        pace: Pace,
        breaker: Breaker,
        clock: Clock,
        *,
        serve: Callable[["ChannelQueue", Lane], Awaitable[None]],
        again: Callable[[Lane], None],
        sleep: Callable[[float], Awaitable[None]],
        most_tasks: int,
        hurry: Callable[[], None],
    ) -> None:
        self.sender = sender
        self.pace = pace
        self.breaker = breaker
        self.last_answer: datetime | None = None
        self._clock = clock
        self._serve = serve
        self._again = again
        self._sleep = sleep
        self.most_in_flight = most_in_flight(sender.capabilities)
        self._places = Places(self.most_in_flight)
        self._hurry = hurry
        self._lines = sender if isinstance(sender, HasLines) else None
        self._most_tasks = min(most_tasks, self.most_in_flight)
        self._urgent: deque[tuple[int, Lane]] = deque()
        self._bulk: deque[tuple[int, Lane]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._working = 0
        self._turn = asyncio.Lock()
        self._deferred_to: datetime | None = None
        self._parked: set[asyncio.Task[None]] = set()

    def delay(self, now: datetime) -> float:
        """About how many seconds pass before a lane that is queued now is served; `now` is a steady moment."""
        waiting = len(self._urgent) + len(self._bulk)
        by_rate = waiting / self.pace.per_second if self.pace.per_second is not None else 0.0
        by_hanging = 0.0
        if self._working >= self._most_tasks and self.last_answer is not None:
            silent = (now - self.last_answer).total_seconds()
            by_hanging = silent if silent > _SILENT else 0.0
        return max(self.breaker.wait(now), by_rate, by_hanging)

    def waiting_for_rate(self, patience: float) -> int:
        """How many lanes wait for nothing but this channel's rate: no more than it takes in so many seconds."""
        if self.pace.per_second is None:
            return 0
        return min(len(self._urgent) + len(self._bulk), int(self.pace.per_second * patience))

    def wait_for(self, now: datetime, *, is_reply: bool) -> float:
        """Seconds until the channel takes a message, as far as it being down or full goes; `now` is a steady moment.

        An answer in a call that is on goes through, whether or not another call could be made.
        """
        if self._lines is None:
            return self.breaker.wait(now)
        return 0.0 if is_reply else max(self.breaker.wait(now), self._lines.busy_for())

    def later(self, now: datetime, delay: float, patience: float) -> datetime:
        """When a message that is put back should be claimed again: one after the other at the channel's pace, so that
        a backlog of any length is put back about once a message; and before its turn, by half of the `patience` with
        which it waits in its lane, so that the channel never runs out of messages while the next are claimed and
        prepared."""
        at = now + timedelta(seconds=delay)
        if self.pace.per_second is not None:
            if not self.breaker.is_open:
                at = max(now, at - timedelta(seconds=patience / 2))
            step = timedelta(seconds=1 / self.pace.per_second)
            if self._deferred_to is not None:
                at = min(max(at, self._deferred_to + step), at + _MOST_DEFERRED)
            self._deferred_to = at
        return at

    def put(self, lane: Lane) -> None:
        """Queue a lane; one whose first message is a reply or urgent goes before all bulk."""
        urgent = min([parcel.row.priority for parcel in lane.parcels]) <= _URGENT
        if lane.queued and (lane.urgent or not urgent):
            return
        lane.ticket += 1
        lane.queued, lane.urgent = True, urgent
        (self._urgent if urgent else self._bulk).append((lane.ticket, lane))
        if self._working < self._most_tasks:
            self._working += 1
            task = asyncio.create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def written(self) -> None:
        """What became of a message that was served is on disk, or nothing of it went: its place is free."""
        self._places.give_back()

    def stop(self) -> None:
        """Take up no lane any more; what is being sent goes on."""
        self._urgent.clear()
        self._bulk.clear()
        for task in self._parked:
            task.cancel()

    async def finished(self) -> None:
        """Wait until nothing is being sent any more; after `stop`."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _next(self) -> Lane | None:
        for queue in (self._urgent, self._bulk):
            while queue:
                ticket, lane = queue.popleft()
                if lane.queued and lane.ticket == ticket:
                    lane.queued = False
                    if lane.parcels:
                        return lane
        return None

    async def _work(self) -> None:
        try:
            await self._serve_lanes()
        finally:
            # Counted here, not by the task's end: a lane put between the two would find all tasks taken and none left.
            self._working -= 1

    async def _serve_lanes(self) -> None:
        served = 0
        while self._urgent or self._bulk:
            if self._places.all_taken:
                self._hurry()
            await self._places.take()
            bucket = self.pace.bucket
            lane = self._next() if bucket is None else await self._next_in_turn(bucket)
            if lane is None:
                self._places.give_back()
                return
            to = lane.parcels[0].addresses[0].contact_id
            if self.pace.spaces and (wait := self.pace.wait_for(to, self._clock.steady())) > 0:
                if bucket is not None:
                    bucket.give_back()
                self._places.give_back()
                self._park(lane, wait)
                continue
            await self._serve(self, lane)
            served += 1
            if served % _YIELD_EVERY == 0:
                await asyncio.sleep(0)

    async def _next_in_turn(self, bucket: Bucket) -> Lane | None:
        """Wait for the channel's next token, one task at a time, and only then choose the lane: a reply that came
        meanwhile is chosen first."""
        async with self._turn:
            while (wait := bucket.wait(self._clock.steady())) > 0:
                if not (self._urgent or self._bulk):
                    return None
                await self._sleep(wait)
            lane = self._next()
            if lane is not None:
                bucket.take(self._clock.steady())
            return lane

    def _park(self, lane: Lane, wait: float) -> None:
        async def wake_up() -> None:
            await self._sleep(wait)
            lane.parked = False
            self._again(lane)

        lane.parked = True
        task = asyncio.create_task(wake_up())
        self._parked.add(task)
        task.add_done_callback(self._parked.discard)
