"""An operator loses the machine: backup, restore, and what may have been sent between them is asked about."""

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from bot.cli import app
from storage.appointments.appointments import Appointment
from storage.engine.keys import KeyRing
from storage.engine.migrate import migrate
from storage.outbox.heard import heard_by
from storage.outbox.message import Message, Outgoing, put
from storage.vocabulary import AppointmentKind, MessageState
from tests.databases import SECRET, opened
from tests.people import somebody

RUN = CliRunner()
HOUR = timedelta(hours=1)


@pytest.fixture
def url(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAATJE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("MAATJE_SECRET_KEY", SECRET)
    return sqlite_url


def maatje(*arguments: str, code: int = 0) -> dict[str, object]:
    done = RUN.invoke(app, [*arguments, "--json"])
    assert done.exit_code == code, done.output
    return cast(dict[str, object], json.loads(done.stdout))


def _doctor() -> dict[str, str]:
    findings = cast(list[dict[str, str]], json.loads(RUN.invoke(app, ["doctor", "--json"]).stdout)["findings"])
    return {one["about"]: one["text"] for one in findings}


async def _fill(url: str, now: datetime) -> None:
    """An outbox in the middle of its work: what is due, what is in hand, what came to nothing, what is for later."""
    database = opened(url, KeyRing([SECRET]))
    async with database.writing() as session:
        person = somebody(now)
        session.add(person)
        await session.flush()
        meeting = Appointment(
            external_id="A1",
            person_id=person.id,
            kind=AppointmentKind.PROGRESS_MEETING,
            starts_at=now + 5 * HOUR,
            made_at=now,
            updated_at=now,
        )
        session.add(meeting)
        await session.flush()
        rows = [
            Outgoing(
                "due",
                "reminder",
                now - HOUR,
                useful_until=now + HOUR,
                person_id=person.id,
                appointment_id=meeting.id,
                appointment_version=1,
            ),
            Outgoing("due:2", "change", now - HOUR, person_id=person.id),
            Outgoing("in hand", "say", now, person_id=person.id, lease_owner="lost", lease_until=now + HOUR),
            Outgoing("over", "reminder", now - 2 * HOUR, useful_until=now - HOUR, person_id=person.id),
            Outgoing("later", "say", now + HOUR, person_id=person.id),
            Outgoing("gone out", "say", now - HOUR, person_id=person.id),
        ]
        await put(session, rows, now)
        sent = (await session.scalars(select(Message).where(Message.key == "gone out"))).one()
        sent.state, sent.sent_at, sent.pass_on_at = MessageState.SENT, now - HOUR, now - HOUR / 2
    await database.close()


async def _states(url: str) -> dict[str, str]:
    database = opened(url, KeyRing([SECRET]))
    async with database.reading() as session:
        rows = (await session.scalars(select(Message))).all()
        assert all(row.pass_on_at is None and row.lease_owner is None for row in rows)
    await database.close()
    return {row.key: row.state.value for row in rows}


async def _heard(url: str) -> set[tuple[int, int]]:
    database = opened(url, KeyRing([SECRET]))
    async with database.reading() as session:
        heard = await heard_by(session, [1])
    await database.close()
    return set(heard)


def test_after_a_return_nothing_that_may_have_been_sent_goes_out_by_itself(url: str, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    asyncio.run(_fill(url, now))
    made = maatje("backup", "night.backup")
    assert made["encrypted"] is False
    assert _doctor()["backup"].startswith("made at")
    assert cast(dict[str, int], made["rows"])["outbox"] == 6
    # The service of the machine that is lost went on: nothing of that is here.
    for file in tmp_path.glob("maatje-*.db*"):
        file.unlink()
    back = maatje("restore", "night.backup")
    assert (back["held"], back["too_late"], back["news_unknown"]) == (3, 1, 1)
    held = {
        "due": "held",
        "due:2": "held",
        "in hand": "held",
        "over": "expired",
        "later": "pending",
        "gone out": "sent",
    }
    assert asyncio.run(_states(url)) == held
    # The backup does not have the entry of its own making.
    found = _doctor()
    assert (found["messages"][:10], found["backup"][:13]) == ("3 are held", "none was made")
    listed = cast(list[dict[str, str]], maatje("held", "list")["held"])
    assert sorted((one["kind"], one["person"]) for one in listed) == [
        ("change", "P1"),
        ("reminder", "P1"),
        ("say", "P1"),
    ]
    numbers = {one["kind"]: str(one["message"]) for one in listed}
    # Nothing is decided without saying which; a number that is not held is a fault.
    assert RUN.invoke(app, ["held", "send"]).exit_code == 2
    assert maatje("held", "send", numbers["say"], "999", code=1) == {"sent_held": 1}
    assert maatje("held", "sent", "--kind", "reminder") == {"held_was_sent": 1}
    assert asyncio.run(_states(url)) == {**held, "in hand": "pending", "due": "sent"}
    # The person knows of the meeting, so that planning does not tell it anew.
    assert asyncio.run(_heard(url)) == {(1, 1)}
    assert maatje("held", "sent", "--all") == {"held_was_sent": 1}
    assert maatje("held", "list") == {"held": []}
    # A second return, and a second backup of that name, are refused.
    assert RUN.invoke(app, ["restore", "night.backup"]).exit_code == 1
    assert RUN.invoke(app, ["backup", "night.backup"]).exit_code == 2
    lines = json.loads(RUN.invoke(app, ["audit", "--json"]).stdout)
    assert {line["action"] for line in lines} >= {"restored", "sent_held", "held_was_sent"}


def test_a_copy_is_made_of_an_old_schema_as_it_stands(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a new version brings it up to date; when it returns, it is."""
    monkeypatch.setenv("MAATJE_DATABASE_URL", f"sqlite:///{tmp_path / 'old.db'}")
    asyncio.run(_old(f"sqlite:///{tmp_path / 'old.db'}"))
    # Says what a new version changes, before it does.
    assert (
        "run: maatje migrate (stop the workers first). It changes: 0002: What the law in force counts with"
        in _doctor()["database"]
    )
    assert maatje("backup", "old.backup")["schema"] == "0001"
    with closing(sqlite3.connect(tmp_path / "old.db")) as old:
        assert old.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    monkeypatch.setenv("MAATJE_DATABASE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    assert maatje("restore", "old.backup")["schema"] == "0001"
    assert _doctor()["database"].endswith("schema up to date")


async def _old(url: str) -> None:
    database = opened(url, KeyRing([SECRET]))
    await migrate(database, to="0001")
    await database.close()
