"""One call, from the opening to its end: the script over a line, with messages in and keys out."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from bot.channels.phone.carrier import HungUp, OpenLine
from bot.channels.phone.script import (
    OPENING,
    CallLine,
    CallState,
    CallStep,
    Do,
    Event,
    Key,
    NextUp,
    NothingCame,
    Quiet,
    Stage,
    began,
    step,
)
from bot.channels.phone.voice import CallVoice
from bot.channels.phone.wording import Callee, choices_of, is_in_a_report
from bot.events import Left, Payload, Pressed
from locales.rendering.render import Rendered
from reminders.intents import Act, asks
from storage.vocabulary import CallOutcome

log = structlog.get_logger(__name__)

# Seconds in which a key is pressed, and in which an answer of ours must have come. Finding a key takes a while for who
# seldom telephones so.
KEY_WAIT: Final = 7.0
ANSWER_WAIT: Final = 8.0


@dataclass(slots=True, eq=False)
class ToTell:
    """Something to be told in a call. `begun` is done once it is being said (True), or the call is over (False)."""

    rendered: Rendered
    reference: str
    begun: "asyncio.Future[bool]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    heard: bool = False

    def settle(self, *, begun: bool) -> None:
        """Tell whoever waits, once."""
        if not self.begun.done():
            self.begun.set_result(begun)


# What is pressed is handed over with this; False = it could not be written down.
Hear = Callable[[Payload], Awaitable[bool]]


class Talk:
    """A call that is answered. `greeted` is called when the person of an incoming call said who they are, and sees to
    it that there is something to tell. `is_known`: they have said so before it."""

    def __init__(
        self,
        line: OpenLine,
        callee: Callee,
        voice: CallVoice,
        hear: Hear,
        *,
        number: int = 0,
        is_known: bool = False,
        greeted: Callable[[], Awaitable[bool]] | None = None,
        key_wait: float = KEY_WAIT,
        answer_wait: float = ANSWER_WAIT,
    ) -> None:
        self.number = number
        # Who it is held with, by their contact.
        self.contact_id = 0
        self._line = line
        self._callee = callee
        self._voice = voice
        self._hear = hear
        self._greeted = greeted
        self._key_wait = key_wait
        self._answer_wait = answer_wait
        self._waiting: deque[ToTell] = deque()
        self._came = asyncio.Event()
        # Whether an answer of ours is on its way, and whether what was pressed could not be handed over.
        self._expects = self._failed = False
        self._call = CallState(stage=Stage.WAITING, known=True) if is_known else CallState()
        self._current: ToTell | None = None
        self.told: list[ToTell] = []
        self.is_over = False

    def tell(self, rendered: Rendered, reference: str) -> ToTell:
        """Have something told as soon as it is its turn."""
        message = ToTell(rendered, reference)
        self.told.append(message)
        if self.is_over:
            message.settle(begun=False)
        else:
            self._waiting.append(message)
            self._came.set()
        return message

    async def run(self) -> CallOutcome:
        """Hold the conversation; how it came out. Never raises for what the other side does."""
        try:
            await self._hold()
        except HungUp:
            pass
        finally:
            self.is_over = True
            for message in (*self._waiting, *self.told):
                message.settle(begun=False)
            await self._line.hang_up()
        if self._call.known and self._is_in_a_report():
            # "I can't" was said: it must not be lost because the reason was not.
            await self._hear(Pressed(asks(Act.LETTER, "call")))
        return CallOutcome.TALKED if self._call.known and self._call.told else CallOutcome.NOBODY

    async def _hold(self) -> None:
        say: tuple[CallLine, ...] = () if self._call.known else OPENING
        while True:
            if self._call.stage is Stage.WAITING and not say:
                event: Event = await self._next()
            else:
                sound = await self._voice.lines(say, self._call, self._callee, self._rendered())
                self._call = began(self._call, self._line.seconds)
                is_last = self._call.stage is Stage.OVER
                key = await self._line.ask(sound, 0.0 if is_last else self._key_wait, self._takes)
                if is_last:
                    return
                event = key or Quiet()
            found = step(self._call, event)
            self._call, say = found.call, found.say
            if self._current is not None and not isinstance(event, NextUp):
                self._current.heard = self._current.heard or self._call.heard
            await self._do(found)

    async def _do(self, found: CallStep) -> None:
        match found.do:
            case Do.ANSWER if self._current is not None and found.choice is not None:
                choice = choices_of(self._current.rendered)[found.choice]
                payload: Payload = Pressed(choice.intent)
            case Do.CALL_ME:
                payload = Pressed(asks(Act.LETTER, "call"))
            case Do.STOP:
                payload = Left()
            case _:
                return
        self._expects = found.do is not Do.STOP
        self._failed = not await self._hear(payload)

    async def _next(self) -> Event:
        """The next thing to tell, or that nothing came."""
        if self._failed:
            self._failed = False
            return NothingCame(failed=True)
        if self._greeted is not None and not self._call.told:
            greeted, self._greeted = self._greeted, None
            self._expects = await greeted()
        answered = self._expects
        if not self._waiting and self._expects:
            self._came.clear()
            try:
                async with asyncio.timeout(self._answer_wait):
                    await self._came.wait()
            except TimeoutError:
                log.warning("call_without_answer", call=self.number)
                return NothingCame(failed=True)
        self._expects = False
        if not self._waiting:
            return NothingCame()
        self._current = self._waiting.popleft()
        self._current.settle(begun=True)
        choices = choices_of(self._current.rendered)
        # What follows an answer is offered, unless the report goes on.
        return NextUp(len(choices), asks=not answered or is_in_a_report(choices))

    def _takes(self, key: Key) -> bool:
        """Whether a key ends what is being said: one that the script does not ignore."""
        return not step(self._call, key).ignored

    def _rendered(self) -> Rendered | None:
        return self._current.rendered if self._current is not None else None

    def _is_in_a_report(self) -> bool:
        """Whether the call ended in the middle of a report: who hangs up there has said that they cannot come."""
        if self._current is None or self._call.stage is Stage.WAITING:
            return False
        return is_in_a_report(choices_of(self._current.rendered))
