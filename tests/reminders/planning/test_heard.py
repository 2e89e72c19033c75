"""What people were last told comes to be true, whatever happened in between: the table of the record, row by row.

Meeting "a": Friday 6 March 10:00, Zaal 1, made and told of on Monday 2 March (where the clock stands, 09:00).
"""

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from reminders.delivery.channel import AddressGone, Receipt, RetryLater
from storage.appointments.appointments import Membership
from storage.engine.database import Database
from storage.outbox.heard import HeardRow, forget_heard, heard_by
from storage.outbox.message import Message
from storage.outbox.receipts import pass_on, record_receipt
from storage.people.contacts import Contact
from storage.people.people import Person
from storage.vocabulary import Answer, AppointmentKind, ContactState, MessageState
from tests.clock import FakeClock
from tests.reminders.planning.planning_world import PlanningWorld, holds, local


@pytest.fixture
def world(database: Database, clock: FakeClock) -> PlanningWorld:
    return PlanningWorld(database, clock)


async def a(world: PlanningWorld, person: int) -> int:
    """The meeting, told of."""
    meeting = await world.made("2026-03-06 10:00", person=person, location="Zaal 1")
    assert holds(await world.heard(), "Nieuwe afspraak", "vrijdag 6 maart", "Zaal 1")
    return meeting


def loses(world: PlanningWorld, *, everything: bool = True) -> None:
    """From now on nothing arrives with Amina; or everything does again."""
    gone = AddressGone("blocked")
    world.sender.answer = lambda to, _text: gone if to == "amina" and everything else Receipt("1")


async def back(world: PlanningWorld) -> None:
    """Amina unblocks the bot and writes."""
    loses(world, everything=False)
    async with world.database.writing() as session:
        await session.execute(
            update(Contact)
            .where(Contact.address_hash == world.database.keys.fingerprint("amina", "contact/telegram"))
            .values(state=ContactState.ACTIVE, last_heard_at=world.clock.now())
        )


async def stops(world: PlanningWorld, amina: int, *, resumes: bool = False) -> None:
    async with world.database.writing() as session:
        await session.execute(update(Person).values(stopped_at=None if resumes else world.clock.now()))
        await world.planner.plan_people(session, [amina])


async def test_row_3_cancelled_in_the_night_and_edited_once_more_is_told_in_the_morning(world: PlanningWorld) -> None:
    meeting = await a(world, await world.person())
    world.clock.set(local("2026-03-04 23:00"))
    await world.changed(meeting, cancelled=True)
    await world.changed(meeting, cancelled=True, location="Zaal 2")
    assert holds(await world.heard("2026-03-05 08:00"), "Gaat niet door", "vrijdag 6 maart")
    await world.replanned()
    assert await world.heard("2026-03-05 09:00") == []


@pytest.mark.parametrize("cancelled", [True, False], ids=["cancelled", "moved"])
async def test_row_4_who_resumes_hears_what_changed_while_they_had_stopped(
    world: PlanningWorld, cancelled: bool
) -> None:
    amina = await world.person()
    meeting = await a(world, amina)
    await stops(world, amina)
    if cancelled:
        await world.changed(meeting, cancelled=True)
    else:
        await world.changed(meeting, starts="2026-03-06 11:00", location="Zaal 1")
    assert await world.heard("2026-03-03 10:00") == []
    await stops(world, amina, resumes=True)
    said = await world.heard()
    assert holds(said, "Gaat niet door" if cancelled else "❌ Niet meer: vrijdag 6 maart, 10:00")
    assert await world.replanned() == 0


@pytest.mark.parametrize("cancelled", [True, False], ids=["cancelled", "moved"])
async def test_who_stopped_before_it_was_made_never_heard_of_it(world: PlanningWorld, cancelled: bool) -> None:
    """Found by the model: on resuming they heard that a meeting was off, or moved, of which nobody had told them."""
    amina = await world.person()
    await stops(world, amina)
    meeting = await world.made("2026-03-12 10:00", person=amina)
    if cancelled:
        await world.changed(meeting, cancelled=True)
    else:
        await world.changed(meeting, starts="2026-03-13 11:00")
    await stops(world, amina, resumes=True)
    said = await world.heard("2026-03-03 10:00")
    assert (
        said == [] if cancelled else holds(said, "Nieuwe afspraak", "13 maart", "11:00") and "Niet meer" not in said[0]
    )


async def test_row_9_the_old_is_what_was_heard_not_what_was_lost(world: PlanningWorld) -> None:
    meeting = await a(world, await world.person())
    loses(world)
    await world.changed(meeting, starts="2026-03-05 10:00")
    await world.heard()
    world.clock.forward(minutes=5)
    await back(world)
    await world.changed(meeting, starts="2026-03-04 10:00")
    [said] = await world.heard()
    assert "❌ Niet meer: vrijdag 6 maart" in said
    assert "donderdag" not in said


@pytest.mark.parametrize("cancelled", [True, False], ids=["cancelled", "moved"])
async def test_row_9_what_was_lost_and_taken_back_is_not_told(world: PlanningWorld, cancelled: bool) -> None:
    meeting = await a(world, await world.person())
    loses(world)
    await world.changed(meeting, starts=None if cancelled else "2026-03-06 14:00", cancelled=cancelled)
    await world.heard()
    world.clock.forward(minutes=5)
    await back(world)
    await world.changed(meeting, starts="2026-03-06 10:00")
    assert await world.heard() == []


async def test_what_was_lost_is_told_when_the_person_is_back(world: PlanningWorld) -> None:
    meeting = await a(world, await world.person())
    loses(world)
    await world.changed(meeting, cancelled=True)
    await world.heard()
    world.clock.forward(minutes=20)
    assert await world.replanned() == 0
    await back(world)
    assert await world.replanned() == 1
    assert holds(await world.heard(), "Gaat niet door", "vrijdag 6 maart")
    assert await world.replanned() == 0


async def test_nobody_who_is_back_in_the_night_is_woken_for_a_time_that_is_over(world: PlanningWorld) -> None:
    meeting = await a(world, await world.person())
    loses(world)
    await world.changed(meeting, starts="2026-03-20 14:00")
    await world.heard()
    world.clock.set(local("2026-03-06 22:00"))
    await back(world)
    await world.replanned()
    assert await world.heard() == []
    assert holds(await world.heard("2026-03-07 08:00"), "Niet meer: vrijdag 6 maart", "vrijdag 20 maart")


async def test_what_a_provider_says_later_did_not_arrive_was_not_heard(world: PlanningWorld) -> None:
    """Sent, and an hour later found out to be undelivered: Friday is what stands."""
    meeting = await a(world, await world.person())
    await world.changed(meeting, starts="2026-03-05 10:00")
    await world.heard()
    loses(world)
    async with world.database.writing() as session:
        row = (await world.rows(MessageState.SENT))[-1]
        await pass_on(session, row.id, world.clock.now(), "no_news", world.clock.now())
    await world.heard()
    world.clock.forward(minutes=5)
    await back(world)
    await world.changed(meeting, starts="2026-03-04 10:00")
    assert holds(await world.heard(), "❌ Niet meer: vrijdag 6 maart", "woensdag 4 maart")


async def test_what_was_given_up_and_arrived_after_all_was_heard(world: PlanningWorld) -> None:
    amina = await world.person()
    meeting = await a(world, amina)
    async with world.database.writing() as session:
        [row] = await world.rows(MessageState.SENT)
        await pass_on(session, row.id, world.clock.now(), "no_news", world.clock.now())
        assert await heard_by(session, [amina]) == {}
        await record_receipt(session, [row.id], MessageState.DELIVERED, world.clock.now())
        assert (amina, meeting) in await heard_by(session, [amina])


async def test_row_10_many_classes_that_change_again_are_all_counted(world: PlanningWorld) -> None:
    amina = await world.person()
    group = await world.group(amina)
    days = [f"2026-03-{day:02}" for day in range(3, 23)]
    lessons = [await world.made(f"{day} 10:00", group=group, kind=AppointmentKind.CLASS) for day in days]
    await world.heard()
    world.clock.set(local("2026-03-02 22:00"))
    for lesson, day in zip(lessons[1:], days[1:], strict=True):
        await world.changed(lesson, starts=f"{day} 10:30")
    await world.changed(lessons[12], starts=f"{days[12]} 11:00")
    await world.changed(lessons[3], starts=f"{days[3]} 11:00")
    said = [text for text in await world.heard("2026-03-03 08:00") if "veranderd" in text]
    assert holds(said, "En nog 11 afspraken")
    assert said[0].count("❌ Niet meer") == 8
    assert "11:00" in said[0]
    await world.replanned()
    assert await world.heard("2026-03-03 08:20") == []
    await world.changed(lessons[15], cancelled=True)
    assert holds(await world.heard(), "Gaat niet door", "18 maart")


async def test_row_11_moved_to_a_time_just_past_is_told_as_moved(world: PlanningWorld) -> None:
    meeting = await a(world, await world.person())
    world.clock.set(local("2026-03-05 14:00"))
    await world.heard()
    await world.changed(meeting, starts="2026-03-05 13:55")
    [said] = await world.heard()
    assert all(part in said for part in ("veranderd", "❌ Niet meer: vrijdag 6 maart", "donderdag 5 maart"))
    assert "Komt u?" not in said
    assert "hoeft niet" not in said


async def test_row_12_what_was_made_before_an_outage_is_not_asked_after_it_began(world: PlanningWorld) -> None:
    await world.made("2026-03-02 10:00", person=await world.person())
    await world.changed((await world.rows())[0].appointment_id or 0, location="Zaal 9")
    world.clock.set(local("2026-03-02 10:30"))
    await world.replanned()
    assert await world.heard() == []
    assert await world.not_delivered.tell(world.database) == 1
    assert holds(await world.heard(by="ilse"), "komen niet aan bij Amina")


async def test_row_13_a_reminder_and_a_change_that_are_due_together_are_one(world: PlanningWorld) -> None:
    meeting = await a(world, await world.person())
    await world.heard("2026-03-05 09:00")
    world.clock.set(local("2026-03-05 10:00"))
    await world.changed(meeting, starts="2026-03-06 11:00")
    await world.heard()
    # The reminder of the day before is due when the second change is.
    world.clock.set(local("2026-03-05 11:00"))
    await world.changed(meeting, location="Zaal 3")
    [said] = await world.heard()
    assert said.count("Voortgangsgesprek") == 1
    assert said.count("Komt u?") == 1


async def test_row_14_who_leaves_the_group_after_hearing_of_a_lesson_hears_that_it_is_not_theirs(
    world: PlanningWorld,
) -> None:
    amina = await world.person()
    group = await world.group(amina)
    for day in ("10", "11", "24"):
        await world.made(f"2026-03-{day} 10:00", group=group, kind=AppointmentKind.CLASS)
    assert holds(await world.heard("2026-03-09 18:00"), "Morgen hebt u les")
    async with world.database.writing() as session:
        await session.execute(update(Membership).values(until_on=local("2026-03-09 00:00").date()))
    await world.replanned()
    said = await world.heard()
    assert holds(said, "Gaat niet door", "dinsdag 10 maart")
    # Of the others they never heard.
    assert "11 maart" not in said[0]
    assert await world.replanned() == 0


async def test_row_14_a_class_cancelled_after_somebody_left_is_not_told_twice(world: PlanningWorld) -> None:
    amina = await world.person()
    lesson = await world.made("2026-03-10 10:00", group=await world.group(amina), kind=AppointmentKind.CLASS)
    await world.heard("2026-03-09 18:00")
    async with world.database.writing() as session:
        await session.execute(update(Membership).values(until_on=local("2026-03-09 00:00").date()))
    await world.changed(lesson, cancelled=True)
    assert holds(await world.heard(), "Gaat niet door", "dinsdag 10 maart")
    await world.replanned()
    assert await world.heard() == []


async def test_a_change_that_no_channel_takes_for_a_while_is_told_once(world: PlanningWorld) -> None:
    meeting = await a(world, await world.person())
    world.sender.answer = lambda *_: RetryLater("timeout")
    await world.changed(meeting, starts="2026-03-06 11:00")
    await world.heard()
    await world.changed(meeting, starts="2026-03-06 12:00")
    loses(world, everything=False)
    assert holds(await world.heard("2026-03-02 10:00"), "❌ Niet meer: vrijdag 6 maart, 10:00", "12:00")
    await world.replanned()
    assert await world.heard("2026-03-02 10:30") == []


async def test_a_change_that_waits_and_one_since_are_said_once(world: PlanningWorld) -> None:
    world.sender.answer = lambda *_: RetryLater("timeout")
    meeting = await world.made("2026-03-06 10:00", person=await world.person())
    await world.heard()
    await world.changed(meeting, starts="2026-03-06 12:00")
    loses(world, everything=False)
    [said] = await world.heard("2026-03-02 10:00")
    assert (said.count("Nieuwe afspraak"), said.count("12:00"), said.count("Komt u?")) == (1, 1, 1)


async def test_an_answer_holds_at_another_hour_and_place_and_is_asked_anew_on_another_day(
    world: PlanningWorld,
) -> None:
    amina = await world.person()
    meeting = await a(world, amina)
    await world.answers(amina, meeting, Answer.COMING)
    await world.changed(meeting, starts="2026-03-06 11:00", location="Zaal 2")
    [said] = await world.heard()
    assert "U hebt gezegd dat u komt" in said
    assert "Komt u?" not in said
    await world.changed(meeting, starts="2026-03-05 11:00")
    assert holds(await world.heard(), "U hebt gezegd: ik kom", "Dat was voor vrijdag 6 maart", "Komt u?")


async def test_the_record_keeps_one_row_for_what_arrived(world: PlanningWorld) -> None:
    amina = await world.person()
    meeting = await a(world, amina)
    for hour in ("11:00", "12:00", "13:00"):
        await world.changed(meeting, starts=f"2026-03-06 {hour}")
        await world.heard()
    async with world.database.writing() as session:
        await session.execute(update(Message).where(Message.state == "sent").values(state=MessageState.DELIVERED))
        before = await heard_by(session, [amina])
        await forget_heard(session, world.clock.now())
        assert await heard_by(session, [amina]) == before
        assert await rows(session) == 1
        await forget_heard(session, local("2026-03-25 00:00"))
        assert await rows(session) == 0


async def rows(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(HeardRow)) or 0


async def test_a_meeting_of_long_before_that_is_cancelled_and_restored_in_a_night_is_no_news(
    world: PlanningWorld,
) -> None:
    """Found by the model: it was told as changed, with nothing struck out."""
    meeting = await world.told("2026-04-22 10:00", person=await world.person())
    assert await world.heard() == []
    world.clock.set(local("2026-03-02 23:00"))
    await world.changed(meeting, cancelled=True)
    await world.changed(meeting)
    assert await world.heard("2026-03-03 08:30") == []
