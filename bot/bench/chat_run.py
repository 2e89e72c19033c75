"""The chat benchmark's work: people on Telegram write to the real service through its webhook, and to bare echo bots.

A step's time runs from sending the update to the arrival of the reply at a loopback Bot API. Steps come one at a time
at a steady pace, or twenty at once every second, and each person writes every five seconds: below Telegram's 30
messages a second and one a second in a chat, so that no limit is measured. What a busy machine changes least is the
processor's time for a step.

Like with like: every bot is a process of its own behind the same webhook and before the same Bot API, and everybody
wrote to it once before, at the same pace, so that what is loaded, compiled and connected at the first time is there;
people have a conversation, as everybody has who agreed in the chat. The service has done its first planning by then (it
is waited for until it is at rest), the processor's time at rest is told apart and is not a step's, and commits wait for
the disk (SQLite, synchronous FULL). `ptb_echo` is python-telegram-bot's bare echo of a text: one call of the Bot API.
Ours is a pressed button, which means a second call (its buttons go off after the answer); `ptb_buttons` is a bare bot
that makes the same two calls for the same press.
"""

import asyncio
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.bench.chat_api import BotApi, listening
from bot.bench.chat_people import FIRST_CHAT, SECRET_KEY, fill
from storage.engine.columns import Json

_TOKEN = "4242424242:BENCH"  # noqa: S105 - a token of nobody
_WEBHOOK_SECRET = "bench"  # noqa: S105
_HEADERS = {"x-telegram-bot-api-secret-token": _WEBHOOK_SECRET}
_PACE = 1 / 20
_AT_ONCE = 20
_BURSTS = 10
_PEOPLE = 100
_SECONDS_AT_REST = 3.0
# A process that takes less of the processor (milliseconds a second) is at rest, or else when so many seconds went by.
_AT_REST = 50.0
_REST_WITHIN = 30.0
_ANSWERS_WITHIN = 10.0
_READY_WITHIN = 60.0


async def measure(steps: int, starts: int, tell: Callable[[str], None]) -> dict[str, Json]:
    """Figures as JSON: times in ms and s, memory in MB (None where the system does not tell it). The service is started
    so many times."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder / 'bench.db'}"
        await fill(url, _PEOPLE)
        api = BotApi()
        api_url = await stack.enter_async_context(listening(api))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        took: list[float] = []
        memory: float | None = None
        ours = echo = buttons = _Measured()
        for number in range(starts):
            tell(f"start {number + 1}")
            async with service(url, api_url, folder, http) as (service_url, seconds, process):
                took.append(seconds)
                if number == starts - 1:
                    memory = memory_of(process.pid)
                    tell("our service")
                    ours = await _measured(steps, process.pid, _Bot(service_url, http, api, _press))
        async with _echo(api_url) as (echo_url, process):
            tell("python-telegram-bot's echo")
            echo = await _measured(steps, process.pid, _Bot(echo_url, http, api, _text))
        async with _echo(api_url) as (echo_url, process):
            tell("python-telegram-bot with buttons")
            buttons = await _measured(steps, process.pid, _Bot(echo_url, http, api, _press))
    return {
        "steps": steps,
        "ours": ours.figures(),
        "ptb_echo": echo.figures(),
        "ptb_buttons": buttons.figures(),
        **{f"{name}_to_echo": value for name, value in ours.beside(echo).items()},
        **{f"{name}_to_buttons": value for name, value in ours.beside(buttons).items()},
        "at_once": _AT_ONCE,
        "cold_start_s": round(statistics.median(took), 2),
        "load": [round(one, 1) for one in os.getloadavg()],
        "memory_at_rest_mb": memory,
    }


@dataclass(frozen=True, slots=True)
class _Bot:
    """A bot that is written to. `update` makes an update of this number from this chat."""

    url: str
    http: aiohttp.ClientSession
    api: BotApi
    update: Callable[[int, int], Mapping[str, object]]

    async def step(self, number: int) -> float:
        """One update, and the milliseconds until its reply. Everybody writes in their turn."""
        chat = FIRST_CHAT + number % _PEOPLE
        began = time.perf_counter()
        reply = self.api.expect(chat)
        update = self.update(number + 1, chat)
        async with self.http.post(f"{self.url}/telegram/webhook", json=update, headers=_HEADERS) as answer:
            answer.raise_for_status()
        async with asyncio.timeout(_ANSWERS_WITHIN):
            return (await reply - began) * 1000


@dataclass(frozen=True, slots=True)
class _Measured:
    """Milliseconds of the steps one by one, turns a second in each burst, the processor's milliseconds a step and, at
    rest, a second."""

    times: Sequence[float] = ()
    rates: Sequence[float] = ()
    cpu: float | None = None
    at_rest: float | None = None

    def figures(self) -> dict[str, Json]:
        """For the report."""
        return {
            "p50_ms": round(statistics.median(self.times), 2),
            "p99_ms": round(statistics.quantiles(self.times, n=100)[98], 2),
            "cpu_ms_a_step": None if self.cpu is None else round(self.cpu, 2),
            "cpu_ms_a_second_at_rest": None if self.at_rest is None else round(self.at_rest, 1),
            "turns_a_second_at_once": round(statistics.median(self.rates), 1),
        }

    def beside(self, other: "_Measured") -> dict[str, Json]:
        """How many times another's p50, processor's time and turns a second these are."""
        cpu = self.cpu / other.cpu if self.cpu is not None and other.cpu else None
        return {
            "p50": round(statistics.median(self.times) / statistics.median(other.times), 2),
            "cpu": None if cpu is None else round(cpu, 2),
            "turns_at_once": round(statistics.median(self.rates) / statistics.median(other.rates), 2),
        }


async def _measured(steps: int, pid: int, bot: _Bot) -> _Measured:
    await _steps(bot, range(_PEOPLE))
    at_rest = await _at_rest(pid)
    before, began = cpu_of(pid), time.perf_counter()
    times = await _steps(bot, range(_PEOPLE, _PEOPLE + steps))
    after, took = cpu_of(pid), time.perf_counter() - began
    rates: list[float] = []
    for burst in range(_BURSTS):
        first = _PEOPLE + steps + burst * _AT_ONCE
        # The second's messages that Telegram takes are there again.
        await asyncio.sleep(1.0)
        began = time.perf_counter()
        await asyncio.gather(*(bot.step(first + number) for number in range(_AT_ONCE)))
        rates.append(_AT_ONCE / (time.perf_counter() - began))
    if before is None or after is None or at_rest is None:
        return _Measured(times, rates)
    return _Measured(times, rates, (after - before - at_rest * took) / steps, at_rest)


async def _steps(bot: _Bot, numbers: range) -> list[float]:
    """Steps one at a time at a steady pace, and their milliseconds."""
    times: list[float] = []
    for number in numbers:
        began = time.perf_counter()
        times.append(await bot.step(number))
        await asyncio.sleep(max(0.0, began + _PACE - time.perf_counter()))
    return times


async def _at_rest(pid: int) -> float | None:
    """Wait until a process does no more than look round; the processor's milliseconds that it takes so, a second."""
    until = time.perf_counter() + _REST_WITHIN
    while True:
        before, began = cpu_of(pid), time.perf_counter()
        await asyncio.sleep(_SECONDS_AT_REST)
        after, now = cpu_of(pid), time.perf_counter()
        if before is None or after is None:
            return None
        if (rate := (after - before) / (now - began)) < _AT_REST or now > until:
            return rate


def cpu_of(pid: int) -> float | None:
    """The processor's time of a process in milliseconds, where the system tells it (Linux)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def _press(number: int, chat: int) -> Mapping[str, object]:
    """A person presses "my appointments"."""
    message = {"message_id": number, "date": 1767225600, "chat": {"id": chat, "type": "private"}, "text": "?"}
    query = {"id": str(number), "from": _user(chat), "message": message, "chat_instance": "1", "data": "appts"}
    return {"update_id": number, "callback_query": query}


def _text(number: int, chat: int) -> Mapping[str, object]:
    """A person writes."""
    chat_of = {"id": chat, "type": "private"}
    message = {"message_id": number, "date": 1767225600, "chat": chat_of, "from": _user(chat), "text": "hello"}
    return {"update_id": number, "message": message}


def _user(chat: int) -> Mapping[str, object]:
    return {"id": chat, "is_bot": False, "first_name": "B", "language_code": "nl"}


@asynccontextmanager
async def service(
    url: str, api_url: str, folder: Path, http: aiohttp.ClientSession
) -> AsyncIterator[tuple[str, float, asyncio.subprocess.Process]]:
    """`maatje run` in its own process: its address, and the seconds until it said that it is ready."""
    port = _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MAATJE_")},
        "MAATJE_DATABASE_URL": url,
        "MAATJE_SECRET_KEY": SECRET_KEY,
        "MAATJE_TELEGRAM_TOKEN": _TOKEN,
        "MAATJE_TELEGRAM_API_URL": api_url,
        "MAATJE_TELEGRAM_WEBHOOK_SECRET": _WEBHOOK_SECRET,
        "MAATJE_PUBLIC_URL": "https://maatje.example",
        "MAATJE_PORT": str(port),
    }
    address = f"http://127.0.0.1:{port}"
    began = time.perf_counter()
    with (folder / "service.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=folder, env=environment, stdout=log, stderr=log
        )
    try:
        async with asyncio.timeout(_READY_WITHIN):
            while not await _is_ready(http, address):
                if process.returncode is not None:
                    raise RuntimeError(f"the service ended:\n{(folder / 'service.log').read_text()}")
                await asyncio.sleep(0.01)
        yield address, time.perf_counter() - began, process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _is_ready(http: aiohttp.ClientSession, address: str) -> bool:
    try:
        async with http.get(f"{address}/health/ready") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@asynccontextmanager
async def _echo(api_url: str) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.bench.echo", api_url, _TOKEN,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    if process.stdout is None or process.stdin is None:
        raise RuntimeError("no pipes")
    try:
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}", process
    finally:
        process.stdin.close()
        await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def memory_of(pid: int) -> float | None:
    """Resident memory of a process in MB, where the system tells it (Linux)."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return None
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)
