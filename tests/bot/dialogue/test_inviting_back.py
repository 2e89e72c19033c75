"""The last way to somebody is lost: a neutral invitation goes to what is on record, before somebody telephones."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.events import Left, Pressed
from locales.rendering.message import Text
from storage.engine.database import Database
from storage.people.contacts import Contact, contact_made_at
from storage.people.people import Person
from storage.privacy.audit import AuditEntry
from storage.vocabulary import ContactState
from tests.bot.dialogue.talk import RENDERER, Phone, Talk, town
from tests.clock import FakeClock

NUMBER, MAILBOX = "+31612345678", "amina@example.org"


@pytest.fixture
async def talk(database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with town(database, clock, more=("sms", "email")) as settled:
        async with database.writing() as session:
            amina = await session.get_one(Person, settled.person_ids["Amina"])
            amina.phone, amina.email = NUMBER, MAILBOX
        yield settled


async def loses(talk: Talk, sanne: Phone) -> None:
    """Something for Amina that does not arrive, and what is made of it within a minute."""
    sanne.mark()
    await sanne.does(Pressed(f"ready:{talk.person_ids['Amina']}:please_call"))
    talk.clock.forward(minutes=2)
    await talk.settle()
    await talk.app.scheduler.look_after()
    await talk.settle()


async def blocked(talk: Talk) -> tuple[Phone, Phone]:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Left())
    return amina, sanne


def invitations(talk: Talk) -> list[str]:
    sent = [*talk.more["sms"].sent.get(NUMBER, []), *talk.more["email"].sent.get(MAILBOX, [])]
    return [message.text for message in sent]


async def test_a_neutral_invitation_goes_to_what_is_on_record_and_the_task_says_so(talk: Talk) -> None:
    _, sanne = await blocked(talk)
    await loses(talk, sanne)
    over = [Text("channel.sms"), Text("channel.email")]
    assert RENDERER.say(Text("consultant.invited_back", {"channels": over}), "nl") in "".join(
        message.text for message in sanne.messages
    )
    said = invitations(talk)
    assert len(said) == 2
    for text in said:
        assert "The municipality would like to reach you." in text
        assert "/chat" in text
        assert "#" not in text
        assert not any(word in text for word in ("Amina", "Tesfay", "Sanne", "lesson", "integration", "Maatje"))


async def test_it_opens_nothing_without_a_code_of_the_consultant(talk: Talk) -> None:
    _, sanne = await blocked(talk)
    await loses(talk, sanne)
    somebody = talk.phone("who has the number now")
    await somebody.starts()
    somebody.sees("stranger.how_to_link")
    somebody.sees_not("Amina")
    await sanne.taps("consultant.code_button")
    sanne.sees("consultant.code_for", person="Amina Tesfay")


async def test_once_for_a_loss_and_again_for_the_next(talk: Talk) -> None:
    amina, sanne = await blocked(talk)
    await loses(talk, sanne)
    await loses(talk, sanne)
    assert len(invitations(talk)) == 2
    await sanne.taps("consultant.call.reached")
    await amina.starts(await talk.code_for("Amina"))
    await amina.does(Left())
    await loses(talk, sanne)
    assert len(invitations(talk)) == 4
    async with talk.database.reading() as session:
        acts = [one.action for one in await session.scalars(select(AuditEntry))]
    assert acts.count("invited_back") == 2


@pytest.mark.parametrize("why", ["stopped", "gone", "another's"])
async def test_not_to_a_number_that_said_stop_is_gone_or_another_persons(talk: Talk, why: str) -> None:
    _, sanne = await blocked(talk)
    async with talk.database.writing() as session:
        contact = await contact_made_at(session, talk.database.keys, "sms", NUMBER, talk.clock.now())
        if why == "another's":
            contact.person_id = talk.person_ids["Omar"]
        else:
            contact.state = ContactState.BLOCKED if why == "stopped" else ContactState.GONE
    await loses(talk, sanne)
    assert NUMBER not in talk.more["sms"].sent
    assert len(invitations(talk)) == 1


async def test_nobody_is_invited_back_who_can_still_be_reached(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    talk.channel.gone.add(amina.address)
    async with talk.database.writing() as session:
        other = await contact_made_at(session, talk.database.keys, "web", "her other phone", talk.clock.now())
        other.person_id = talk.person_ids["Amina"]
    await loses(talk, sanne)
    assert invitations(talk) == []
    async with talk.database.reading() as session:
        assert [one.address for one in await session.scalars(select(Contact)) if one.address == NUMBER] == []
