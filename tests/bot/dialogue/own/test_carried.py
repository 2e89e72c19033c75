"""Who carries what is written is named before consent and under privacy, by the way that it comes over."""

from collections.abc import AsyncIterator

import pytest

from bot.actions.acting import Proof
from bot.events import InboundEvent, Payload, Pressed
from locales.rendering.message import Text
from storage.engine.database import Database
from storage.people.contacts import contact_made_at
from tests.bot.dialogue.talk import RENDERER, Talk, town
from tests.clock import FakeClock

APPS = ("telegram", "whatsapp")
ALL = (*APPS, "sms", "email", "web")


@pytest.fixture
async def talk(database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with town(database, clock, more=("telegram", "whatsapp", "sms", "email")) as settled:
        yield settled


def said(name: str) -> str:
    key = "carried.app" if name in APPS else f"carried.{name}"
    return RENDERER.say(Text(key, {"channel": Text(f"channel.{name}")}), "en")


async def hears(talk: Talk, channel: str, payload: Payload) -> str:
    """What somebody hears who has Amina's telephone on this channel."""
    sent = (talk.channel if channel == "web" else talk.more[channel]).sent
    async with talk.database.writing() as session:
        contact = await contact_made_at(session, talk.database.keys, channel, "hers", talk.clock.now())
        contact.person_id, contact.linked_at = talk.person_ids["Amina"], talk.clock.now()
    before = len(sent.get("hers", []))
    await talk.inbox.receive(InboundEvent(channel, "hers", str(next(talk.numbers)), payload, proof=Proof.ACCOUNT))
    await talk.settle()
    return "\n".join(message.text for message in sent["hers"][before:])


@pytest.mark.parametrize("channel", ALL)
async def test_before_consent_the_company_of_this_way_is_named_and_no_other(talk: Talk, channel: str) -> None:
    notice = await hears(talk, channel, Pressed("lang:en"))
    assert [name for name in ALL if said(name) in notice] == [channel]


async def test_under_privacy_every_way_is_named_once(talk: Talk) -> None:
    await hears(talk, "web", Pressed("lang:en"))
    await hears(talk, "web", Pressed("consent:yes"))
    for channel in ("sms", "telegram"):
        await hears(talk, channel, Pressed("menu"))
    shown = await hears(talk, "web", Pressed("privacy"))
    assert sorted(name for name in ALL if said(name) in shown) == ["sms", "telegram", "web"]
    assert all(shown.count(said(name)) <= 1 for name in ALL)
