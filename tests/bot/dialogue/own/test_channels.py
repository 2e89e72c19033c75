"""A channel is a person's after a code that was sent there came back; and not any longer when the address moves on."""

import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.actions.acting import Proof
from bot.events import Command, InboundEvent, Left, Moved, Pressed
from storage.engine.database import Database
from storage.people.contacts import Contact
from storage.vocabulary import ContactState
from tests.bot.dialogue.talk import Talk, town
from tests.clock import FakeClock

NUMBER = "+31612345678"


@pytest.fixture
async def talk(database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with town(database, clock, more=("sms",)) as settled:
        yield settled


def code_in(talk: Talk) -> str:
    """The newest code on the telephone."""
    found = re.findall(r"\b\d{6}\b", talk.more["sms"].sent[NUMBER][-1].text)
    return str(found[0])


async def owner(talk: Talk) -> int | None:
    async with talk.database.reading() as session:
        return (await session.scalars(select(Contact).where(Contact.channel == "sms"))).one().person_id


async def test_nothing_but_the_code_goes_to_a_number_that_is_not_proved(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.does(Pressed("chan:add:sms"))
    await amina.says("06 12345678")
    amina.sees("reach.code_type")
    [sms] = talk.more["sms"].sent[NUMBER]
    assert "Amina" not in sms.text
    assert await owner(talk) is None
    await amina.says(f"{code_in(talk)[:3]} {code_in(talk)[3:]}")
    assert await owner(talk) == talk.person_ids["Amina"]


async def test_a_number_that_texted_stop_gets_no_code_and_the_person_hears_why(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await talk.inbox.receive(InboundEvent("sms", NUMBER, "1", Left(), proof=Proof.CLAIMED))
    await talk.settle()
    await amina.does(Pressed("chan:add:sms"))
    await amina.says(NUMBER)
    amina.sees("reach.stopped_there", address="…78", stop="STOP", start="START")
    assert NUMBER not in talk.more["sms"].sent
    await talk.inbox.receive(InboundEvent("sms", NUMBER, "2", Command("start"), proof=Proof.CLAIMED))
    await talk.settle()
    await amina.taps("reach.add")
    await amina.does(Pressed("chan:add:sms"))
    await amina.says(NUMBER)
    await amina.says(code_in(talk))
    assert await owner(talk) == talk.person_ids["Amina"]


async def test_a_code_is_read_in_arabic_digits(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.does(Pressed("chan:add:sms"))
    await amina.says(NUMBER)
    await amina.says(code_in(talk).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")))
    assert await owner(talk) == talk.person_ids["Amina"]


async def test_guesses_are_counted_and_codes_grow_old(talk: Talk, clock: FakeClock) -> None:
    amina = await talk.linked("Amina")
    for _ in range(2):
        await amina.does(Pressed("chan:add:sms"))
        await amina.says(NUMBER)
        right = code_in(talk)
        wrong = f"{(int(right) + 1) % 1_000_000:06}"
        for _ in range(4):
            await amina.says(wrong)
            amina.sees("reach.code_wrong")
        await amina.says(wrong)
        amina.sees("reach.too_many_codes")
        await amina.says(right)
        assert await owner(talk) is None
    await amina.does(Pressed("chan:add:sms"))
    await amina.says(NUMBER)
    clock.forward(minutes=31)
    await amina.says(code_in(talk))
    amina.sees("reach.code_old")
    await amina.does(Pressed("chan:add:sms"))
    await amina.says(NUMBER)
    await amina.does(Pressed("chan:add:sms"))
    await amina.says(NUMBER)
    amina.sees("reach.too_many_codes")
    assert await owner(talk) is None


async def test_a_number_that_was_given_out_anew_is_its_new_owners_alone(talk: Talk) -> None:
    amina, omar = await talk.linked("Amina"), await talk.linked("Omar")
    for phone, name in ((amina, "Amina"), (omar, "Omar")):
        await phone.does(Pressed("chan:add:sms"))
        await phone.says(NUMBER)
        await phone.says(code_in(talk))
        if name == "Omar":
            # It was another's: whether they use it together is asked, and they do not.
            await phone.taps("consent.no")
        assert await owner(talk) == talk.person_ids[name]


async def test_whoever_writes_from_a_number_that_its_owner_left_is_a_stranger(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.does(Moved())
    assert amina.news == ""
    async with talk.database.reading() as session:
        contact = (await session.scalars(select(Contact).where(Contact.channel == "web"))).one()
        assert (contact.state, contact.person_id) == (ContactState.GONE, None)
    await amina.does(Pressed("appts"))
    amina.sees("stranger.greeting")
    amina.sees_not("Gemeentehuis")
