"""Pictures and sounds are made at the last moment: in their lane, in order, and no other message waits for them."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from locales.rendering.languages import Direction
from locales.rendering.message import Body, Part, Style, verbatim
from locales.rendering.render import Block, File, Rendered
from reminders.delivery.channel import Capabilities, Receipt
from reminders.delivery.composing import ClaimedMessage
from reminders.delivery.degrade import degraded
from reminders.sending.dispatcher import Dispatcher
from storage.engine.database import Database
from storage.people.people import Person
from tests.clock import FakeClock
from tests.reminders.sending.outbox_world import FakeSender, OutboxWorld

VOICE = File("message.ogg", "audio/ogg", b"sound")
MEDIA = Capabilities(buttons=True, media=True)


@dataclass
class FakeIllustrator:
    """Adds a sound when it is let go on."""

    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)

    async def illustrated(self, rendered: Rendered, body: Body, row: ClaimedMessage) -> Rendered:
        self.asked.append(rendered.text)
        self.begun.set()
        await self.go_on.wait()
        return replace(rendered, voice=VOICE)


@pytest.fixture
def world(sqlite_database: Database, clock: FakeClock) -> OutboxWorld:
    return OutboxWorld(sqlite_database, clock)


def _dispatcher(world: OutboxWorld, sender: FakeSender, illustrator: FakeIllustrator) -> Dispatcher:
    dispatcher = world.dispatcher(sender)
    dispatcher._preparation._illustrator = illustrator
    return dispatcher


async def _listens(world: OutboxWorld, name: str) -> int:
    person_id = await world.person(name)
    async with world.database.writing() as session:
        (await session.get_one(Person, person_id)).listens = True
    return person_id


async def test_who_listens_gets_sound_and_others_a_button(world: OutboxWorld) -> None:
    sender, illustrator = FakeSender(capabilities=MEDIA), FakeIllustrator()
    illustrator.go_on.set()
    await world.tell("een", person=await _listens(world, "amina"))
    await world.tell("twee", person=await world.person("omar"))
    await _dispatcher(world, sender, illustrator).run_once()
    by_text = {message.text: message for message in sender.messages}
    assert by_text["een"].voice == VOICE
    assert by_text["een"].hear == ""
    assert by_text["twee"].voice is None
    assert by_text["twee"].hear.startswith("hear:")
    assert illustrator.asked == ["een"]


async def test_nothing_is_made_for_channels_that_cannot_show_it(world: OutboxWorld) -> None:
    sender, illustrator = FakeSender(), FakeIllustrator()
    await world.tell("een", person=await _listens(world, "amina"))
    await _dispatcher(world, sender, illustrator).run_once()
    assert illustrator.asked == []
    assert (sender.messages[0].voice, sender.messages[0].hear) == (None, "")


async def test_others_do_not_wait_and_the_order_of_each_is_kept(world: OutboxWorld) -> None:
    arrived = asyncio.Event()

    def answer(_address: str, _text: str) -> Receipt:
        arrived.set()
        return Receipt("ref")

    sender, illustrator = FakeSender(capabilities=MEDIA, answer=answer), FakeIllustrator()
    amina, omar = await _listens(world, "amina"), await world.person("omar")
    for text in ("een", "twee", "drie"):
        await world.tell(text, person=amina)
    await world.tell("vier", person=omar)
    running = asyncio.create_task(_dispatcher(world, sender, illustrator).run_once())
    async with asyncio.timeout(10):
        await arrived.wait()
    assert sender.texts == ["vier"]
    illustrator.go_on.set()
    await running
    assert sender.texts == ["vier", "een", "twee", "drie"]
    assert all(message.voice == VOICE for message in sender.messages[1:])


async def test_what_is_being_made_when_the_service_stops_is_put_back(world: OutboxWorld) -> None:
    sender, illustrator, stop = FakeSender(capabilities=MEDIA), FakeIllustrator(), asyncio.Event()
    await world.tell("een", person=await _listens(world, "amina"))
    running = asyncio.create_task(_dispatcher(world, sender, illustrator).run(stop))
    async with asyncio.timeout(10):
        await illustrator.begun.wait()
        stop.set()
        await running
    assert await world.states() == {"een": "pending"}
    illustrator.go_on.set()
    await _dispatcher(world, sender, illustrator).run_once()
    assert sender.texts == ["een"]


def test_what_others_may_read_has_no_picture_either() -> None:
    whole = Rendered("nl", Direction.LTR, (Block("lang", Style.NORMAL, "nl"),), (), voice=VOICE, hear="hear:1")
    brief = replace(whole, brief=(Block("kort", Style.NORMAL, "nl"),))
    assert degraded(whole, MEDIA) == whole
    shown = degraded(brief, replace(MEDIA, confidential=False), brief=True)
    assert (shown.text, shown.voice) == ("kort", None)
    plain = degraded(whole, Capabilities(buttons=True))
    assert (plain.voice, plain.hear) == (None, "")


def test_a_body_keeps_its_card_in_the_outbox() -> None:
    body = Body((Part(verbatim("x")),), card="appointment:12", aloud=True)
    assert Body.from_json(body.to_json()) == body
    assert "card" not in Body((Part(verbatim("x")),)).to_json()
