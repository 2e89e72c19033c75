"""The chat benchmark's work: people on Telegram write to the real service through its webhook, and to an echo bot.

A step's time runs from sending the update to the arrival of the reply at a loopback Bot API. Each step is another
person's, and steps come at a steady pace below Telegram's 30 messages a second, so that no limit is measured.
"""

import asyncio
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from aiohttp import web

from storage.appointments.appointments import Appointment
from storage.engine.columns import Json
from storage.engine.keys import KeyRing
from storage.engine.migrate import migrate
from storage.mapped import open_database
from storage.people.contacts import Contact
from storage.people.people import Person
from storage.vocabulary import AppointmentKind, Group

_TOKEN = "4242424242:BENCH"  # noqa: S105 - a token of nobody
_SECRET_KEY = "a secret for the benchmark and of no use to anybody"  # noqa: S105
_WEBHOOK_SECRET = "bench"  # noqa: S105
_HEADERS = {"x-telegram-bot-api-secret-token": _WEBHOOK_SECRET}
_FIRST_CHAT = 1000
_PACE = 1 / 20
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
        await _fill(url, steps + _WARM_UP)
        api = _BotApi()
        api_url = await stack.enter_async_context(_listening(api))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        starts: list[float] = []
        memory: float | None = None
        ours: list[float] = []
        for number in range(_STARTS):
            tell(f"start {number + 1}")
            async with _service(url, api_url, folder, http) as (service_url, took, process):
                starts.append(took)
                if number == _STARTS - 1:
                    memory = _memory(process.pid)
                    tell("our service")
                    ours = await _steps(steps, f"{service_url}/telegram/webhook", http, api, _press)
        tell("python-telegram-bot's echo")
        async with _echo(api_url) as echo_url:
            echo = await _steps(steps, f"{echo_url}/telegram/webhook", http, api, _text)
    return {
        "steps": steps,
        "ours": _figures(ours),
        "ptb_echo": _figures(echo),
        "ratio_p50": round(statistics.median(ours) / statistics.median(echo), 2),
        "cold_start_s": round(statistics.median(starts), 2),
        "memory_at_rest_mb": memory,
    }


async def _steps(
    count: int,
    url: str,
    http: aiohttp.ClientSession,
    api: _BotApi,
    update: Callable[[int, int], Mapping[str, object]],
) -> list[float]:
    times: list[float] = []
    for number in range(count + _WARM_UP):
        chat = _FIRST_CHAT + number
        began = time.perf_counter()
        reply = api.expect(chat)
        async with http.post(url, json=update(number + 1, chat), headers=_HEADERS) as answer:
            answer.raise_for_status()
        async with asyncio.timeout(_ANSWERS_WITHIN):
            arrived = await reply
        if number >= _WARM_UP:
            times.append((arrived - began) * 1000)
        await asyncio.sleep(max(0.0, began + _PACE - time.perf_counter()))
    return times


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


def _figures(times: list[float]) -> dict[str, Json]:
    return {
        "p50_ms": round(statistics.median(times), 2),
        "p99_ms": round(statistics.quantiles(times, n=100)[98], 2),
    }


async def _fill(url: str, people: int) -> None:
    """People who are linked on Telegram and agreed, each with one appointment."""
    database = open_database(url, KeyRing([_SECRET_KEY]))
    try:
        await migrate(database)
        now = datetime.now(UTC)
        async with database.writing() as session:
            persons = [
                Person(
                    external_id=f"P{number}",
                    given_name="Bench",
                    family_name="",
                    language=("nl", "en", "ar")[number % 3],
                    group=Group.ASYLUM,
                    municipality="Huizen",
                    consented_at=now,
                    language_chosen_at=now,
                    created_at=now,
                    updated_at=now,
                )
                for number in range(people)
            ]
            session.add_all(persons)
            await session.flush()
            for number, person in enumerate(persons):
                address = str(_FIRST_CHAT + number)
                session.add(
                    Contact(
                        channel="telegram",
                        address=address,
                        address_hash=database.keys.fingerprint(address, "contact/telegram"),
                        person_id=person.id,
                        linked_at=now,
                        created_at=now,
                    )
                )
                session.add(
                    Appointment(
                        external_id=f"A{number}",
                        person_id=person.id,
                        kind=AppointmentKind.PROGRESS_MEETING,
                        starts_at=now + timedelta(days=60),
                        location="Gemeentehuis",
                        made_at=now,
                        updated_at=now,
                    )
                )
    finally:
        await database.close()


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
        "MAATJE_SECRET_KEY": _SECRET_KEY,
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
async def _echo(api_url: str) -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.bench.echo", api_url, _TOKEN,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    if process.stdout is None or process.stdin is None:
        raise RuntimeError("no pipes")
    try:
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}"
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
