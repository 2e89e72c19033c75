"""A cry for help: the right number first, and it goes on until somebody says what was done."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.channels.base import Capabilities
from bot.events import Pressed
from bot.faq.finding import Finding
from bot.understanding.finder_door import FinderDoor
from storage.engine.database import Database
from storage.people.people import Consultant, Person
from storage.people.relayed import Letter
from tests.bot.dialogue.talk import COURTEOUS, Talk, town
from tests.clock import FakeClock


class Needy:
    """Every text is a cry of the kind that it names."""

    def find(self, text: str, locale: str | None = None) -> Finding:
        """See Finder."""
        return Finding("urgent", language=locale, need=text)


@pytest.fixture
async def talk(database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with town(database, clock, more=["sms"]) as settled:
        object.__setattr__(settled.services, "door", FinderDoor(Needy(), COURTEOUS))
        async with database.writing() as session:
            (await session.get_one(Consultant, settled.consultant_ids["Sanne"])).stand_in_id = settled.consultant_ids[
                "Karim"
            ]
            (await session.get_one(Person, settled.person_ids["Amina"])).phone = "+31612340000"
        yield settled


@pytest.mark.parametrize(
    ("need", "first"),
    [
        ("emergency", "112"),
        ("self_harm", "113"),
        ("violence", "0800-2000"),
        ("hunger", "112"),
        ("shelter", "112"),
    ],
)
async def test_the_number_for_this_danger_stands_first(talk: Talk, need: str, first: str) -> None:
    amina = await talk.linked("Amina")
    await amina.says(need)
    message = amina.messages[-1]
    assert first in message.blocks[0].text
    for number in ("112", "113", "0800-2000"):
        assert number in message.text


async def test_where_the_channel_can_the_numbers_are_dialled_by_a_tap(talk: Talk) -> None:
    talk.channel.capabilities = Capabilities(buttons=True, dials=True)
    amina = await talk.linked("Amina")
    await amina.says("violence")
    dialled = [button.url for row in amina.messages[-1].buttons for button in row if button.url]
    assert dialled == ["tel:08002000", "tel:112", "tel:113"]


async def test_the_consultant_reads_kind_telephone_words_and_calls(talk: Talk) -> None:
    talk.channel.capabilities = Capabilities(buttons=True, dials=True)
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.says("violence")
    sanne.sees("consultant.letter_urgent", person="Amina Tesfay")
    sanne.sees("understood.need.violence")
    assert "+31612340000" in sanne.news
    assert "violence" in sanne.news
    assert "tel:+31612340000" in [button.url for row in sanne.messages[-1].buttons for button in row]


async def test_unseen_it_is_repeated_and_passed_on(talk: Talk) -> None:
    amina, sanne, karim = await talk.linked("Amina"), await talk.linked("Sanne"), await talk.linked("Karim")
    await amina.says("emergency")
    told = len(sanne.messages)
    talk.clock.forward(minutes=9)
    await talk.settle()
    assert len(sanne.messages) == told
    talk.clock.forward(minutes=1)
    await talk.settle()
    assert len(sanne.messages) == told + 1
    assert "Amina Tesfay" in sanne.messages[-1].text
    assert "+31612345678" not in talk.more["sms"].sent
    talk.clock.forward(minutes=10)
    await talk.settle()
    assert "Amina Tesfay" in karim.messages[-1].text
    (text,) = [message.text for message in talk.more["sms"].sent["+31612345678"]]
    assert "Amina Tesfay" in text
    assert "+31612340000" in text


async def test_where_no_sms_can_be_sent_who_hears_it_is_asked_to_call_the_duty_number(
    database: Database, clock: FakeClock
) -> None:
    async with town(database, clock) as talk:
        object.__setattr__(talk.services, "door", FinderDoor(Needy(), COURTEOUS))
        talk.channel.capabilities = Capabilities(buttons=True, dials=True)
        amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
        await amina.says("emergency")
        sanne.sees_not("+31612345678")
        talk.clock.forward(minutes=10)
        await talk.settle()
        sanne.sees("consultant.cry_call_duty", telephone="+31612345678")
        assert "tel:+31612345678" in [button.url for row in sanne.messages[-1].buttons for button in row]


async def test_who_stands_in_may_answer_it(talk: Talk) -> None:
    amina, karim = await talk.linked("Amina"), await talk.linked("Karim")
    await talk.linked("Sanne")
    await amina.says("emergency")
    await karim.does(Pressed("lseen:1"))
    karim.sees("consultant.unknown_button")
    talk.clock.forward(minutes=20)
    await talk.settle()
    await karim.taps("consultant.seen")
    karim.sees("consultant.person_knows", person="Amina Tesfay")


async def test_what_was_seen_goes_no_further(talk: Talk) -> None:
    amina, sanne, karim = await talk.linked("Amina"), await talk.linked("Sanne"), await talk.linked("Karim")
    await amina.says("emergency")
    await sanne.taps("consultant.seen")
    talk.clock.forward(minutes=30)
    await talk.settle()
    assert "Amina Tesfay" not in "".join(message.text for message in karim.messages)
    assert talk.more["sms"].sent == {}


async def test_outside_working_hours_it_goes_on_at_once(talk: Talk) -> None:
    amina, karim = await talk.linked("Amina"), await talk.linked("Karim")
    await talk.linked("Sanne")
    talk.clock.forward(hours=12)
    await amina.says("violence")
    await talk.settle()
    assert "Amina Tesfay" in karim.messages[-1].text
    assert "+31612345678" in talk.more["sms"].sent


async def test_it_stands_first_until_somebody_says_what_was_done(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.says("emergency")
    await sanne.taps("consultant.seen")
    sanne.sees("consultant.cry_done_ask")
    await sanne.does(Pressed("digest"))
    assert sanne.messages[-1].text.splitlines()[1].startswith("🚨")
    async with talk.database.writing() as session:
        (letter,) = await session.scalars(select(Letter))
        letter_id = letter.id
    await sanne.does(Pressed(f"lseen:{letter_id}"))
    await sanne.says("Called, the police is with her.")
    sanne.sees("consultant.cry_done")
    await sanne.does(Pressed("digest"))
    sanne.sees_not("🚨")
    async with talk.database.reading() as session:
        (letter,) = await session.scalars(select(Letter))
    assert letter.done == "Called, the police is with her."
    assert letter.done_at is not None
