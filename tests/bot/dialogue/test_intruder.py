"""An intruder's afternoon with the code in hand: each story tries the attack and fails at it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.actions.acting import Proof
from bot.channels.base import Capabilities
from bot.events import Pressed
from locales.rendering.message import Text
from reminders.intents import Act
from storage.appointments.absences import Absence
from storage.appointments.appointments import Participation
from storage.engine.database import Database
from storage.people.contacts import Contact
from storage.people.link_codes import make_pass
from storage.people.people import Person
from storage.people.webchat import add_web_session, find_web_session
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


# --- browsers ---------------------------------------------------------------------------------------------------------


async def shows_after(talk: Talk, name: str, hours: int) -> bool:
    """Whether the browser in which somebody used their code still shows the chat so many hours later."""
    keys, now = talk.database.keys, talk.clock.now()
    token = name * 8
    async with talk.database.writing() as session:
        await add_web_session(
            session, keys, token=token, channel="web", address=f"browser of {name}", language=None, now=now
        )
    await talk.phone(f"browser of {name}").starts(await talk.code_for(name))
    assert any(await whose(talk, f"browser of {name}"))
    async with talk.database.reading() as session:
        return await find_web_session(session, keys, token, now + timedelta(hours=hours)) is not None


async def test_a_consultants_browser_is_logged_out_after_twelve_hours_from_the_first_day(talk: Talk) -> None:
    """It kept the ninety days that it had as a stranger's, until its page was opened once more."""
    assert await shows_after(talk, "Sanne", 11)
    assert not await shows_after(talk, "Karim", 13)
    assert await shows_after(talk, "Amina", 13)


# --- acts with ids of others ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("proof", [Proof.CLAIMED, Proof.ACCOUNT], ids=str)
async def test_buttons_with_other_peoples_ids_open_and_change_nothing(talk: Talk, proof: Proof) -> None:
    amina, omar, karim = await talk.linked("Amina"), await talk.linked("Omar"), await talk.linked("Karim")
    his, meeting = talk.person_ids["Omar"], talk.appointment_ids["Omar-meeting"]
    way = await number_of(talk, omar.address)
    before = await everything_of(talk, his)
    said, heard, mark = len(omar.messages), len(karim.messages), len(amina.messages)
    about_meetings = [Act.APPOINTMENT, Act.CALENDAR, Act.COME, Act.NOT_COME, Act.OTHER_TIME, Act.TAKE_PROPOSED]
    pressed = [f"{act.value}:{meeting}" for act in about_meetings]
    pressed += [f"{act.value}:{way}:yes" for act in (Act.DEVICES, Act.NOT_ME, Act.END_WAY)]
    pressed += [f"{act.value}:{his}" for act in (Act.WHO, Act.WRITE, Act.GIVE_CODE, Act.EXPORT)]
    for intent in pressed:
        await amina.does(Pressed(intent), proof=proof)
    assert len(amina.messages) - mark >= len(pressed) - 1
    assert "Omar" not in "".join(message.text for message in amina.messages)
    assert await everything_of(talk, his) == before
    assert (len(omar.messages), len(karim.messages)) == (said, heard)


async def everything_of(talk: Talk, person_id: int) -> list[object]:
    async with talk.database.reading() as session:
        contacts = await session.scalars(select(Contact).where(Contact.person_id == person_id))
        answers = await session.scalars(select(Participation).where(Participation.person_id == person_id))
        reports = await session.scalars(select(Absence).where(Absence.person_id == person_id))
        person = await session.get_one(Person, person_id)
        return [
            [(one.id, one.state, one.address) for one in contacts],
            [(one.appointment_id, one.answer) for one in answers],
            [one.id for one in reports],
            (person.consented_at, person.language, person.stopped_at, person.consultant_id),
        ]
