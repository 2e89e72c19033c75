"""A consultant's browser forgets them after twelve hours; they sign in again by a code to their own mailbox."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.actions.access.codes import MOST_SIGN_INS_A_DAY
from bot.actions.acting import Proof
from bot.events import InboundEvent, Said
from storage.engine.database import Database
from storage.people.contacts import add_mail_addresses
from storage.people.people import Consultant
from storage.people.webchat import add_web_session, find_web_session
from storage.privacy.audit import AuditEntry
from tests.bot.dialogue.talk import Talk, town
from tests.clock import FakeClock

HERS = "sanne@huizen.example"


@pytest.fixture
async def talk(database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with town(database, clock, more=("email", "sms")) as settled:
        async with database.writing() as session:
            # As the importer keeps it: found without regard to case.
            sanne = await session.get_one(Consultant, settled.consultant_ids["Sanne"])
            sanne.email, sanne.email_hash = HERS, database.keys.fingerprint(HERS, "email")
            await session.flush()
            await add_mail_addresses(session, database.keys, clock.now())
        yield settled


def codes(talk: Talk) -> list[str]:
    found = [re.search(r"\b[A-Z0-9]{10}\b", message.text) for message in talk.more["email"].sent.get(HERS, [])]
    return [one.group() for one in found if one is not None]


async def test_she_signs_in_again_after_twelve_hours_without_an_operator(talk: Talk) -> None:
    sanne = await talk.linked("Sanne")
    sanne.sees("consultant.session_ends")
    # The browser whose session ended has a chat of its own now, a stranger's.
    new = talk.phone("the browser, a day later")
    async with talk.database.writing() as session:
        token = "a" * 64
        now = talk.clock.now()
        await add_web_session(
            session, talk.database.keys, token=token, channel="web", address=new.address, language="nl", now=now
        )
    await new.starts()
    new.sees("stranger.how_to_link")
    await new.says("  Sanne@Huizen.example ")
    new.sees("stranger.code_by_mail")
    [code] = codes(talk)
    await new.says(code)
    new.sees("consultant.welcome", name="Sanne")
    async with talk.database.reading() as session:
        later = talk.clock.now() + timedelta(hours=13)
        assert await find_web_session(session, talk.database.keys, token, later) is None


async def test_whose_address_it_is_is_not_told_and_nothing_goes_elsewhere(talk: Talk) -> None:
    stranger = talk.phone("9")
    for address in (HERS, "nobody@huizen.example", "amina@example.org"):
        await stranger.says(address)
        stranger.sees("stranger.code_by_mail")
        stranger.sees_not("Sanne")
    assert set(talk.more["email"].sent) == {HERS}


async def test_her_mailbox_is_not_filled_and_a_code_of_the_operator_stands(talk: Talk) -> None:
    of_operator = await talk.code_for("Sanne")
    for number in range(MOST_SIGN_INS_A_DAY + 3):
        await talk.phone(f"browser {number}").says(HERS)
    # The operator's counts among them.
    assert len(codes(talk)) == MOST_SIGN_INS_A_DAY - 1
    phone = talk.phone("1")
    await phone.starts(of_operator)
    phone.sees("consultant.welcome", name="Sanne")


async def test_a_code_is_good_for_half_an_hour_and_once(talk: Talk) -> None:
    first, second = talk.phone("1"), talk.phone("2")
    await first.says(HERS)
    talk.clock.forward(minutes=31)
    await first.says(codes(talk)[0])
    first.sees("link.expired")
    await first.says(HERS)
    await first.says(codes(talk)[1])
    await second.says(codes(talk)[1])
    second.sees("link.unknown")


async def test_a_forged_sender_has_no_code_sent(talk: Talk) -> None:
    await talk.inbox.receive(InboundEvent("sms", "+31600000001", "1", Said(HERS), proof=Proof.CLAIMED))
    await talk.settle()
    assert talk.more["email"].sent == {}
    async with talk.database.reading() as session:
        assert list(await session.scalars(select(AuditEntry))) == []
