"""The work of `bench connections`: chats open in browsers of another process, some of which write.

Memory is what the service's process holds more (resident) than with the first few hundred chats, who had written by
then. A reply's time runs from sending what a person says to its answer on that person's open connection.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from bot.bench.chat_api import BotApi, listening
from bot.bench.chat_people import SECRET_KEY
from bot.bench.chat_run import cpu_of, memory_of, service
from bot.bench.connections_browsers import token_of
from bot.channels.web.sessions import CHANNEL
from bot.serve import MOST_CONNECTIONS
from storage.engine.columns import Json
from storage.engine.keys import KeyRing
from storage.engine.migrate import migrate
from storage.mapped import open_database
from storage.people.people import Person
from storage.people.webchat import add_web_session
from storage.vocabulary import Group

# Who writes; all others only have their chat open.
WRITERS = 200
# So many more than the service lets in, where that is not far.
_BEYOND = 100
_FAR = 2_000
_SECONDS_AT_REST = 5.0
_ANSWERS_WITHIN = 600.0


async def measure(chats: int, levels: int, steps: int, tell: Callable[[str], None]) -> dict[str, Json]:
    """Figures as JSON: memory in KB, times in ms (None where the system does not tell the memory)."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder / 'bench.db'}"
        tell("people")
        above = MOST_CONNECTIONS + _BEYOND if 0 < MOST_CONNECTIONS - chats < _FAR else chats
        await _fill(url, above)
        api_url = await stack.enter_async_context(listening(BotApi()))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        service_url, _, process = await stack.enter_async_context(service(url, api_url, folder, http))
        browsers = await stack.enter_async_context(_browsers(service_url))
        await browsers.ask("open", WRITERS)
        # Everybody once: what is made at the first time is not asked for.
        await browsers.say(WRITERS)
        alone = await browsers.say(steps)
        before = memory_of(process.pid)
        found: list[Json] = []
        for level in range(1, levels + 1):
            count = max(WRITERS + 1, chats * level // levels)
            tell(f"{count:,} chats")
            opened = await browsers.ask("open", count)
            began = cpu_of(process.pid)
            await asyncio.sleep(_SECONDS_AT_REST)
            at_rest, memory = cpu_of(process.pid), memory_of(process.pid)
            times = await browsers.say(steps)
            found.append(
                {
                    **opened,
                    "kb_each": None
                    if memory is None or before is None
                    else round((memory - before) * 1e3 / (count - WRITERS), 1),
                    "cpu_ms_a_second_at_rest": None
                    if began is None or at_rest is None
                    else round((at_rest - began) / _SECONDS_AT_REST, 1),
                    **_reply(times),
                }
            )
        return {
            "chats": chats,
            "writers_alone": {"open": WRITERS, **_reply(alone)},
            "levels": found,
            "most": MOST_CONNECTIONS,
            "above": await browsers.ask("open", above) if above > chats else None,
            "memory_with_writers_mb": before,
            "load": [round(one, 1) for one in os.getloadavg()],
        }


def _reply(times: Sequence[float]) -> dict[str, Json]:
    return {
        "reply_p50_ms": round(statistics.median(times), 1),
        "reply_p95_ms": round(statistics.quantiles(times, n=20)[18], 1),
        "answered": len(times),
    }


async def _fill(url: str, chats: int) -> None:
    """Chats in browsers, the first of them of people who agreed; the others' are nobody's yet."""
    database = open_database(url, KeyRing([SECRET_KEY]))
    try:
        await migrate(database)
        now = datetime.now(UTC)
        async with database.writing(at_once=True) as session:
            for number in range(chats):
                contact = await add_web_session(
                    session,
                    database.keys,
                    token=token_of(number),
                    channel=CHANNEL,
                    address=f"{number:032x}",
                    language="nl",
                    now=now,
                )
                if number < WRITERS:
                    person = Person(
                        external_id=f"P{number}",
                        given_name="Bench",
                        family_name="",
                        language="nl",
                        group=Group.ASYLUM,
                        municipality="Huizen",
                        consented_at=now - timedelta(days=1),
                        language_chosen_at=now,
                        created_at=now,
                        updated_at=now,
                    )
                    session.add(person)
                    await session.flush()
                    contact.person_id, contact.linked_at = person.id, now
    finally:
        await database.close()


class _Browsers:
    """The process with the browsers."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def say(self, count: int) -> list[float]:
        """Milliseconds until so many people were answered."""
        times = (await self.ask("say", count))["times"]
        return [float(one) for one in times if isinstance(one, int | float)] if isinstance(times, list) else []

    async def ask(self, what: str, count: int) -> dict[str, Json]:
        """Have it do something; what it found."""
        wants, tells = self._process.stdin, self._process.stdout
        if wants is None or tells is None:
            raise RuntimeError("no pipes")
        wants.write(f"{what} {count}\n".encode())
        await wants.drain()
        async with asyncio.timeout(_ANSWERS_WITHIN):
            told = await tells.readline()
        found: dict[str, Json] = json.loads(told)
        return found


@asynccontextmanager
async def _browsers(service_url: str) -> AsyncIterator[_Browsers]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.bench.connections_browsers", service_url,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1_000_000,
    )  # fmt: skip
    try:
        yield _Browsers(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()
