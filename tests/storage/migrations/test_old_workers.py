"""Old and new workers side by side: a migration that only adds lets the workers before it go on; others end them."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, text

from bot.readiness import Readiness
from bot.watch import DatabaseLost, Watch
from reminders.terms.rule_sets import LAW
from reminders.wording.composers import every_composer
from storage.attendance.patterns import TalkRule
from storage.engine import migrate as migrating
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.engine.migrate import SchemaIsNewer, migrate, oldest_workers, prepare_schema, schema_found
from storage.mapped import open_database
from storage.outbox.message import Outgoing
from storage.vocabulary import MessageState
from tests.bot.test_watch import Jumps
from tests.clock import FakeClock
from tests.reminders.sending.outbox_world import FakeSender, OutboxWorld, drain, say
from tests.storage.migrations.old_workers import WORDS_FILE, SchemaLook, oldest_of_the_code, words_stored

SECRET = "a secret for migration tests only"
LATER = '''"""A later version's."""
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9000", "{before}", None, None
{mark}
def upgrade():
    op.add_column("person", sa.Column("of_tomorrow", sa.Integer(), nullable=True))
    op.create_table("tomorrow", sa.Column("id", sa.Integer(), primary_key=True))
'''


@contextmanager
def later_version(folder: Path, mark: str) -> Iterator[None]:
    """As if a later version were installed here, with one migration more."""
    own = folder / "later"
    shutil.copytree(migrating.MIGRATIONS, own, ignore=shutil.ignore_patterns("__pycache__"))
    (own / "versions" / "9000_more.py").write_text(LATER.format(before=migrating.newest_version(), mark=mark))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(migrating, "MIGRATIONS", own)
        yield


async def test_workers_go_on_beside_a_later_version_that_only_adds(
    database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    with later_version(tmp_path, "old_workers_go_on = True"):
        await migrate(database)
    found = await schema_found(database)
    assert (found.version, found.is_newer, found.fits) == ("9000", True, True)
    # One that runs goes on and is ready, and one that was started again begins; neither changes the schema back.
    await Watch(database, clock, Jumps()).look()
    assert (await Readiness(database, (), list, within=30)())["database"]
    await prepare_schema(database)
    await migrate(database)
    assert (await schema_found(database)).version == "9000"
    # What it does is as before, with rows that the later version's columns are empty in.
    world, sender = OutboxWorld(database, clock), FakeSender()
    await world.tell("hello", person=await world.person())
    await drain(world.dispatcher(sender))
    assert sender.texts == ["hello"]


async def test_a_later_version_that_changes_more_ends_them(
    database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    with later_version(tmp_path, ""):
        await migrate(database)
    with pytest.raises(DatabaseLost, match="9000"):
        await Watch(database, clock, Jumps()).look()
    assert not (await Readiness(database, (), list, within=30)())["database"]
    with pytest.raises(SchemaIsNewer):
        await prepare_schema(database)
    with pytest.raises(SchemaIsNewer):
        await migrate(database)


async def test_what_only_a_newer_version_can_say_waits_for_it(database: Database, clock: FakeClock) -> None:
    world, sender = OutboxWorld(database, clock), FakeSender()
    await world.tell("of today", person=await world.person("amina"))
    person = await world.person("selam")
    await world.put(Outgoing("of tomorrow", "said_by_tomorrows_version", clock.now(), say("later"), person_id=person))
    composer = every_composer(ZoneInfo("Europe/Amsterdam"), lambda _: LAW.rules, lambda _: TalkRule())
    await drain(world.dispatcher(sender, composer=composer))
    waits = (await world.messages())["of tomorrow"]
    assert sender.texts == ["of today"]
    assert (waits.state, waits.reason) == (MessageState.PENDING, "of_newer_version")
    assert 0 < (waits.next_at - clock.now()).total_seconds() <= 60


def test_whose_workers_may_go_on(tmp_path: Path) -> None:
    newest = migrating.newest_version()
    with later_version(tmp_path, "old_workers_go_on = True"):
        assert oldest_workers(newest, "9000") == newest
        # Those that may go on beside this version may not for that beside the next that ends them.
        assert oldest_workers(newest, "9000", "0030") == "0030"
        assert oldest_workers("0031", "0032") == "0032"
        assert oldest_workers(None, "9000") == oldest_workers("0001", "9000")


async def test_migrations_that_let_them_go_on_only_add(tmp_path: Path) -> None:
    """Each that says so, on a database of the schema before it."""
    numbers = [number for number, _ in migrating.changes_since(None)]
    kind = {number: oldest_workers(before, number) == before for before, number in pairwise(numbers)}
    assert kind["0033"]
    assert not kind["0013"]
    database = open_database(f"sqlite:///{tmp_path / 'growing.db'}", KeyRing([SECRET]))
    for before, number in pairwise(numbers):
        if kind[number]:
            await migrate(database, to=before)
            async with database.engine.connect() as connection:
                look = await connection.run_sync(SchemaLook)
            await migrate(database, to=number)
            async with database.engine.connect() as connection:
                assert await connection.run_sync(look.asked_by) == [], number
    await database.close()


def test_what_a_worker_of_before_would_miss_is_found() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        for one in ("CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT, c TEXT)", "CREATE TABLE gone (id INTEGER)"):
            connection.execute(text(one))
        look = SchemaLook(connection)
        for one in (
            "DROP TABLE gone",
            "ALTER TABLE a DROP COLUMN c",
            "ALTER TABLE a ADD COLUMN d TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE a ADD COLUMN e TEXT",
            "CREATE UNIQUE INDEX one ON a (b)",
            "CREATE UNIQUE INDEX other ON a (e)",
            "CREATE TABLE new (id INTEGER PRIMARY KEY, must TEXT NOT NULL)",
        ):
            connection.execute(text(one))
        assert look.asked_by(connection) == ["a.c is gone", "a: unique ['b']", "gone is gone"]


def test_words_that_old_workers_cannot_read_end_them() -> None:
    """A new word of a vocabulary is an error to a worker that does not know it."""
    known: dict[str, Any] = json.loads(WORDS_FILE.read_text())
    again = "write the words anew: python -m tests.storage.migrations.old_workers"
    assert known["oldest"] == oldest_of_the_code(), again
    new = {
        f"{column}: {word}"
        for column, words in words_stored().items()
        for word in set(words) - set(known["words"].get(column, words))
    }
    assert not new, f"old workers stop at these: add a migration without old_workers_go_on, and then {again}"
