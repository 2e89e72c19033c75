"""The moment between a request and the inbox: open or closed, and how many events are in hand."""

import asyncio

from bot.channels.base import BringAgain, Receive
from bot.events import InboundEvent


class NotReceiving(BringAgain):
    """The channel has not been started yet, or is stopping: the browser should try again in a moment."""


class Receiving:
    """Hands events on between `begin` and `end`."""

    def __init__(self) -> None:
        self._receive: Receive | None = None
        self._in_hand = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def begin(self, receive: Receive) -> None:
        """From now on events go to `receive`."""
        self._receive = receive

    async def end(self) -> None:
        """Take nothing more and wait for what is in hand."""
        self._receive = None
        await self._idle.wait()

    async def take(self, event: InboundEvent) -> None:
        """Hand one event on.

        Raises:
            NotReceiving: before `begin` and after `end`.
        """
        if self._receive is None:
            raise NotReceiving
        self._in_hand += 1
        self._idle.clear()
        try:
            await self._receive(event)
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                self._idle.set()
