"""A secret that cannot read what is stored is noticed by the mark of each row."""

import pytest
from sqlalchemy import select, text

from storage.appointments.appointments import Appointment, LessonGroup
from storage.engine.database import Database
from storage.engine.encryption.key_marks import check_key_marks, read_key_marks
from storage.engine.encryption.rekey import rekey
from storage.engine.inserts import insert_new
from storage.engine.keys import KeyRing, Undecryptable
from storage.mapped import open_database
from storage.people.people import Person
from storage.vocabulary import AppointmentKind
from tests.clock import FakeClock
from tests.databases import SECRET
from tests.people import somebody

OTHER = "another secret for tests that is long enough"


async def add_person(database: Database, clock: FakeClock, number: int) -> None:
    async with database.writing() as session:
        session.add(somebody(clock.now(), external_id=f"P{number}", language="ti"))


async def add_lesson(database: Database, clock: FakeClock, number: int, location: str | None) -> None:
    now = clock.now()
    async with database.writing() as session:
        if await session.scalar(select(LessonGroup.id)) is None:
            await insert_new(session, LessonGroup, {"name": "A1"})
        session.add(
            Appointment(
                group_id=await session.scalar(select(LessonGroup.id)),
                external_id=f"A{number}",
                kind=AppointmentKind.CLASS,
                starts_at=now,
                location=location,
                made_at=now,
                updated_at=now,
            )
        )


@pytest.fixture
def other(database_url: str, database: Database) -> Database:
    """The same database under another secret."""
    assert database.keys.marks
    return open_database(database_url, KeyRing([OTHER]))


async def test_what_is_stored_under_the_secret_is_fine(database: Database, clock: FakeClock) -> None:
    await check_key_marks(database)
    assert (await read_key_marks(database)).seen == 0
    await add_person(database, clock, 1)
    await check_key_marks(database)
    marks = await read_key_marks(database)
    assert (marks.seen, marks.unreadable, marks.complaint()) == (1, {}, "")


async def test_one_row_in_the_middle_is_noticed(
    database_url: str, database: Database, other: Database, clock: FakeClock
) -> None:
    await add_person(database, clock, 1)
    await add_person(other, clock, 2)
    await add_person(database, clock, 3)
    for those, count in ((database, 1), (other, 2)):
        with pytest.raises(Undecryptable, match=rf"not in MAATJE_SECRET_KEY: person \({count}\)"):
            await check_key_marks(those)
    both = open_database(database_url, KeyRing([SECRET, OTHER]))
    await check_key_marks(both)
    await both.close()
    await other.close()


async def test_of_what_grows_with_every_day_the_ends_are_looked_at_and_by_the_doctor_all(
    database: Database, other: Database, clock: FakeClock
) -> None:
    await add_lesson(database, clock, 0, None)
    await add_lesson(database, clock, 1, "Lokaal 3")
    await add_lesson(other, clock, 2, "Lokaal 3")
    await add_lesson(database, clock, 3, "Lokaal 3")
    await add_lesson(database, clock, 4, None)
    await check_key_marks(database)
    assert (await read_key_marks(database)).unreadable == {"appointment": 1}
    with pytest.raises(Undecryptable, match="appointment"):
        await check_key_marks(other)
    await other.close()


async def test_nothing_is_rekeyed_while_something_cannot_be_read(
    database_url: str, database: Database, other: Database, clock: FakeClock
) -> None:
    await add_person(database, clock, 1)
    await add_lesson(other, clock, 1, "Lokaal 3")
    half = open_database(database_url, KeyRing([OTHER + OTHER, SECRET]))
    with pytest.raises(Undecryptable, match="appointment"):
        await rekey(half)
    async with database.reading() as session:
        assert (await session.scalars(select(Person.given_name))).one() == "Amina"
    await half.close()
    await other.close()


async def test_a_database_from_before_a_column_is_looked_at_as_far_as_it_goes(
    database: Database, other: Database, clock: FakeClock
) -> None:
    await add_person(database, clock, 1)
    async with database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE person DROP COLUMN family_name"))
    assert (await read_key_marks(database)).unreadable == {}
    with pytest.raises(Undecryptable, match="person"):
        await check_key_marks(other)
    await other.close()
