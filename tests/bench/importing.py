"""How importing stands to a bare executemany of the same rows, in one run: `python -m tests.bench.importing [ROWS]`.

People, plans and appointments of a made-up municipality go into an SQLite file by the importers, as the command puts
them in (checked, encrypted, planned, with the audit's lines). What then stands in the file goes into a second one by
`executemany`, encrypted already, one transaction a table: nothing can be quicker with the same driver.
"""

import asyncio
import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.configuration.config_file import Configuration
from bot.configuration.deployment import deploy
from bot.configuration.garbage import settle
from bot.configuration.importers import IMPORTERS
from bot.configuration.settings import Settings
from storage.engine.keys import KeyRing
from storage.engine.migrate import migrate
from storage.importing.run import run_import
from storage.mapped import open_database

_SECRET = "a secret for the benchmark and of no use to anybody"
_NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


def _csv(header: str, rows: Iterable[Sequence[object]]) -> bytes:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]).encode()


def tables(count: int) -> dict[str, bytes]:
    """The three files of so many people."""
    meets = _NOW + timedelta(days=10)
    return {
        "people": _csv(
            "external_id,given_name,family_name,language,group,municipality,brp_registered_on",
            ((f"P{n}", "Given", f"Family{n}", ("nl", "en", "ar")[n % 3], "asylum", "Huizen", "2026-06-01")
             for n in range(count)),
        ),
        "plans": _csv(
            "person_external_id,route,intake_on,plan_signed_on,plan_dated_on,progress_meetings_per_year",
            ((f"P{n}", ("b1", "z", "education")[n % 3], "2026-07-01", "2026-08-01", "2026-08-01", 4)
             for n in range(count)),
        ),
        "appointments": _csv(
            "external_id,person_external_id,kind,starts_at,ends_at,location,with_whom,mandatory,status",
            ((f"A{n}", f"P{n}", "progress_meeting", f"{meets + timedelta(days=n % 30):%Y-%m-%d} 10:00",
              f"{meets + timedelta(days=n % 30):%Y-%m-%d} 11:00", "Gemeentehuis", "Sanne", "yes", "planned")
             for n in range(count)),
        ),
    }  # fmt: skip


async def measure(count: int, *, apart: bool = True) -> dict[str, object]:
    """Seconds by table, the bare executemany's, and their ratio; `apart` as the command line has it."""
    with tempfile.TemporaryDirectory() as folder:
        path, bare = Path(folder) / "ours.db", Path(folder) / "bare.db"
        keys = KeyRing([_SECRET])
        for each in (path, bare):
            database = open_database(f"sqlite:///{each}", keys)
            await migrate(database)
            await database.close()
        database = open_database(f"sqlite:///{path}", keys)
        parts = deploy(Settings(), keys=keys, now=lambda: _NOW, configuration=Configuration())
        settle()
        took: dict[str, float] = {}
        cpu: dict[str, float] = {}
        try:
            for name, data in tables(count).items():
                began, began_cpu = time.perf_counter(), time.process_time()
                report = await run_import(database, IMPORTERS[name](parts), data, apart=apart)
                took[name], cpu[name] = time.perf_counter() - began, time.process_time() - began_cpu
                assert report.created == count, report
        finally:
            await database.close()
        bare_cpu = time.process_time()
        rows, seconds = _again(path, bare)
        bare_cpu = time.process_time() - bare_cpu
    ours = sum(took.values())
    return {
        "people": count,
        "seconds": {name: round(value, 2) for name, value in took.items()},
        "total_s": round(ours, 2),
        "executemany_rows": rows,
        "executemany_s": round(seconds, 2),
        "ratio": round(ours / seconds, 1),
        "cpu_s": {name: round(value, 2) for name, value in cpu.items()},
        "executemany_cpu_s": round(bare_cpu, 2),
        "cpu_ratio": round(sum(cpu.values()) / bare_cpu, 1),
        "load": os.getloadavg()[0],
    }


def _again(path: Path, bare: Path) -> tuple[dict[str, int], float]:
    """Put what stands in one file into the other; how many rows of each table, and the seconds."""
    found: dict[str, int] = {}
    seconds = 0.0
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(bare)) as target:
        target.execute("PRAGMA journal_mode=WAL")
        target.execute("PRAGMA synchronous=FULL")
        names = [name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            rows = source.execute(f"SELECT * FROM {name}").fetchall()
            if name == "alembic_version" or name.startswith("sqlite_") or not rows:
                continue
            marks = ", ".join("?" * len(rows[0]))
            target.execute(f"DELETE FROM {name}")
            target.commit()
            began = time.perf_counter()
            target.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
            target.commit()
            seconds += time.perf_counter() - began
            found[name] = len(rows)
    return found, seconds


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)), indent=1))
