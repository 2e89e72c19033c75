"""What is kept how long: every table stands in the rules, and what is past its time goes."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.engine.base import Base
from storage.engine.database import Database
from storage.people.contacts import Contact, contact_made_at
from storage.people.conversations import conversation_of
from storage.people.link_codes import make_code
from storage.people.relayed import Letter
from storage.people.webchat import WebMessage
from storage.privacy.audit import AuditEntry
from storage.privacy.retention import RULES, SETTABLE, forget_old, held
from storage.vocabulary import ContactState, LetterKind
from tests.clock import FakeClock
from tests.people import somebody


def test_every_mapped_class_stands_in_the_rules_once_and_with_a_reason() -> None:
    mapped = [mapper.class_ for mapper in Base.registry.mappers if mapper.class_.__module__.startswith("storage.")]
    assert sorted(rule.name for rule in RULES) == sorted(str(one.__tablename__) for one in mapped)
    assert all(rule.why for rule in RULES)
    # What goes by days says from when, and the other way round.
    assert {rule.name for rule in RULES if rule.days and rule.due is None} == set()
    assert {rule.name for rule in RULES if rule.due is not None and rule.days is None} == set()


async def person(database: Database, clock: FakeClock) -> int:
    async with database.writing() as session:
        made = somebody(clock.now(), external_id="1", family_name="Tesfay", language="ti")
        session.add(made)
        await session.flush()
        return made.id


async def test_ten_years_later_nothing_stands_there_but_the_person(database: Database, clock: FakeClock) -> None:
    mine, now = await person(database, clock), clock.now()
    async with database.writing() as session:
        contact = await contact_made_at(session, database.keys, "web", "a", now)
        contact.person_id = mine
        await conversation_of(session, f"person:{mine}", now)
        session.add(Letter(person_id=mine, kind=LetterKind.MESSAGE, text="Hallo", written_at=now))
        session.add(WebMessage(contact_id=contact.id, revision=1, content={"blocks": []}, at=now))
        session.add(AuditEntry(at=now, actor="operator", action="exported", subject=f"person:{mine}"))
    clock.forward(days=3653)
    async with database.reading() as session:
        due = {rule.name: rule.due for rule in await held(session, clock.now(), kept_with_person=(), days={})}
    assert {name for name, count in due.items() if count} == {"conversation", "letter", "web_message", "audit_entry"}
    async with database.writing() as session:
        await forget_old(session, clock.now(), kept_with_person=())
        left = {
            str(mapper.class_.__tablename__)
            for mapper in Base.registry.mappers
            if await session.scalar(select(mapper.class_).limit(1)) is not None
        }
    assert left == {"person", "contact"}


async def test_a_municipalitys_own_days_hold(database: Database, clock: FakeClock) -> None:
    mine, now = await person(database, clock), clock.now()
    async with database.writing() as session:
        session.add(Letter(person_id=mine, kind=LetterKind.MESSAGE, text="Hallo", written_at=now))
    clock.forward(days=31)
    for days, left in ((60, 1), (30, 0)):
        async with database.writing() as session:
            await forget_old(session, clock.now(), kept_with_person=(), days={"letter": days})
            assert len(list(await session.scalars(select(Letter)))) == left
    assert "letter" in SETTABLE
    assert "person" not in SETTABLE


@pytest.mark.parametrize(
    ("state", "hours", "with_code", "stays"),
    [
        pytest.param(ContactState.ACTIVE, 25, False, False, id="silent for a day"),
        pytest.param(ContactState.ACTIVE, 23, False, True, id="wrote today"),
        pytest.param(ContactState.BLOCKED, 2_000, False, True, id="said STOP"),
        pytest.param(ContactState.GONE, 25, False, False, id="of who was erased or logged out"),
        pytest.param(ContactState.ACTIVE, 25, True, True, id="was sent a code"),
    ],
)
async def test_a_strangers_chat_is_forgotten_after_a_day(
    database: Database, clock: FakeClock, state: ContactState, hours: int, with_code: bool, stays: bool
) -> None:
    mine, now = await person(database, clock), clock.now()
    async with database.writing() as session:
        contact = await contact_made_at(session, database.keys, "web", "stranger", now)
        contact.state, contact.last_heard_at = state, now
        session.add(WebMessage(contact_id=contact.id, revision=1, content={"blocks": []}, at=now))
        await conversation_of(session, f"contact:{contact.id}", now)
        if with_code:
            await make_code(session, database.keys, now, person_id=mine, sent_to=contact.id)
    async with database.writing() as session:
        await forget_old(session, now + timedelta(hours=hours), kept_with_person=())
    async with database.reading() as session:
        assert bool(list(await session.scalars(select(Contact)))) is stays
        assert stays or not list(await session.scalars(select(WebMessage)))
