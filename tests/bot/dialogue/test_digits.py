"""What ends, hands out or adds something needs more of a mail than its secret, which goes along with "reply all"; and
how often digits go to one address, whoever asks for them in its name."""

import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.actions.acting import Proof
from bot.dialogue.own.digits import MOST_A_DAY
from bot.events import InboundEvent, Payload, Pressed, Said
from storage.engine.database import Database
from storage.people.contacts import Contact
from storage.people.link_codes import make_pass
from storage.people.people import Person
from storage.privacy.audit import AuditEntry
from tests.bot.dialogue.talk import Phone, Talk, town
from tests.clock import FakeClock

_ENDING = ("export", "erase", "erase:yes", "stop:yes", "ways", "ways:others", "chan", "chan:add", "chanuse:email")


@pytest.fixture
async def talk(database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with town(database, clock, more=("sms", "email")) as settled:
        yield settled


async def mails(talk: Talk, phone: Phone, payload: Payload, *, checked: bool = False) -> None:
    """An answer to our mail, with its secret."""
    phone.mark()
    number = str(next(talk.numbers))
    await talk.inbox.receive(InboundEvent("web", phone.address, number, payload, proof=Proof.REPLY, checked=checked))
    await talk.settle()


async def audited(talk: Talk) -> list[str]:
    async with talk.database.reading() as session:
        return [entry.action for entry in await session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


async def test_a_forged_sender_with_the_secret_of_a_mail_ends_and_opens_nothing(talk: Talk) -> None:
    """The story: somebody who was in Cc of the person's "reply all" answers our mail in their name."""
    amina = await talk.linked("Amina")
    before = await audited(talk)
    for intent in _ENDING:
        await mails(talk, amina, Pressed(intent))
        assert amina.news
        # Who guesses gets nowhere either.
        await mails(talk, amina, Said("000000"))
    assert await audited(talk) == before
    async with talk.database.reading() as session:
        row = await session.get_one(Person, talk.person_ids["Amina"])
    assert (row.stopped_at, row.consented_at is None) == (None, False)


async def test_what_was_asked_for_by_mail_is_done_when_the_digits_come_back(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await mails(talk, amina, Pressed("export"))
    [digits] = re.findall(r"\b\d{6}\b", amina.news)
    assert "exported" not in await audited(talk)
    await mails(talk, amina, Said("I am at home"))
    assert "exported" not in await audited(talk)
    await mails(talk, amina, Pressed("export"))
    [digits] = re.findall(r"\b\d{6}\b", amina.news)
    await mails(talk, amina, Said(f"{(int(digits) + 1) % 1_000_000:06}"))
    amina.sees("reach.code_wrong")
    await mails(talk, amina, Said(digits))
    amina.sees("privacy.export_file")
    # The few steps of one thing ask once; an hour later it is asked again.
    await mails(talk, amina, Pressed("erase"))
    amina.sees("privacy.erase_ask")
    talk.clock.forward(hours=1, minutes=1)
    await mails(talk, amina, Pressed("erase:yes"))
    amina.sees_nothing_of("privacy.erased")


async def test_digits_are_right_only_where_they_were_sent(talk: Talk) -> None:
    amina, other = await talk.linked("Amina"), await talk.linked("Amina", "other")
    await mails(talk, amina, Pressed("export"))
    [digits] = re.findall(r"\b\d{6}\b", amina.news)
    await mails(talk, other, Said(digits))
    assert "exported" not in await audited(talk)


async def test_where_our_server_confirms_the_sender_nothing_is_asked(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await mails(talk, amina, Pressed("export"), checked=True)
    amina.sees("privacy.export_file")


async def test_what_a_mail_may_do_needs_no_digits(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    for intent, key in (("plan", "plan.title"), ("settings", "settings.title"), ("privacy", "privacy.title")):
        await mails(talk, amina, Pressed(intent))
        assert re.search(r"\b\d{6}\b", amina.news) is None, key


async def test_digits_go_to_one_address_a_few_times_a_day(talk: Talk) -> None:
    """Each fresh code of one's own sent digits again to whoever's telephone or mailbox was named as the sender."""
    stranger = talk.phone("+31600000077")
    for number in range(MOST_A_DAY + 2):
        stranger.mark()
        event = InboundEvent(
            "sms", stranger.address, f"c{number}", Said(await talk.code_for("Omar")), proof=Proof.CLAIMED
        )
        await talk.inbox.receive(event)
        await talk.settle()
        assert len(talk.more["sms"].sent[stranger.address]) == min(number + 1, MOST_A_DAY)


# --- what a code of one's own opens ---


async def trusted_at(talk: Talk, address: str) -> bool:
    async with talk.database.reading() as session:
        [one] = [contact for contact in await session.scalars(select(Contact)) if contact.address == address]
        return one.trusted_at is None or one.trusted_at <= talk.clock.now()


async def own_code(talk: Talk, amina: Phone) -> str:
    return make_pass(talk.database.keys, talk.person_ids["Amina"], talk.clock.now())


async def test_what_opens_with_a_link_of_ones_own_gets_no_copy_for_a_day(talk: Talk) -> None:
    """The story: a telephone lies open for a minute."""
    amina = await talk.linked("Amina")
    thief = talk.phone("thief")
    await thief.starts(await own_code(talk, amina))
    await thief.does(Pressed("export"))
    assert "exported" not in await audited(talk)
    assert not await trusted_at(talk, "thief")
    talk.clock.forward(hours=24, minutes=1)
    await thief.does(Pressed("export"))
    assert "exported" in await audited(talk)


async def test_a_code_of_the_consultant_is_trusted_at_once(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    second = talk.phone("second")
    await second.starts(await own_code(talk, amina))
    assert not await trusted_at(talk, "second")
    await second.starts(await talk.code_for("Amina"))
    assert await trusted_at(talk, "second")
    third = talk.phone("third")
    await third.starts(await talk.code_for("Amina"))
    assert await trusted_at(talk, "third")
