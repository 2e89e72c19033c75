"""How much of what arrives is in hand at a time: a bounded number of events, each sender's in order.

An event is in hand from its arrival until the replies to it have left, so who is let in is answered soon. Who
comes when all places are taken waits in line for some seconds, first come first served: a request held open costs
next to nothing and keeps its turn, where one that is refused at once comes again in a lottery that the unlucky lose
over and over. What the line cannot hold is brought again by its channel (a webhook's 503, a poll that is not
confirmed), which costs nobody a message. Without a bound a flood took every connection of the database, and reports
were lost with an apology.

One sender takes only a share: a few events that wait for their turn, and a few whose replies are on their way. Who
sends more than a channel lets us answer (Telegram: a message a second in a chat) waits for their own replies; nobody
else does, and their channel is not asked to bring it again, for a poll would hold everybody's updates back with theirs.
"""

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass, field
from typing import Final

# Under three seconds of replies on a channel with 30 messages a second.
MOST_IN_HAND: Final = 80
# Telegram keeps up to 40 requests open (max_connections), Meta more: room for those of all channels together.
MOST_IN_LINE: Final = 200
# Seconds in line, where the event's channel does not wait less.
LINE_WITHIN: Final = 4.0
# One sender alone never fills it.
MOST_OF_ONE: Final = 10
# Turns that use the database at the same time: fewer than its connections (bot.app: a pool of 10, and 5 more), so that
# reminders, pages and health checks find one.
AT_ONCE: Final = 8


class Full(Exception):
    """There is no room for this event now."""


@dataclass(slots=True, eq=False)
class _Sender:
    """One sender's events: those to be handled, those whose replies are on their way, and who waits for their turn."""

    to_handle: int = 0
    replying: int = 0
    in_line: int = 0
    busy: bool = False
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)


class Intake:
    """Gives events their place and their turn."""

    def __init__(
        self,
        *,
        most: int = MOST_IN_HAND,
        most_of_one: int = MOST_OF_ONE,
        at_once: int = AT_ONCE,
        most_in_line: int = MOST_IN_LINE,
        within: float = LINE_WITHIN,
    ) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._most_in_line = most_in_line
        self._within = within
        self._line: deque[asyncio.Future[None]] = deque()
        self._turns = asyncio.Semaphore(at_once)
        self._senders: dict[str, _Sender] = {}
        self._in_hand = 0
        self._is_calm = asyncio.Event()

    @property
    def in_hand(self) -> int:
        """How many events are in hand."""
        return self._in_hand

    async def line_up(self, sender: str, patience: float | None = None) -> None:
        """`enter`, after waiting in line for a place where there is none: at most `within` seconds, or `patience`.

        Raises:
            Full: no place came free in time, the line is full, or too many are this sender's.
        """
        known = self._senders.get(sender)
        if not self._line and self._in_hand < self._most and (known is None or not known.in_line):
            self.enter(sender)
            return
        if len(self._line) >= self._most_in_line or (known is not None and known.to_handle >= self._most_of_one):
            raise Full
        if known is None:
            known = self._senders[sender] = _Sender()
        known.to_handle += 1
        known.in_line += 1
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(place)
        try:
            async with asyncio.timeout(self._within if patience is None else min(self._within, patience)):
                await place
        except BaseException as error:
            known.to_handle -= 1
            if place in self._line:
                self._line.remove(place)
            else:
                self._in_hand -= 1
            self._forget(sender, known)
            if isinstance(error, TimeoutError):
                raise Full from None
            raise
        finally:
            known.in_line -= 1
            self._let_in()

    def _let_in(self) -> None:
        """Give the places that are free to who waits longest."""
        if not self._in_hand:
            # Whoever waits for this is woken, and nobody later.
            self._is_calm.set()
            self._is_calm.clear()
        while self._line and self._in_hand < self._most:
            place = self._line.popleft()
            self._in_hand += 1
            if place.done():
                # Given up in this moment: who waited gives the place back.
                continue
            place.set_result(None)

    def enter(self, sender: str) -> None:
        """Take a place for one event of this sender; each `enter` is followed by `give_up`, or `handled` and `leave`.

        Raises:
            Full: too many are in hand, of all or of this sender.
        """
        known = self._senders.get(sender)
        if self._in_hand >= self._most or (known is not None and known.to_handle >= self._most_of_one):
            raise Full
        if known is None:
            known = self._senders[sender] = _Sender()
        known.to_handle += 1
        self._in_hand += 1

    def give_up(self, sender: str) -> None:
        """Give the place of an event back that could not be handled."""
        known = self._senders[sender]
        known.to_handle -= 1
        self._in_hand -= 1
        self._forget(sender, known)
        self._let_in()

    def handled(self, sender: str) -> None:
        """The event is committed; its place is kept for its replies, up to the share of one sender."""
        known = self._senders[sender]
        known.to_handle -= 1
        known.replying += 1
        if known.replying > self._most_of_one:
            self._in_hand -= 1
            self._let_in()

    def leave(self, sender: str) -> None:
        """The replies to a handled event have left."""
        known = self._senders[sender]
        known.replying -= 1
        if known.replying < self._most_of_one:
            self._in_hand -= 1
        self._forget(sender, known)
        self._let_in()

    async def calm(self, within: float) -> None:
        """Wait until nothing is in hand, at most so many seconds."""
        if not self._in_hand:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._is_calm.wait()

    def _forget(self, sender: str, known: _Sender) -> None:
        if not known.to_handle and not known.replying:
            del self._senders[sender]

    async def begin(self, sender: str) -> None:
        """Wait for the turn: after this sender's earlier events, in the order in which all came. `end` ends it."""
        known = self._senders[sender]
        if known.busy:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            known.waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn in known.waiting:
                    known.waiting.remove(turn)
                else:
                    self._pass_on(known)
                raise
        known.busy = True
        try:
            await self._turns.acquire()
        except asyncio.CancelledError:
            self._pass_on(known)
            raise

    def end(self, sender: str) -> None:
        """This event's turn is over; the sender's next may begin."""
        self._turns.release()
        self._pass_on(self._senders[sender])

    @staticmethod
    def _pass_on(known: _Sender) -> None:
        known.busy = False
        while known.waiting:
            turn = known.waiting.popleft()
            if not turn.done():
                # Busy from now on, before the one that is woken has run: nobody comes in between.
                known.busy = True
                turn.set_result(None)
                return
