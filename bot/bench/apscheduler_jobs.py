"""The other way to remind, for comparison: one APScheduler date job a reminder, in memory and in its job store.

Each job renders its message, as the dispatcher does, and has nobody to send it to. A process of its own:
`python -m bot.bench.apscheduler_jobs STORE_URL IN_MEMORY IN_STORE` prints one line of JSON.
"""

import asyncio
import json
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED
from apscheduler.jobstores.base import BaseJobStore
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.bench.outbox_rows import LANGUAGES, reminder
from locales.rendering.catalog import Catalogs
from locales.rendering.render import Renderer

TABLE = "bench_apscheduler_jobs"
_DONE_WITHIN = 300.0


def remind(number: int) -> int:
    """The job: compose and render one reminder; how long its text is."""
    body = reminder(number, datetime.now(UTC) + timedelta(days=1))
    return len(_renderer().render(body, LANGUAGES[number % len(LANGUAGES)]).text)


@cache
def _renderer() -> Renderer:
    return Renderer(Catalogs(), ZoneInfo("Europe/Amsterdam"))


async def measure(store: BaseJobStore, jobs: int) -> dict[str, float]:
    """Add jobs for a later day, then jobs that are due now, and run those."""
    remind(0)
    scheduler = AsyncIOScheduler(timezone=UTC, jobstores={"default": store}, job_defaults={"misfire_grace_time": None})
    scheduler.start(paused=True)
    finished = asyncio.Event()
    left = jobs

    def count(_event: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            finished.set()

    scheduler.add_listener(count, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
    memory = _memory()
    started = time.perf_counter()
    for number in range(jobs):
        scheduler.add_job(remind, "date", run_date=datetime.now(UTC) + timedelta(days=30), args=[number])
    added = time.perf_counter() - started
    memory = _memory() - memory
    for number in range(jobs):
        scheduler.add_job(remind, "date", run_date=datetime.now(UTC), args=[number])
    started = time.perf_counter()
    scheduler.resume()
    async with asyncio.timeout(_DONE_WITHIN):
        await finished.wait()
    ran = time.perf_counter() - started
    scheduler.remove_all_jobs()
    scheduler.shutdown(wait=False)
    return {
        "jobs": jobs,
        "added_per_s": round(jobs / added),
        "sent_per_s": round(jobs / ran),
        "memory_kb_per_job": round(memory * 1000 / jobs, 2),
    }


def _memory() -> float:
    """This process's present memory in MB."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() / 1e6


def main() -> None:
    """See the module's docstring."""
    url, in_memory, in_store = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    figures = {
        "in_memory": asyncio.run(measure(MemoryJobStore(), in_memory)),
        "in_its_sqlalchemy_store": asyncio.run(measure(SQLAlchemyJobStore(url, tablename=TABLE), in_store)),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
