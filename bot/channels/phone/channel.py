"""The telephone as a channel: a message is a call, an answer is a key.

`send` returns when somebody answered, or nobody did; what was heard, and whether it is tried again, is told later as
news, as by any provider. What a person presses is an event like any other, and its answer is said in the same call.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.routing import BaseRoute

from bot.channels.base import (
    AddressGone,
    Capabilities,
    News,
    Receipt,
    Receive,
    Rejected,
    Report,
    RetryLater,
)
from bot.channels.kind import no_number
from bot.channels.phone.carrier import Carrier, CarrierDown, Incoming, OpenLine
from bot.channels.phone.hearing import hears
from bot.channels.phone.news import in_vain, news_of, not_reached, ref_of, told_already, wait_of
from bot.channels.phone.records import CHANNEL, CallLog, Known
from bot.channels.phone.script import OPENING, CallState
from bot.channels.phone.strangers import ask_for_code, say_who_to_call, who_calls
from bot.channels.phone.talk import Talk
from bot.channels.phone.voice import CallVoice
from bot.channels.phone.wording import Callee, is_code
from bot.channels.receiving import Receiving
from bot.events import InboundEvent, Pressed
from locales.rendering.render import Rendered
from reminders.delivery.calling_hours import CallingHours
from reminders.delivery.channel import Clock
from reminders.delivery.receipts import TooEarly
from reminders.intents import Act, asks
from storage.vocabulary import CallOutcome

log = structlog.get_logger(__name__)

# A minute and a half to a mobile telephone, in thousandths of a euro: dearer than an SMS, since it takes somebody's
# time as well.
COST: Final = 120
# When all lines are in use, it is looked again after so many seconds whether one is free.
_LOOK_AGAIN: Final = 10.0
#: Shorter than the dispatcher's patience with a sending, which waits for this.
RING: Final = 22.0
# News comes before the sending is written down; then it is told again.
_NEWS_AGAIN: Final = (0.0, 0.5, 2.0, 10.0)
#: So long a call may go on when the service stops.
GRACE: Final = 5.0


class PhoneChannel:
    """Keeps bot.channels.base.Channel. Addresses are telephone numbers in E.164.

    `lines` is how many calls may be on at once. `telephone` gives the municipality's own number by the one that was
    called, for who calls us from a number that we do not know.
    """

    name = CHANNEL

    def __init__(
        self,
        carrier: Carrier,
        *,
        calls: CallLog,
        voice: CallVoice,
        clock: Clock,
        report: Report,
        hours: CallingHours,
        lines: int,
        telephone: Callable[[str], str] = no_number,
        routes: Sequence[BaseRoute] = (),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        ring: float = RING,
    ) -> None:
        self.capabilities = Capabilities(
            buttons=False,
            receipts=True,
            hours=hours,
            cost=COST,
            asks_who=True,
        )
        self._carrier = carrier
        self._calls = calls
        self._voice = voice
        self._clock = clock
        self._report = report
        self._hours = hours
        self._free = lines
        self._telephone = telephone
        self._routes = tuple(routes)
        self._sleep = sleep
        self._ring = ring
        self._receiving = Receiving()
        self._talks: dict[str, Talk] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def start(self, receive: Receive) -> None:
        """Begin to take calls, and keys."""
        self._receiving.begin(receive)
        self._stopping = False
        await self._carrier.start(self._rings)

    async def stop(self) -> None:
        """Take no calls any more. Those that are on go on until `close`, or end by themselves."""
        self._stopping = True
        await self._carrier.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GRACE)
        await self._receiving.end()

    async def close(self) -> None:
        """End what is left."""
        for task in [*self._tasks]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._carrier.close()
        await self._voice.close()

    def routes(self) -> Sequence[BaseRoute]:
        """What the carrier needs of our HTTP server."""
        return self._routes

    async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
        """Call, or say it in the call that is on; returns when it is answered, or not.

        Raises:
            RetryLater: no line is free, the carrier is down, or an earlier process may be calling.
            AddressGone, Rejected: there is no such number; this person was called in vain often enough.
        """
        talk = self._talks.get(address)
        if talk is not None and not talk.is_over:
            known = await self._calls.known(address, self._clock.now(), reference)
            return await self._say_now(talk, known, message, reference)
        # Taken before anything is waited for: whoever asks `busy_for` next sees one line less.
        if self._free <= 0:
            raise RetryLater("lines_busy", after=timedelta(seconds=_LOOK_AGAIN))
        self._free -= 1
        begun = False
        try:
            receipt, begun = await self._call(address, message, reference)
        finally:
            if not begun:
                self._free += 1
        return receipt

    async def _call(self, address: str, message: Rendered, reference: str) -> tuple[Receipt, bool]:
        """Call on the line that was taken; whether a talk has it now."""
        now = self._clock.now()
        known = await self._calls.known(address, now, reference)
        code = is_code(message)
        if known is None:
            raise Rejected("nobodys_number")
        if (done := told_already(known, code=code)) is not None:
            return done, False
        if self._stopping:
            raise RetryLater("stopping")
        if not code and (wait := wait_of(known, self._hours, now)) is not None:
            self._news(not_reached("called_before", ref_of(0, reference), wait))
            return Receipt(ref_of(0, reference)), False
        callee = known.callee if not code else Callee("", known.callee.municipality, known.callee.locale)
        return await self._dial(address, known, callee, message, reference)

    def busy_for(self) -> float:
        """About how many seconds all lines are in use; 0 = one is free."""
        return _LOOK_AGAIN if self._free <= 0 else 0.0

    async def close_buttons(self, address: str, message_ref: str) -> None:
        """Nothing: a call is over when it is over."""

    async def acknowledge(self, event: InboundEvent) -> None:
        """Nothing: the answer is said."""

    async def fetch(self, file: str) -> bytes | None:
        """Nothing: no call is recorded."""
        return None

    def link(self, code: str) -> str | None:
        """Nothing opens a call: people choose to be called."""
        return None

    async def _say_now(self, talk: Talk, known: Known | None, message: Rendered, reference: str) -> Receipt:
        if known is not None and known.contact_id != talk.contact_id:
            # Somebody else who uses this telephone is being spoken with.
            raise RetryLater("lines_busy", after=timedelta(seconds=_LOOK_AGAIN))
        is_answer = known is not None and known.is_answer
        told = talk.tell(message, reference if not is_answer else "")
        if not is_answer:
            return Receipt(ref_of(talk.number, reference))
        return Receipt(None, delivered=await told.begun)

    async def _dial(
        self, number: str, known: Known, callee: Callee, message: Rendered, reference: str
    ) -> tuple[Receipt, bool]:
        call_id, line, outcome = 0, None, CallOutcome.FAILED
        try:
            call_id = await self._calls.begin(known.contact_id, reference, self._clock.now())
            # Made before it rings: whoever answers hears who it is at once.
            await self._voice.lines(OPENING, CallState(), callee, None)
            try:
                dialled = await self._carrier.dial(number, ring=self._ring)
            except CarrierDown as error:
                raise RetryLater(error.reason) from None
            line, outcome = dialled.line, dialled.outcome
        finally:
            if line is None and call_id:
                await self._calls.end(call_id, outcome, self._clock.now())
        if line is not None:
            hear = hears(self._receiving, number, str(call_id), self._sleep, known.contact_id)
            talk = Talk(line, callee, self._voice, hear, number=call_id)
            talk.tell(message, reference)
            self._begin(number, talk, known)
        elif outcome is CallOutcome.GONE:
            raise AddressGone("no_such_number")
        elif outcome is CallOutcome.FAILED:
            raise RetryLater("call_failed")
        else:
            self._news(in_vain(known, outcome, ref_of(call_id, reference), self._hours, self._clock.now()))
        return Receipt(ref_of(call_id, reference)), line is not None

    def _begin(self, number: str, talk: Talk, known: Known) -> None:
        self._talks[number], talk.contact_id = talk, known.contact_id
        self._aside(self._hold(number, talk, known))

    async def _hold(self, number: str, talk: Talk, known: Known) -> None:
        outcome = CallOutcome.NOBODY
        try:
            outcome = await talk.run()
        finally:
            self._free += 1
            if self._talks.get(number) is talk:
                del self._talks[number]
            now = self._clock.now()
            await self._calls.end(talk.number, outcome, now)
            for message in talk.told:
                if message.reference:
                    await self._tell(news_of(message, talk.number, known, outcome, self._hours, now))

    async def _rings(self, incoming: Incoming) -> None:
        """Somebody calls us: what is new for who we know, by their number or by a code of theirs, and how to reach the
        municipality for everybody else."""
        number, line = incoming.number, incoming.line
        callers = await self._calls.callers(number, self._clock.now())
        # Whoever calls us has a line already; it is one less for our own calls.
        if callers and number not in self._talks:
            self._free -= 1
            known = await who_calls(line, self._voice, callers)
            self._free += known is None
            if known is not None:
                await self._greet(number, known, line, is_known=len(callers) > 1)
        elif number in self._talks or self._free <= 0:
            await say_who_to_call(line, self._voice, self._telephone(incoming.called))
        else:
            await self._meet(incoming)

    async def _meet(self, incoming: Incoming) -> None:
        """Somebody calls from a number that is nobody's, and stays so: over their own is answered what a code opens."""
        line, telephone, taken = incoming.line, self._telephone(incoming.called), False
        self._free -= 1
        try:
            opens = partial(self._calls.by_code, caller=incoming.number, now=self._clock.now())
            opened = await ask_for_code(line, self._voice, telephone, opens)
            if opened is not None and opened.number in self._talks:
                await say_who_to_call(line, self._voice, telephone)
            elif opened is not None:
                taken = True
                await self._greet(opened.number, opened.known, line)
        finally:
            if not taken:
                self._free += 1

    async def _greet(self, number: str, known: Known, line: OpenLine, *, is_known: bool = False) -> None:
        call_id = await self._calls.begin(known.contact_id, "", self._clock.now(), incoming=True)
        hear = hears(self._receiving, number, str(call_id), self._sleep, known.contact_id)

        async def greeted() -> bool:
            waited = await self._calls.release(known.person_id or 0, self._clock.now())
            return waited > 0 or await hear(Pressed(asks(Act.APPOINTMENTS)))

        talk = Talk(line, known.callee, self._voice, hear, number=call_id, is_known=is_known, greeted=greeted)
        self._begin(number, talk, known)

    def _news(self, news: News) -> None:
        self._aside(self._tell(news))

    async def _tell(self, news: News) -> None:
        """Tell what became of a message, until it can be written down."""
        for pause in _NEWS_AGAIN:
            if pause:
                await self._sleep(pause)
            try:
                await self._report(news)
            except (TooEarly, OperationalError, InterfaceError):
                continue
            return
        # Without news it goes to the next channel in its time.
        log.warning("call_news_not_told", state=news.state.value)

    def _aside(self, work: Awaitable[None]) -> None:
        async def run() -> None:
            await work

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._is_done)

    def _is_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("call_failed", error=type(error).__name__)
