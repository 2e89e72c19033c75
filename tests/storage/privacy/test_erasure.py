"""Erasing a person: nothing of them is left, in no table and in no byte of the file; ids do not come back."""

from pathlib import Path

from sqlalchemy import delete, func, select

from bot.configuration.border import border_of
from bot.configuration.settings import Settings
from storage.appointments.appointments import Appointment
from storage.engine.base import Base
from storage.engine.database import Database
from storage.engine.encryption.rekey import rekey
from storage.engine.keys import KeyRing
from storage.importing.people import PeopleImporter
from storage.importing.plans import PlansImporter
from storage.importing.run import Border, run_import
from storage.mapped import open_database
from storage.people.erased import erased_at
from storage.people.people import Person, person_by_external_id
from storage.privacy.audit import AuditEntry
from storage.privacy.erasure import erase_person
from tests.clock import FakeClock
from tests.databases import SECRET

PEOPLE = (
    "external_id,given_name,family_name,language,group,municipality,born_on,phone,email,consultant_email\n"
    "BEWARE-77,Zebibulla,Qwertovic,ti,asylum,Huizen,1990-05-01,0612345678,zebib@mail.example,s@huizen.example\n"
)
PLANS = "person_external_id,route,goal\nBEWARE-77,b1,Bakkersdroom\n"
PERSONAL = ("Zebibulla", "Qwertovic", "612345678", "zebib@mail", "Bakkersdroom", "s@huizen")


async def imported(database: Database, clock: FakeClock, *, again: bool = False) -> int:
    border: Border = border_of(Settings(_env_file=None), database.keys, clock.now())
    await run_import(database, PeopleImporter(border, again=again), PEOPLE.encode())
    await run_import(database, PlansImporter(border), PLANS.encode())
    async with database.reading() as session:
        person = await person_by_external_id(session, "BEWARE-77")
    assert person is not None
    return person.id


def bytes_of(database: Database) -> bytes:
    file = Path(database.url.database or "")
    return b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))


async def test_nothing_personal_stands_in_the_file_in_plain_text(sqlite_database: Database, clock: FakeClock) -> None:
    await imported(sqlite_database, clock)
    stored = bytes_of(sqlite_database)
    assert b"BEWARE-77" in stored
    assert [text for text in PERSONAL if text.encode() in stored] == []


async def test_after_erasing_the_file_does_not_know_the_person(sqlite_database: Database, clock: FakeClock) -> None:
    person_id = await imported(sqlite_database, clock)
    async with sqlite_database.writing() as session:
        await erase_person(session, person_id, clock.now())
    await sqlite_database.forget_deleted()
    assert b"BEWARE-77" not in bytes_of(sqlite_database)


async def test_only_the_consultant_the_audit_log_and_a_hash_are_left(database: Database, clock: FakeClock) -> None:
    person_id = await imported(database, clock)
    async with database.writing() as session:
        session.add(AuditEntry(at=clock.now(), actor="operator", action="exported", subject=f"person:{person_id}"))
        await erase_person(session, person_id, clock.now())
    async with database.reading() as session:
        left = {
            table.name: await session.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
        }
    assert {name for name, rows in left.items() if rows} == {"consultant", "audit_entry", "erased_person"}


async def test_whoever_comes_next_is_not_taken_for_who_was_erased(database: Database, clock: FakeClock) -> None:
    """The audit log and the buttons of old messages hold ids."""
    first = await imported(database, clock)
    async with database.writing() as session:
        await erase_person(session, first, clock.now())
    second = await imported(database, clock, again=True)
    assert second > first
    async with database.writing() as session:
        await session.execute(delete(Appointment))
        assert await session.scalar(select(func.count()).select_from(Person)) == 1


OTHERS = "NIEUW-1,Omar,Bekele,am,asylum,Huizen,1991-02-03,,,s@huizen.example\n"


async def test_an_old_file_brings_nobody_back_unseen(database: Database, clock: FakeClock) -> None:
    """One line a row says so; the others are imported. With the word of who knows better, they are back."""
    person_id = await imported(database, clock)
    async with database.writing() as session:
        await erase_person(session, person_id, clock.now())
    for text in (PEOPLE + OTHERS, PEOPLE.replace("BEWARE-77", "0BEWARE-77")):
        border = border_of(Settings(_env_file=None), database.keys, clock.now())
        report = await run_import(database, PeopleImporter(border), text.encode())
        assert [(row, field, "was erased on 2026-03-02" in error) for row, field, error in report.rejected] == [
            (2, "external_id", True)
        ]
        assert report.created == (1 if OTHERS in text else 0)
    await imported(database, clock, again=True)
    # Back for good: the next file is like any other.
    assert await imported(database, clock)


async def test_who_was_erased_is_known_after_the_secrets_were_changed(
    sqlite_database: Database, clock: FakeClock
) -> None:
    person_id = await imported(sqlite_database, clock)
    async with sqlite_database.writing() as session:
        await erase_person(session, person_id, clock.now())
    url = sqlite_database.url.render_as_string(hide_password=False)
    new, old = "n" * 40, SECRET
    for secrets in ((new, old), (new,)):
        database = open_database(url, KeyRing(secrets))
        try:
            if len(secrets) > 1:
                await rekey(database)
            async with database.reading() as session:
                assert list(await erased_at(session, ["BEWARE-77", "BEWARE-78"])) == ["BEWARE-77"]
        finally:
            await database.close()
