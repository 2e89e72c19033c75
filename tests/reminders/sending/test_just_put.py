"""A reply is sent from what its turn knew; what that does not suffice for, the queue does as ever."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from reminders.delivery.channel import AddressGone, Receipt, Rejected
from reminders.sending.just_put import JustPut
from storage.engine.database import Database
from storage.outbox.message import Outgoing
from storage.outbox.queue import OutboxQueue
from storage.outbox.recipients import known_recipients
from storage.people.people import Person
from storage.vocabulary import Priority
from tests.clock import FakeClock
from tests.reminders.sending.outbox_world import FakeSender, OutboxWorld, drain, say

WORKER = "host/1/1"


async def _put(world: OutboxWorld, person_id: int) -> tuple[list[int], JustPut]:
    """Two replies to what a person wrote on Telegram, stored and at hand."""
    now = world.clock.now()
    contact = await world.contact_of("amina")
    replies = [
        Outgoing(
            f"reply:{number}",
            "say",
            now,
            say(f"answer {number}"),
            person_id=person_id,
            contact_id=contact.id,
            priority=Priority.REPLY,
            lease_owner=WORKER,
            lease_until=now + timedelta(seconds=60),
        )
        for number in range(2)
    ]
    ids = await world.put(*replies)
    async with world.database.reading() as session:
        person = await session.get_one(Person, person_id)
    return ids, JustPut(dict(zip(ids, replies, strict=True)), known_recipients(contact, person, None))


async def test_what_is_known_of_a_row_and_its_reader_is_what_the_database_would_say(
    database: Database, clock: FakeClock
) -> None:
    world = OutboxWorld(database, clock)
    ids, just_put = await _put(world, await world.person(order="sms,telegram", language="ar"))
    queue = OutboxQueue(database, WORKER)
    stored = await queue.taken(ids)
    assert just_put.rows() == [row._replace(params=b"") for row in stored]
    assert [just_put.message(row).params for row in stored] == [row.read(database.keys) for row in stored]
    assert just_put.recipients == await queue.recipients(stored)


async def test_a_reply_that_is_at_hand_is_sent_and_written_down(database: Database, clock: FakeClock) -> None:
    world, sender = OutboxWorld(database, clock), FakeSender()
    ids, just_put = await _put(world, await world.person())
    await world.dispatcher(sender).send_now(ids, just_put)
    assert sender.sent == [("telegram:amina", "answer 0"), ("telegram:amina", "answer 1")]
    assert set((await world.states()).values()) == {"sent"}
    assert await world.attempts() == [("telegram", "sent")] * 2


@pytest.mark.parametrize(
    "refuse",
    [
        pytest.param(lambda: AddressGone("blocked"), id="the address is gone"),
        pytest.param(lambda: Rejected("bad"), id="the message is refused"),
    ],
)
async def test_a_contact_that_does_not_take_it_leaves_it_to_the_others(
    sqlite_database: Database, clock: FakeClock, refuse: Callable[[], Exception]
) -> None:
    world = OutboxWorld(sqlite_database, clock)
    refusing = FakeSender(answer=lambda _address, _text: refuse())
    sms = FakeSender("sms", answer=lambda _address, _text: Receipt("ref"))
    ids, just_put = await _put(world, await world.person("amina", "telegram", "sms"))
    dispatcher = world.dispatcher(refusing, sms)
    await dispatcher.send_now(ids, just_put)
    await drain(dispatcher)
    assert sms.texts == ["answer 0", "answer 1"]
    assert set((await world.states()).values()) == {"sent"}
