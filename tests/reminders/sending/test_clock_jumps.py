"""A wall clock that is set forward or back delays nobody's messages: pauses and paces are of the time that passes."""

from datetime import timedelta

import pytest

from reminders.delivery.channel import Capabilities, Receipt, RetryLater
from storage.engine.database import Database
from tests.clock import FakeClock
from tests.reminders.sending.outbox_world import FakeSender, OutboxWorld


@pytest.mark.parametrize("by", [timedelta(hours=-1), timedelta(hours=1)], ids=["back", "forward"])
async def test_who_was_just_written_to_is_written_to_again(database: Database, clock: FakeClock, by: timedelta) -> None:
    world = OutboxWorld(database, clock)
    sender = FakeSender(capabilities=Capabilities(buttons=True, per_second=30, per_address=timedelta(seconds=1)))
    dispatcher = world.dispatcher(sender)
    person = await world.person()
    await world.tell("one", person=person)
    await dispatcher.run_once()
    clock.jump(by)
    await dispatcher.clock_jumped(by)
    clock.forward(seconds=2)
    await world.tell("two", person=person)
    await dispatcher.run_once()
    assert sender.texts == ["one", "two"]


async def test_a_try_that_was_put_off_comes_when_it_was_meant_to(database: Database, clock: FakeClock) -> None:
    world = OutboxWorld(database, clock)
    sender = FakeSender()
    dispatcher = world.dispatcher(sender)
    person = await world.person()
    await world.tell("one", person=person)
    sender.answer = lambda _address, _text: RetryLater("busy")
    await dispatcher.run_once()
    sender.answer = lambda _address, _text: Receipt("ref")
    clock.jump(timedelta(hours=-1))
    await dispatcher.clock_jumped(timedelta(hours=-1))
    clock.forward(minutes=2)
    await dispatcher.run_once()
    assert sender.texts == ["one"]
