"""Faults that strike while people write: floods, locks, imports, a database that goes away, its connections ended."""

import asyncio
import sqlite3
import time
from pathlib import Path

from sqlalchemy import text

from tests.chaos.crowd import Crowd, Figures, p95
from tests.chaos.run import Script
from tests.chaos.stage import FIRST, SQLITE, Stage, burning, until

# A flood must not take the machine's memory, in megabytes above what the service has at rest.
MOST_MEMORY = 250
# So soon nearly everybody is answered whose words were brought, where so many write, in seconds.
ANSWERED_WITHIN, MANY = 5.0, 500
# /health/ready answers within a second; the rest is for a machine that is busy with everything else.
READY_WITHIN = 5.0


async def flood(stage: Stage, found: Figures) -> None:
    """Everybody writes at once, a core burning beside it."""
    await stage.service.start()
    before = stage.service.memory()
    with burning(1):
        crowd = Crowd(stage)
        crowd.write()
        await crowd.judge(found)
    found.at_most("memory_mb", stage.service.memory() - before, MOST_MEMORY)
    no_storm(stage, found)


async def large_flood(stage: Stage, found: Figures) -> None:
    """Two thousand write at once: what cannot be taken is brought again, and all of it is answered."""
    # Telegram takes thirty messages a second, each consultant is told too, and the machine is kept busy.
    stage.patience += stage.people
    await flood(stage, found)


async def forty_connections(stage: Stage, found: Figures) -> None:
    """Telegram's forty connections bring what hundreds of strangers write, a core burning beside it."""
    strangers = range(FIRST + 10_000, FIRST + 10_000 + stage.people)
    for who in strangers:
        stage.bot_api.world.person(who).started = True
    await stage.service.start()
    with burning(1):
        crowd = Crowd(stage, strangers, strangers=True)
        crowd.write()
        await crowd.judge(found)
    if stage.people >= MANY:
        found.at_most("p95_from_brought", p95(crowd.from_brought()), ANSWERED_WITHIN)
    no_storm(stage, found)


async def lock(stage: Stage, found: Figures) -> None:
    """Somebody else holds the database's lock while everybody writes."""
    await stage.service.start()
    crowd = Crowd(stage)
    holding = asyncio.create_task(_hold(stage, stage.seconds))
    await asyncio.sleep(0.2)
    crowd.write()
    if stage.engine == SQLITE:
        ready, took = await stage.ready()
        found.expect("ready_under_lock", ready, 503)
        found.at_most("ready_seconds", took, READY_WITHIN)
    await holding
    released = time.monotonic()
    await crowd.judge(found)
    found.figures["seconds_after_the_lock"] = round(time.monotonic() - released, 1)
    no_storm(stage, found)


async def _hold(stage: Stage, seconds: float) -> None:
    if stage.engine == SQLITE:
        connection = sqlite3.connect(stage.path, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(seconds)
        connection.execute("ROLLBACK")
        connection.close()
        return
    async with stage.database() as database, database.writing() as session:
        await session.execute(text("LOCK TABLE outbox, seen_event, conversation IN ACCESS EXCLUSIVE MODE"))
        await asyncio.sleep(seconds)


async def importing(stage: Stage, found: Figures) -> None:
    """A large table is imported while everybody writes; `seconds` is how many thousand rows it has."""
    rows = int(stage.seconds * 1000)
    table = stage.folder / "people.csv"
    head = "external_id,given_name,family_name,language,group,municipality,consultant_email,brp_registered_on"
    lines = (f"N{n},Amina,Tesfay,en,asylum,Huizen,consultant{n % 9}@example.org,2026-01-05" for n in range(rows))
    table.write_text("\n".join([head, *lines, ""]))
    await stage.service.start()
    began = time.monotonic()
    importer = asyncio.create_task(asyncio.to_thread(stage.service.maatje, "import", "people", str(table)))

    # The import has begun to write when there is somebody new.
    async def begun() -> bool:
        there = await stage.value("SELECT count(*) FROM person WHERE external_id = 'N0'")
        return importer.done() or there > 0

    await until(begun, 60.0)
    crowd = Crowd(stage)
    crowd.write()
    await crowd.judge(found)
    await importer
    found.figures["import_seconds"] = round(time.monotonic() - began, 1)
    there = await stage.value("SELECT count(*) FROM person WHERE external_id LIKE 'N%'")
    found.expect("imported", there, rows)
    no_storm(stage, found)


async def backup_while_running(stage: Stage, found: Figures) -> None:
    """A backup is taken while everybody writes."""
    await stage.service.start()
    crowd = Crowd(stage)
    crowd.write()
    await crowd.answered(0.2)
    copy = stage.folder / "copy.db"
    began = time.monotonic()
    await asyncio.to_thread(_copy, stage.path, copy)
    found.figures["backup_seconds"] = round(time.monotonic() - began, 1)
    whole = sqlite3.connect(copy)
    found.expect("backup_is_whole", whole.execute("PRAGMA integrity_check").fetchone()[0], "ok")
    people = whole.execute("SELECT count(*) FROM person").fetchone()[0]
    found.expect("people_in_the_backup", people, stage.people)
    whole.close()
    await crowd.judge(found)
    no_storm(stage, found)


def _copy(path: Path, copy: Path) -> None:
    source, target = sqlite3.connect(path, timeout=30), sqlite3.connect(copy)
    source.backup(target)
    source.close()
    target.close()


async def large_log(stage: Stage, found: Figures) -> None:
    """A reader keeps SQLite from emptying its log, which grows; `seconds` is how many hundred megabytes. It is answered
    all the same, starts anew beside it after a kill, and leaves nothing of it at its end."""
    await stage.service.start()
    reader = sqlite3.connect(stage.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM person").fetchall()
    await asyncio.to_thread(_fill, stage.path, int(stage.seconds * 100))
    log = stage.path.with_name(f"{stage.path.name}-wal")
    found.at_least("log_mb", log.stat().st_size // 1_000_000, stage.seconds * 90)
    crowd = Crowd(stage)
    crowd.write()
    await crowd.judge(found)
    await stage.service.kill()
    began = time.monotonic()
    await stage.service.start()
    found.figures["seconds_to_start_beside_it"] = round(time.monotonic() - began, 1)
    reader.close()
    began = time.monotonic()
    await stage.service.stop()
    found.figures["seconds_to_end"] = round(time.monotonic() - began, 1)
    found.expect("log_left", log.exists() and log.stat().st_size > 0, False)
    no_storm(stage, found)


def _fill(path: Path, megabytes: int) -> None:
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    connection.execute("CREATE TABLE filler (content BLOB)")
    for _ in range(megabytes // 10):
        connection.execute("INSERT INTO filler VALUES (zeroblob(10000000))")
    connection.close()


def no_storm(stage: Stage, found: Figures) -> None:
    """However bad it was: JSON lines only, and no more than a few for each kind of trouble."""
    logged = stage.logged()
    found.expect("stray_lines", sum(event["event"] == "stray" for event in logged), 0)
    found.at_most("log_lines", len(logged), 150)


SCRIPTS = (
    Script(flood, short=15, once=True),
    Script(forty_connections, short=90),
    Script(large_flood, full=2000, short=50),
    Script(lock, full=200, full_seconds=35.0, short_seconds=2.0),
    Script(importing, full=200, short=15, full_seconds=10.0, short_seconds=0.6),
    Script(backup_while_running, full=200, short=20, engines=(SQLITE,)),
    Script(large_log, full=100, short=10, engines=(SQLITE,), full_seconds=20.0, short_seconds=0.5),
)
