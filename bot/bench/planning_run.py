"""How fast planning is: a year's timetable of one group, and the coming weeks of very many people.

People, groups and classes are made up, in an SQLite file that is deleted; what is measured is `Planner.plan_ahead`:
reading, computing, comparing with what stands in the outbox, and writing.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from bot.configuration.config_file import Configuration
from bot.configuration.deployment import deploy
from bot.configuration.garbage import settle
from bot.configuration.settings import Settings
from reminders.planning.planner import HORIZON
from storage.appointments.appointments import Appointment, LessonGroup, Membership
from storage.engine.columns import Json
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.engine.migrate import migrate
from storage.mapped import open_database
from storage.people.people import Person
from storage.vocabulary import AppointmentKind, Group

ZONE = ZoneInfo("Europe/Amsterdam")
GROUP_SIZE = 40
_NOW = datetime(2026, 8, 31, 6, 0, tzinfo=UTC)
_FIRST_MONDAY = datetime(2026, 9, 7, 9, 0, tzinfo=ZONE)


async def bench_planning(people: int, progress: Callable[[int], None]) -> dict[str, Json]:
    """Figures as JSON; `progress` hears how many people of the second part were planned. About 1.5 ms a person."""
    with tempfile.TemporaryDirectory() as folder:
        year = await _measure(Path(folder) / "year.db", GROUP_SIZE, 52, timedelta(days=380), lambda _count: None)
        many = await _measure(Path(folder) / "many.db", people, 3, HORIZON, progress)
    return {
        "timetable_year": {"participants": GROUP_SIZE, "classes_a_week": 5, "weeks": 52, **year},
        "horizon": {"participants": people, "days": HORIZON.days, **many},
        "memory_mb": round(_peak_memory() / 1e6, 1),
    }


async def _measure(
    path: Path, people: int, weeks: int, horizon: timedelta, progress: Callable[[int], None]
) -> dict[str, Json]:
    database = open_database(f"sqlite:///{path}", KeyRing(["a secret for the benchmark, of no use to anybody"]))
    try:
        await migrate(database)
        for first in range(0, people, GROUP_SIZE):
            await _fill(database, first, min(GROUP_SIZE, people - first), weeks)
        planner = deploy(
            Settings(), keys=database.keys, now=lambda: _NOW, configuration=Configuration(), horizon=horizon
        ).planner
        settle()
        started = time.perf_counter()
        planned = await planner.plan_ahead(database, progress=progress)
        took = time.perf_counter() - started
        started = time.perf_counter()
        again = await planner.plan_ahead(database)
        took_again = time.perf_counter() - started
    finally:
        await database.close()
    return {
        "messages": planned,
        "seconds": round(took, 3),
        "messages_per_second": round(planned / took),
        "again_messages": again,
        "again_seconds": round(took_again, 3),
    }


async def _fill(database: Database, first: int, count: int, weeks: int) -> None:
    """One group with its members and classes."""
    async with database.writing() as session:
        group = LessonGroup(name=f"group {first}")
        session.add(group)
        await session.flush()
        ids = await session.scalars(
            insert(Person).returning(Person.id),
            [
                {
                    "external_id": f"P{first + number}",
                    "given_name": "A",
                    "family_name": "",
                    "language": "ar",
                    "group": Group.ASYLUM,
                    "municipality": "Huizen",
                    "consented_at": _NOW,
                    "created_at": _NOW,
                    "updated_at": _NOW,
                }
                for number in range(count)
            ],
        )
        await session.execute(
            insert(Membership),
            [{"group_id": group.id, "person_id": person_id, "from_on": date(2026, 8, 1)} for person_id in ids],
        )
        await session.execute(
            insert(Appointment),
            [
                {
                    "external_id": f"{first}/{week}/{day}",
                    "group_id": group.id,
                    "kind": AppointmentKind.CLASS,
                    "starts_at": _FIRST_MONDAY + timedelta(weeks=week, days=day),
                    "ends_at": _FIRST_MONDAY + timedelta(weeks=week, days=day, hours=3),
                    "location": "Taalschool",
                    "made_at": _NOW,
                    "updated_at": _NOW,
                }
                for week in range(weeks)
                for day in range(5)
            ],
        )


def _peak_memory() -> int:
    """Bytes of the process at its largest; the system counts in kilobytes, on macOS in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
