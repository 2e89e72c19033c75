"""doctor's own message goes the way of all messages, and what becomes of it is told by name."""

import asyncio

from sqlalchemy import select

from bot.operating.delivery import deliver_to
from storage.engine.database import Database
from storage.outbox.message import Message
from storage.people.contacts import Contact
from storage.people.people import Consultant
from storage.vocabulary import MessageState
from tests.clock import FakeClock

SANNE = "sanne@huizen.example"


async def _consultant(database: Database, clock: FakeClock, *channels: str) -> None:
    keys, now = database.keys, clock.now()
    async with database.writing() as session:
        sanne = Consultant(
            email=SANNE,
            email_hash=keys.fingerprint(SANNE, "email"),
            name="Sanne",
            municipality="Huizen",
            created_at=now,
        )
        session.add(sanne)
        await session.flush()
        session.add_all(
            Contact(
                channel=channel,
                address=f"{channel}-7",
                address_hash=keys.fingerprint(f"{channel}-7", f"contact/{channel}"),
                consultant_id=sanne.id,
                linked_at=now,
                created_at=now,
            )
            for channel in channels
        )


async def _becomes(database: Database, states: dict[str, tuple[MessageState, str | None, str]]) -> None:
    """What the service does: every message over a channel ends so."""
    async with asyncio.timeout(20):
        while True:
            async with database.writing() as session:
                rows = (await session.scalars(select(Message))).all()
                for row in rows:
                    contact = await session.get_one(Contact, row.contact_id)
                    row.state, row.reason, row.channel = states[contact.channel]
            if len(rows) == len(states):
                return


async def test_each_way_is_judged_by_what_became_of_its_message(sqlite_database: Database, clock: FakeClock) -> None:
    await _consultant(sqlite_database, clock, "telegram", "email", "web")
    working = asyncio.create_task(
        _becomes(
            sqlite_database,
            {
                "telegram": (MessageState.DELIVERED, None, "telegram"),
                "email": (MessageState.FAILED, "rejected", "email"),
                "web": (MessageState.SENT, None, "email"),
            },
        )
    )
    found = {one.about: (one.state, one.text) for one in await deliver_to(sqlite_database, SANNE, clock.now)}
    await working
    assert found["delivery by telegram"] == ("ok", "delivered")
    state, text = found["delivery by email"]
    assert (state, text.startswith("failed: rejected; see: maatje trace")) == ("fault", True)
    assert found["delivery by web"][1].startswith("it went over email instead")


async def test_where_no_service_runs_and_who_is_nobody(sqlite_database: Database, clock: FakeClock) -> None:
    [nobody] = await deliver_to(sqlite_database, SANNE, clock.now)
    assert nobody.text.startswith("nobody with the address")
    await _consultant(sqlite_database, clock)
    [nowhere] = await deliver_to(sqlite_database, SANNE, clock.now)
    assert nowhere.text.endswith(f"maatje invite {SANNE}")
    async with sqlite_database.writing() as session:
        await session.delete((await session.scalars(select(Consultant))).one())
    await _consultant(sqlite_database, clock, "telegram")
    [waits] = await deliver_to(sqlite_database, SANNE, clock.now, within=0)
    assert (waits.state, waits.text) == ("fault", "it waits still: does the service run (maatje run)?")
