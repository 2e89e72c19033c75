"""The telephone as a channel, through the real inbox, outbox and dispatcher: calls, keys, and no call too many."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from storage.appointments.absences import Absence
from storage.appointments.appointments import Participation
from storage.engine.database import Database
from storage.outbox.message import Message
from storage.vocabulary import AbsenceState, Answer, CallOutcome, ContactState, MessageState
from tests.bot.channels.phone.town import Town, town
from tests.clock import FakeClock


@pytest.fixture
async def at(sqlite_database: Database, clock: FakeClock) -> AsyncIterator[Town]:
    async with town(sqlite_database, clock) as settled:
        yield settled


async def test_a_call_says_nothing_personal_before_the_person_says_who_they_are(at: Town) -> None:
    await at.agrees()
    await at.until_it_rings()
    await at.amina.picks_up()
    assert at.amina.hears == "Hello. This is a message from gemeente Huizen.\nAre you Amina? Then press one."
    await at.amina.presses("1")
    assert "Gemeentehuis" in at.amina.hears


async def test_one_says_that_they_come(at: Town) -> None:
    await at.agrees()
    await at.until_it_rings()
    await at.amina.picks_up()
    await at.amina.presses("1")
    assert at.amina.hears_of("button.coming")
    assert "I'm coming: press one" in at.amina.hears
    assert "To be called by your consultant: press nine" in at.amina.hears
    await at.amina.presses("1")
    await at.amina.lets_pass()
    await at.amina.lets_pass()
    await at.ends()
    async with at.talk.database.reading() as session:
        answers = set(await session.scalars(select(Participation.answer)))
    assert Answer.COMING in answers
    [call] = await at.calls()
    assert (call.outcome, call.ended_at is not None) == (CallOutcome.TALKED, True)
    assert MessageState.DELIVERED in {one.state for one in await at.reminders()}


async def test_two_is_an_absence_with_its_reason_and_is_at_the_consultant_at_once(at: Town) -> None:
    sanne = await at.talk.linked("Sanne")
    await at.agrees()
    await at.until_it_rings()
    await at.amina.picks_up()
    await at.amina.presses("1", "2")
    assert at.amina.hears_of("absence.why")
    await at.amina.presses("1")
    assert at.amina.hears_of("absence.how_long")
    await at.amina.presses("1")
    assert at.amina.hears_of("absence.check")
    sanne.mark()
    pressed_at = at.talk.clock.now()
    await at.amina.presses("1")
    assert at.amina.hears_of("absence.what_next")
    await at.talk.settle()
    sanne.sees("consultant.absence", person="Amina Tesfay")
    assert at.talk.clock.now() - pressed_at < timedelta(seconds=5)
    async with at.talk.database.reading() as session:
        [absence] = (await session.scalars(select(Absence))).all()
    assert absence.state is AbsenceState.REPORTED


async def test_who_hangs_up_after_cant_come_is_called_by_the_consultant(at: Town) -> None:
    sanne = await at.talk.linked("Sanne")
    await at.agrees()
    await at.until_it_rings()
    await at.amina.picks_up()
    await at.amina.presses("1", "2")
    sanne.mark()
    await at.amina.hangs_up()
    await at.ends()
    assert "Bel mij" in sanne.news
    # Nobody is rung to be told so.
    assert len(at.carrier.dialled) == 1


async def test_nine_asks_to_be_called_and_zero_ends_calls(at: Town) -> None:
    sanne = await at.talk.linked("Sanne")
    await at.agrees()
    await at.until_it_rings()
    await at.amina.picks_up()
    await at.amina.presses("1", "9")
    assert at.amina.hears_of("letter.what_next")
    await at.talk.settle()
    assert "Bel mij" in sanne.messages[-1].text
    await at.amina.presses("0")
    assert at.amina.hears_of("call.stopped")
    await at.ends()
    assert (await at.contact()).state is ContactState.BLOCKED


async def test_again_slower_and_a_key_that_is_not_offered(at: Town) -> None:
    await at.agrees()
    await at.until_it_rings()
    await at.amina.picks_up()
    await at.amina.presses("1")
    first = at.amina.hears
    await at.amina.presses("3")
    assert at.amina.hears == first
    await at.amina.presses("4")
    assert at.amina.hears == f"~{first}"
    await at.amina.presses("6")
    assert at.amina.hears.startswith("~You cannot choose that key here.")


async def test_no_key_is_a_machine_and_it_is_tried_once_more_in_another_part_of_the_day(at: Town) -> None:
    await at.agrees()
    await at.until_it_rings()
    first_at = at.talk.clock.now()
    await at.amina.picks_up()
    await at.amina.lets_pass()
    line = at.amina.line
    await at.amina.lets_pass()
    assert at.amina.hears == "We will try again later. Goodbye."
    assert not any("Gemeentehuis" in said for said in line.said)
    await at.ends()
    [call] = await at.calls()
    assert call.outcome is CallOutcome.NOBODY
    await at.until_it_rings()
    at.talk.clock.set(first_at + timedelta(hours=1))
    await at.talk.settle()
    assert len(at.carrier.dialled) == 1
    at.talk.clock.set(await _next_at(at))
    await at.talk.settle()
    assert len(at.carrier.dialled) == 2
    assert (at.talk.clock.now() - first_at) >= timedelta(hours=2)


async def _next_at(at: Town) -> datetime:
    async with at.talk.database.reading() as session:
        found = await session.scalar(
            select(Message.next_at)
            .where(Message.state == MessageState.PENDING, Message.next_at > at.talk.clock.now())
            .order_by(Message.next_at)
        )
    assert found is not None
    return found
