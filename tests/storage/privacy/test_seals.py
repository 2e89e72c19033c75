"""The audit log under seal: what is changed, taken out or put in between is found, with the number of its seal."""

from datetime import timedelta

import pytest
from sqlalchemy import Executable, delete, update

from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.privacy.audit import AuditEntry
from storage.privacy.seals import Chain, seal_audit, verify_audit
from tests.clock import FakeClock


async def filled(database: Database, clock: FakeClock, count: int = 5) -> None:
    async with database.writing() as session:
        for number in range(count):
            at = clock.now() + timedelta(seconds=number)
            session.add(AuditEntry(at=at, actor="consultant:2", action="looked_at", subject=f"person:{number}"))


async def sealed(database: Database, clock: FakeClock) -> int:
    async with database.writing() as session:
        return await seal_audit(session, database.keys, clock.now())


async def verified(database: Database, clock: FakeClock) -> Chain:
    async with database.reading() as session:
        return await verify_audit(session, database.keys, clock.now())


async def test_a_log_that_nobody_touched_holds_and_grows(database: Database, clock: FakeClock) -> None:
    await filled(database, clock)
    assert await sealed(database, clock) == 0, "transactions may still be under way"
    clock.forward(minutes=5)
    assert await verified(database, clock) == Chain(0, 5)
    assert await sealed(database, clock) == 5
    await filled(database, clock, 2)
    clock.forward(minutes=5)
    assert await sealed(database, clock) == 2
    assert await verified(database, clock) == Chain(7, 0)


@pytest.mark.parametrize(
    ("what", "broken_at"),
    [
        pytest.param(update(AuditEntry).where(AuditEntry.seal_number == 3).values(subject="person:9"), 3, id="subject"),
        pytest.param(update(AuditEntry).where(AuditEntry.seal_number == 2).values(actor="operator"), 2, id="actor"),
        pytest.param(update(AuditEntry).where(AuditEntry.seal_number == 1).values(action="wrote"), 1, id="the first"),
        pytest.param(delete(AuditEntry).where(AuditEntry.seal_number == 4), 4, id="taken out"),
    ],
)
async def test_what_was_changed_is_found(
    database: Database, clock: FakeClock, what: Executable, broken_at: int
) -> None:
    await filled(database, clock)
    clock.forward(minutes=5)
    await sealed(database, clock)
    async with database.writing() as session:
        await session.execute(what)
    assert (await verified(database, clock)).broken_at == broken_at


async def test_what_was_forgotten_in_time_breaks_nothing(database: Database, clock: FakeClock) -> None:
    await filled(database, clock)
    clock.forward(minutes=5)
    await sealed(database, clock)
    async with database.writing() as session:
        await session.execute(delete(AuditEntry).where(AuditEntry.seal_number <= 2))
    assert await verified(database, clock) == Chain(3, 0)


async def test_seals_hold_when_keys_rotate_and_not_without_them(database: Database, clock: FakeClock) -> None:
    await filled(database, clock)
    clock.forward(minutes=5)
    await sealed(database, clock)
    async with database.reading() as session:
        stranger = KeyRing(["a secret that nobody of ours has ever had"])
        assert (await verify_audit(session, stranger, clock.now())).broken_at == 1
