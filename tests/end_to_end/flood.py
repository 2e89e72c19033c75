"""Many people writing at once to the running service, by webhook, each event brought again until it is taken.

    python -m tests.end_to_end.flood --people 500 [--engine postgresql] [--burning 1]

prints what became of them as JSON. Who writes is not linked yet, so each is answered by the same short text; that is
enough, since every event is a transaction, a stored reply and a sending all the same.
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp

from locales.rendering.catalog import Catalogs
from locales.rendering.message import Text
from locales.rendering.render import Renderer
from reminders.local_time import AMSTERDAM
from tests.botapi.server import BotApi
from tests.databases import PostgresDatabases, SqliteDatabases
from tests.end_to_end.rubbish import message
from tests.end_to_end.service import Service

SECRET = "a-secret-of-the-webhook"
HEADERS = {"x-telegram-bot-api-secret-token": SECRET, "content-type": "application/json"}
RENDERER = Renderer(Catalogs(), AMSTERDAM)
FIRST = 50_000


@dataclass(frozen=True, slots=True)
class Flood:
    """What became of it; seconds are from the first time that an event was brought until its reply arrived."""

    people: int
    answered: int
    apologies: int
    twice: int
    brought_again: int
    p50: float
    p95: float
    longest: float


def set_up(service: Service) -> None:
    """Updates come by webhook."""
    service.set_up(MAATJE_PUBLIC_URL="https://maatje.example", MAATJE_TELEGRAM_WEBHOOK_SECRET=SECRET)


async def flood(service: Service, bot_api: BotApi, *, people: int, connections: int = 40) -> Flood:
    """So many people write one text each, over so many connections."""
    began: dict[int, float] = {}
    again = 0
    for number in range(people):
        bot_api.world.person(FIRST + number).started = True
    url = f"{service.url}/telegram/webhook"
    waiting = asyncio.Queue[int]()
    for number in range(people):
        waiting.put_nowait(number)

    async def bring(http: aiohttp.ClientSession) -> None:
        nonlocal again
        while not waiting.empty():
            number = waiting.get_nowait()
            who = FIRST + number
            body = json.dumps({"update_id": who, "message": message(who, 1, text="/start")}).encode()
            began.setdefault(who, time.monotonic())
            while True:
                try:
                    async with http.post(url, data=body, headers=HEADERS) as answer:
                        if answer.status == 200:
                            break
                        pause = float(answer.headers.get("retry-after", "1"))
                except aiohttp.ClientError:
                    pause = 0.2
                again += 1
                await asyncio.sleep(min(pause, 1.0))

    arrived: dict[int, float] = {}
    watching = asyncio.create_task(_replies(bot_api, range(FIRST, FIRST + people), arrived))
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=connector) as http:
        await asyncio.gather(*(bring(http) for _ in range(connections)))
    await watching
    took = [at - began[who] for who, at in arrived.items()]
    texts = [[shown.text for shown in bot_api.user(who).messages] for who in began]
    sorry = RENDERER.say(Text("error.sorry"), "en")[:20]
    return Flood(
        people=people,
        answered=len(arrived),
        apologies=sum(sorry in text for each in texts for text in each),
        twice=sum(len(each) > 1 for each in texts),
        brought_again=again,
        p50=round(statistics.median(took), 2),
        p95=round(sorted(took)[int(len(took) * 0.95) - 1], 2),
        longest=round(max(took), 2),
    )


async def _replies(bot_api: BotApi, people: Sequence[int], arrived: dict[int, float], within: float = 120.0) -> None:
    """Note when each reply is there, until all are or the time is over."""
    phones = {who: bot_api.user(who) for who in people}
    try:
        async with asyncio.timeout(within):
            while len(arrived) < len(people):
                now = time.monotonic()
                arrived.update((who, now) for who, phone in phones.items() if who not in arrived and phone.messages)
                await asyncio.sleep(0.05)
    except TimeoutError:
        pass


def _burn() -> None:
    while True:
        pass


async def _run(url: str, people: int) -> Flood:
    with tempfile.TemporaryDirectory() as folder:
        async with BotApi() as bot_api:
            service = Service(Path(folder), url, telegram_url=bot_api.url, token=bot_api.token)
            set_up(service)
            await service.start()
            try:
                return await flood(service, bot_api, people=people)
            finally:
                await service.stop()


def main() -> int:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m tests.end_to_end.flood")
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--burning", type=int, default=0, help="processes that keep a core busy beside it")
    wanted = parser.parse_args()
    burning = [multiprocessing.Process(target=_burn, daemon=True) for _ in range(wanted.burning)]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        if wanted.engine == "sqlite":
            url = SqliteDatabases(Path(folder)).new(Path(folder))
        else:
            server = PostgresDatabases(durable=True)
            stack.callback(server.stop)
            url = server.new()
        for process in burning:
            process.start()
            stack.callback(process.kill)
        found = asyncio.run(_run(url, wanted.people))
    sys.stdout.write(json.dumps(asdict(found)) + "\n")
    return 0 if found.answered == found.people and not found.apologies and not found.twice else 1


if __name__ == "__main__":
    sys.exit(main())
