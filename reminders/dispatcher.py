"""The one door out: claims what is due, sends it over the recipient's channels, records what became of it.

The way of a message: claimed under a lease (storage/outbox_queue.py), prepared (preparation.py), put in its recipient's
lane (lanes.py), sent here, recorded in a small group (recorder.py). After a kill at any point nothing is lost, and at
most what was sent and not yet recorded goes out twice (recorder.py bounds it).
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from locales.render import Renderer
from reminders.claimed import ClaimedMessage, Composer, ComposersByKind, FileMaker, Merged, SayComposer, Skip
from reminders.degrade import degraded
from reminders.delivery import AddressGone, Clock, Receipt, Rejected, RetryLater, Sender
from reminders.delivery_metrics import DeliveryMetrics, NoMetrics
from reminders.lanes import ChannelQueue, Lane, Parcel
from reminders.preparation import Preparation
from reminders.rates import Breaker, Pace
from reminders.recorder import Recorder
from reminders.retry import LAST_CALL, MOST_UNEXPECTED, Between, end_of_use, next_attempt
from storage.contacts import ContactState
from storage.database import Database
from storage.outbox import MessageState, Priority
from storage.outbox_leases import is_dead, worker_name
from storage.outbox_parties import Address
from storage.outbox_queue import ClaimedRow, OutboxQueue
from storage.outbox_results import Result, Try

__all__ = [
    "ClaimedMessage",
    "Composer",
    "ComposersByKind",
    "Dispatcher",
    "FileMaker",
    "Limits",
    "Merged",
    "SayComposer",
    "Skip",
    "worker_name",
]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is in hand at once, and how long things may take."""

    batch: int = 250
    # Claimed and not yet recorded; bounds memory, and how much waits for a lease to run out after a crash.
    in_hand: int = 750
    tasks_per_channel: int = 64
    lease: timedelta = timedelta(seconds=120)
    send_timeout: timedelta = timedelta(seconds=30)
    # A message that would wait longer than this for its turn goes back to the queue meanwhile.
    patience: timedelta = timedelta(seconds=5)
    poll: timedelta = timedelta(seconds=1)
    sweep: timedelta = timedelta(seconds=5)


@dataclass(slots=True, eq=False)
class _Batch:
    """Rows that somebody waits for."""

    left: int
    done: asyncio.Event = field(default_factory=asyncio.Event)


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
        metrics: DeliveryMetrics | None = None,
        limits: Limits | None = None,
        share: float = 1.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        between: Between = random.uniform,
    ) -> None:
        self._clock = clock
        self._between = between
        self._metrics = metrics or NoMetrics()
        self._limits = limits or Limits()
        self._queue = OutboxQueue(database, worker)
        self._preparation = Preparation(database, self._queue, renderer, composer, senders.keys(), files)
        self._recorder = Recorder(self._queue, self._written)
        self._channels = {
            name: ChannelQueue(
                sender,
                Pace(sender.capabilities, share=share),
                Breaker(between),
                clock,
                serve=self._serve,
                again=self._queue_lane,
                sleep=sleep,
                most_tasks=self._limits.tasks_per_channel,
            )
            for name, sender in senders.items()
        }
        self._lanes: dict[str, Lane] = {}
        self._in_hand: dict[int, _Batch] = {}
        self._wake = asyncio.Event()
        self._preparing: asyncio.Task[bool] | None = None
        self._stopping = False
        self._wants_room = False
        self._swept_at: datetime | None = None

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

    async def send_now(self, ids: Sequence[int]) -> None:
        """Send messages that this worker put into the outbox claimed already (the inbox's replies).

        Returns when each was sent, put back or failed. What is missed here, the sweep finds when the lease ends.
        """
        fresh = [row_id for row_id in ids if row_id not in self._in_hand]
        await self._handled(await self._queue.taken(fresh), self._clock.now())

    async def run(self, stop: asyncio.Event) -> None:
        """Dispatch until `stop` is set; then what is being sent is finished and recorded, the rest put back."""
        stopper = asyncio.create_task(self._wake_at(stop))
        try:
            while not stop.is_set():
                self._wake.clear()
                if not await self._claim_more():
                    await self._nap()
        finally:
            stopper.cancel()
            await self._prepared()
            await self._finish()

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
        if len(self._in_hand) + self._limits.batch > self._limits.in_hand:
            self._wants_room = True
            return False
        try:
            await self._sweep()
            now = self._clock.now()
            rows = await self._queue.claim(now, self._limits.batch, self._limits.lease)
        except (OperationalError, InterfaceError) as error:
            log.error("outbox_database_unreachable", error=type(error).__name__)
            return False
        went_well = await self._prepared()
        if rows:
            self._preparing = asyncio.create_task(self._start_apart(rows, now, self._taken(rows, now)))
        return went_well and len(rows) == self._limits.batch

    async def _prepared(self) -> bool:
        """Wait until the batch in preparation is in its lanes; whether that went well."""
        preparing, self._preparing = self._preparing, None
        return preparing is None or await preparing

    async def _start_apart(self, rows: Sequence[ClaimedRow], now: datetime, batch: _Batch) -> bool:
        try:
            await self._start(rows, now, batch)
        except (OperationalError, InterfaceError) as error:
            log.error("outbox_database_unreachable", error=type(error).__name__)
            return False
        except Exception as error:  # one bad batch must not end all sending; its rows come back with their lease
            # Never the traceback: its frames hold what people are told.
            log.error("outbox_batch_failed", error=type(error).__name__)
            return False
        return True

    async def _sweep(self) -> None:
        """Give back what dead workers held, and what nobody finished in its time."""
        now = self._clock.now()
        if self._swept_at is not None and now - self._swept_at < self._limits.sweep:
            return
        self._swept_at = now
        dead = [owner for owner in await self._queue.owners() if is_dead(owner)]
        freed = await self._queue.free_owned_by(dead, now)
        freed += await self._queue.free_expired(now, self._in_hand)
        if freed:
            log.warning("outbox_leases_freed", rows=freed, workers=len(dead))

    async def _handled(self, rows: Sequence[ClaimedRow], now: datetime) -> None:
        if not rows:
            return
        batch = self._taken(rows, now)
        await self._start(rows, now, batch)
        await batch.done.wait()

    def _taken(self, rows: Sequence[ClaimedRow], now: datetime) -> _Batch:
        """Take these rows in hand."""
        batch = _Batch(len(rows))
        for row in rows:
            self._in_hand[row.id] = batch
            self._metrics.claimed_after((now - row.due_at).total_seconds())
        self._metrics.in_hand(len(self._in_hand))
        return batch

    async def _start(self, rows: Sequence[ClaimedRow], now: datetime, batch: _Batch) -> None:
        """Prepare these rows and put them in their lanes."""
        try:
            prepared = await self._preparation.prepare(rows, now, now + self._limits.lease)
        except BaseException:
            # Not begun: the leases end by themselves, or the sweep of the next start frees them.
            for row in rows:
                self._in_hand.pop(row.id, None)
            batch.done.set()
            raise
        for result in prepared.results:
            self._settle(result, "none")
        for key, parcel in prepared.parcels:
            lane = self._lanes.setdefault(key, Lane(key))
            lane.add(parcel)
            self._queue_lane(lane)

    def _queue_lane(self, lane: Lane) -> None:
        """Queue a lane at the channel its first message goes to; put back what would wait too long there."""
        if lane.busy or lane.parked:
            return
        now = self._clock.now()
        patience = self._limits.patience.total_seconds()
        while lane.parcels:
            parcel = lane.parcels[0]
            address = parcel.addresses[0]
            channel = self._channels[address.channel]
            paused_until = channel.pace.paused_until(address.contact_id, now)
            if paused_until is not None:
                lane.parcels.pop(0)
                self._put_back(parcel, paused_until)
                continue
            for_address = channel.pace.wait_for(address.contact_id, now)
            # A reply goes before all that waits; only a channel that is down makes it wait.
            is_reply = parcel.row.priority == Priority.REPLY
            for_channel = channel.breaker.wait(now) if is_reply else channel.delay(now)
            if max(for_address, for_channel) <= patience and not self._stopping:
                channel.put(lane)
                return
            lane.parcels.pop(0)
            if for_address > for_channel:
                self._put_back(parcel, now + timedelta(seconds=for_address))
            else:
                self._put_back(parcel, channel.later(now, for_channel))
        if self._lanes.get(lane.key) is lane:
            del self._lanes[lane.key]

    async def _serve(self, channel: ChannelQueue, lane: Lane) -> None:
        """Send a lane's first message over this channel."""
        parcel = lane.parcels.pop(0)
        lane.busy = True
        try:
            await self._send(channel, lane, parcel)
        finally:
            lane.busy = False
            self._queue_lane(lane)

    async def _send(self, channel: ChannelQueue, lane: Lane, parcel: Parcel) -> None:
        if not self._recorder.has_room():
            await self._recorder.room()
        row, address, now = parcel.row, parcel.addresses[0], self._clock.now()
        if end_of_use(row.due_at, row.useful_until) <= now:
            self._finish_parcel(parcel, MessageState.EXPIRED, "too_late", address)
            return
        wait = channel.breaker.wait(now)
        if wait > 0 or parcel.lease_until - now <= self._limits.send_timeout:
            # Sent with a lease about to end, another worker might send it too.
            self._put_back(parcel, channel.later(now, wait))
            return
        channel.pace.used(address.contact_id, now)
        channel.breaker.going()
        try:
            receipt = await self._hand_over(channel.sender, parcel, address)
        except RetryLater as error:
            channel.breaker.failed(self._clock.now())
            self._try_later(channel, lane, parcel, error)
        except AddressGone as error:
            self._answered(channel)
            mark = ContactState.BLOCKED if error.reason == "blocked" else ContactState.GONE
            parcel.tries.append(Try(address.contact_id, address.channel, now, error.reason, mark))
            parcel.addresses.pop(0)
            if parcel.addresses:
                # The next contact, at once: the lane is queued there with this message first.
                lane.parcels.insert(0, parcel)
            else:
                self._finish_parcel(parcel, MessageState.FAILED, error.reason, address)
        except Rejected as error:
            self._answered(channel)
            parcel.tries.append(Try(address.contact_id, address.channel, now, error.reason))
            self._finish_parcel(parcel, MessageState.FAILED, error.reason, address)
        except asyncio.CancelledError:
            self._put_back(parcel, now)
            raise
        else:
            self._answered(channel)
            self._sent(parcel, address, receipt)

    async def _hand_over(self, sender: Sender, parcel: Parcel, address: Address) -> Receipt:
        """Send; whatever goes wrong comes out as one of the three errors."""
        if address.address is None:
            raise Rejected("undecryptable")
        message = degraded(parcel.rendered, sender.capabilities)
        try:
            async with asyncio.timeout(self._limits.send_timeout.total_seconds()):
                return await sender.send(address.address, message, reference=str(parcel.row.id))
        except (RetryLater, AddressGone, Rejected):
            raise
        except TimeoutError:
            raise RetryLater("timeout") from None
        except OSError as error:
            raise RetryLater("unreachable") from error
        except Exception as error:
            log.error("send_failed_unexpectedly", message=parcel.row.id, error=type(error).__name__)
            if parcel.row.attempts + 1 >= MOST_UNEXPECTED:
                raise Rejected("unexpected") from error
            raise RetryLater("unexpected") from error

    def _answered(self, channel: ChannelQueue) -> None:
        channel.breaker.succeeded()
        channel.last_answer = self._clock.now()

    def _sent(self, parcel: Parcel, address: Address, receipt: Receipt) -> None:
        now = self._clock.now()
        state = MessageState.DELIVERED if receipt.delivered else MessageState.SENT
        delivered_at = now if receipt.delivered else None
        parcel.tries.append(Try(address.contact_id, address.channel, now, "sent"))
        for row in (parcel.row, *parcel.also):
            result = Result(
                row.id,
                state,
                "merged" if row is not parcel.row else None,
                tries=tuple(parcel.tries) if row is parcel.row else (),
                contact_id=address.contact_id,
                channel=address.channel,
                provider_ref=receipt.provider_ref,
                sent_at=now,
                delivered_at=delivered_at,
            )
            self._metrics.sent_after(address.channel, (now - row.due_at).total_seconds())
            self._settle(result, address.channel)

    def _try_later(self, channel: ChannelQueue, lane: Lane, parcel: Parcel, error: RetryLater) -> None:
        now, address = self._clock.now(), parcel.addresses[0]
        parcel.tries.append(Try(address.contact_id, address.channel, now, error.reason))
        at = next_attempt(
            now,
            tries=parcel.row.attempts + len(parcel.tries),
            until=end_of_use(parcel.row.due_at, parcel.row.useful_until),
            after=error.after,
            between=self._between,
        )
        if at is None:
            self._finish_parcel(parcel, MessageState.EXPIRED, error.reason, address)
            return
        # What comes after it in the lane keeps behind it.
        channel.pace.pause_address(address.contact_id, at)
        self._put_back(parcel, at, error.reason)
        while lane.parcels and lane.parcels[0].addresses[0].contact_id == address.contact_id:
            self._put_back(lane.parcels.pop(0), at)

    def _put_back(self, parcel: Parcel, at: datetime, reason: str | None = None) -> None:
        """Back to the queue until `at`; a message that only had to wait is not let past its use by that."""
        if reason is None:
            last_call = end_of_use(parcel.row.due_at, parcel.row.useful_until) - LAST_CALL
            at = min(at, max(last_call, self._clock.now() + self._limits.patience))
        outcome = "retry" if reason is not None else "deferred"
        for row in (parcel.row, *parcel.also):
            tries = tuple(parcel.tries) if row is parcel.row else ()
            self._settle(
                Result(row.id, MessageState.PENDING, reason, next_at=at, tries=tries),
                parcel.addresses[0].channel,
                outcome,
            )

    def _finish_parcel(self, parcel: Parcel, state: MessageState, reason: str, address: Address) -> None:
        for row in (parcel.row, *parcel.also):
            tries = tuple(parcel.tries) if row is parcel.row else ()
            self._settle(Result(row.id, state, reason, tries=tries, channel=address.channel), address.channel)

    def _settle(self, result: Result, channel: str, outcome: str | None = None) -> None:
        self._metrics.finished(channel, outcome or result.state.value)
        self._recorder.add(result)
        if self._recorder.unwritten >= len(self._in_hand):
            self._recorder.hurry()

    def _written(self, result: Result) -> None:
        batch = self._in_hand.pop(result.id, None)
        self._metrics.in_hand(len(self._in_hand))
        if batch is not None:
            batch.left -= 1
            if batch.left == 0:
                batch.done.set()
        if self._wants_room and len(self._in_hand) + self._limits.batch <= self._limits.in_hand:
            self._wants_room = False
            self._wake.set()

    async def _finish(self) -> None:
        """Send nothing new, finish what is being sent, put back the rest, record all of it."""
        self._stopping = True
        now = self._clock.now()
        for lane in list(self._lanes.values()):
            while lane.parcels:
                self._put_back(lane.parcels.pop(0), now)
        for channel in self._channels.values():
            channel.stop()
        limit = self._limits.send_timeout.total_seconds()
        try:
            async with asyncio.timeout(limit + 5):
                for channel in self._channels.values():
                    await channel.finished()
                await self._recorder.flush()
        except TimeoutError:
            log.error("dispatcher_stopped_with_messages_in_hand", rows=len(self._in_hand))
        self._lanes.clear()
        self._stopping = False
