"""An intruder's afternoon with the code in hand: each story tries the attack and fails at it."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.channels.base import Capabilities
from bot.events import Pressed
from locales.rendering.message import Text
from storage.engine.database import Database
from storage.people.contacts import Contact
from storage.people.link_codes import make_pass
from storage.privacy.audit import AuditEntry
from tests.bot.dialogue.talk import Talk, town
from tests.clock import FakeClock


@pytest.fixture
async def talk(database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with town(database, clock, more=("sms", "email")) as settled:
        settled.more["sms"].capabilities = Capabilities(buttons=False, bare_numbers=True, confidential=False)
        yield settled


async def whose(talk: Talk, address: str) -> tuple[int | None, int | None]:
    async with talk.database.reading() as session:
        found = (await session.scalars(select(Contact))).all()
        one = next(contact for contact in found if contact.address == address)
        return one.person_id, one.consultant_id


async def number_of(talk: Talk, address: str) -> int:
    async with talk.database.reading() as session:
        return next(one.id for one in await session.scalars(select(Contact)) if one.address == address)


# --- a code or link that was used, from the chat that was ended since ------------------------------------------------


async def test_a_used_code_opens_nothing_again_after_its_chat_was_ended(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    code = await talk.code_for("Amina")
    intruder = talk.phone("intruder")
    await intruder.starts(code)
    await amina.taps("ways.not_me")
    assert await whose(talk, "intruder") == (None, None)
    told = len(amina.messages)
    await intruder.starts(code)
    intruder.sees("link.unknown")
    intruder.sees_not("Amina")
    assert await whose(talk, "intruder") == (None, None)
    assert len(amina.messages) == told
    async with talk.database.reading() as session:
        acts = [entry.action for entry in await session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert acts[-1] == "ended_way"


async def test_a_used_personal_link_opens_nothing_again_after_its_chat_was_ended(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    link = make_pass(talk.database.keys, talk.person_ids["Amina"], talk.clock.now())
    intruder = talk.phone("intruder")
    await intruder.starts(link)
    await amina.taps("ways.not_me")
    await intruder.starts(link)
    intruder.sees("link.unknown")
    intruder.sees_not("Amina")


# --- "that was not me", pressed by who is new ------------------------------------------------------------------------


async def test_who_is_new_cannot_say_that_the_older_telephone_is_not_theirs(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await talk.clock.tick(60)
    intruder = talk.phone("intruder")
    await intruder.starts(await talk.code_for("Amina"))
    hers = await number_of(talk, amina.address)
    told = len(sanne.messages)
    await intruder.does(Pressed(f"notme:{hers}"))
    intruder.sees("error.unknown_button")
    assert await whose(talk, amina.address) == (talk.person_ids["Amina"], None)
    assert len(sanne.messages) == told
    await amina.taps("ways.not_me")
    assert await whose(talk, "intruder") == (None, None)


async def test_the_consultant_hears_when_who_is_new_ends_what_was_there_before(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await talk.clock.tick(60)
    intruder = talk.phone("intruder")
    await intruder.starts(await talk.code_for("Amina"))
    sanne.mark()
    await intruder.does(Pressed(f"ways:{await number_of(talk, amina.address)}:yes"))
    web = Text("channel.web")
    sanne.sees("consultant.older_ended", person="Amina Tesfay", channel=web, by=web)
    await sanne.taps("consultant.end_way")
    assert await whose(talk, "intruder") == (None, None)


async def test_who_ends_a_new_way_or_has_been_there_for_days_is_not_reported(talk: Talk) -> None:
    old, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await talk.clock.tick(60)
    new = talk.phone("new")
    await new.starts(await talk.code_for("Amina"))
    talk.clock.forward(days=2)
    sanne.mark()
    await new.does(Pressed(f"ways:{await number_of(talk, old.address)}:yes"))
    assert await whose(talk, old.address) == (None, None)
    assert sanne.news == ""
