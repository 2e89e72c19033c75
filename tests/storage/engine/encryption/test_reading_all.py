"""Every encrypted row is read, and those that cannot be are named; the others go on."""

from sqlalchemy import text

from storage.engine.database import Database
from storage.engine.encryption.reading_all import unreadable_rows
from tests.clock import FakeClock
from tests.storage.engine.encryption.test_row_binding import person


async def test_rows_that_cannot_be_read_are_named(database: Database, clock: FakeClock) -> None:
    async with database.writing() as session:
        people = [person(number, clock.now()) for number in range(1, 8)]
        session.add_all(people)
        await session.flush()
        third, fifth = people[2].id, people[4].id
    assert await unreadable_rows(database) == (7, {})
    async with database.writing() as session:
        # A value of another row in its place; and no value at all of ours.
        await session.execute(
            text("UPDATE person SET given_name = (SELECT given_name FROM person WHERE id = :other) WHERE id = :row"),
            {"other": fifth, "row": third},
        )
        await session.execute(
            text("UPDATE person SET language = :junk WHERE id = :row"), {"junk": b"junk", "row": fifth}
        )
    assert await unreadable_rows(database) == (7, {"person": [third, fifth]})
