"""A telephone and its carrier in memory: what is said is text, and keys come when the test presses them."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bot.channels.phone.carrier import Carrier, DialResult, HungUp, Incoming, Ringing, Takes, typed_by_keys
from bot.channels.phone.channel import PhoneChannel
from bot.channels.phone.records import CallLog
from bot.channels.phone.script import Key
from bot.channels.phone.voice import SILENCE, CallVoice
from bot.channels.phone.wording import CallWriter
from bot.voice.sound import Pcm
from bot.voice.speech import Speech, SpeechWriter
from locales.glossary.reading import load_glossary
from locales.rendering.message import Text, Value
from locales.rendering.render import Renderer
from reminders.delivery.calling_hours import CallingHours
from reminders.delivery.channel import News, Report
from storage.engine.database import Database
from storage.vocabulary import CallOutcome
from tests.clock import FakeClock

WITHIN = 10.0


class SpeaksText:
    """Sound that is its own text, so that a test reads what is said."""

    voices = frozenset({"nl", "en", "ar"})

    async def sound(self, speech: Speech, otherwise: Speech | None = None, *, rate: int, slow: bool = False) -> Pcm:
        said = "\n".join(" ".join(one.text for one in sentence.segments) for sentence in speech.sentences)
        said = re.sub(r" (?=[.,:?!])", "", said)
        return Pcm(np.frombuffer((("~" if slow else "") + said).encode("utf-16-le"), np.int16), rate)

    async def close(self) -> None:
        return


def read(sound: Pcm) -> str:
    """What a sound says."""
    return sound.samples.tobytes().decode("utf-16-le")


class MemoryLine:
    """A call as it is on the person's telephone. A second passes with each act."""

    def __init__(self) -> None:
        self._acts: asyncio.Queue[str | None] = asyncio.Queue()
        self._asks = asyncio.Condition()
        self._seconds = 0.0
        self.said: list[str] = []
        self.asking = 0
        self.is_over = False

    @property
    def seconds(self) -> float:
        return self._seconds

    async def ask(self, sound: Pcm, wait: float, takes: Takes) -> Key | None:
        if self.is_over:
            raise HungUp
        self.said.append(read(sound))
        while wait:
            await self._tell(asking=1)
            act = await self._acts.get()
            await self._tell(asking=-1)
            if act == "hangs up":
                self.is_over = True
                raise HungUp
            if act is None:
                return None
            key = Key(act, self._seconds)
            if takes(key):
                return key
        return None

    async def ask_number(self, sound: Pcm, wait: float) -> str:
        return await typed_by_keys(self.ask, sound, SILENCE, wait)

    async def hang_up(self) -> None:
        self.is_over = True
        await self._tell()

    async def _tell(self, asking: int = 0) -> None:
        async with self._asks:
            self.asking += asking
            self._asks.notify_all()

    async def breaks(self) -> None:
        """The other side is gone, whatever is being asked."""
        self._acts.put_nowait("hangs up")
        await self.hang_up()

    async def is_asked(self) -> None:
        """Wait until something is asked, or the call is over."""
        async with asyncio.timeout(WITHIN), self._asks:
            await self._asks.wait_for(lambda: self.asking or self.is_over)

    async def act(self, act: str | None) -> None:
        """Press a key, let it pass (None), or hang up; returns when the next question is asked, or the call is over."""
        self._seconds += 1.0
        async with asyncio.timeout(WITHIN), self._asks:
            await self._asks.wait_for(lambda: self.asking or self.is_over)
            before = len(self.said)
            self._acts.put_nowait(act)
            await self._asks.wait_for(lambda: self.is_over or (self.asking and len(self.said) > before))


@dataclass
class MemoryCarrier:
    """Dials telephones in memory. `outcomes` are those of numbers that do not answer, one a try."""

    outcomes: dict[str, list[CallOutcome]] = field(default_factory=dict)
    dialled: list[str] = field(default_factory=list)
    lines: dict[str, MemoryLine] = field(default_factory=dict)
    ringing: Ringing | None = None
    calls: list["asyncio.Future[None]"] = field(default_factory=list)
    rang: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def start(self, ringing: Ringing) -> None:
        self.ringing = ringing

    async def dial(self, number: str, *, ring: float) -> DialResult:
        self.dialled.append(number)
        if left := self.outcomes.get(number):
            return DialResult(outcome=left.pop(0))
        line = self.lines[number] = MemoryLine()
        async with self.rang:
            self.rang.notify_all()
        return DialResult(line)

    async def line_of(self, number: str, after: "MemoryLine | None" = None) -> MemoryLine:
        """The call to a number, once there is one (after an earlier one)."""
        async with asyncio.timeout(WITHIN), self.rang:
            await self.rang.wait_for(lambda: self.lines.get(number) not in (None, after))
        return self.lines[number]

    async def calls_us(self, number: str, called: str = "") -> MemoryLine:
        """Somebody calls; returns when they are asked something, or the call is over."""
        line = self.lines[number] = MemoryLine()
        assert self.ringing is not None
        self.calls.append(asyncio.ensure_future(self.ringing(Incoming(number, line, called))))
        await line.is_asked()
        return line

    async def stop(self) -> None:
        self.ringing = None

    async def close(self) -> None:
        for line in self.lines.values():
            await line.hang_up()
        await asyncio.gather(*self.calls)


class Handset:
    """A person with a telephone: hears, presses."""

    def __init__(self, carrier: MemoryCarrier, number: str, renderer: Renderer, locale: str = "en") -> None:
        self._carrier = carrier
        self._renderer = renderer
        self.number = number
        self.locale = locale

    @property
    def line(self) -> MemoryLine:
        return self._carrier.lines[self.number]

    @property
    def hears(self) -> str:
        """What was said last."""
        return self.line.said[-1]

    async def picks_up(self) -> None:
        """Wait for the call's first question."""
        line = await self._carrier.line_of(self.number)
        await line.is_asked()

    async def presses(self, *digits: str) -> None:
        """Press keys, each when it is asked for."""
        for digit in digits:
            await self.line.act(digit)

    async def lets_pass(self) -> None:
        """Press nothing."""
        await self.line.act(None)

    async def hangs_up(self) -> None:
        """Hang up."""
        await self.line.act("hangs up")

    def hears_of(self, key: str, **params: Value) -> bool:
        """Whether what was said last says this text."""
        return self._renderer.say(Text(key, params), self.locale).rstrip(".?! ") in self.hears


def phone_channel(
    carrier: Carrier, database: Database, clock: FakeClock, renderer: Renderer, report: Report, **more: object
) -> PhoneChannel:
    """A channel over telephones in memory."""
    writer = SpeechWriter(renderer.catalogs, renderer.zone, load_glossary())
    options: Mapping[str, object] = {"lines": 4, "sleep": clock.tick, **more}
    return PhoneChannel(
        carrier,
        calls=CallLog(database),
        voice=CallVoice(SpeaksText(), CallWriter(writer)),
        clock=clock,
        report=report,
        hours=CallingHours(),
        **options,  # type: ignore[arg-type]
    )


class Reports:
    """What a channel told of its messages."""

    def __init__(self) -> None:
        self.news: list[News] = []

    async def report(self, news: News) -> None:
        self.news.append(news)
