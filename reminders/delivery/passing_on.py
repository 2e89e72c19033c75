"""Messages that a channel took and that nobody received: on to the next channel, and at last to the telephone.

Each message on a channel that tells of delivery has a time until which news is waited for (ChannelRules.pass_on_at).
After it the channel is asked, where its provider can be: a receipt may have been lost. Otherwise the message goes to
the person's next channel. Where there is none it stays where it is for as long as it may still be read in time; then it
counts as not delivered, and the consultant is asked to telephone (Planner).
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from reminders.delivery.channel import Clock, KnowsWhatBecame, Report
from reminders.delivery.channel_rules import ChannelRules
from reminders.delivery.retry import end_of_use
from reminders.delivery.routing import NoWay, route
from reminders.local_time import QuietHours
from storage.engine.database import Database
from storage.outbox.claimed_row import ClaimedRow
from storage.outbox.message import Message
from storage.outbox.queue import OutboxQueue, WaitingRow
from storage.outbox.receipts import pass_on

log = structlog.get_logger(__name__)

# A consultant needs a working day to reach somebody by telephone.
TO_TELEPHONE: Final = timedelta(hours=24)
_AT_ONCE: Final = 500
# How many are asked after at the same time, and for how many seconds of real time; the others go on unasked.
_ASKED_AT_ONCE: Final = 10
_ASKING: Final = 20.0


class PassingOn:
    """Looks at messages whose time for news is over; run by every worker, every few minutes."""

    def __init__(
        self,
        database: Database,
        queue: OutboxQueue,
        rules: ChannelRules,
        quiet_hours: QuietHours,
        clock: Clock,
        channels: Mapping[str, object],
        report: Report,
    ) -> None:
        """`channels` by name are asked, those that can be, and what they know goes to `report`."""
        self._database = database
        self._queue = queue
        self._rules = rules
        self._quiet_hours = quiet_hours
        self._clock = clock
        self._asked = {name: one for name, one in channels.items() if isinstance(one, KnowsWhatBecame)}
        self._report = report

    async def run_once(self) -> int:
        """Pass on what waited long enough; returns how many messages went back to the queue."""
        now = self._clock.now()
        waiting = await self._queue.without_news(now, _AT_ONCE)
        if waiting and await self._ask(waiting):
            # What is known by now waits no more, or is on its way again.
            waiting = await self._queue.without_news(now, _AT_ONCE)
        if not waiting:
            return 0
        recipients = await self._queue.recipients([item.row for item in waiting])
        passed = 0
        for item in waiting:
            row = item.row._replace(passed_over=",".join(filter(None, (item.row.passed_over, str(item.contact_id)))))
            way = route(row, recipients, self._rules.capabilities.keys(), self._rules, now)
            async with self._database.writing() as session:
                if not isinstance(way, NoWay):
                    at = self._considerate(item.row, now)
                elif now < (last := self._last_moment(item)):
                    message = await session.get(Message, row.id, with_for_update=True)
                    if message is not None and message.pass_on_at is not None:
                        message.pass_on_at = last
                    continue
                else:
                    at = now
                passed += await pass_on(session, row.id, at, "no_news", now) is not None
        log.info("messages_passed_on", messages=passed, waiting=len(waiting))
        return passed

    async def _ask(self, waiting: Sequence[WaitingRow]) -> int:
        """Ask what became of these, and report what is known; of how many something was."""
        many = asyncio.Semaphore(_ASKED_AT_ONCE)
        known = 0

        async def ask(channel: KnowsWhatBecame, provider_ref: str) -> None:
            nonlocal known
            async with many:
                news = await channel.status_of(provider_ref)
                if news is not None:
                    await self._report(news)
                    known += 1

        questions = [
            ask(self._asked[item.channel], item.provider_ref)
            for item in waiting
            if item.channel in self._asked and item.provider_ref
        ]
        try:
            async with asyncio.timeout(_ASKING):
                await asyncio.gather(*questions)
        except TimeoutError:
            log.warning("messages_not_asked_after", asked=len(questions), known=known)
        return known

    @staticmethod
    def _last_moment(item: WaitingRow) -> datetime:
        """Until when somebody without another channel may still find the message by themselves."""
        return max(end_of_use(item.row.due_at, item.row.useful_until) - TO_TELEPHONE, item.sent_at)

    def _considerate(self, row: ClaimedRow, now: datetime) -> datetime:
        """Not in the night, unless it would then come too late."""
        morning = self._quiet_hours.later_than_quiet(now)
        return morning if morning < end_of_use(row.due_at, row.useful_until) - timedelta(hours=1) else now
