"""Whoever calls from a telephone that is not theirs: a code of their settings opens what is new, nothing else does."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete, select

from bot.events import Pressed
from storage.calls.phone_codes import MOST_WRONG, make_phone_code
from storage.engine.database import Database
from storage.outbox.message import Message
from storage.people.contacts import Contact
from storage.privacy.audit import AuditEntry
from storage.vocabulary import CallOutcome, ContactState
from tests.bot.channels.phone.rig import Handset
from tests.bot.channels.phone.town import NUMBER, Town, town
from tests.bot.dialogue.talk import RENDERER
from tests.clock import FakeClock

BORROWED = "+31699999999"


@pytest.fixture
async def at(sqlite_database: Database, clock: FakeClock) -> AsyncIterator[Town]:
    async with town(sqlite_database, clock) as settled:
        yield settled


async def code_of_amina(at: Town) -> str:
    async with at.talk.database.writing() as session:
        return (
            await make_phone_code(session, at.talk.database.keys, at.talk.person_ids["Amina"], at.talk.clock.now())
        ).code


async def calls(at: Town, number: str = BORROWED) -> Handset:
    """Somebody calls from a telephone that is nobody's."""
    await at.carrier.calls_us(number)
    return Handset(at.carrier, number, RENDERER)


async def acts(at: Town) -> list[str]:
    async with at.talk.database.reading() as session:
        found = await session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("phone_code")))
        return [f"{one.actor} {one.action} {one.subject}" for one in found]


async def settling(at: Town, act: "asyncio.Task[None]") -> None:
    while not act.done():
        await at.talk.settle()
        await asyncio.sleep(0)
    await act


async def test_a_code_is_made_in_the_settings_where_calls_are_on_and_told_on_other_ways(at: Town) -> None:
    amina = await at.talk.linked("Amina", "amina-web")
    await amina.does(Pressed("chan"))
    assert "chan:code" not in amina.intents()
    await at.agrees()
    await amina.does(Pressed("chan"))
    await amina.taps("phone_code.button")
    amina.sees("phone_code.how", telephone="+31355281900")
    await amina.taps("phone_code.make")
    [code] = re.findall(r"\b\d{7,}\b", amina.news.replace("+31355281900", ""))
    assert await acts(at) == [
        f"person:{at.talk.person_ids['Amina']} phone_code_made person:{at.talk.person_ids['Amina']}"
    ]
    async with at.talk.database.reading() as session:
        told = (await session.scalars(select(Message).where(Message.key.startswith("code_asked:phone:")))).all()
        assert len(told) == 1
    await at.talk.settle()
    await amina.does(Pressed("chan:code"))
    # That there is one, and not which.
    assert code not in amina.news
    assert "chan:code:new" in amina.intents()
    # "That was not me" ends it.
    await amina.does(Pressed("notme:code"))
    borrowed = await calls(at)
    await borrowed.presses(*code, "#")
    assert borrowed.line.said[-1].startswith("Deze code werkt niet")


async def test_a_code_opens_what_is_new_over_the_persons_own_number(at: Town) -> None:
    await at.agrees()
    await at.until_it_rings()
    await at.amina.picks_up()
    await at.amina.hangs_up()
    await at.ends()
    code = await code_of_amina(at)
    free = at.channel._free
    borrowed = await calls(at)
    assert "Amina" not in borrowed.hears
    # A star begins anew.
    await borrowed.presses("5", "*", *code, "#")
    assert "Are you Amina?" in borrowed.hears
    assert at.channel._free == free - 1
    await settling(at, asyncio.create_task(borrowed.presses("1")))
    assert "I'm coming: press one" in borrowed.hears
    await settling(at, asyncio.create_task(borrowed.presses("1")))
    await borrowed.hangs_up()
    await at.ends()
    assert at.channel._free == free
    incoming = [call for call in await at.calls() if call.incoming]
    assert [(call.contact_id, call.outcome) for call in incoming] == [((await at.contact()).id, CallOutcome.TALKED)]
    # The telephone that was borrowed is nobody's still.
    async with at.talk.database.reading() as session:
        assert [one.address for one in await session.scalars(select(Contact).where(Contact.channel == "phone"))] == [
            NUMBER
        ]
    assert (await acts(at))[-1].endswith(f"phone_code_right person:{at.talk.person_ids['Amina']}")


async def test_wrong_codes_are_told_in_the_same_words_and_three_of_them_end_the_call(at: Town) -> None:
    await at.agrees()
    code = await code_of_amina(at)
    borrowed = await calls(at)
    for typed in ("1", f"{code[:-6]}{(int(code[-6:]) + 1) % 1_000_000:06}"):
        await borrowed.presses(*typed, "#")
        assert borrowed.line.said[-1].startswith("Deze code werkt niet")
    await borrowed.presses(*"77", "#")
    assert borrowed.line.is_over
    assert "Ik ken dit nummer niet" in borrowed.hears
    assert not any("Amina" in said for said in borrowed.line.said)
    assert await at.calls() == []


async def test_the_locked_code_is_no_use_from_any_telephone_and_the_own_number_still_is(at: Town) -> None:
    await at.agrees()
    code = await code_of_amina(at)
    wrong = f"{code[:-6]}{(int(code[-6:]) + 1) % 1_000_000:06}"
    for number in range(MOST_WRONG):
        guesser = await calls(at, f"+3168888880{number}")
        await guesser.presses(*wrong, "#")
        await guesser.hangs_up()
    borrowed = await calls(at)
    await borrowed.presses(*code, "#")
    assert borrowed.line.said[-1].startswith("Deze code werkt niet")
    assert (await acts(at)) == [f"system phone_code_locked person:{at.talk.person_ids['Amina']}"]
    line = await at.carrier.calls_us(NUMBER)
    assert "Are you Amina?" in line.said[-1]


async def test_a_code_of_who_is_not_called_any_more_opens_nothing(at: Town) -> None:
    await at.agrees()
    code = await code_of_amina(at)
    async with at.talk.database.writing() as session:
        contact = (await session.scalars(select(Contact).where(Contact.channel == "phone"))).one()
        contact.state = ContactState.BLOCKED
    borrowed = await calls(at)
    await borrowed.presses(*code, "#")
    assert borrowed.line.said[-1].startswith("Deze code werkt niet")
    assert not any("Amina" in said for said in borrowed.line.said)


async def test_who_is_in_a_call_already_is_not_in_a_second_one(at: Town) -> None:
    await at.agrees()
    async with at.talk.database.writing() as session:
        await session.execute(delete(Message))
    code = await code_of_amina(at)
    own = await at.carrier.calls_us(NUMBER)
    assert "Are you Amina?" in own.said[-1]
    borrowed = await calls(at)
    await borrowed.presses(*code, "#")
    assert borrowed.line.is_over
    assert "Ik ken dit nummer niet" in borrowed.hears


async def test_the_ask_is_in_dutch_and_then_in_every_language_that_has_a_voice(at: Town) -> None:
    stranger = await calls(at)
    assert "code om te bellen" in stranger.hears
    await stranger.lets_pass()
    assert stranger.hears_of("phone_code.ask")
    assert "هل لديك رمز" in stranger.hears


async def test_no_line_is_kept_for_who_has_no_code_when_all_are_in_use(at: Town) -> None:
    at.channel._free = 0
    stranger = await calls(at)
    assert stranger.line.is_over
    assert at.channel._free == 0
