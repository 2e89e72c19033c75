"""What is new in a table is written as rows, many at once: what stands there then is what objects would have left."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select, update
from sqlalchemy.ext.asyncio import AsyncSession

import storage.appointments.changing
import storage.importing.people
import storage.importing.plans
from bot.configuration.config_file import Configuration
from bot.configuration.deployment import Deployment, deploy
from bot.configuration.importers import IMPORTERS
from bot.configuration.settings import Settings
from storage.appointments.changing import AppointmentWriter
from storage.appointments.details import Details
from storage.engine.base import Base
from storage.engine.database import Database
from storage.engine.inserts import insert_all
from storage.engine.keys import KeyRing
from storage.importing.run import run_import
from storage.people.people import Person
from tests.clock import FakeClock
from tests.databases import opened

_PEOPLE = """external_id,given_name,family_name,language,group,municipality,born_on,phone,email,brp_registered_on,\
benefit,consultant_email,consultant_name
P1,Amina,Tesfay,ti,asylum,Huizen,1990-05-01,0612345678,a@example.org,2026-01-05,yes,s@huizen.example,Sanne
P2,Omar,,ar,migrant,Laren,,0612345678,,,,,
P3,Sara,Ali,fa_AF,asylum,Huizen,1991-02-30,,,,,,
004,Leyla,,ku,asylum,Huizen,1988-01-02,,,2026-02-01,no,s@huizen.example,Sanne
"""
_PEOPLE_AGAIN = _PEOPLE.replace("Tesfay", "Tesfaye").replace("Sanne", "Sanne B.") + "P5,Noor,,nl,migrant,Laren,,,,,,,\n"
_PLANS = """person_external_id,route,intake_on,plan_signed_on,plan_dated_on,progress_meetings_per_year,goal
P1,b1,2026-02-01,2026-03-01,2026-03-01,4,een vak leren
004,,,,,,
P9,z,2026-02-01,2026-03-01,2026-03-01,2,
"""
_PLANS_AGAIN = _PLANS.replace("b1,2026-02-01", "z,2026-02-02") + "P5,education,2026-02-01,2026-01-01,2026-01-01,2,\n"
_APPOINTMENTS = """external_id,person_external_id,kind,starts_at,ends_at,location,with_whom,mandatory,status,note
A1,P1,progress_meeting,2026-03-10 10:00,2026-03-10 11:00,Gemeentehuis,Sanne,yes,planned,neem uw pas mee
A2,P1,other,2026-03-11 10:00,,,,no,planned,
A3,P2,exam,2026-03-12 09:00,2026-03-12 12:00,Examenhal,,yes,cancelled,
A4,P9,exam,2026-03-12 09:00,,,,,,
A5,004,intake_meeting,2026-03-29 02:30,,https,,yes,planned,
"""
# Moved, cancelled, restored, one that is somebody else's now, and a new one.
_APPOINTMENTS_AGAIN = (
    _APPOINTMENTS.replace("2026-03-10 1", "2026-03-17 1")
    .replace("no,planned", "no,cancelled")
    .replace("yes,cancelled", "yes,planned")
    .replace("A5,004", "A5,P1")
    + "A6,P2,other,2026-04-02 15:00,2026-04-02 15:30,Wijkcentrum,,yes,planned,\n"
)
_STEPS = (
    ("people", _PEOPLE),
    ("plans", _PLANS),
    ("appointments", _APPOINTMENTS),
    ("people", _PEOPLE_AGAIN),
    ("plans", _PLANS_AGAIN),
    ("appointments", _APPOINTMENTS_AGAIN),
    ("appointments", _APPOINTMENTS_AGAIN),
)


@pytest.fixture
async def another(database: Database, request: pytest.FixtureRequest, keys: KeyRing) -> AsyncIterator[Database]:
    """A second database of the same engine."""
    lent = None if database.is_sqlite else request.getfixturevalue("lent_databases")
    folder: Path = request.getfixturevalue("tmp_path")
    url: str = request.getfixturevalue("sqlite_databases").new(folder) if lent is None else lent.lend()
    second = opened(url, keys)
    yield second
    await second.close()
    if lent is not None:
        lent.take_back(url)


async def _as_objects(session: AsyncSession, mapped: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    made = [mapped(**row) for row in rows]
    for one in made:
        session.add(one)
        await session.flush()
    return [int(getattr(one, "id", 0)) for one in made]


def _make(
    writer: AppointmentWriter, external_id: str, details: Details, named: frozenset[str], *, person_id: int
) -> None:
    writer.make(external_id, details, person_id=person_id, named=named)


def _deployed(database: Database, clock: FakeClock) -> Deployment:
    return deploy(Settings(_env_file=None), keys=database.keys, now=clock.now, configuration=Configuration())


async def _imported(database: Database, clock: FakeClock) -> list[object]:
    """What the reports say of each step; two people agree in between, so that they are told of what comes."""
    parts = _deployed(database, clock)
    reports: list[object] = []
    for kind, table in _STEPS:
        reports.append((await run_import(database, IMPORTERS[kind](parts), table.encode())).to_json())
        async with database.writing() as session:
            agree = update(Person).where(Person.external_id.in_(("P1", "P2")), Person.consented_at.is_(None))
            await session.execute(agree.values(consented_at=clock.now()))
    return reports


async def _standing(database: Database) -> dict[str, list[dict[str, object]]]:
    """Every row of every table, by fields; numbers as places in their table."""
    found: dict[str, list[dict[str, object]]] = {}
    places: dict[str, dict[object, int]] = {}
    async with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            key = next(iter(table.primary_key))
            rows = [dict(row) for row in (await session.execute(select(table).order_by(key))).mappings()]
            places[table.name] = {row[key.name]: place for place, row in enumerate(rows)}
            found[table.name] = [_without_numbers(table, row, places) for row in rows]
    return found


def _without_numbers(
    table: Table, row: dict[str, object], places: Mapping[str, Mapping[object, int]]
) -> dict[str, object]:
    for column in table.columns:
        for target in column.foreign_keys:
            row[column.name] = places[target.column.table.name].get(row[column.name])
    # Named by numbers, or hashed under them.
    for name in ("id", "key", "params"):
        row.pop(name, None)
    return row


async def test_rows_leave_what_objects_leave(
    database: Database, another: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_rows = await _imported(database, clock)
    for module in (storage.importing.people, storage.importing.plans, storage.appointments.changing):
        monkeypatch.setattr(module, "insert_all", _as_objects)
    monkeypatch.setattr(AppointmentWriter, "enter", _make)
    assert await _imported(another, clock) == as_rows
    rows, objects = await _standing(database), await _standing(another)
    for table in rows:
        # Words are kept in another order where a file says new things beside old ones.
        assert sorted(map(repr, rows[table])) == sorted(map(repr, objects[table])), table
    assert [len(rows[name]) for name in ("person", "plan", "appointment", "source_word")] == [4, 3, 5, 5]
    assert "reminder" in {row["kind"] for row in rows["outbox"]}


async def test_what_is_written_as_rows_is_found_and_read(database: Database, clock: FakeClock) -> None:
    await _imported(database, clock)
    async with database.reading() as session:
        people = {one.external_id: one for one in await session.scalars(select(Person))}
    assert people["P1"].phone_hash == people["P2"].phone_hash is not None
    assert (people["004"].benefit, people["P2"].benefit, people["P1"].benefit) == (False, None, True)
    assert people["004"].born_on_hash is not None
    assert people["P5"].created_at == people["P5"].updated_at == clock.now()


async def test_no_row_at_all(database: Database) -> None:
    async with database.writing() as session:
        assert list(await insert_all(session, Person, [])) == []
