"""How importing stands to a bare executemany of the same rows, in one run: `python -m tests.bench.importing [ROWS]`.

People, plans and appointments of a made-up municipality go into an SQLite file by the importers, as the command puts
them in (checked, encrypted, planned, with the audit's lines). What then stands in the file goes into a second one by
`executemany`, encrypted already, one transaction a table: nothing can be quicker with the same driver. What encrypting
these very values takes is told beside it: who writes such rows without us has that to do too.
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
from bot.configuration.garbage import settled
from bot.configuration.importers import IMPORTERS
from bot.configuration.settings import Settings
from storage.engine.base import Base
from storage.engine.encryption.tables import encrypted_columns, encrypted_tables
from storage.engine.keys import KeyRing
from storage.engine.migrate import migrate
from storage.importing.run import run_import
from storage.mapped import open_database

_SECRET = "a secret for the benchmark and of no use to anybody"
_FEW = 10
_NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


def _csv(header: str, rows: Iterable[Sequence[object]]) -> bytes:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]).encode()


def tables(count: int, who: str = "P") -> dict[str, bytes]:
    """The three files of so many people; `who` begins their numbers."""
    meets = _NOW + timedelta(days=10)
    return {
        "people": _csv(
            "external_id,given_name,family_name,language,group,municipality,brp_registered_on",
            ((f"{who}{n}", "Given", f"Family{n}", ("nl", "en", "ar")[n % 3], "asylum", "Huizen", "2026-06-01")
             for n in range(count)),
        ),
        "plans": _csv(
            "person_external_id,route,intake_on,plan_signed_on,plan_dated_on,progress_meetings_per_year",
            ((f"{who}{n}", ("b1", "z", "education")[n % 3], "2026-07-01", "2026-08-01", "2026-08-01", 4)
             for n in range(count)),
        ),
        "appointments": _csv(
            "external_id,person_external_id,kind,starts_at,ends_at,location,with_whom,mandatory,status",
            ((f"{who}A{n}", f"{who}{n}", "progress_meeting", f"{meets + timedelta(days=n % 30):%Y-%m-%d} 10:00",
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
        # What a process loads and compiles once (the calendar of holidays, the statements) is told apart.
        once = time.process_time()
        for name, data in tables(_FEW, "W").items():
            await run_import(database, IMPORTERS[name](parts), data, apart=apart)
        once = time.process_time() - once
        took: dict[str, float] = {}
        cpu: dict[str, float] = {}
        try:
            for name, data in tables(count).items():
                began, began_cpu = time.perf_counter(), time.process_time()
                with settled():
                    report = await run_import(database, IMPORTERS[name](parts), data, apart=apart)
                took[name], cpu[name] = time.perf_counter() - began, time.process_time() - began_cpu
                assert report.created == count, report
        finally:
            await database.close()
        rows, seconds, bare_cpu = _again(path, bare)
        encrypting = _encrypted(path, keys)
    ours = sum(took.values())
    return {
        "people": count,
        "seconds": {name: round(value, 2) for name, value in took.items()},
        "total_s": round(ours, 2),
        "executemany_rows": rows,
        "executemany_s": round(seconds, 2),
        "ratio": round(ours / seconds, 1),
        "cpu_s": {name: round(value, 2) for name, value in cpu.items()},
        "once_cpu_s": round(once, 2),
        "executemany_cpu_s": round(bare_cpu, 2),
        "cpu_ratio": round(sum(cpu.values()) / bare_cpu, 1),
        "encrypting_cpu_s": round(encrypting, 2),
        "cpu_ratio_with_encrypting": round(sum(cpu.values()) / (bare_cpu + encrypting), 1),
        "load": os.getloadavg()[0],
    }


def _again(path: Path, bare: Path) -> tuple[dict[str, int], float, float]:
    """Put what stands in one file into the other; how many rows of each table, the seconds, and the processor's."""
    found: dict[str, int] = {}
    seconds = cpu = 0.0
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(bare)) as target:
        # As storage/engine/database.py opens a file: the same durability, the same checks.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            target.execute(f"PRAGMA {pragma}")
        for name in (table.name for table in Base.metadata.sorted_tables):
            rows = source.execute(f"SELECT * FROM {name}").fetchall()
            if not rows:
                continue
            marks = ", ".join("?" * len(rows[0]))
            began, began_cpu = time.perf_counter(), time.process_time()
            target.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
            target.commit()
            seconds, cpu = seconds + time.perf_counter() - began, cpu + time.process_time() - began_cpu
            found[name] = len(rows)
    return found, seconds, cpu


def _encrypted(path: Path, keys: KeyRing) -> float:
    """The processor's seconds that it takes to encrypt as many values, one by one."""
    with closing(sqlite3.connect(path)) as source:
        sizes = [
            size
            for table in encrypted_tables()
            for column in encrypted_columns(table)
            for (size,) in source.execute(
                f"SELECT length({column.name}) FROM {table.name} WHERE {column.name} IS NOT NULL"
            )
        ]
    values = [bytes(max(0, size - 33)) for size in sizes]
    began = time.process_time()
    for value in values:
        keys.encrypt(value, "person.given_name", b"1")
    return time.process_time() - began


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)), indent=1))
