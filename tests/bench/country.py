"""340 municipalities on one PostgreSQL, figures as JSON: `python -m tests.bench.country [--people N] [--due N]`.

A part of the country is made up: municipalities of very different sizes, people in groups with five classes a week and
a progress meeting each quarter. Measured: planning them, what a week of messages is (minute by minute), what four
worker processes send from that database's queue, and the room that rows take. The whole country's week is then
computed from these: each minute's messages join the queues of their channels, which are served at the channels' own
rates and, together, at no more than was measured. docs/scale.md tells what came of it.
"""

import argparse
import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text

from bot.bench.dispatch_run import Load
from bot.bench.dispatch_run import measure as measure_dispatch
from bot.configuration.config_file import Configuration
from bot.configuration.deployment import deploy
from bot.configuration.garbage import settle
from bot.configuration.settings import Settings
from storage.appointments.appointments import Appointment, LessonGroup, Membership
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from storage.people.people import Person
from storage.vocabulary import AppointmentKind, Group
from tests.databases import SECRET, PostgresDatabases

PEOPLE_OF_THE_COUNTRY = 110_000
MUNICIPALITIES = 340
WORKERS = 4
GROUP_SIZE = 15
ZONE = ZoneInfo("Europe/Amsterdam")
_NOW = datetime(2026, 8, 30, 4, 0, tzinfo=UTC)
_MONDAY = datetime(2026, 8, 31, 9, 0, tzinfo=ZONE)
#: Messages a second that each channel takes, and the part of the people that it reaches.
RATES: Mapping[str, float] = {"telegram": 30, "whatsapp": 80, "notify": 50}
SHARES: Mapping[str, float] = {"telegram": 0.5, "whatsapp": 0.3, "notify": 0.2}
_WEEK = 7 * 24 * 60
_TABLES = ("person", "contact", "appointment", "membership", "outbox", "attempt", "heard", "participation")


def sizes(people: int) -> list[int]:
    """People of each municipality, largest first: as Zipf's law has towns, the smallest with a handful."""
    weights = [1 / (rank + 3) for rank in range(MUNICIPALITIES)]
    found = [max(1, round(people * weight / sum(weights))) for weight in weights]
    found[0] += people - sum(found)
    return found


async def fill(database: Database, people: int) -> None:
    """Everybody, with three weeks of classes and of meetings."""
    number = 0
    for place, size in enumerate(sizes(people)):
        async with database.writing() as session:
            for first in range(0, size, GROUP_SIZE):
                count = min(GROUP_SIZE, size - first)
                group = LessonGroup(name=f"group {place}/{first}")
                session.add(group)
                await session.flush()
                rows = [_person(number + one, f"Gemeente {place}") for one in range(count)]
                ids = list(await session.scalars(insert(Person).returning(Person.id), rows))
                await session.execute(
                    insert(Membership),
                    [{"group_id": group.id, "person_id": one, "from_on": date(2026, 8, 1)} for one in ids],
                )
                # Mornings and afternoons, as rooms are.
                hour = timedelta(hours=(first // GROUP_SIZE + place) % 2 * 4)
                classes = [_class(group.id, week, day, hour) for week in range(3) for day in range(5)]
                await session.execute(insert(Appointment), classes)
                # Four a year each: of thirteen people one in a week.
                meetings = [_meeting(one, number + n) for n, one in enumerate(ids) if (number + n) % 13 < 3]
                if meetings:
                    await session.execute(insert(Appointment), meetings)
                number += count


def _person(number: int, municipality: str) -> dict[str, object]:
    return {
        "external_id": f"P{number}", "given_name": "A", "family_name": "", "language": ("ar", "ti", "nl")[number % 3],
        "group": Group.ASYLUM, "municipality": municipality, "consented_at": _NOW, "created_at": _NOW,
        "updated_at": _NOW,
    }  # fmt: skip


def _class(group_id: int, week: int, day: int, later: timedelta) -> dict[str, object]:
    starts_at = _MONDAY + timedelta(weeks=week, days=day) + later
    return {
        "external_id": f"C{group_id}/{week}/{day}", "group_id": group_id, "kind": AppointmentKind.CLASS,
        "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=3), "location": "Taalschool",
        "made_at": _NOW, "updated_at": _NOW,
    }  # fmt: skip


def _meeting(person_id: int, number: int) -> dict[str, object]:
    starts_at = _MONDAY + timedelta(weeks=number % 13, days=number % 5, minutes=30 * (number % 12))
    return {
        "external_id": f"M{person_id}", "person_id": person_id, "kind": AppointmentKind.PROGRESS_MEETING,
        "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1), "location": "Gemeentehuis",
        "made_at": _NOW, "updated_at": _NOW,
    }  # fmt: skip


async def planned(database: Database) -> dict[str, object]:
    """How long planning takes, and how many messages fall due in each minute of the week."""
    planner = deploy(Settings(), keys=database.keys, now=lambda: _NOW, configuration=Configuration()).planner
    settle()
    began = time.perf_counter()
    messages = await planner.plan_ahead(database)
    took = time.perf_counter() - began
    began = time.perf_counter()
    await planner.plan_ahead(database)
    again = time.perf_counter() - began
    async with database.reading() as session:
        found = await session.execute(
            text("SELECT floor(extract(epoch FROM due_at - :first) / 60)::int, count(*) FROM outbox GROUP BY 1"),
            {"first": _NOW},
        )
        minutes = Counter({int(minute): int(count) for minute, count in found})
    return {"messages": messages, "seconds": took, "again_seconds": again, "minutes": minutes}


async def sent(database: Database) -> None:
    """The rows as sending leaves them: each with its attempt, its provider's number, and what was heard."""
    async with database.writing() as session:
        await session.execute(
            text("INSERT INTO contact (channel, address, address_hash, person_id, state, created_at)"
                 " SELECT 'telegram', decode(repeat('00', 40), 'hex'), decode(lpad(to_hex(id), 32, '0'), 'hex'), id,"
                 " 'active', :now FROM person"), {"now": _NOW},
        )  # fmt: skip
        await session.execute(
            text("UPDATE outbox SET state = 'sent', attempts = 1, sent_at = due_at, channel = 'telegram',"
                 " provider_ref = outbox.id::text, sent_contact_id = contact.id FROM contact"
                 " WHERE contact.person_id = outbox.person_id")
        )  # fmt: skip
        await session.execute(
            text("INSERT INTO attempt (message_id, contact_id, channel, at, outcome)"
                 " SELECT id, sent_contact_id, 'telegram', due_at, 'sent' FROM outbox")
        )  # fmt: skip
    async with database.engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await alone.execute(text("VACUUM FULL ANALYZE"))


async def bytes_a_row(database: Database) -> dict[str, tuple[int, int]]:
    """Rows of each table, and its bytes with its indices."""
    found: dict[str, tuple[int, int]] = {}
    async with database.reading() as session:
        for name in _TABLES:
            rows = await session.scalar(text(f"SELECT count(*) FROM {name}"))
            size = await session.scalar(text(f"SELECT pg_total_relation_size('{name}')"))
            if rows:
                found[name] = (int(rows), int(size or 0))
    return found


def waits(minutes: Mapping[int, int], times: float, per_second: float) -> dict[str, object]:
    """How long a week's messages wait, by channel, in seconds: first come, first served, each channel at its rate and
    all together at no more than `per_second`."""
    queues: dict[str, list[list[float]]] = {name: [] for name in RATES}
    waited: dict[str, list[tuple[float, float]]] = {name: [] for name in RATES}
    heads: dict[str, int] = dict.fromkeys(RATES, 0)
    longest = 0.0
    for minute in range(_WEEK * 2):
        arriving = minutes.get(minute, 0) * times if minute < _WEEK else 0.0
        room = per_second * 60
        for name, rate in RATES.items():
            queue = queues[name]
            if arriving:
                queue.append([minute, arriving * SHARES[name]])
            may = min(rate * 60, room)
            while heads[name] < len(queue) and may > 1e-9:
                came, left = queue[heads[name]]
                taken = min(left, may)
                # What leaves within a minute has waited for what left before it.
                since = (minute - came) * 60 + (1 - may / (rate * 60)) * 60 + taken / rate / 2
                waited[name].append((max(0.0, since), taken))
                queue[heads[name]][1] -= taken
                may -= taken
                room -= taken
                if queue[heads[name]][1] <= 1e-9:
                    heads[name] += 1
        longest = max(longest, sum(left for queue in queues.values() for _, left in queue))
    return {
        "longest_queue": round(longest),
        **{name: {"p50_s": _quantile(all_, 0.5), "p99_s": _quantile(all_, 0.99)} for name, all_ in waited.items()},
    }


def _quantile(waited: Sequence[tuple[float, float]], part: float) -> int | None:
    total, seen = sum(weight for _, weight in waited), 0.0
    for seconds, weight in sorted(waited):
        seen += weight
        if seen >= total * part:
            return round(seconds)
    return None


async def measure(people: int, due: int) -> dict[str, object]:
    """The whole of it; see the module's docstring."""
    server = PostgresDatabases(durable=True)
    try:
        url = server.new()
        database = open_database(url, KeyRing([SECRET]))
        try:
            began = time.perf_counter()
            await fill(database, people)
            filled = time.perf_counter() - began
            plan = await planned(database)
            await sent(database)
            rows = await bytes_a_row(database)
        finally:
            await database.close()
        dispatch: dict[str, object] = {}
        if due:
            load = Load(pending=due * 5, due=due, workers=WORKERS, jobs=0)
            dispatch = await measure_dispatch(server.new(), load, lambda _what: None)
    finally:
        server.stop()
    minutes = plan.pop("minutes")
    assert isinstance(minutes, Counter)
    times = PEOPLE_OF_THE_COUNTRY / people
    week = sum(count for minute, count in minutes.items() if minute < _WEEK)
    peak = max(minutes.items(), key=lambda one: one[1])
    rate = dispatch.get("messages_per_s", sum(RATES.values()))
    assert isinstance(rate, int | float)
    return {
        "people": people,
        "municipalities": {"count": MUNICIPALITIES, "largest": sizes(people)[0], "smallest": sizes(people)[-1]},
        "fill_s": round(filled, 1),
        "planning": {name: round(value, 2) if isinstance(value, float) else value for name, value in plan.items()},
        "week": {
            "messages": week,
            "messages_of_the_country": round(week * times),
            "a_person": round(week / people, 2),
            "peak_minute": f"{_NOW.astimezone(ZONE) + timedelta(minutes=peak[0]):%a %H:%M}",
            "peak_of_the_country": round(peak[1] * times),
        },
        "rows": {name: {"rows": count, "bytes_a_row": round(size / count)} for name, (count, size) in rows.items()},
        "dispatch": {
            name: dispatch[name]
            for name in ("pending", "due", "workers", "messages_per_s", "cpu_s_per_1000", "memory_mb", "recorded",
                         "ratio_to_few_pending", "due_to_claimed_p99_s")
            if name in dispatch
        },
        "waits_at_measured_rate": waits(minutes, times, float(rate)),
        "load": os.getloadavg()[0],
    }  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=11_000)
    parser.add_argument("--due", type=int, default=10_000, help="messages that four workers send; 0 leaves that out")
    given = parser.parse_args()
    print(json.dumps(asyncio.run(measure(given.people, given.due)), indent=1))
