"""One-time codes: single use, expiry, and limits on guessing."""

from datetime import timedelta

import pytest

from storage.engine.database import Database
from storage.people.contacts import Contact
from storage.people.link_codes import (
    MAX_ATTEMPTS,
    CodeExpired,
    CodeUnknown,
    TooManyAttempts,
    looks_like_code,
    make_code,
    use_code,
)
from tests.clock import FakeClock
from tests.people import somebody


async def person_and_contact(database: Database, clock: FakeClock, address: str = "1") -> tuple[int, int]:
    async with database.writing() as session:
        person = somebody(clock.now(), external_id=f"P{address}", language="ti")
        contact = Contact(
            channel="fake",
            address=address,
            address_hash=database.keys.fingerprint(address, "contact/fake"),
            created_at=clock.now(),
        )
        session.add_all([person, contact])
        await session.flush()
        return person.id, contact.id


async def test_a_code_works_once_and_however_it_is_typed(database: Database, clock: FakeClock) -> None:
    person_id, contact_id = await person_and_contact(database, clock)
    async with database.writing() as session:
        code, _ = await make_code(session, database.keys, clock.now(), person_id=person_id)
    typed = f" {code[:5].lower()}-{code[5:]} "
    assert looks_like_code(typed)
    async with database.writing() as session:
        contact = await session.get_one(Contact, contact_id)
        await use_code(session, database.keys, contact, typed, clock.now())
        assert contact.person_id == person_id
    _, other_id = await person_and_contact(database, clock, "2")
    async with database.writing() as session:
        other = await session.get_one(Contact, other_id)
        with pytest.raises(CodeUnknown):
            await use_code(session, database.keys, other, code, clock.now())
        assert other.person_id is None


async def test_the_same_phone_may_open_its_link_again(database: Database, clock: FakeClock) -> None:
    person_id, contact_id = await person_and_contact(database, clock)
    async with database.writing() as session:
        code, _ = await make_code(session, database.keys, clock.now(), person_id=person_id)
        contact = await session.get_one(Contact, contact_id)
        await use_code(session, database.keys, contact, code, clock.now())
        again = await use_code(session, database.keys, contact, code, clock.now())
    assert again.person_id == person_id


async def test_an_old_code_is_told_to_be_old(database: Database, clock: FakeClock) -> None:
    person_id, contact_id = await person_and_contact(database, clock)
    async with database.writing() as session:
        code, expires_at = await make_code(session, database.keys, clock.now(), person_id=person_id)
    async with database.writing() as session:
        contact = await session.get_one(Contact, contact_id)
        with pytest.raises(CodeExpired):
            await use_code(session, database.keys, contact, code, expires_at)


async def test_a_new_code_replaces_the_old_one(database: Database, clock: FakeClock) -> None:
    person_id, contact_id = await person_and_contact(database, clock)
    async with database.writing() as session:
        old, _ = await make_code(session, database.keys, clock.now(), person_id=person_id)
        await make_code(session, database.keys, clock.now(), person_id=person_id)
        contact = await session.get_one(Contact, contact_id)
        with pytest.raises(CodeUnknown):
            await use_code(session, database.keys, contact, old, clock.now())


async def test_guessing_ends_after_some_tries_and_begins_again_later(database: Database, clock: FakeClock) -> None:
    person_id, contact_id = await person_and_contact(database, clock)
    async with database.writing() as session:
        code, _ = await make_code(session, database.keys, clock.now(), person_id=person_id)
        contact = await session.get_one(Contact, contact_id)
        for _ in range(MAX_ATTEMPTS):
            with pytest.raises(CodeUnknown):
                await use_code(session, database.keys, contact, "ACDEFGHJKM", clock.now())
        with pytest.raises(TooManyAttempts):
            await use_code(session, database.keys, contact, code, clock.now())
        await use_code(session, database.keys, contact, code, clock.now() + timedelta(hours=1, seconds=1))
        assert contact.person_id == person_id


@pytest.mark.parametrize("text", ["hello", "I am ill today", "1234567890", "ABCDEFGHIJKL", ""])
def test_ordinary_words_are_no_codes(text: str) -> None:
    assert not looks_like_code(text)
