"""Rotating the secret: before, during, and after the old one is gone."""

from datetime import date

from sqlalchemy import select

from storage.appointments.appointments import LessonGroup, group_named
from storage.engine.database import Database
from storage.engine.encryption.rekey import rekey
from storage.engine.encryption.row_binding import keyed_hashes
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from storage.outbox.message import Message, Outgoing, put
from storage.people.contacts import Contact, contact_at
from storage.people.link_codes import find_code, make_code, make_pass
from storage.people.people import Consultant, Person, consultant_by_email
from tests.clock import FakeClock
from tests.databases import SECRET
from tests.people import somebody

NEW = "a new secret for tests that is long enough"


async def test_after_rekeying_the_old_secret_is_not_needed(
    database_url: str, database: Database, clock: FakeClock
) -> None:
    now = clock.now()
    async with database.writing() as session:
        session.add(
            Consultant(
                email="s@x.example",
                email_hash=database.keys.fingerprint("s@x.example", "email"),
                name="Sanne",
                created_at=now,
            )
        )
        person = somebody(now, family_name="T", language="ti")
        person.born_on = date(1990, 5, 6)
        session.add(person)
        session.add(
            Contact(
                channel="telegram",
                address="42",
                address_hash=database.keys.fingerprint("42", "contact/telegram"),
                created_at=now,
            )
        )
        lessons = LessonGroup(name="B1 ochtend")
        session.add(lessons)
        await session.flush()
        group = lessons.id
        await put(session, [Outgoing("k", "say", now, params={"x": "y"}, person_id=person.id)], now)
    during = open_database(database_url, KeyRing([NEW, SECRET]))
    async with during.reading() as session:
        assert await contact_at(session, during.keys, "telegram", "42") is not None
    link = make_pass(database.keys, 1, now)
    async with database.writing() as session:
        code, _ = await make_code(session, database.keys, now, person_id=1)
    assert await rekey(during) == 5
    assert await rekey(during) == 0
    async with during.writing() as session:
        # Links in mail that went out before hold while the old secret stands beside the new one.
        for sent in (link, code):
            found = await find_code(session, during.keys, sent)
            assert found is not None
            assert found.person_id == 1
    await during.close()
    after = open_database(database_url, KeyRing([NEW]))
    async with after.reading() as session:
        assert (await session.scalars(select(Person))).one().given_name == "Amina"
        assert (await session.scalars(select(Message))).one().params == {"x": "y"}
        assert await contact_at(session, after.keys, "telegram", "42") is not None
        assert await find_code(session, after.keys, link) is None
        assert await group_named(session, "B1 ochtend") == group
        born = keyed_hashes(session.get_bind().dialect, Person.born_on, [date(1990, 5, 6)])
        assert list(await session.scalars(select(Person.id).where(Person.born_on_hash.in_(born)))) == [1]
        assert await consultant_by_email(session, after.keys, "S@x.example") is not None
    await after.close()
