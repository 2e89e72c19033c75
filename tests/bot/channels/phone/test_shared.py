"""One telephone for two people: a call is for whom it asks for, and who calls says who they are."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.channels.phone.records import CHANNEL
from locales.rendering.message import Body, Part, Text
from reminders.kinds import Kind
from storage.calls.phone_calls import PhoneCall
from storage.engine.database import Database
from storage.outbox.message import Outgoing, put
from storage.people.contacts import Contact, contact_at
from storage.people.people import Person
from storage.people.senders.shared import share
from tests.bot.channels.phone.test_codes import calls, settling
from tests.bot.channels.phone.town import NUMBER, Town, town
from tests.clock import FakeClock


@pytest.fixture
async def at(database: Database, clock: FakeClock) -> AsyncIterator[Town]:
    async with town(database, clock) as found:
        await found.agrees()
        async with database.writing() as session:
            amina = await contact_at(session, database.keys, CHANNEL, NUMBER)
            assert amina is not None
            omar = await share(session, amina, clock.now())
            omar.person_id, omar.linked_at = found.talk.person_ids["Omar"], clock.now()
            person = await session.get_one(Person, found.talk.person_ids["Omar"])
            person.consented_at = clock.now()
        yield found


async def _told(at: Town, name: str, text: str) -> None:
    body = Body((Part(Text("verbatim", {"text": text})),))
    async with at.talk.database.writing() as session:
        person_id, now = at.talk.person_ids[name], at.talk.clock.now()
        message = Outgoing(key=text, kind=Kind.SAY, due_at=now, params=body.to_json(), person_id=person_id)
        await put(session, [message], now)


async def _called(at: Town) -> list[int | None]:
    async with at.talk.database.reading() as session:
        wanted = select(Contact.person_id).join(PhoneCall, PhoneCall.contact_id == Contact.id).order_by(PhoneCall.id)
        return list(await session.scalars(wanted))


async def test_a_call_asks_for_whom_it_is_for_and_is_answered_for_them(at: Town) -> None:
    await _told(at, "Omar", "Your boss called.")
    await at.talk.settle()
    await at.amina.picks_up()
    assert "Are you Omar?" in at.amina.hears
    assert not any("Amina" in said or "boss" in said for said in at.amina.line.said)
    await settling(at, asyncio.create_task(at.amina.presses("1")))
    assert any("boss" in said for said in at.amina.line.said)
    await at.amina.hangs_up()
    await at.ends()
    assert await _called(at) == [at.talk.person_ids["Omar"]]


async def test_what_is_for_the_other_waits_for_the_end_of_a_call(at: Town) -> None:
    await _told(at, "Omar", "Your boss called.")
    await at.talk.settle()
    await at.amina.picks_up()
    await settling(at, asyncio.create_task(at.amina.presses("1")))
    await _told(at, "Amina", "Your exam is at ten.")
    await at.talk.settle()
    assert not any("exam" in said for said in at.amina.line.said)
    await at.amina.hangs_up()
    await at.ends()


@pytest.mark.parametrize(("passes", "name"), [(False, "Amina"), (True, "Omar")])
async def test_who_calls_from_it_says_who_they_are(at: Town, passes: bool, name: str) -> None:
    caller = await calls(at, NUMBER)
    if passes:
        await caller.lets_pass()
    assert f"Are you {name}?" in caller.hears
    await settling(at, asyncio.create_task(caller.presses("1")))
    assert "Progress meeting" in "\n".join(caller.line.said)
    await caller.hangs_up()
    await at.ends()
    assert await _called(at) == [at.talk.person_ids[name]]


async def test_who_is_none_of_them_hears_nothing(at: Town) -> None:
    free = at.channel._free
    caller = await calls(at, NUMBER)
    for _ in range(2):
        await caller.lets_pass()
    assert caller.line.is_over
    assert "meeting" not in "\n".join(caller.line.said)
    assert (at.channel._free, await _called(at)) == (free, [])
