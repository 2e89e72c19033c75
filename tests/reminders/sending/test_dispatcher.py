"""What becomes of messages: sent, tried again, given up, put aside; in which order, over which contact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.message import Body, Part, Text, verbatim
from reminders.delivery.channel import AddressGone, Capabilities, Receipt, Rejected, RetryLater
from reminders.delivery.composing import ClaimedMessage, Composed, Merged, Skip
from reminders.wording.composers import SayComposer
from storage.engine.database import Database
from storage.outbox.message import Outgoing
from storage.vocabulary import ContactState, MessageState, Priority
from tests.clock import FakeClock
from tests.reminders.sending.outbox_world import FakeSender, OutboxWorld, drain, say


@pytest.fixture
def world(database: Database, clock: FakeClock) -> OutboxWorld:
    return OutboxWorld(database, clock)


async def test_what_is_due_is_sent_once(world: OutboxWorld) -> None:
    sender = FakeSender()
    await world.tell("hello", person=await world.person())
    dispatcher = world.dispatcher(sender)
    assert await drain(dispatcher) == 1
    assert await drain(dispatcher) == 0
    assert sender.sent == [("telegram:amina", "hello")]
    message = (await world.messages())["hello"]
    assert message.state is MessageState.SENT
    assert message.provider_ref == "ref"
    assert message.sent_at == world.clock.now()
    assert message.attempts == 1
    assert message.lease_owner is None
    assert await world.attempts() == [("telegram", "sent")]


async def test_what_is_not_due_waits(world: OutboxWorld, clock: FakeClock) -> None:
    sender = FakeSender()
    await world.tell("later", person=await world.person(), due_in=timedelta(minutes=1))
    dispatcher = world.dispatcher(sender)
    assert await drain(dispatcher) == 0
    clock.forward(minutes=1)
    assert await drain(dispatcher) == 1


async def test_a_receipt_that_is_certain_counts_as_delivered(world: OutboxWorld) -> None:
    sender = FakeSender(answer=lambda *_: Receipt("7", delivered=True))
    await world.tell("hello", person=await world.person())
    await drain(world.dispatcher(sender))
    message = (await world.messages())["hello"]
    assert (message.state, message.delivered_at) == (MessageState.DELIVERED, world.clock.now())


async def test_urgent_goes_first(world: OutboxWorld, clock: FakeClock) -> None:
    sender = FakeSender()
    for number, priority in enumerate((Priority.REMINDER, Priority.NORMAL, Priority.URGENT, Priority.REPLY)):
        await world.tell(priority.name, person=await world.person(str(number)), priority=priority)
    await drain(world.dispatcher(sender))
    assert sender.texts == ["REPLY", "URGENT", "NORMAL", "REMINDER"]


async def test_order_to_one_person_is_kept(world: OutboxWorld) -> None:
    sender = FakeSender()
    person = await world.person()
    for number in range(10):
        await world.tell(str(number), person=person)
    await drain(world.dispatcher(sender))
    assert sender.texts == [str(number) for number in range(10)]


async def test_it_is_said_in_the_present_language(world: OutboxWorld) -> None:
    sender = FakeSender()
    await world.tell("hello", person=await world.person(language="ar"))
    await world.tell("hi", contact=await world.stranger("someone", language="en"))
    await world.tell("hoi", contact=await world.stranger("nobody"))
    await drain(world.dispatcher(sender))
    assert sorted(message.locale for message in sender.messages) == ["ar", "en", "nl"]


async def test_retry_later_is_tried_again_and_the_providers_word_is_kept(world: OutboxWorld, clock: FakeClock) -> None:
    answers: list[Receipt | Exception] = [RetryLater("flood", timedelta(seconds=30)), Receipt("ok")]
    sender = FakeSender(answer=lambda *_: answers.pop(0))
    await world.tell("hello", person=await world.person())
    dispatcher = world.dispatcher(sender)
    await drain(dispatcher)
    message = (await world.messages())["hello"]
    assert (message.state, message.reason, message.attempts) == (MessageState.PENDING, "flood", 1)
    assert message.next_at >= clock.now() + timedelta(seconds=30)
    clock.forward(seconds=29)
    assert await drain(dispatcher) == 0
    clock.forward(seconds=5)
    assert await drain(dispatcher) == 1
    message = (await world.messages())["hello"]
    assert (message.state, message.reason) == (MessageState.SENT, None)
    assert await world.attempts() == [("telegram", "flood"), ("telegram", "sent")]


async def test_two_limits_and_a_reset_cost_an_answer_six_seconds(world: OutboxWorld, clock: FakeClock) -> None:
    answers: list[Receipt | Exception] = [
        RetryLater("flood_limit", timedelta(seconds=2)),
        RetryLater("flood_limit", timedelta(seconds=2)),
        RetryLater("unreachable"),
        Receipt("ok"),
    ]
    sender = FakeSender(answer=lambda *_: answers.pop(0))
    await world.tell("hello", person=await world.person(), priority=Priority.REPLY)
    asked_at, dispatcher = clock.now(), world.dispatcher(sender)
    while answers:
        await drain(dispatcher)
        message = (await world.messages())["hello"]
        if message.state is MessageState.PENDING:
            clock.set(message.next_at)
    assert sender.texts == ["hello"]
    assert clock.now() - asked_at <= timedelta(seconds=6)


async def test_what_follows_a_delayed_message_keeps_behind_it(world: OutboxWorld, clock: FakeClock) -> None:
    down = [True]
    sender = FakeSender(answer=lambda *_: RetryLater("down") if down[0] else Receipt("ok"))
    person = await world.person()
    for number in range(3):
        await world.tell(str(number), person=person)
    dispatcher = world.dispatcher(sender)
    await drain(dispatcher)
    assert sender.tries == 1
    await world.tell("3", person=person)
    down[0] = False
    for _ in range(20):
        await drain(dispatcher)
        clock.forward(seconds=2)
    assert sender.texts == ["0", "1", "2", "3"]


async def test_rejected_fails_at_once(world: OutboxWorld) -> None:
    sender = FakeSender(answer=lambda *_: Rejected("too_long"))
    await world.tell("hello", person=await world.person())
    await drain(world.dispatcher(sender))
    message = (await world.messages())["hello"]
    assert (message.state, message.reason) == (MessageState.FAILED, "too_long")


async def test_a_blocked_contact_is_marked_and_the_next_one_gets_it_at_once(world: OutboxWorld) -> None:
    telegram = FakeSender(answer=lambda *_: AddressGone("blocked"))
    web = FakeSender("web")
    await world.tell("hello", person=await world.person("amina", "telegram", "web"))
    assert await drain(world.dispatcher(telegram, web)) == 1
    assert web.sent == [("web:amina", "hello")]
    assert (await world.contact_of("amina")).state is ContactState.BLOCKED
    message = (await world.messages())["hello"]
    assert (message.state, message.channel) == (MessageState.SENT, "web")
    assert await world.attempts() == [("telegram", "blocked"), ("web", "sent")]


async def test_where_a_message_was_refused_is_not_tried_first_for_a_day(world: OutboxWorld, clock: FakeClock) -> None:
    email = FakeSender("email", answer=lambda *_: Rejected("mailbox_full"))
    web = FakeSender("web")
    person = await world.person("amina", "email", "web")
    dispatcher = world.dispatcher(email, web)
    clock.forward(minutes=1)
    for number in range(3):
        await world.tell(str(number), person=person)
        await drain(dispatcher)
    assert (email.tries, web.texts) == (1, ["0", "1", "2"])
    clock.forward(days=1, seconds=1)
    await world.tell("3", person=person)
    await drain(dispatcher)
    assert email.tries == 2


async def test_nowhere_left_to_go(world: OutboxWorld) -> None:
    telegram = FakeSender(answer=lambda *_: AddressGone("not_found"))
    person = await world.person()
    await world.tell("first", person=person)
    await drain(world.dispatcher(telegram))
    assert (await world.contact_of("amina")).state is ContactState.GONE
    await world.tell("second", person=person)
    await drain(world.dispatcher(telegram))
    messages = await world.messages()
    assert [(m.state, m.reason) for m in messages.values()] == [
        (MessageState.FAILED, "not_found"),
        (MessageState.FAILED, "no_channel"),
    ]


async def test_too_late_is_not_sent(world: OutboxWorld, clock: FakeClock) -> None:
    sender = FakeSender()
    await world.tell("reminder for 14:00", person=await world.person(), useful_for=timedelta(minutes=30))
    clock.forward(minutes=30)
    await drain(world.dispatcher(sender))
    assert sender.sent == []
    message = (await world.messages())["reminder for 14:00"]
    assert (message.state, message.reason) == (MessageState.EXPIRED, "too_late")


async def test_what_has_no_end_is_given_up_after_two_days(world: OutboxWorld, clock: FakeClock) -> None:
    sender = FakeSender(answer=lambda *_: RetryLater("down"))
    await world.tell("hello", person=await world.person())
    dispatcher = world.dispatcher(sender)
    for _ in range(49 * 6):
        await drain(dispatcher)
        clock.forward(minutes=10)
    assert (await world.states())["hello"] == "expired"
    assert 100 < sender.tries <= 49 * 6


async def test_who_stopped_gets_answers_only(world: OutboxWorld) -> None:
    sender = FakeSender()
    person = await world.person(stopped=True)
    await world.tell("reminder", person=person, priority=Priority.REMINDER)
    await world.tell("answer", person=person, priority=Priority.REPLY)
    await drain(world.dispatcher(sender))
    assert sender.texts == ["answer"]
    assert (await world.messages())["reminder"].reason == "stopped"


async def test_a_bad_row_fails_alone(world: OutboxWorld, database: Database) -> None:
    sender = FakeSender()
    for name in ("a", "b", "c", "d"):
        await world.tell(name, person=await world.person(name))
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE outbox SET params = :x WHERE key = 'a'"), {"x": b"nonsense"})
    unknown = Body((Part(Text("no.such.text")),)).to_json()
    await world.put(
        Outgoing("u", "say", world.clock.now(), unknown, person_id=await world.person("u")),
        Outgoing("v", "say", world.clock.now(), {"parts": 7}, person_id=await world.person("v")),
    )
    await drain(world.dispatcher(sender))
    assert sorted(sender.texts) == ["b", "c", "d"]
    async with database.reading() as session:
        failed = await session.execute(text("SELECT key, reason FROM outbox WHERE state = 'failed'"))
        reasons = sorted((key, reason) for key, reason in failed)
    assert reasons == [("u", "not_rendered"), ("v", "not_composed")]
    # With the right secret it can still be sent: it goes back, and when its use ends somebody hears of it.
    async with database.reading() as session:
        unread = (await session.execute(text("SELECT state, reason FROM outbox WHERE key = 'a'"))).one()
    assert tuple(unread) == ("pending", "not_readable")


async def test_a_fault_in_a_channel_is_tried_a_few_times(world: OutboxWorld, clock: FakeClock) -> None:
    sender = FakeSender(answer=lambda *_: KeyError("ours"))
    await world.tell("hello", person=await world.person())
    dispatcher = world.dispatcher(sender)
    for _ in range(20):
        await drain(dispatcher)
        clock.forward(minutes=10)
    message = (await world.messages())["hello"]
    assert (message.state, message.reason, sender.tries) == (MessageState.FAILED, "unexpected", 8)


async def test_replies_born_claimed_go_at_once(world: OutboxWorld) -> None:
    sender = FakeSender()
    contact = await world.stranger("someone")
    now = world.clock.now()
    ids = await world.put(
        *(
            Outgoing(
                f"reply:{n}",
                "say",
                now,
                say(str(n)),
                contact_id=contact,
                priority=Priority.REPLY,
                lease_owner="host/1/1",
                lease_until=now + timedelta(seconds=60),
            )
            for n in range(3)
        )
    )
    dispatcher = world.dispatcher(sender)
    assert await dispatcher.run_once() == 0
    await dispatcher.send_now(ids)
    assert sender.texts == ["0", "1", "2"]
    assert set((await world.states()).values()) == {"sent"}


async def test_a_lease_that_ran_out_is_taken_up_by_another(world: OutboxWorld, clock: FakeClock) -> None:
    sender = FakeSender()
    now = clock.now()
    person = await world.person()
    until = now + timedelta(seconds=60)
    await world.put(
        Outgoing("x", "say", now, say("x"), person_id=person, lease_owner="elsewhere/1/1", lease_until=until)
    )
    dispatcher = world.dispatcher(sender)
    assert await drain(dispatcher) == 0
    clock.forward(seconds=61)
    await drain(dispatcher)
    assert sender.texts == ["x"]


@dataclass
class _Unsure(FakeSender):
    """A channel that asks its provider first when told that a message may have gone."""

    doubted: list[str] = field(default_factory=list)

    def doubt(self, reference: str) -> None:
        """See AsksBeforeSending."""
        self.doubted.append(reference)


async def test_what_a_lost_worker_may_have_sent_is_asked_after_before_it_is_sent_again(
    world: OutboxWorld, clock: FakeClock
) -> None:
    sender = _Unsure()
    now, person = clock.now(), await world.person()
    until = now + timedelta(seconds=60)
    [begun] = await world.put(
        Outgoing("begun", "say", now, say("begun"), person_id=person, lease_owner="elsewhere/1/1", lease_until=until)
    )
    await world.put(Outgoing("fresh", "say", now, say("fresh"), person_id=person))
    clock.forward(seconds=61)
    dispatcher = world.dispatcher(sender)
    await drain(dispatcher)
    assert sender.doubted == [str(begun)]
    assert sorted(sender.texts) == ["begun", "fresh"]
    assert set((await world.states()).values()) == {"sent"}


class _Remarks:
    """Skips, merges and stumbles as the message's own text says."""

    async def compose(
        self, session: AsyncSession, rows: Sequence[ClaimedMessage], now: datetime
    ) -> Mapping[int, Composed]:
        ids = {row.key: row.id for row in rows}
        said: dict[int, Composed] = {}
        for row in rows:
            if row.key == "skip":
                said[row.id] = Skip("appointment_cancelled")
            elif row.key == "with first":
                said[row.id] = Merged(ids["first"])
            elif row.key == "stumble":
                raise LookupError(row.key)
            else:
                said[row.id] = Body((Part(verbatim(row.key)),))
        return said


async def test_a_composer_may_skip_and_merge(world: OutboxWorld) -> None:
    sender = FakeSender()
    person = await world.person()
    for key in ("first", "with first", "skip"):
        await world.tell(key, person=person)
    await drain(world.dispatcher(sender, composer=_Remarks()))
    assert sender.texts == ["first"]
    assert await world.states() == {"first": "sent", "with first": "sent", "skip": "cancelled"}


async def test_a_composer_that_stumbles_costs_one_row(world: OutboxWorld) -> None:
    sender = FakeSender()
    for key in ("one", "stumble", "two"):
        await world.tell(key, person=await world.person(key))
    await drain(world.dispatcher(sender, composer=_Remarks()))
    assert sorted(sender.texts) == ["one", "two"]
    assert (await world.messages())["stumble"].reason == "not_composed"


async def test_buttons_become_numbers_where_a_channel_has_none(world: OutboxWorld) -> None:
    sms = FakeSender("sms", Capabilities(buttons=False))
    await world.tell("Komt u?", person=await world.person("amina", "sms"), buttons=["Ja", "Nee"])
    await drain(world.dispatcher(sms))
    assert sms.texts == ["Komt u?\n1. Ja\n2. Nee"]


async def test_one_address_is_not_written_to_faster_than_it_may(world: OutboxWorld, clock: FakeClock) -> None:
    at: list[tuple[str, datetime]] = []

    def answer(address: str, _text: str) -> Receipt:
        at.append((address, clock.now()))
        return Receipt("x")

    sender = FakeSender(
        capabilities=Capabilities(buttons=True, per_second=30, per_address=timedelta(seconds=1)), answer=answer
    )
    amina, omar = await world.person("amina"), await world.person("omar")
    for number in range(3):
        await world.tell(f"a{number}", person=amina)
    await world.tell("o", person=omar)
    await drain(world.dispatcher(sender))
    start = at[0][1]
    times = {address: [(moment - start).total_seconds() for a, moment in at if a == address] for address, _ in at}
    assert times["telegram:omar"] == [0]
    assert [
        later - earlier for earlier, later in zip(times["telegram:amina"], times["telegram:amina"][1:], strict=False)
    ] == [pytest.approx(1, abs=0.01)] * 2


async def test_a_channel_is_not_used_faster_than_it_may(world: OutboxWorld, clock: FakeClock) -> None:
    sender = FakeSender(capabilities=Capabilities(buttons=True, per_second=30))
    for number in range(90):
        await world.tell(str(number), person=await world.person(str(number)))
    start = clock.now()
    dispatcher = world.dispatcher(sender)
    await drain(dispatcher)
    # A burst of one second's worth, then 30 a second.
    assert (clock.now() - start).total_seconds() == pytest.approx(2, abs=0.1)
    assert len(sender.sent) == 90


async def test_the_default_composer_says_what_it_was_given(sqlite_database: Database, clock: FakeClock) -> None:
    row = ClaimedMessage(1, "k", "say", say("hello"))
    async with sqlite_database.reading() as session:
        said = await SayComposer().compose(session, [row], clock.now())
    assert said == {1: Body((Part(verbatim("hello")),))}


async def test_the_same_reply_many_times_waits_once(world: OutboxWorld) -> None:
    """Somebody presses a button again and again while the channel allows one message a second."""
    sender = FakeSender(capabilities=Capabilities(buttons=True, per_address=timedelta(seconds=1)))
    amina = await world.person()
    contact = (await world.contact_of("amina")).id
    for number, text_ in enumerate(["menu", "unknown", "menu", "unknown", "menu", "plan"]):
        await world.put(
            Outgoing(
                key=f"reply:{number}",
                kind="say",
                due_at=world.clock.now(),
                params=say(text_),
                person_id=amina,
                contact_id=contact,
                priority=Priority.REPLY,
            )
        )
    await drain(world.dispatcher(sender))
    assert sender.texts[-3:] == ["unknown", "menu", "plan"]
    assert len(sender.texts) <= 4
    assert set((await world.states()).values()) == {"sent"}
