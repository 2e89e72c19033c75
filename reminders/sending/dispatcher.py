"""The one door out: claims what is due, sends it over the recipient's channels, records what became of it.

The way of a message: claimed under a lease (storage/outbox/queue.py), prepared (preparation.py), put in its recipient's
lane (lanes.py), sent (lane_sender.py), recorded in a small group (recorder.py). After a kill at any point nothing is
lost, and at most what was sent and not yet recorded goes out twice (lanes.py bounds it).
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from locales.rendering.render import Renderer
from reminders.delivery.budgets import Budgets
from reminders.delivery.channel import Clock, Sender
from reminders.delivery.channel_rules import ChannelRules
from reminders.delivery.composing import Composer, FileMaker, Illustrator, LinkMaker
from reminders.delivery.episodes import Episodes
from reminders.delivery.retry import Between
from reminders.sending.just_put import JustPut
from reminders.sending.lane_sender import Sending
from reminders.sending.leases import ClaimedRows, Leases
from reminders.sending.limits import Limits
from reminders.sending.metrics import DeliveryMetrics, NoMetrics
from reminders.sending.preparation import Preparation
from reminders.sending.recorder import Recorder
from storage.engine.database import Database
from storage.engine.faults import is_databases_fault
from storage.outbox.leases import is_dead
from storage.outbox.queue import ClaimedRow, OutboxQueue
from storage.outbox.results import Result
from storage.vocabulary import MessageState

log = structlog.get_logger(__name__)

# Seconds that a stop waits, beyond the longest sending, for what is to be recorded.
_TO_FINISH = 5.0
# What is put back for longer is found by the rounds.
_LOOK_WITHIN = 10.0


class Dispatcher:
    """One worker of the outbox; any number of processes may run one on the same database.

    `worker` is this process's name as owner of leases: worker_name(). `sleep` and `between` are for tests.
    """

    def __init__(
        self,
        database: Database,
        senders: Mapping[str, Sender],
        renderer: Renderer,
        composer: Composer,
        clock: Clock,
        worker: str,
        *,
        files: FileMaker | None = None,
        links: LinkMaker | None = None,
        illustrator: Illustrator | None = None,
        rules: ChannelRules | None = None,
        metrics: DeliveryMetrics | None = None,
        limits: Limits | None = None,
        share: float = 1.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        between: Between = random.uniform,
    ) -> None:
        self._clock = clock
        self._metrics = metrics or NoMetrics()
        self._limits = limits or Limits()
        self._queue = OutboxQueue(database, worker)
        channels = rules or ChannelRules({name: sender.capabilities for name, sender in senders.items()})
        budgets = Budgets(database, channels.budgeted(), renderer.zone)
        self._preparation = Preparation(
            database,
            self._queue,
            renderer,
            composer,
            channels,
            files,
            links,
            illustrator,
            budgets.spent if budgets else None,
        )
        self._recorder = Recorder(self._queue, self._written)
        self._leases = Leases(self._queue, clock, self._limits.lease)
        self._sending = Sending(
            senders,
            self._recorder,
            clock,
            self._limits,
            self._metrics,
            channels,
            settle=self._settle,
            leases=self._leases,
            share=share,
            sleep=sleep,
            between=between,
        )
        self._stumbling = Episodes("outbox_stumbling")
        self._in_hand: dict[int, ClaimedRows] = {}
        self._wake = asyncio.Event()
        self._look: asyncio.TimerHandle | None = None
        self._preparing: asyncio.Task[bool] | None = None
        self._wants_room = False
        self._swept_at: datetime | None = None

    @property
    def most_in_flight(self) -> dict[str, int]:
        """How many messages of each channel go twice at most when this process is killed."""
        return self._sending.most_in_flight()

    @property
    def channels_down(self) -> list[str]:
        """The channels that count as down now, by name."""
        return self._sending.channels_down()

    async def clock_jumped(self, by: timedelta) -> None:
        """The wall clock was set: leases go by the new one; tries that were put off do not wait longer where it was set
        back."""
        await self._leases.renew()
        if by < timedelta(0):
            await self._queue.bring_forward(self._clock.now(), -by)
        self.wake()

    async def renew_leases(self) -> None:
        """Renew what ends soon of what is in hand; `run` does so by itself."""
        await self._leases.renew()

    def wake(self) -> None:
        """Look for what is due now."""
        self._wake.set()

    async def run_once(self) -> int:
        """Claim one batch of what is due, send it, record it; returns how many rows were handled."""
        await self._sweep()
        now = self._clock.now()
        rows = await self._queue.claim(now, self._limits.batch, self._limits.lease)
        await self._handled(rows, now)
        return len(rows)

    async def send_now(self, ids: Sequence[int], just_put: JustPut | None = None) -> None:
        """Send messages that this worker put into the outbox claimed already (the inbox's replies), read back from
        there unless they are still at hand.

        Returns when each was sent, put back or failed. What is missed here, the sweep finds when the lease ends.
        """
        fresh = [row_id for row_id in ids if row_id not in self._in_hand]
        rows = await self._queue.taken(fresh) if just_put is None else just_put.rows()
        await self._handled(rows, self._clock.now(), just_put)

    async def run(self, stop: asyncio.Event) -> None:
        """Dispatch until `stop` is set; then what is being sent is finished and recorded, the rest put back."""
        stopper, keeper = asyncio.create_task(self._wake_at(stop)), asyncio.create_task(self._leases.keep())
        try:
            while not stop.is_set():
                self._wake.clear()
                if not await self._claim_more():
                    await self._nap()
        finally:
            stopper.cancel()
            await self._prepared()
            await self._finish()
            keeper.cancel()

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._wake.set()

    async def _nap(self) -> None:
        try:
            async with asyncio.timeout(self._limits.poll.total_seconds()):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _claim_more(self) -> bool:
        """Claim one batch when there is room for it and begin to prepare it; whether there may be more at once.

        The batch before is prepared while this one is claimed. One is prepared after the other, so that each
        recipient's order is kept.
        """
        if not self._has_room():
            self._wants_room = True
            return False
        try:
            await self._sweep()
            now = self._clock.now()
            rows = await self._queue.claim(now, self._limits.batch, self._limits.lease)
        except Exception as error:  # what was claimed, if anything, comes back with its lease
            self._stumbled(error)
            return False
        self._stumbling.well("database")
        went_well = await self._prepared()
        if rows:
            self._preparing = asyncio.create_task(self._start_apart(rows, now, self._taken(rows, now)))
        return went_well and len(rows) == self._limits.batch

    async def _prepared(self) -> bool:
        """Wait until the batch in preparation is in its lanes; whether that went well."""
        preparing, self._preparing = self._preparing, None
        return preparing is None or await preparing

    async def _start_apart(self, rows: Sequence[ClaimedRow], now: datetime, batch: ClaimedRows) -> bool:
        try:
            await self._start(rows, now, batch)
        except Exception as error:  # one bad batch must not end all sending; its rows come back with their lease
            self._stumbled(error)
            return False
        self._stumbling.well("batch")
        return True

    def _stumbled(self, error: Exception) -> None:
        """Say that a batch failed, without the traceback: its frames hold what people are told."""
        self._stumbling.noticed("database" if is_databases_fault(error) else "batch", error=type(error).__name__)

    async def _sweep(self) -> None:
        """Give back what dead workers held, and what nobody finished in its time."""
        now, steady = self._clock.now(), self._clock.steady()
        if self._swept_at is not None and steady - self._swept_at < self._limits.sweep:
            return
        self._swept_at = steady
        dead = [owner for owner in await self._queue.owners() if is_dead(owner)]
        freed = await self._queue.free_owned_by(dead, now)
        freed += await self._queue.free_expired(now, self._in_hand)
        if freed:
            log.warning("outbox_leases_freed", rows=freed, workers=len(dead))

    async def _handled(self, rows: Sequence[ClaimedRow], now: datetime, just_put: JustPut | None = None) -> None:
        if not rows:
            return
        batch = self._taken(rows, now)
        await self._start(rows, now, batch, just_put)
        await batch.done.wait()

    def _taken(self, rows: Sequence[ClaimedRow], now: datetime) -> ClaimedRows:
        """Take these rows in hand."""
        batch = ClaimedRows(len(rows))
        self._leases.take(rows)
        for row in rows:
            self._in_hand[row.id] = batch
            self._metrics.claimed_after((now - row.due_at).total_seconds())
        self._metrics.in_hand(len(self._in_hand))
        return batch

    async def _start(
        self, rows: Sequence[ClaimedRow], now: datetime, batch: ClaimedRows, just_put: JustPut | None = None
    ) -> None:
        """Prepare these rows and put them in their lanes."""
        try:
            prepared = await self._preparation.prepare(rows, now, just_put)
        except BaseException:
            # Not begun: the leases end by themselves, or the sweep of the next start frees them.
            for row in rows:
                self._in_hand.pop(row.id, None)
                self._leases.give_up(row.id)
            batch.done.set()
            raise
        for result in prepared.results:
            self._settle(result, "none", result.state.value)
        for key, parcel in prepared.parcels:
            self._sending.put(key, parcel)
        self._wake_if_room()

    def _settle(self, result: Result, channel: str, outcome: str) -> None:
        self._metrics.finished(channel, outcome)
        self._recorder.add(result)
        if self._recorder.unwritten >= len(self._in_hand):
            self._recorder.hurry()

    def _written(self, results: Sequence[Result]) -> None:
        for result in results:
            if result.state is MessageState.PENDING and result.next_at is not None:
                self._look_at(result.next_at)
            self._leases.give_up(result.id)
            self._sending.written(result.id)
            batch = self._in_hand.pop(result.id, None)
            if batch is not None:
                batch.left -= 1
                if batch.left == 0:
                    batch.done.set()
        self._metrics.in_hand(len(self._in_hand))
        self._wake_if_room()

    def _has_room(self) -> bool:
        """Whether another batch may be taken in hand. What waits for its channel's rate takes no room from the other
        channels: a wave over a slow one would keep the quick ones idle. Of each, no more waits than its patience."""
        return len(self._in_hand) - self._sending.waiting_for_rates() + self._limits.batch <= self._limits.in_hand

    def _wake_if_room(self) -> None:
        if self._wants_room and self._has_room():
            self._wants_room = False
            self._wake.set()

    def _look_at(self, at: datetime) -> None:
        """Look again at the very moment when a message that was put back is due: a reply need not wait for the next
        round besides."""
        seconds = (at - self._clock.now()).total_seconds()
        if seconds <= 0:
            self.wake()
        if not 0 < seconds < _LOOK_WITHIN:
            return
        loop = asyncio.get_running_loop()
        if self._look is not None and loop.time() < self._look.when() <= loop.time() + seconds:
            return
        if self._look is not None:
            self._look.cancel()
        self._look = loop.call_later(seconds, self.wake)

    async def _finish(self) -> None:
        """Send nothing new, finish what is being sent, put back the rest, record all of it."""
        if self._look is not None:
            self._look.cancel()
        try:
            async with asyncio.timeout(self._limits.send_timeout.total_seconds() + _TO_FINISH):
                await self._sending.stop()
                await self._recorder.flush()
        except TimeoutError:
            log.error("dispatcher_stopped_with_messages_in_hand", rows=len(self._in_hand))
