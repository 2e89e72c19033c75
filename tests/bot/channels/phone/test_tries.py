"""Whom the machine calls, how often, and what becomes of what nobody heard."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from bot.channels.base import Rejected, RetryLater
from bot.channels.phone.carrier import CarrierDown
from bot.channels.phone.records import CHANNEL, MAY_HAVE_BEEN
from bot.events import Pressed
from locales.rendering.message import Body, Part, verbatim
from reminders.kinds import Kind
from storage.calls.phone_calls import PhoneCall
from storage.engine.database import Database
from storage.outbox.message import Message, Outgoing, put
from storage.outbox.trace import trace_of
from storage.people.contacts import Contact
from storage.people.people import Person
from storage.people.phone_tasks import PhoneTask
from storage.vocabulary import CallOutcome, ContactState, MessageState, Priority
from tests.bot.channels.phone.town import NUMBER, Town, town
from tests.bot.dialogue.talk import RENDERER
from tests.clock import FakeClock


@pytest.fixture
async def at(sqlite_database: Database, clock: FakeClock) -> AsyncIterator[Town]:
    async with town(sqlite_database, clock) as settled:
        yield settled


async def tells(at: Town, text: str, *, priority: Priority = Priority.NORMAL, key: str = "") -> int:
    """Put something for Amina into the outbox, due now; its number."""
    async with at.talk.database.writing() as session:
        body = Body((Part(verbatim(text)),))
        message = Outgoing(
            key=key or text,
            kind=Kind.SAY,
            due_at=at.talk.clock.now(),
            params=body.to_json(),
            person_id=at.talk.person_ids["Amina"],
            priority=priority,
        )
        await put(session, [message], at.talk.clock.now())
        found = await session.scalar(select(Message.id).where(Message.key == message.key))
    assert found is not None
    return found


async def message(at: Town, number: int) -> Message:
    async with at.talk.database.reading() as session:
        return await session.get_one(Message, number)


async def no_reminders(at: Town) -> None:
    async with at.talk.database.writing() as session:
        await session.execute(delete(Message).where(Message.kind == Kind.REMINDER))


@pytest.mark.parametrize(
    "outcome", [CallOutcome.BUSY, CallOutcome.NO_ANSWER, CallOutcome.REJECTED], ids=lambda one: one.value
)
async def test_twice_in_vain_ends_as_one_task_for_the_consultant_with_the_whole_trace(
    at: Town, outcome: CallOutcome
) -> None:
    sanne = await at.talk.linked("Sanne")
    await at.agrees()
    await no_reminders(at)
    at.carrier.outcomes[NUMBER] = [outcome, outcome]
    number = await tells(at, "Uw les begint later")
    sanne.mark()
    await at.talk.settle()
    await at.ends()
    assert at.carrier.dialled == [NUMBER]
    # In another part of the day.
    at.talk.clock.set((await message(at, number)).next_at)
    await at.talk.settle()
    await at.ends()
    await at.talk.settle()
    assert len(at.carrier.dialled) == 2
    first, second = await at.calls()
    assert second.at - first.at >= timedelta(hours=2)
    assert (await message(at, number)).state is MessageState.FAILED
    await at.talk.app.scheduler._not_delivered.tell(at.talk.database)
    await at.talk.settle()
    async with at.talk.database.reading() as session:
        [task] = (await session.scalars(select(PhoneTask))).all()
        found = await session.get_one(Message, number)
        traced = (await trace_of(session, found))["steps"]
    assert isinstance(traced, list)
    steps = [one["step"] for one in traced if isinstance(one, dict)]
    assert task.message_id == number
    assert steps == ["made", "sent", outcome.value, "sent", outcome.value, "to_telephone"]
    assert "Amina Tesfay" in sanne.news


async def test_nobody_is_called_a_third_time_whatever_there_is_to_tell(at: Town) -> None:
    await at.agrees()
    await no_reminders(at)
    at.carrier.outcomes[NUMBER] = [CallOutcome.NO_ANSWER] * 3
    number = await tells(at, "een")
    await at.talk.settle()
    await at.ends()
    at.talk.clock.set((await message(at, number)).next_at)
    await at.talk.settle()
    await at.ends()
    third = await tells(at, "twee")
    await at.talk.settle()
    assert len(at.carrier.dialled) == 2
    assert (await message(at, third)).reason == "called_in_vain"


async def test_another_message_waits_for_the_other_part_of_the_day_too(at: Town) -> None:
    await at.agrees()
    await no_reminders(at)
    at.carrier.outcomes[NUMBER] = [CallOutcome.NO_ANSWER]
    await tells(at, "een")
    await at.talk.settle()
    await at.ends()
    at.talk.clock.forward(minutes=30)
    other = await tells(at, "twee")
    await at.talk.settle()
    await at.ends()
    assert len(at.carrier.dialled) == 1
    at.talk.clock.set((await message(at, other)).next_at)
    await at.talk.settle()
    await at.amina.picks_up()
    await at.amina.presses("1")
    assert at.amina.hears.startswith("een")
    await at.amina.lets_pass()
    # Both in one call.
    assert at.amina.hears == "twee"
    await at.amina.lets_pass()
    await at.ends()
    assert len(at.carrier.dialled) == 2
    assert (await message(at, other)).state is MessageState.DELIVERED


async def test_a_number_that_is_nobodys_any_more_is_gone(at: Town) -> None:
    await at.agrees()
    await no_reminders(at)
    at.carrier.outcomes[NUMBER] = [CallOutcome.GONE]
    number = await tells(at, "een")
    await at.talk.settle()
    assert (await at.contact()).state is ContactState.GONE
    assert (await message(at, number)).reason == "no_such_number"


async def test_a_carrier_that_is_down_costs_no_try(at: Town) -> None:
    await at.agrees()
    await no_reminders(at)
    dial = at.carrier.dial

    async def down(number: str, *, ring: float) -> None:
        raise CarrierDown("unreachable")

    at.carrier.dial = down  # type: ignore[assignment, method-assign]
    number = await tells(at, "een")
    await at.talk.settle()
    at.carrier.dial = dial  # type: ignore[method-assign]
    found = await message(at, number)
    assert (found.state, found.reason) == (MessageState.PENDING, "unreachable")
    at.talk.clock.set(found.next_at)
    await at.talk.settle()
    await at.amina.picks_up()
    await at.amina.presses("1")
    assert at.amina.hears.startswith("een")


async def test_a_call_that_an_earlier_process_may_have_made_is_not_made_again_within_the_hour(at: Town) -> None:
    await at.agrees()
    await no_reminders(at)
    contact = await at.contact()
    async with at.talk.database.writing() as session:
        session.add(PhoneCall(contact_id=contact.id, at=at.talk.clock.now()))
    at.talk.clock.forward(minutes=10)
    number = await tells(at, "een")
    await at.talk.settle()
    found = await message(at, number)
    assert at.carrier.dialled == []
    assert found.reason == "may_have_been_called"
    assert found.next_at - at.talk.clock.now() >= MAY_HAVE_BEEN - timedelta(minutes=11)


async def test_nobody_is_called_on_a_sunday_or_at_night_however_urgent_it_is(at: Town) -> None:
    await at.agrees()
    await no_reminders(at)
    # Sunday the eighth of March, eleven in the morning.
    at.talk.clock.forward(days=6, hours=2)
    number = await tells(at, "een", priority=Priority.URGENT)
    await at.talk.settle()
    assert at.carrier.dialled == []
    found = await message(at, number)
    assert found.next_at.astimezone(RENDERER.zone).strftime("%A %H:%M") == "Monday 09:00"


async def test_all_lines_in_use_is_no_fault_of_anybody_and_answers_go_on(at: Town) -> None:
    await at.agrees()
    await no_reminders(at)
    at.channel._free = 0
    number = await tells(at, "een")
    await at.talk.dispatcher.run_once()
    assert at.carrier.dialled == []
    found = await message(at, number)
    assert (found.state, found.attempts) == (MessageState.PENDING, 0)
    at.channel._free = 1
    at.talk.clock.forward(minutes=1)
    await at.talk.settle()
    assert at.carrier.dialled == [NUMBER]


async def test_a_code_is_read_digit_by_digit_at_any_hour_and_names_nobody(at: Town) -> None:
    amina = await at.talk.linked("Amina", "amina-web")
    at.talk.clock.forward(hours=13)
    await amina.does(Pressed("chan:add:phone"))
    amina.sees("reach.address_ask.phone")
    await amina.says("06 12345678")
    await at.amina.picks_up()
    assert at.amina.hears == "Hello. This is a message from de gemeente.\nPress one. Then you hear your code."
    await at.amina.presses("1")
    assert "Amina" not in "".join(at.amina.line.said)
    words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    digits = [str(words.index(word)) for word in at.amina.hears.replace(",", "").split() if word in words]
    await amina.says("".join(digits[:6]))
    assert (await at.contact()).person_id == at.talk.person_ids["Amina"]


async def test_a_neutral_invitation_is_never_a_call(at: Town) -> None:
    """Only who agreed to calls is called: the number that the municipality has is not enough."""
    assert "phone" in at.talk.services.channels
    async with at.talk.database.writing() as session:
        person = await session.get_one(Person, at.talk.person_ids["Amina"])
        person.phone = NUMBER
    await tells(at, "een")
    await at.talk.settle()
    await at.talk.app.scheduler._not_delivered.tell(at.talk.database)
    await at.talk.settle()
    assert at.carrier.dialled == []
    async with at.talk.database.reading() as session:
        assert not (await session.scalars(select(Contact).where(Contact.channel == CHANNEL))).all()


async def test_who_calls_back_hears_what_is_new_after_a_key(at: Town) -> None:
    await at.agrees()
    await at.until_it_rings()
    await at.amina.picks_up()
    await at.amina.hangs_up()
    await at.ends()
    line = await at.carrier.calls_us(NUMBER)
    await line.is_asked()
    assert "Are you Amina?" in at.amina.hears
    pressing = asyncio.create_task(at.amina.presses("1"))
    while not pressing.done():
        await at.talk.settle()
        await asyncio.sleep(0)
    # What nobody heard in the first call.
    assert "I'm coming: press one" in at.amina.hears


async def test_a_number_that_is_nobodys_hears_how_to_reach_the_municipality(at: Town) -> None:
    line = await at.carrier.calls_us("+31699999999")
    assert "Ik ken dit nummer niet" in line.said[0]
    # They may have a code (test_codes.py); who types none hears it once more.
    await line.act(None)
    await line.act(None)
    assert "Ik ken dit nummer niet" in line.said[-1]
    assert line.is_over
    assert await at.calls() == []


async def test_an_unknown_caller_hears_the_number_of_the_municipality_that_was_called(at: Town) -> None:
    at.channel._telephone = {"+31355281900": "035 528 19 11"}.get  # type: ignore[assignment]
    line = await at.carrier.calls_us("+31699999999", "+31355281900")
    assert "nul drie vijf" in line.said[0] or "035" in line.said[0]


async def test_what_nobody_agreed_to_is_refused(at: Town) -> None:
    rendered = RENDERER.render(Body((Part(verbatim("een")),)), "nl")
    with pytest.raises(Rejected):
        await at.channel.send("+31600000000", rendered, reference="1")
    await at.agrees()
    await at.channel.stop()
    with pytest.raises(RetryLater):
        await at.channel.send(NUMBER, rendered, reference="1")


async def test_an_answer_is_said_in_its_call_though_no_other_call_can_be_made(at: Town) -> None:
    """A trunk that takes no new calls does not silence those that are on."""
    await at.agrees()
    await at.until_it_rings()
    await at.amina.picks_up()
    await at.amina.presses("1")
    breaker = at.talk.dispatcher._sending._channels[CHANNEL].breaker
    for _ in range(20):
        breaker.failed(at.talk.clock.steady())
    assert breaker.is_open
    await at.amina.presses("2")
    assert at.amina.hears_of("absence.why")
