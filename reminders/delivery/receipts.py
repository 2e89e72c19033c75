"""What providers tell later of messages they took: delivered, read, or failed after all.

News may come twice, late, out of order, or of a message that went over another channel meanwhile; each is taken as far
as it is still true. What failed goes on to the next channel at once; where the fault passes, it goes to the same one
again first.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from reminders.delivery.channel import Clock, News, NewsState
from storage.engine.database import Database
from storage.outbox.receipts import (
    any_on_its_way,
    messages_with_ref,
    pass_on,
    record_receipt,
    sent_over,
    try_again,
)
from storage.people.contacts import mark_gone
from storage.vocabulary import MessageState

log = structlog.get_logger(__name__)

# Providers often are quicker than our own record of a sending, which is written within a moment.
_MOMENTS = (0.1, 0.4)
# Providers tell whole seconds, by clocks that differ a little from ours.
_CLOCKS_DIFFER = timedelta(seconds=3)
_RECEIPTS = {NewsState.DELIVERED: MessageState.DELIVERED, NewsState.READ: MessageState.READ}


def _is_older(news_at: datetime | None, sent_at: datetime | None) -> bool:
    """Whether news is of a sending before the last one."""
    return news_at is not None and sent_at is not None and news_at < sent_at - _CLOCKS_DIFFER


def _number(news: News) -> int | None:
    """Our own number of the message, as the provider gives it back."""
    number = news.reference or ""
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else None


class TooEarly(Exception):
    """News of a message whose sending is not written down yet: to be told again in a moment."""


class Receipts:
    """Takes News (its `report` is what channels are given); `wake` makes the dispatcher look for what is due."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        wake: Callable[[], None] = lambda: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._clock = clock
        self._sleep = sleep
        self.wake = wake

    async def report(self, news: News) -> None:
        """Record what became of a message.

        Raises:
            OperationalError, InterfaceError: the database is out of reach; the provider must tell it again.
            TooEarly: the message is still being sent after some moments; as well.
        """
        for moment in _MOMENTS:
            try:
                await self._record(news)
            except TooEarly:
                await self._sleep(moment)
            else:
                return
        await self._record(news)

    async def _record(self, news: News) -> None:
        now = self._clock.now()
        async with self._database.writing() as session:
            # Also where an earlier sending of it is known: what is told in this moment may be of the one under way.
            # Asked first: its record may be committed between the two questions, and would be missed by both.
            if await self._is_on_its_way(session, news):
                raise TooEarly
            ids = await self._messages(session, news)
            if not ids:
                log.info("receipt_of_unknown_message", channel=news.channel, state=news.state.value)
                return
            if news.state in _RECEIPTS:
                await record_receipt(session, ids, _RECEIPTS[news.state], now)
                return
            reason = news.reason[:60] or "failed"
            if news.again is not None:
                at = now + news.again
                again = {message_id for message_id in ids if await try_again(session, message_id, at, reason, now)}
                ids = [message_id for message_id in ids if message_id not in again]
            contacts = [await pass_on(session, message_id, now, reason, now) for message_id in ids]
            failed = [contact_id for contact_id in contacts if contact_id is not None]
            if news.gone and failed:
                await mark_gone(session, failed)
        if failed:
            log.info("message_did_not_arrive", messages=ids, channel=news.channel, reason=reason, gone=news.gone)
            self.wake()

    async def _messages(self, session: AsyncSession, news: News) -> list[int]:
        """The messages that the news is of: one, or several that were said as one."""
        if news.provider_ref:
            found = await messages_with_ref(session, news.channel, news.provider_ref)
            if found:
                return found
        number = _number(news)
        sent = await sent_over(session, news.channel, number) if number is not None else None
        if sent is None:
            return []
        if sent.provider_ref is None:
            return [sent.id]
        if news.state is NewsState.FAILED and _is_older(news.at, sent.sent_at):
            return []
        return await messages_with_ref(session, news.channel, sent.provider_ref)

    @staticmethod
    async def _is_on_its_way(session: AsyncSession, news: News) -> bool:
        """Whether the message is being sent at this moment: its provider is quicker than our own record of it."""
        number = _number(news)
        return number is not None and await any_on_its_way(session, [number])
