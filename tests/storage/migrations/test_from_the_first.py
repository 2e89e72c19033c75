"""A day of absences as the first released schema (0001) kept it comes through every migration, on both engines.

`of_0001.json` was written by the code of that schema itself: three people with their consultants, reports, meetings and
messages after a day in which they were driven through Telegram, and a letter, a telephone task and a group.
"""

import base64
import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Date, DateTime, MetaData, Table, func, select
from sqlalchemy.engine import Connection

from bot.configuration.deployment import deploy
from bot.configuration.settings import Settings
from storage.appointments.absences import Absence
from storage.backup.postgres_copy import clear
from storage.engine.columns import Json
from storage.engine.database import Database
from storage.engine.encryption.reading_all import unreadable_rows
from storage.engine.keys import KeyRing
from storage.engine.migrate import migrate, schema_is_current
from storage.mapped import open_database
from storage.outbox.message import Message
from storage.people.people import Person, plan_of
from storage.people.relayed import Letter
from storage.privacy.export import export_person
from storage.vocabulary import AbsenceState, Group, MessageState, Route

WRITTEN: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "of_0001.json").read_text())
SECRET_OF_THEN = "a secret for end to end tests only"
NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def _value(table: Table, column: str, value: object) -> object:
    """A value as the fixture has it, in the column's own type."""
    kind = table.c[column].type
    match value:
        case {"b": str(bytes_)}:
            return base64.b64decode(bytes_)
        case str() if isinstance(kind, DateTime):
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        case str() if isinstance(kind, Date):
            return date.fromisoformat(value)
        case int() if isinstance(kind, Boolean):
            return bool(value)
    return value


def _fill(connection: Connection) -> None:
    schema = MetaData()
    schema.reflect(connection)
    for table in schema.sorted_tables:
        columns = WRITTEN.get(table.name, {}).get("columns", [])
        rows = [
            {name: _value(table, name, value) for name, value in zip(columns, row, strict=True)}
            for row in WRITTEN.get(table.name, {}).get("rows", [])
        ]
        if rows:
            connection.execute(table.insert(), rows)
        if "id" in columns and connection.dialect.name == "postgresql":
            last = func.coalesce(func.max(table.c.id), 1)
            connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), last)))


async def _of_then(url: str, folder: Path) -> Database:
    """A database of the first schema, with its rows."""
    if url.startswith("sqlite"):
        url = f"sqlite:///{folder / 'of_then.db'}"
    database = open_database(url, KeyRing([SECRET_OF_THEN]))
    if not database.is_sqlite:
        clear(database.url)
    await migrate(database, to="0001")
    async with database.engine.begin() as connection:
        await connection.run_sync(_fill)
    return database


def _rows(table: str) -> list[dict[str, Any]]:
    columns = WRITTEN[table]["columns"]
    return [dict(zip(columns, row, strict=True)) for row in WRITTEN[table]["rows"]]


async def test_what_the_first_version_kept_is_all_there_in_this_one(database_url: str, tmp_path: Path) -> None:
    database = await _of_then(database_url, tmp_path)
    await migrate(database)
    assert await schema_is_current(database)
    read, bad = await unreadable_rows(database)
    assert (read > 40, bad) == (True, {})
    async with database.reading() as session:
        people = {person.external_id: person for person in await session.scalars(select(Person))}
        assert {name: person.id for name, person in people.items()} == {"P0": 7, "P1": 1, "P2": 2}
        one = people["P1"]
        assert (one.group, one.phone, one.language) == (Group.ASYLUM, "+31612345678", "nl")
        assert one.consented_at is not None
        plan = await plan_of(session, one.id)
        assert plan is not None
        assert plan.route is Route.B1
        reports = Counter((row.person_id, row.state.value) for row in await session.scalars(select(Absence)))
        assert reports == Counter((row["person_id"], row["state"]) for row in _rows("absence"))
        assert {AbsenceState.REPORTED.value, AbsenceState.WITHDRAWN.value} <= {state for _, state in reports}
        states = Counter(row.state.value for row in await session.scalars(select(Message)))
        assert states == Counter(row["state"] for row in _rows("outbox"))
        letters = [letter.text for letter in await session.scalars(select(Letter).order_by(Letter.id))]
        assert letters == ["Mag ik iets vragen over de taalles?", "Ja, dat mag."]
        copy: dict[str, Json] = await export_person(session, one)
        assert "Mag ik iets vragen" in json.dumps(copy, ensure_ascii=False, default=str)
    # The engine of today plans for them, and loses nothing that was to be said.
    parts = deploy(Settings(_env_file=None), keys=database.keys, now=lambda: NOW)
    await parts.planner.plan_ahead(database)
    async with database.reading() as session:
        sent = await session.scalar(select(func.count()).where(Message.state == MessageState.SENT))
        assert sent == states["sent"]
    await database.close()
