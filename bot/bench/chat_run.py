"""The chat benchmark's work: people on Telegram write to the real service through its webhook, and to an echo bot.

A step's time runs from sending the update to the arrival of the reply at a loopback Bot API. Each step is another
person's, and steps come one at a time at a steady pace, or twenty at once every second: below Telegram's 30 messages a
second, so that no limit is measured. What a busy machine changes least is the processor's time for a step.
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
from aiohttp import web

from bot.bench.chat_people import FIRST_CHAT, SECRET_KEY, fill
from storage.engine.columns import Json

_TOKEN = "4242424242:BENCH"  # noqa: S105 - a token of nobody
_WEBHOOK_SECRET = "bench"  # noqa: S105
_HEADERS = {"x-telegram-bot-api-secret-token": _WEBHOOK_SECRET}
_PACE = 1 / 20
_AT_ONCE = 20
_BURSTS = 10
_WARM_UP = 20
_ANSWERS_WITHIN = 10.0
_READY_WITHIN = 60.0
_STARTS = 3


class _BotApi:
    """Answers every method at once, and says when a message for a chat arrived."""

    def __init__(self) -> None:
        self._waiting: dict[int, asyncio.Future[float]] = {}

    def expect(self, chat: int) -> asyncio.Future[float]:
        """The moment (time.perf_counter) at which the next message for this chat arrives."""
        self._waiting[chat] = asyncio.get_running_loop().create_future()
        return self._waiting[chat]

    async def serve(self, request: web.Request) -> web.Response:
        """One request."""
        arrived = time.perf_counter()
        method = request.match_info["method"]
        result: object = True
        if method == "getMe":
            result = {"id": 4242424242, "is_bot": True, "first_name": "Maatje", "username": "maatje_test_bot"}
        elif method == "getMyCommands":
            result = []
        elif method == "sendMessage":
            given = await request.json() if request.content_type == "application/json" else await request.post()
            chat = int(str(given["chat_id"]))
            found = self._waiting.pop(chat, None)
            if found is not None and not found.done():
                found.set_result(arrived)
            result = {"message_id": 1, "date": 1767225600, "chat": {"id": chat, "type": "private"}, "text": "…"}
        return web.json_response({"ok": True, "result": result})


async def measure(steps: int, tell: Callable[[str], None]) -> dict[str, Json]:
    """Figures as JSON: times in ms and s, memory in MB (None where the system does not tell it)."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder / 'bench.db'}"
        await fill(url, steps + _WARM_UP + _BURSTS * _AT_ONCE)
        api = _BotApi()
        api_url = await stack.enter_async_context(_listening(api))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        starts: list[float] = []
        memory: float | None = None
        ours = echo = _Measured()
        for number in range(_STARTS):
            tell(f"start {number + 1}")
            async with _service(url, api_url, folder, http) as (service_url, took, process):
                starts.append(took)
                if number == _STARTS - 1:
                    memory = _memory(process.pid)
                    tell("our service")
                    ours = await _measured(steps, process.pid, _Bot(service_url, http, api, _press))
        tell("python-telegram-bot's echo")
        async with _echo(api_url) as (echo_url, process):
            echo = await _measured(steps, process.pid, _Bot(echo_url, http, api, _text))
    return {
        "steps": steps,
        "ours": ours.figures(),
        "ptb_echo": echo.figures(),
        "ratio_p50": round(statistics.median(ours.times) / statistics.median(echo.times), 2),
        "at_once": _AT_ONCE,
        "share_of_echos_turns_at_once": round(statistics.median(ours.rates) / statistics.median(echo.rates), 2),
        "cold_start_s": round(statistics.median(starts), 2),
        "memory_at_rest_mb": memory,
    }


@dataclass(frozen=True, slots=True)
class _Bot:
    """A bot that is written to. `update` makes an update of this number from this chat."""

    url: str
    http: aiohttp.ClientSession
    api: _BotApi
    update: Callable[[int, int], Mapping[str, object]]

    async def step(self, number: int) -> float:
        """One update, and the milliseconds until its reply."""
        chat = FIRST_CHAT + number
        began = time.perf_counter()
        reply = self.api.expect(chat)
        update = self.update(number + 1, chat)
        async with self.http.post(f"{self.url}/telegram/webhook", json=update, headers=_HEADERS) as answer:
            answer.raise_for_status()
        async with asyncio.timeout(_ANSWERS_WITHIN):
            return (await reply - began) * 1000


@dataclass(frozen=True, slots=True)
class _Measured:
    """Milliseconds of the steps one by one, turns a second in each burst, and the processor's milliseconds a step."""

    times: Sequence[float] = ()
    rates: Sequence[float] = ()
    cpu: float | None = None

    def figures(self) -> dict[str, Json]:
        """For the report."""
        return {
            "p50_ms": round(statistics.median(self.times), 2),
            "p99_ms": round(statistics.quantiles(self.times, n=100)[98], 2),
            "cpu_ms_a_step": None if self.cpu is None else round(self.cpu, 2),
            "turns_a_second_at_once": round(statistics.median(self.rates), 1),
        }


async def _measured(steps: int, pid: int, bot: _Bot) -> _Measured:
    times: list[float] = []
    for number in range(_WARM_UP):
        await bot.step(number)
    before = _cpu(pid)
    for number in range(steps):
        began = time.perf_counter()
        times.append(await bot.step(_WARM_UP + number))
        await asyncio.sleep(max(0.0, began + _PACE - time.perf_counter()))
    after = _cpu(pid)
    rates: list[float] = []
    for burst in range(_BURSTS):
        first = _WARM_UP + steps + burst * _AT_ONCE
        # The second's messages that Telegram takes are there again.
        await asyncio.sleep(1.0)
        began = time.perf_counter()
        await asyncio.gather(*(bot.step(first + number) for number in range(_AT_ONCE)))
        rates.append(_AT_ONCE / (time.perf_counter() - began))
    return _Measured(times, rates, (after - before) / steps if before is not None and after is not None else None)


def _cpu(pid: int) -> float | None:
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
async def _listening(api: _BotApi) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/bot{token:[^/]*}/{method}", api.serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _service(
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


def _memory(pid: int) -> float | None:
    """Resident memory of a process in MB, where the system tells it (Linux)."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return None
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)
