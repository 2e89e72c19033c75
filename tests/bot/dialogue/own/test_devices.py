"""Ways to somebody that come and go: told on the others, ended with a word, and no link outlives its person."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.actions.access import logged_in as ways
from bot.actions.acting import OPERATOR, Acting
from bot.events import Pressed
from locales.rendering.message import Text
from storage.engine.database import Database
from storage.people.contacts import Contact, LinkCode, contact_made_at
from storage.people.link_codes import PASS_VALID_FOR, CodeExpired, CodeUnknown, make_pass, use_code
from storage.people.people import Person
from storage.people.webchat import WebSession
from storage.privacy.audit import AuditEntry
from storage.vocabulary import ContactState
from tests.bot.dialogue.talk import Phone, Talk, town
from tests.clock import FakeClock


@pytest.fixture
async def talk(database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with town(database, clock, more=("sms", "email")) as settled:
        yield settled


async def contact(talk: Talk, address: str) -> Contact:
    async with talk.database.reading() as session:
        return next(one for one in await session.scalars(select(Contact)) if one.address == address)


async def actions(talk: Talk) -> list[str]:
    async with talk.database.reading() as session:
        return list(await session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


async def adds_mail(talk: Talk, phone: Phone, address: str = "amina@example.net") -> None:
    """A mailbox is added in the chat, and proved by its code."""
    await phone.does(Pressed("chan:add:email"))
    await phone.says(address)
    [code] = re.findall(r"\d{6}", talk.more["email"].sent[address][-1].text)
    await phone.says(str(code))


async def test_a_new_telephone_is_told_on_the_old_one_and_was_not_me_ends_it(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    thief = talk.phone("thief")
    await thief.starts(await talk.code_for("Amina"))
    thief.sees("menu.ask")
    said = talk.channel.sent["Amina"][-1].text
    assert "did you not do that" in said.casefold()
    await amina.taps("ways.not_me")
    amina.sees("ways.ended")
    sanne.sees("consultant.was_not", person="Amina Tesfay", channel=Text("channel.web"))
    assert "ended_way" in await actions(talk)
    await thief.does(Pressed("plan"))
    thief.sees("stranger.greeting")
    await amina.does(Pressed("menu"))
    amina.sees("menu.ask")


async def test_only_what_is_new_and_ones_own_is_ended_by_a_button(talk: Talk, clock: FakeClock) -> None:
    amina, omar = await talk.linked("Amina"), await talk.linked("Omar")
    hers, his = await contact(talk, "Amina"), await contact(talk, "Omar")
    await amina.does(Pressed(f"notme:{his.id}"))
    amina.sees("error.unknown_button")
    clock.forward(days=31)
    await amina.does(Pressed(f"notme:{hers.id}"))
    amina.sees("error.unknown_button")
    await omar.does(Pressed("menu"))
    omar.sees("menu.ask")


async def test_a_code_that_is_asked_for_is_told_on_the_other_ways_and_dies_of_was_not_me(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await adds_mail(talk, amina)
    other = await talk.code_for("Amina")
    await amina.does(Pressed("chan:add:web"))
    async with talk.database.writing() as session:
        person = await session.get_one(Person, talk.person_ids["Amina"])
        acting = Acting(OPERATOR, session, talk.clock.now(), talk.services)
        await ways.tell_code_asked(acting, person, (await contact(talk, "Amina")).id, once="1")
    await talk.settle()
    assert "notme:code" in str(talk.more["email"].sent["amina@example.net"][-1].buttons)
    await amina.does(Pressed("notme:code"))
    amina.sees("ways.ended")
    stranger = talk.phone("9")
    await stranger.starts(other)
    stranger.sees("link.unknown")


async def test_a_new_address_gets_no_copy_of_everything_before_a_day_is_over(talk: Talk, clock: FakeClock) -> None:
    amina = await talk.linked("Amina")
    await adds_mail(talk, amina)
    mailbox = await contact(talk, "amina@example.net")
    assert mailbox.trusted_at == clock.now() + timedelta(hours=24)
    async with talk.database.writing() as session:
        chat = await session.get_one(Contact, (await contact(talk, "Amina")).id)
        chat.trusted_at = mailbox.trusted_at
    await amina.does(Pressed("export"))
    assert "exported" not in await actions(talk)
    clock.forward(hours=24)
    await amina.does(Pressed("export"))
    amina.sees("privacy.export_file")


async def test_a_lost_telephone_is_logged_out_from_another(talk: Talk) -> None:
    amina, lost = await talk.linked("Amina"), talk.phone("lost")
    await lost.starts(await talk.code_for("Amina"))
    theirs = await contact(talk, "lost")
    async with talk.database.writing() as session:
        session.add(
            WebSession(
                token_hash=b"0" * 16, contact_id=theirs.id, created_at=talk.clock.now(), expires_at=talk.clock.now()
            )
        )
    await amina.does(Pressed("settings"))
    await amina.taps("settings.channels")
    await amina.taps("devices.button")
    amina.sees("devices.title")
    await amina.does(Pressed(f"ways:{theirs.id}"))
    await amina.taps("devices.yes")
    amina.sees("devices.done")
    gone = await contact(talk, "lost")
    assert (gone.person_id, gone.state) == (None, ContactState.GONE)
    async with talk.database.reading() as session:
        assert list(await session.scalars(select(WebSession))) == []
    await lost.does(Pressed("appts"))
    lost.sees("stranger.greeting")


async def test_a_link_in_a_message_opens_one_chat_once(talk: Talk, clock: FakeClock) -> None:
    await talk.linked("Amina")
    keys, link = talk.database.keys, make_pass(talk.database.keys, talk.person_ids["Amina"], clock.now())
    async with talk.database.writing() as session:
        first = await contact_made_at(session, keys, "web", "first", clock.now())
        second = await contact_made_at(session, keys, "web", "second", clock.now())
        await use_code(session, keys, first, link, clock.now())
        await session.flush()
        await use_code(session, keys, first, link, clock.now())
        with pytest.raises(CodeUnknown):
            await use_code(session, keys, second, link, clock.now())
    assert (await contact(talk, "first")).person_id == talk.person_ids["Amina"]
    assert (await contact(talk, "second")).person_id is None


@pytest.mark.parametrize("how", ["erased", "revoked", "old"])
async def test_no_link_outlives_its_person_or_its_time(talk: Talk, clock: FakeClock, how: str) -> None:
    amina = await talk.linked("Amina")
    keys, link = talk.database.keys, make_pass(talk.database.keys, talk.person_ids["Amina"], clock.now())
    clock.forward(minutes=1)
    if how == "erased":
        await amina.does(Pressed("erase:yes"))
    elif how == "revoked":
        async with talk.database.writing() as session:
            person = await session.get_one(Person, talk.person_ids["Amina"])
            ended = await ways.revoke(Acting(OPERATOR, session, clock.now(), talk.services), person, None)
        assert ended == [(await contact(talk, "Amina")).id]
        await amina.does(Pressed("menu"))
        amina.sees("stranger.greeting")
    else:
        clock.forward(days=PASS_VALID_FOR.days)
    async with talk.database.writing() as session:
        phone = await contact_made_at(session, keys, "web", "found", clock.now())
        with pytest.raises(CodeExpired if how == "old" else CodeUnknown):
            await use_code(session, keys, phone, link, clock.now())
    async with talk.database.reading() as session:
        assert [code for code in await session.scalars(select(LinkCode)) if code.used_at is None] == []


async def test_a_consultants_new_telephone_is_told_to_her_and_can_be_ended(talk: Talk) -> None:
    sanne = await talk.linked("Sanne")
    thief = talk.phone("thief")
    await thief.starts(await talk.code_for("Sanne"))
    assert "notme:" in str(sanne.intents())
    await sanne.taps("consultant.not_me")
    sanne.sees("consultant.your_way_ended", channel=Text("channel.web"))
    await thief.does(Pressed("people"))
    thief.sees("stranger.greeting")


async def test_a_persons_only_way_that_comes_after_another_is_told_the_consultant_who_can_end_it(talk: Talk) -> None:
    await talk.linked("Amina")
    sanne = await talk.linked("Sanne")
    async with talk.database.writing() as session:
        (await session.get_one(Contact, (await contact(talk, "Amina")).id)).state = ContactState.GONE
    thief = talk.phone("thief")
    await thief.starts(await talk.code_for("Amina"))
    await sanne.taps("consultant.end_way")
    sanne.sees("consultant.way_ended", person="Amina Tesfay", channel=Text("channel.web"))
    await thief.does(Pressed("plan"))
    thief.sees("stranger.greeting")
