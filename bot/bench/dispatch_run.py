"""The dispatch benchmark's work: fill a database, let worker processes empty it, gather their figures.

Four measurements in one run: the throughput of a backlog with few messages waiting, the same with all that wait, how
soon messages are claimed that fall due one after the other, and what the parts of dispatching give alone. Their ratios
say more than the figures: the machine is the same for all.
"""

import asyncio
import json
import secrets
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.bench.apscheduler_jobs import TABLE
from bot.bench.outbox_rows import Seeder
from storage.engine.keys import KeyRing
from storage.engine.migrate import migrate
from storage.mapped import open_database

# What the larger number of waiting messages is compared with.
FEW_PENDING = 10_000
_PEOPLE = 5_000
_LATER = timedelta(days=30)
_STEADY_SECONDS = 5
# Messages a second that fall due while a worker is up: a large municipality's morning.
_STEADY_RATE = 400
# Its store takes about a thousand jobs a second, so that many are enough to know.
_MOST_IN_STORE = 2_000
# Of each part that is measured alone.
_MOST_ALONE = 5_000

Tell = Callable[[str], object]
Figures = dict[str, object]


class NotEmpty(Exception):
    """The database holds somebody's data; a benchmark fills and empties its database."""


class WorkerFailed(Exception):
    """A worker process ended without figures."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is measured; see bot/bench/dispatch.py."""

    pending: int
    due: int
    workers: int
    jobs: int
    profile: bool = False


async def measure(url: str | None, load: Load, tell: Tell) -> Figures:
    """Run the whole benchmark on this database, or on an SQLite file of its own.

    Raises NotEmpty, WorkerFailed.
    """
    with tempfile.TemporaryDirectory(prefix="maatje-bench-") as folder:
        bench = _Bench(url or f"sqlite:///{Path(folder) / 'bench.db'}", load, tell)
        await bench.prepare()
        try:
            return await bench.run()
        finally:
            bench.seeder.wipe(TABLE)


class _Bench:
    def __init__(self, url: str, load: Load, tell: Tell) -> None:
        self._url, self._load, self._tell = url, load, tell
        self._secret = secrets.token_urlsafe(32)
        self._keys = KeyRing([self._secret])
        self.seeder = Seeder(url, self._keys, datetime.now(UTC))

    async def prepare(self) -> None:
        """Bring the schema up to date, and make sure that nobody's data is there."""
        database = open_database(self._url, self._keys)
        await migrate(database)
        await database.close()
        if not self.seeder.holds_only_its_own():
            raise NotEmpty("This database holds data. The benchmark fills and empties its database: name an empty one.")
        self.seeder.wipe(TABLE)
        self.seeder.people(_PEOPLE)

    async def run(self) -> Figures:
        load = self._load
        few = min(load.pending, FEW_PENDING)
        self._wait("few", few)
        first = await self._backlog("first", profile=load.profile and load.pending <= FEW_PENDING)
        second: Figures | None = None
        if load.pending > few:
            self._wait("many", load.pending - few)
            second = await self._backlog("second", profile=load.profile)
        lags = await self._falling_due()
        figures = second or first
        alone = await self._alone()
        return {
            "engine": "sqlite" if self._url.startswith("sqlite") else "postgresql",
            "pending": load.pending,
            "due": load.due,
            "workers": load.workers,
            **figures,
            **(_compared(second, first, few) if second else {}),
            **_beside(figures, alone, load.workers),
            "falling_due": lags,
            "due_to_claimed_p99_s": lags["due_to_claimed_p99_s"],
            **({"apscheduler": await self._apscheduler()} if load.jobs else {}),
        }

    def _wait(self, name: str, count: int) -> None:
        self._tell(f"{count:,} messages for later …")
        self.seeder.messages(name, count, _PEOPLE, self._now() + _LATER, timedelta(seconds=1))

    async def _backlog(self, name: str, *, profile: bool) -> Figures:
        """All due messages at once."""
        load = self._load
        self._tell(f"{load.due:,} messages that are due …")
        self.seeder.messages(name, load.due, _PEOPLE, self._now() - timedelta(minutes=1), timedelta(0))
        self.seeder.settle()
        self._tell(f"{load.workers} at work …")
        workers = await self._workers(load.due, profile=profile)
        done = await _all_figures(workers)
        sent = sum(_number(figures, "sent") for figures in done)
        seconds = max(_number(f, "ended") for f in done) - min(_number(f, "started") for f in done)
        return {
            "sent": int(sent),
            "seconds": round(seconds, 3),
            "messages_per_s": round(sent / seconds),
            "cpu_s_per_1000": round(sum(_number(figures, "cpu_s") for figures in done) / sent * 1000, 4),
            "memory_mb": max(_number(figures, "memory_peak_mb") for figures in done),
            "memory_growth_mb": max(
                round(_number(f, "memory_after_mb") - _number(f, "memory_halfway_mb"), 1) for f in done
            ),
            "recorded": self.seeder.recorded(name),
            **({"profile": done[0]["profile"]} if profile else {}),
        }

    async def _falling_due(self) -> Figures:
        """Messages that fall due one after the other while the workers are up."""
        count = _STEADY_SECONDS * _STEADY_RATE
        self._tell("messages that fall due one after the other …")
        workers = await self._ready(count, profile=False)
        first_due = self._now() + timedelta(seconds=1)
        self.seeder.messages("steady", count, _PEOPLE, first_due, timedelta(seconds=1 / _STEADY_RATE))
        done = await _all_figures(await _begun(workers))
        lags = sorted(lag for figures in done for lag in _numbers(figures, "claimed_after_s"))
        return {
            "messages": int(sum(_number(figures, "sent") for figures in done)),
            "per_s": _STEADY_RATE,
            "due_to_claimed_p50_s": round(_part(lags, 0.5), 3),
            "due_to_claimed_p99_s": round(_part(lags, 0.99), 3),
            "due_to_claimed_max_s": round(lags[-1], 3) if lags else None,
        }

    async def _alone(self) -> Figures:
        """What dispatching is made of, each part by itself."""
        count = min(self._load.due, _MOST_ALONE)
        self._tell("its parts alone …")
        self.seeder.messages("alone", 2 * count, _PEOPLE, self._now() - timedelta(minutes=1), timedelta(0))
        self.seeder.settle()
        return await _figures(await _process("bot.bench.dispatch_parts", self._url, self._secret, str(count)))

    async def _apscheduler(self) -> Figures:
        self._tell("APScheduler: a date job for each …")
        url = self.seeder.sync_url()
        counts = (str(self._load.jobs), str(min(self._load.jobs, _MOST_IN_STORE)))
        return await _figures(await _process("bot.bench.apscheduler_jobs", url, *counts))

    async def _workers(self, expected: int, *, profile: bool) -> Sequence[asyncio.subprocess.Process]:
        return await _begun(await self._ready(expected, profile=profile))

    async def _ready(self, expected: int, *, profile: bool) -> Sequence[asyncio.subprocess.Process]:
        """Workers that have started up and wait for the word."""
        options = ["--profile"] if profile else []
        workers = [
            await _process("bot.bench.dispatch_worker", self._url, self._secret, str(expected), *options)
            for _ in range(self._load.workers)
        ]
        for worker in workers:
            if worker.stdout is not None and await worker.stdout.readline() != b"ready\n":
                raise WorkerFailed("a worker did not start")
        return workers

    def _now(self) -> datetime:
        return datetime.now(UTC)


async def _process(module: str, *arguments: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(sys.executable, "-m", module, *arguments, stdin=pipe, stdout=pipe)


async def _begun(workers: Sequence[asyncio.subprocess.Process]) -> Sequence[asyncio.subprocess.Process]:
    for worker in workers:
        if worker.stdin is not None:
            worker.stdin.write(b"go\n")
            await worker.stdin.drain()
    return workers


async def _all_figures(workers: Sequence[asyncio.subprocess.Process]) -> list[Figures]:
    done = await asyncio.gather(*(_figures(worker) for worker in workers))
    # One that found nothing left to do has no times to tell.
    return [figures for figures in done if _number(figures, "sent")] or done


async def _figures(process: asyncio.subprocess.Process) -> Figures:
    output, _ = await process.communicate()
    if process.returncode != 0:
        raise WorkerFailed(f"a worker process ended with {process.returncode}")
    figures: Figures = json.loads(output)
    return figures


def _compared(figures: Figures, with_few: Figures, few: int) -> Figures:
    """How the throughput with many waiting stands to that with few."""
    ratio = _number(figures, "messages_per_s") / _number(with_few, "messages_per_s")
    return {"with_few_pending": {"pending": few, **with_few}, "ratio_to_few_pending": round(ratio, 3)}


def _beside(figures: Figures, alone: Figures, workers: int) -> Figures:
    """How dispatching stands to its parts, and what it costs beyond them."""
    rates = {name: _number(part, "messages_per_s") for name, part in alone.items() if isinstance(part, dict)}
    costs = [_number(part, "cpu_s_per_1000") for part in alone.values() if isinstance(part, dict)]
    rate = _number(figures, "messages_per_s") / workers
    return {
        "alone": alone,
        "ratio_to_alone": {name: round(rate / alone_rate, 3) for name, alone_rate in rates.items() if alone_rate},
        # Routing, lanes, sending, and results with their attempts and what was heard; decrypting is counted twice.
        "rest_cpu_s_per_1000": round(_number(figures, "cpu_s_per_1000") - sum(costs), 4),
    }


def _number(figures: Figures, name: str) -> float:
    value = figures[name]
    return float(value) if isinstance(value, (int, float)) else 0.0


def _numbers(figures: Figures, name: str) -> list[float]:
    values = figures[name]
    return [float(value) for value in values] if isinstance(values, list) else []


def _part(ordered: Sequence[float], part: float) -> float:
    """The quantile of ordered numbers."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0
