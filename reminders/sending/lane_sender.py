"""Sending what is prepared: lanes to channels, and what each answer means for a message.

A message ends here (sent, failed, expired), goes on to its reader's next address, or goes back to the queue for later.
What became of it is told to `settle`; who claimed it and writes that down is the dispatcher (dispatcher.py).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import structlog

from reminders.delivery.channel import AddressGone, AsksBeforeSending, Clock, Receipt, Rejected, RetryLater, Sender
from reminders.delivery.channel_rules import ChannelRules
from reminders.delivery.degrade import degraded, may_number
from reminders.delivery.episodes import Episodes
from reminders.delivery.retry import LAST_CALL, MOST_UNEXPECTED, Between, end_of_use, next_attempt, next_reply
from reminders.sending.deadline import Deadline
from reminders.sending.lanes import ChannelQueue, Lane, Parcel
from reminders.sending.leases import Leases
from reminders.sending.limits import Limits
from reminders.sending.metrics import DeliveryMetrics
from reminders.sending.rates import Breaker, Pace
from reminders.sending.recorder import Recorder
from storage.outbox.queue import ClaimedRow
from storage.outbox.recipients import Address
from storage.outbox.results import Result, Try
from storage.vocabulary import ContactState, MessageState, Priority

log = structlog.get_logger(__name__)

# An absence is to be seen the same morning: a consultant's open page says at once that it was.
FOR_CONSULTANTS = timedelta(minutes=15)
# Is called with the result of each message, the channel it was for, and the word under which metrics count it.
Settle = Callable[[Result, str, str], None]


class Sending:
    """One worker's lanes and the channels that serve them. `share` is this worker's part of each channel's rate."""

    def __init__(
        self,
        senders: Mapping[str, Sender],
        recorder: Recorder,
        clock: Clock,
        limits: Limits,
        metrics: DeliveryMetrics,
        rules: ChannelRules,
        *,
        settle: Settle,
        leases: Leases,
        share: float,
        sleep: Callable[[float], Awaitable[None]],
        between: Between,
    ) -> None:
        self._recorder = recorder
        self._clock = clock
        self._limits = limits
        self._patience = limits.patience.total_seconds()
        self._deadline = Deadline(limits.send_timeout.total_seconds())
        self._metrics = metrics
        self._rules = rules
        self._settle = settle
        self._leases = leases
        # Messages in flight, by the last of their rows that is written down, and whose place they have.
        self._in_flight: dict[int, ChannelQueue] = {}
        self._between = between
        self._channels = {
            name: ChannelQueue(
                sender,
                Pace(sender.capabilities, share=share),
                Breaker(between),
                clock,
                serve=self._serve,
                again=self._queue_lane,
                sleep=sleep,
                most_tasks=limits.tasks_per_channel,
                hurry=recorder.hurry,
            )
            for name, sender in senders.items()
        }
        self._failing = Episodes("channel_failing")
        self._lanes: dict[str, Lane] = {}
        self._finishing: set[asyncio.Task[None]] = set()
        self._stopping = False

    def put(self, key: str, parcel: Parcel) -> None:
        """Put a message into its recipient's lane."""
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane(key)
        lane.add(parcel)
        if parcel.row.may_have_gone:
            self._doubt(parcel)
        self._queue_lane(lane)

    def _doubt(self, parcel: Parcel) -> None:
        """Have the channels that can do so ask first: whoever was sending this was lost in the middle of it."""
        for name in {address.channel for address in parcel.addresses}:
            sender = self._channels[name].sender
            if isinstance(sender, AsksBeforeSending):
                sender.doubt(str(parcel.row.id))

    def channels_down(self) -> list[str]:
        """The channels that count as down now, by name."""
        return sorted(name for name, channel in self._channels.items() if channel.breaker.is_open)

    def waiting_for_rates(self) -> int:
        """How many lanes wait for nothing but their channel's rate, each channel's no more than its patience holds."""
        return sum(channel.waiting_for_rate(self._patience) for channel in self._channels.values())

    async def stop(self) -> None:
        """Send nothing new: put back what waits, and wait for what is being sent."""
        self._stopping = True
        try:
            for task in self._finishing:
                task.cancel()
            now = self._clock.now()
            for lane in list(self._lanes.values()):
                while lane.parcels:
                    self._put_back(lane.parcels.pop(0), now)
            for channel in self._channels.values():
                channel.stop()
            for channel in self._channels.values():
                await channel.finished()
            await asyncio.gather(*self._finishing, return_exceptions=True)
        finally:
            self._lanes.clear()
            self._stopping = False

    def _queue_lane(self, lane: Lane) -> None:
        """Queue a lane at the channel its first message goes to; put back what would wait too long there."""
        if lane.busy or lane.parked:
            return
        if lane.parcels and lane.parcels[0].unfinished is not None:
            self._finish(lane, lane.parcels[0])
            return
        if not lane.parcels:
            self._forget(lane)
            return
        # Paces and pauses are of the time that passes; when to claim again is wall time, like all in the outbox.
        now, steady = self._clock.now(), self._clock.steady()
        while lane.parcels:
            parcel = lane.parcels[0]
            address = parcel.addresses[0]
            channel = self._channels[address.channel]
            paused_until = channel.pace.paused_until(address.contact_id, steady)
            if paused_until is not None:
                lane.parcels.pop(0)
                self._put_back(parcel, now + (paused_until - steady))
                continue
            for_address = channel.pace.wait_for(address.contact_id, steady)
            # A reply goes before all that waits; only a channel that is down makes it wait.
            is_reply = parcel.row.priority == Priority.REPLY
            for_channel = channel.wait_for(steady, is_reply=is_reply)
            if not is_reply:
                for_channel = max(for_channel, channel.delay(steady))
            if max(for_address, for_channel) <= self._patience and not self._stopping:
                channel.put(lane)
                return
            if for_channel > for_address and self._has_another(parcel) and self._waited_enough(parcel, address, now):
                parcel.tries.append(Try(address.contact_id, address.channel, now, "channel_down"))
                parcel.addresses.pop(0)
                continue
            lane.parcels.pop(0)
            if for_address > for_channel:
                self._put_back(parcel, now + timedelta(seconds=for_address))
            else:
                self._put_back(parcel, channel.later(now, for_channel, self._patience))
        self._forget(lane)

    def _forget(self, lane: Lane) -> None:
        """Drop a lane that is empty."""
        if self._lanes.get(lane.key) is lane:
            del self._lanes[lane.key]

    def _finish(self, lane: Lane, parcel: Parcel) -> None:
        """Make what is left to be made of a lane's first message; meanwhile no sending task is held."""

        async def make() -> None:
            try:
                if parcel.unfinished is not None:
                    parcel.rendered = await parcel.unfinished()
            finally:
                parcel.unfinished = None
                lane.parked = False
                self._queue_lane(lane)

        lane.parked = True
        task = asyncio.create_task(make())
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)

    async def _serve(self, channel: ChannelQueue, lane: Lane) -> None:
        """Send a lane's first message over this channel."""
        parcel = lane.parcels.pop(0)
        lane.busy = True
        last = parcel.row_ids()[-1]
        self._in_flight[last] = channel
        try:
            await self._send(channel, lane, parcel)
        except BaseException:
            self.written(last)
            raise
        finally:
            lane.busy = False
            if lane.parcels and lane.parcels[0] is parcel:
                # This address did not take it; it goes on to the next.
                self.written(last)
            self._queue_lane(lane)

    def written(self, row_id: int) -> None:
        """What became of this row is on disk."""
        channel = self._in_flight.pop(row_id, None)
        if channel is not None:
            channel.written()

    def most_in_flight(self) -> dict[str, int]:
        """How many messages of each channel go twice at most when this process is killed."""
        return {name: channel.most_in_flight for name, channel in self._channels.items()}

    async def _send(self, channel: ChannelQueue, lane: Lane, parcel: Parcel) -> None:
        if not self._recorder.has_room():
            await self._recorder.room()
        row, address, now, steady = parcel.row, parcel.addresses[0], self._clock.now(), self._clock.steady()
        if end_of_use(row.due_at, row.useful_until) <= now:
            self._finish_parcel(parcel, MessageState.EXPIRED, "too_late", address)
            return
        wait = channel.wait_for(steady, is_reply=row.priority == Priority.REPLY)
        if wait > 0 or not self._leases.hold(parcel.row_ids(), now + self._limits.send_timeout):
            # Sent with a lease about to end, another worker might send it too.
            self._put_back(parcel, channel.later(now, wait, self._patience))
            return
        channel.pace.used(address.contact_id, steady)
        channel.breaker.going()
        try:
            receipt = await self._hand_over(channel.sender, parcel, address)
        except RetryLater as error:
            self._stumbled(channel, error)
            self._try_later(channel, lane, parcel, error)
        except AddressGone as error:
            self._answered(channel)
            mark = ContactState.BLOCKED if error.reason == "blocked" else ContactState.GONE
            parcel.tries.append(Try(address.contact_id, address.channel, now, error.reason, mark))
            self._on_to_the_next(lane, parcel, error.reason, gone=True)
        except Rejected as error:
            self._answered(channel)
            parcel.tries.append(Try(address.contact_id, address.channel, now, error.reason, refused=True))
            self._on_to_the_next(lane, parcel, error.reason)
        except asyncio.CancelledError:
            self._put_back(parcel, now)
            raise
        else:
            self._sent(parcel, address, receipt, self._answered(channel))

    def _on_to_the_next(self, lane: Lane, parcel: Parcel, reason: str, *, gone: bool = False) -> None:
        """The next contact, at once: the lane is queued there with this message first. `gone`: this one is no more."""
        address = parcel.addresses.pop(0)
        if parcel.addresses:
            lane.parcels.insert(0, parcel)
        elif not parcel.knows_all:
            self._settle_back(parcel, self._clock.now(), reason, address)
        elif gone and (at := self._again_where_it_was_down(parcel)) is not None:
            self._settle_back(parcel, at, reason, address)
        else:
            self._finish_parcel(parcel, MessageState.FAILED, reason, address)

    def _again_where_it_was_down(self, parcel: Parcel) -> datetime | None:
        """When to try the addresses again that were passed over because their channel took nothing: no other is left
        now. None where there are none, or it would be of no use any more."""
        if all(one.mark is not None or one.refused for one in parcel.tries):
            return None
        row, tries = parcel.row, parcel.row.attempts + len(parcel.tries)
        until = end_of_use(row.due_at, row.useful_until)
        return next_attempt(self._clock.now(), tries=tries, until=until, between=self._between)

    async def _hand_over(self, sender: Sender, parcel: Parcel, address: Address) -> Receipt:
        """Send; whatever goes wrong comes out as one of the three errors."""
        if address.address is None:
            raise Rejected("undecryptable")
        message = degraded(parcel.rendered, sender.capabilities, brief=self._rules.is_brief(address.channel))
        try:
            return await self._deadline.within(sender.send(address.address, message, reference=str(parcel.row.id)))
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

    def _answered(self, channel: ChannelQueue) -> datetime:
        """The channel is up; when it showed that."""
        channel.breaker.succeeded()
        channel.last_answer = self._clock.steady()
        if self._failing.is_open(channel.sender.name):
            self._failing.well(channel.sender.name)
            self._metrics.channel_down(channel.sender.name, down=False)
        return self._clock.now()

    def _stumbled(self, channel: ChannelQueue, error: RetryLater) -> None:
        """The channel did not take a message; told once when it counts as down."""
        channel.breaker.failed(self._clock.steady())
        if channel.breaker.is_open:
            self._failing.noticed(channel.sender.name, reason=error.reason)
            self._metrics.channel_down(channel.sender.name, down=True)

    def _sent(self, parcel: Parcel, address: Address, receipt: Receipt, now: datetime) -> None:
        state = MessageState.DELIVERED if receipt.delivered else MessageState.SENT
        delivered_at = now if receipt.delivered else None
        parcel.tries.append(Try(address.contact_id, address.channel, now, "sent"))
        capabilities = self._channels[address.channel].sender.capabilities
        offered: tuple[str, ...] | None = None
        # What an answer offers was noted with it (bot.inbox): it may be answered before its sending is written down.
        if parcel.row.priority != Priority.REPLY and may_number(capabilities):
            offered = tuple(button.intent for row in parcel.rendered.buttons for button in row) or None
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
                pass_on_at=None if receipt.delivered else self._pass_on_at(row, address, now),
                offered=offered if row is parcel.row else None,
                told=parcel.told.get(row.id, ()),
            )
            self._metrics.sent_after(address.channel, (now - row.due_at).total_seconds())
            self._settle(result, address.channel, result.state.value)

    def _pass_on_at(self, row: ClaimedRow, address: Address, now: datetime) -> datetime | None:
        """Answers stay where they were asked for; everything else goes on when it does not arrive."""
        if row.priority == Priority.REPLY or (row.person_id is None and row.consultant_id is None):
            return None
        within = None if row.consultant_id is None else FOR_CONSULTANTS
        return self._rules.pass_on_at(address.channel, now, end_of_use(row.due_at, row.useful_until), within)

    def _try_later(self, channel: ChannelQueue, lane: Lane, parcel: Parcel, error: RetryLater) -> None:
        now, address = self._clock.now(), parcel.addresses[0]
        parcel.tries.append(Try(address.contact_id, address.channel, now, error.reason))
        when = next_reply if parcel.row.priority == Priority.REPLY else next_attempt
        at = when(
            now,
            tries=parcel.row.attempts + len(parcel.tries),
            until=end_of_use(parcel.row.due_at, parcel.row.useful_until),
            after=error.after,
            between=self._between,
        )
        if self._may_have_another(parcel) and self._waited_enough(parcel, address, at):
            self._on_to_the_next(lane, parcel, error.reason)
            return
        if at is None:
            self._finish_parcel(parcel, MessageState.EXPIRED, error.reason, address)
            return
        # What comes after it in the lane keeps behind it.
        channel.pace.pause_address(address.contact_id, self._clock.steady() + (at - now))
        self._put_back(parcel, at, error.reason)
        while lane.parcels and lane.parcels[0].addresses[0].contact_id == address.contact_id:
            self._put_back(lane.parcels.pop(0), at)

    @staticmethod
    def _has_another(parcel: Parcel) -> bool:
        return len(parcel.addresses) > 1

    def _may_have_another(self, parcel: Parcel) -> bool:
        return self._has_another(parcel) or not parcel.knows_all

    def _waited_enough(self, parcel: Parcel, address: Address, at: datetime | None) -> bool:
        """Whether a channel that does not take the message has had its time, and the next one should have its turn."""
        row = parcel.row
        if at is None or row.priority == Priority.REPLY:
            return at is None
        half = (end_of_use(row.due_at, row.useful_until) - row.due_at) / 2
        return at - row.due_at > min(self._rules.of(address.channel).delivered_within, half)

    def _put_back(self, parcel: Parcel, at: datetime, reason: str | None = None) -> None:
        """Back to the queue until `at`; a message that only had to wait is not let past its use by that."""
        if reason is None:
            last_call = end_of_use(parcel.row.due_at, parcel.row.useful_until) - LAST_CALL
            at = min(at, max(last_call, self._clock.now() + self._limits.patience))
        self._settle_back(parcel, at, reason, parcel.addresses[0])

    def _settle_back(self, parcel: Parcel, at: datetime, reason: str | None, address: Address) -> None:
        outcome = "retry" if reason is not None else "deferred"
        for row in (parcel.row, *parcel.also):
            tries = tuple(parcel.tries) if row is parcel.row else ()
            self._settle(
                Result(row.id, MessageState.PENDING, reason, next_at=at, tries=tries), address.channel, outcome
            )

    def _finish_parcel(self, parcel: Parcel, state: MessageState, reason: str, address: Address) -> None:
        for row in (parcel.row, *parcel.also):
            tries = tuple(parcel.tries) if row is parcel.row else ()
            result = Result(row.id, state, reason, tries=tries, channel=address.channel, lost_at=self._clock.now())
            self._settle(result, address.channel, state.value)
