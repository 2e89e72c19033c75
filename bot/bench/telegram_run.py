"""The Telegram benchmark's work: the libraries take turns against one loopback server, a few rounds.

Each round's ratio compares what ran within the same seconds; the median of them is what counts, because other work on
the machine moves all figures.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from html import escape
from zoneinfo import ZoneInfo

from telegram import Bot
from telegram.request import BaseRequest, HTTPXRequest

from bot.bench.outbox_rows import LANGUAGES, reminder
from bot.channels.telegram.request import AiohttpRequest
from bot.channels.telegram.sending import send_text
from bot.configuration.garbage import settle
from locales.rendering.catalog import Catalogs
from locales.rendering.render import Renderer

_TOKEN = "4242424242:BENCH"  # noqa: S105 - a token of nobody
_CHAT = 7
_WARM_UP = 200
# python-telegram-bot's own default.
_CONNECTIONS = 256
OURS, DEFAULT, AIOGRAM = "our channel, on python-telegram-bot", "python-telegram-bot, its own way", "aiogram"

Send = Callable[[str], Awaitable[object]]


class AiogramMissing(Exception):
    """aiogram is not installed: there is nothing to compare with."""


@dataclass(slots=True)
class SenderFigures:
    """One library: messages a second of each round, and the processor time of one message in milliseconds."""

    per_second: list[int] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def median(self) -> int:
        """Messages a second."""
        return round(statistics.median(self.per_second))

    @property
    def best(self) -> int:
        """Messages a second of the best round."""
        return max(self.per_second)

    @property
    def cpu_ms(self) -> float:
        """Processor time of one message in milliseconds."""
        return statistics.median(self.cpu)


@dataclass(frozen=True, slots=True)
class TelegramFigures:
    """All libraries, and how ours stands to aiogram: the median of the rounds' ratios; 1 = as fast."""

    senders: Mapping[str, SenderFigures]
    messages: int
    at_once: int

    @property
    def ratio(self) -> float:
        """Ours to aiogram."""
        pairs = zip(self.senders[OURS].per_second, self.senders[AIOGRAM].per_second, strict=True)
        return statistics.median(ours / theirs for ours, theirs in pairs)

    def as_json(self) -> dict[str, object]:
        """For --json."""
        return {
            "messages_a_round": self.messages,
            "at_once": self.at_once,
            "ratio_to_aiogram": round(self.ratio, 3),
            "senders": {
                name: {
                    "messages_per_s": figures.median,
                    "best": figures.best,
                    "rounds": figures.per_second,
                    "cpu_ms_per_message": round(figures.cpu_ms, 3),
                }
                for name, figures in self.senders.items()
            },
        }


async def measure(messages: int, at_once: int, rounds: int, tell: Callable[[str], object]) -> TelegramFigures:
    """Let each library send `messages` messages in each round.

    Raises AiogramMissing.
    """
    try:
        import aiogram  # noqa: F401 - a development dependency, found missing before anything is started
    except ImportError:
        raise AiogramMissing(
            "aiogram is not installed, so there is nothing to compare with. It comes with the development "
            "dependencies: pip install 'maatje[dev]'"
        ) from None
    figures = {OURS: SenderFigures(), AIOGRAM: SenderFigures(), DEFAULT: SenderFigures()}
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(_loopback())
        senders = {
            OURS: await stack.enter_async_context(_python_telegram_bot(url, ours=True)),
            AIOGRAM: await stack.enter_async_context(_aiogram(url)),
            DEFAULT: await stack.enter_async_context(_python_telegram_bot(url, ours=False)),
        }
        for name, send in senders.items():
            tell(f"{name}: warming up …")
            await _send_all(send, _WARM_UP if name != DEFAULT else at_once, at_once)
        # As the service does; it is the same for all.
        settle()
        for number in range(rounds):
            # Who begins changes, so that nobody always has the quieter moment.
            order = list(senders) if number % 2 == 0 else list(reversed(senders))
            for name in order:
                # PTB's own layer is shown for comparison only, and takes ten times as long: once is enough.
                if name == DEFAULT and number:
                    continue
                tell(f"round {number + 1} of {rounds}: {name} …")
                count = messages // 10 if name == DEFAULT else messages
                started, cpu = time.perf_counter(), time.process_time()
                await _send_all(senders[name], count, at_once)
                figures[name].per_second.append(round(count / (time.perf_counter() - started)))
                figures[name].cpu.append((time.process_time() - cpu) / count * 1000)
    return TelegramFigures(figures, messages, at_once)


async def _send_all(send: Send, messages: int, at_once: int) -> None:
    left, texts = messages, _texts()

    async def sender() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            await send(texts[left % len(texts)])

    await asyncio.gather(*(sender() for _ in range(at_once)))


@cache
def _texts() -> tuple[str, ...]:
    """What is sent: a meeting's reminder in each of the benchmark's languages."""
    renderer = Renderer(Catalogs(), ZoneInfo("Europe/Amsterdam"))
    body = reminder(1, datetime.now(UTC))
    return tuple(escape(renderer.render(body, language).text) for language in LANGUAGES)


@asynccontextmanager
async def _loopback() -> AsyncIterator[str]:
    """The server's address."""
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot.bench.loopback", stdin=pipe, stdout=pipe)
    try:
        port = int(await server.stdout.readline()) if server.stdout is not None else 0
        yield f"http://127.0.0.1:{port}"
    finally:
        if server.stdin is not None:
            server.stdin.close()
        await server.wait()


@asynccontextmanager
async def _python_telegram_bot(url: str, *, ours: bool) -> AsyncIterator[Send]:
    request: BaseRequest = AiohttpRequest() if ours else HTTPXRequest(connection_pool_size=_CONNECTIONS)
    bot = Bot(_TOKEN, base_url=f"{url}/bot", request=request)
    await request.initialize()
    try:
        # As the channel sends.
        yield (
            (lambda text: send_text(bot, _CHAT, text))
            if ours
            else (lambda text: bot.send_message(_CHAT, text, parse_mode="HTML"))
        )
    finally:
        await request.shutdown()


@asynccontextmanager
async def _aiogram(url: str) -> AsyncIterator[Send]:
    from aiogram import Bot as Gram
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer

    gram = Gram(_TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(url)))
    try:
        yield lambda text: gram.send_message(_CHAT, text, parse_mode="HTML")
    finally:
        await gram.session.close()
