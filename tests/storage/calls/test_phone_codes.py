"""Codes for calling from any telephone: whose, how long, and how often somebody may guess."""

from datetime import timedelta

from sqlalchemy import func, select

from storage.calls.phone_codes import (
    ENDS_AFTER,
    MOST_WRONG,
    MOST_WRONG_OF_ALL,
    VALID_FOR,
    WINDOW,
    CodeTried,
    PhoneCode,
    PhoneCodeTry,
    make_phone_code,
    phone_code_of,
    try_phone_code,
)
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.people.link_codes import end_links
from storage.people.people import Person
from tests.clock import FakeClock
from tests.databases import SECRET
from tests.people import somebody

CALLER = "+31699999999"


async def with_code(database: Database, clock: FakeClock, name: str = "P1") -> tuple[int, str]:
    async with database.writing() as session:
        person = somebody(clock.now(), external_id=name, language="ti")
        session.add(person)
        await session.flush()
        made = await make_phone_code(session, database.keys, person.id, clock.now())
        return person.id, made.code


def wrong(code: str, by: int = 1) -> str:
    """Another code of the same row."""
    return f"{code[:-6]}{(int(code[-6:]) + by) % 1_000_000:06}"


async def tried(database: Database, clock: FakeClock, typed: str, caller: str = CALLER) -> CodeTried:
    async with database.writing() as session:
        return (await try_phone_code(session, database.keys, typed, caller, clock.now())).how


async def test_a_code_is_its_persons_as_often_as_it_is_typed_until_it_ends(
    database: Database, clock: FakeClock
) -> None:
    person_id, code = await with_code(database, clock)
    _, other = await with_code(database, clock, "P2")
    for _ in range(2):
        async with database.writing() as session:
            found = await try_phone_code(session, database.keys, code, CALLER, clock.now())
        assert (found.how, found.person_id) == (CodeTried.RIGHT, person_id)
    # The digits of one behind the number of another.
    assert await tried(database, clock, other[:-6] + code[-6:]) in {CodeTried.WRONG, CodeTried.RIGHT}
    clock.set(clock.now() + VALID_FOR)
    assert await tried(database, clock, code) is CodeTried.WRONG


async def test_a_new_code_ends_the_old_one_and_so_does_ending_every_link(database: Database, clock: FakeClock) -> None:
    person_id, old = await with_code(database, clock)
    async with database.writing() as session:
        new = (await make_phone_code(session, database.keys, person_id, clock.now())).code
    # An old code names a row that is no other's later on.
    assert old[:-6] != new[:-6]
    assert await tried(database, clock, old) is CodeTried.WRONG
    assert await tried(database, clock, new) is CodeTried.RIGHT
    async with database.writing() as session:
        await end_links(session, await session.get_one(Person, person_id), clock.now())
        assert await phone_code_of(session, person_id, clock.now()) is None
    assert await tried(database, clock, new) is CodeTried.WRONG


async def test_what_is_no_code_is_a_guess_of_its_caller(database: Database, clock: FakeClock) -> None:
    _, code = await with_code(database, clock)
    for typed in ("1", "123456", "99999999999", "12345678901234567890", "٣" * 8):
        assert await tried(database, clock, typed) is CodeTried.WRONG
    # Even the right one is not listened to from there, for an hour.
    assert await tried(database, clock, code) is CodeTried.TOO_MANY
    assert await tried(database, clock, code, "+31688888888") is CodeTried.RIGHT
    clock.set(clock.now() + WINDOW)
    assert await tried(database, clock, code) is CodeTried.RIGHT


async def test_guesses_at_one_code_count_whoever_makes_them_and_lock_no_other(
    database: Database, clock: FakeClock
) -> None:
    _, code = await with_code(database, clock)
    _, other = await with_code(database, clock, "P2")
    found = [await tried(database, clock, wrong(code), f"+3160000000{n}") for n in range(MOST_WRONG)]
    assert found == [*[CodeTried.WRONG] * (MOST_WRONG - 1), CodeTried.LOCKED]
    # In the same words as any other wrong one.
    assert await tried(database, clock, code) is CodeTried.WRONG
    assert await tried(database, clock, other) is CodeTried.RIGHT
    clock.set(clock.now() + WINDOW)
    assert await tried(database, clock, code) is CodeTried.RIGHT


async def test_a_code_at_which_somebody_guesses_for_days_ends(sqlite_database: Database, clock: FakeClock) -> None:
    person_id, code = await with_code(sqlite_database, clock)
    for guess in range(ENDS_AFTER):
        await tried(sqlite_database, clock, wrong(code, guess + 1), f"+316{guess:08}")
        clock.set(clock.now() + WINDOW / MOST_WRONG)
    async with sqlite_database.reading() as session:
        assert await phone_code_of(session, person_id, clock.now()) is None


async def test_who_withholds_their_number_shares_one_count_and_all_together_have_one(
    sqlite_database: Database, clock: FakeClock
) -> None:
    _, code = await with_code(sqlite_database, clock)
    for _ in range(MOST_WRONG):
        assert await tried(sqlite_database, clock, "1", "") is CodeTried.WRONG
    assert await tried(sqlite_database, clock, code, "") is CodeTried.TOO_MANY
    for number in range(MOST_WRONG_OF_ALL - MOST_WRONG):
        assert await tried(sqlite_database, clock, "1", f"+316{number:08}") is CodeTried.WRONG
    assert await tried(sqlite_database, clock, code) is CodeTried.TOO_MANY
    async with sqlite_database.reading() as session:
        # What is not listened to is not written down: nobody fills the disk, or keeps the door shut, by calling.
        assert await session.scalar(select(func.count()).select_from(PhoneCodeTry)) == MOST_WRONG_OF_ALL
    clock.set(clock.now() + timedelta(hours=1))
    assert await tried(sqlite_database, clock, code) is CodeTried.RIGHT


async def test_digits_and_numbers_are_kept_as_hashes_that_hold_while_secrets_rotate(
    sqlite_database: Database, clock: FakeClock
) -> None:
    _, code = await with_code(sqlite_database, clock)
    rotated = KeyRing(["another secret of the tests that is long enough", SECRET])
    async with sqlite_database.writing() as session:
        row = (await session.scalars(select(PhoneCode))).one()
        assert code[-6:].encode() not in row.code_hash
        found = await try_phone_code(session, rotated, code, CALLER, clock.now())
    assert found.how is CodeTried.RIGHT
