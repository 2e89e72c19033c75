"""Losses, by the time of failing: each ends with somebody who knows what was lost (issue 17, rows 2, 5, 7)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from locales.rendering.message import Body, Part, verbatim
from reminders.delivery.channel import AddressGone, Receipt, Rejected
from reminders.kinds import Kind
from storage.engine.database import Database
from storage.outbox.losses import told_by_call
from storage.outbox.message import Message, Outgoing, put, send_what_waited
from storage.outbox.receipts import pass_on
from storage.people.contacts import Contact
from storage.people.people import Person
from storage.people.phone_tasks import PhoneTask
from storage.vocabulary import ContactState, MessageState, Priority, TaskState
from tests.clock import FakeClock
from tests.reminders.planning.planning_world import ZONE, PlanningWorld, holds, local


@pytest.fixture
def world(database: Database, clock: FakeClock) -> PlanningWorld:
    return PlanningWorld(database, clock)


def loses(world: PlanningWorld, *names: str) -> None:
    world.sender.answer = lambda to, _text: AddressGone("blocked") if to in names else Receipt("1")


async def ilse(world: PlanningWorld) -> list[str]:
    """What the consultant hears of losses."""
    await world.not_delivered.tell(world.database)
    return await world.heard(by="ilse")


async def test_row_2_the_task_says_that_the_meeting_is_off(world: PlanningWorld) -> None:
    meeting = await world.made("2026-03-06 10:00", person=await world.person(), location="Zaal 1")
    await world.heard()
    loses(world, "amina")
    await world.changed(meeting, cancelled=True)
    await world.heard()
    [said] = await ilse(world)
    assert all(part in said for part in ("Amina", "Gaat niet door", "❌ Niet meer: vrijdag 6 maart, 10:00"))
    assert "U hebt een afspraak" not in said


async def test_what_holds_for_several_lost_meetings_is_said_once(world: PlanningWorld) -> None:
    amina = await world.person()
    for day in ("03-06", "03-07"):
        await world.made(f"2026-{day} 10:00", person=amina, location="Zaal 1")
    loses(world, "amina")
    await world.heard()
    [said] = await ilse(world)
    assert said.count("U hebt een afspraak") == 1
    assert all(day in said for day in ("vrijdag 6 maart, 10:00", "zaterdag 7 maart, 10:00"))


async def test_row_2_the_task_says_from_where_to_where(world: PlanningWorld) -> None:
    meeting = await world.made("2026-03-06 10:00", person=await world.person(), location="Zaal 1")
    await world.heard()
    loses(world, "amina")
    await world.changed(meeting, starts="2026-03-05 14:00", location="Zaal 2")
    await world.heard()
    assert holds(
        await ilse(world),
        "veranderd",
        "❌ Niet meer: vrijdag 6 maart, 10:00",
        "❌ Niet meer: Zaal 1",
        "5 maart",
        "Zaal 2",
    )


async def test_who_was_telephoned_knows(world: PlanningWorld) -> None:
    amina = await world.person()
    meeting = await world.made("2026-03-06 10:00", person=amina)
    await world.heard()
    loses(world, "amina")
    await world.changed(meeting, starts="2026-03-06 14:00")
    await world.heard()
    await ilse(world)
    async with world.database.writing() as session:
        await told_by_call(session, amina, world.clock.now(), ZONE)
        await session.execute(update(PhoneTask).values(state=TaskState.REACHED))
        await session.execute(update(Contact).values(state=ContactState.ACTIVE))
    loses(world)
    await world.changed(meeting, starts="2026-03-06 15:00")
    assert holds(await world.heard(), "❌ Niet meer: vrijdag 6 maart, 14:00", "15:00")


@pytest.mark.parametrize("days", [1, 3, 20])
async def test_row_5_what_is_found_out_days_later_is_told_then(world: PlanningWorld, days: int) -> None:
    meeting = await world.told("2026-04-20 10:00", person=await world.person())
    await world.changed(meeting, starts="2026-04-21 10:00")
    await world.heard()
    world.clock.forward(days=days)
    loses(world, "amina")
    async with world.database.writing() as session:
        row = (await world.rows(MessageState.SENT))[-1]
        await pass_on(session, row.id, world.clock.now(), "no_news", world.clock.now())
        await session.execute(update(Message).where(Message.id == row.id).values(passed_over=str(row.sent_contact_id)))
    await world.heard()
    assert any("Amina" in text and "❌ Niet meer: maandag 20 april" in text for text in await ilse(world))
    assert await ilse(world) == []


async def test_a_loss_after_the_call_is_a_new_task(world: PlanningWorld) -> None:
    amina = await world.person()
    meeting = await world.made("2026-03-06 10:00", person=amina)
    await world.heard()
    loses(world, "amina")
    await world.changed(meeting, starts="2026-03-06 14:00")
    await world.heard()
    assert len(await ilse(world)) == 1
    async with world.database.writing() as session:
        await told_by_call(session, amina, world.clock.now(), ZONE)
        await session.execute(update(PhoneTask).values(state=TaskState.REACHED))
    world.clock.forward(hours=1)
    await world.changed(meeting, cancelled=True)
    await world.heard()
    assert holds(await ilse(world), "Gaat niet door", "14:00")


async def lost_report(world: PlanningWorld, amina: int, *, version: int = 1) -> None:
    async with world.database.writing() as session:
        report = Outgoing(
            key=f"absence:1:{version}",
            kind=Kind.SAY,
            due_at=world.clock.now(),
            params=Body((Part(verbatim("Amina kan niet komen")),)).to_json(),
            consultant_id=world.consultant_id,
            about_id=amina,
            priority=Priority.URGENT,
        )
        await put(session, [report], world.clock.now())
    await world.heard()


async def test_row_7_what_fails_at_a_consultant_goes_to_who_stands_in(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.stand_in("karim")
    loses(world, "ilse")
    await lost_report(world, amina)
    assert await world.not_delivered.tell(world.database) == 1
    assert holds(await world.heard(by="karim"), "Amina kan niet komen")
    assert await world.not_delivered.tell(world.database) == 0


async def test_row_7_without_a_stand_in_the_person_is_asked_to_telephone(world: PlanningWorld) -> None:
    amina = await world.person()
    loses(world, "ilse")
    await lost_report(world, amina)
    assert await world.not_delivered.tell(world.database) == 1
    assert holds(await world.heard(), "niet aangekomen bij Ilse", "035 528 19 11")
    world.clock.forward(minutes=1)
    assert await world.not_delivered.tell(world.database) == 0


async def test_row_7_of_several_reports_that_nobody_got_the_person_hears_once(world: PlanningWorld) -> None:
    amina = await world.person()
    loses(world, "ilse")

    async def expire() -> None:
        async with world.database.writing() as session:
            waits = Message.consultant_id.is_not(None) & (Message.state == MessageState.PENDING)
            gone = {"state": MessageState.EXPIRED, "lost_at": world.clock.now()}
            await session.execute(update(Message).where(waits).values(gone))

    # The first is refused; the next ones wait for her to be linked again, in vain.
    for version in (1, 2):
        await lost_report(world, amina, version=version)
    await expire()
    assert await world.not_delivered.tell(world.database) == 1
    assert holds(await world.heard(), "niet aangekomen bij Ilse")
    world.clock.forward(minutes=30)
    await lost_report(world, amina, version=3)
    await expire()
    assert await world.not_delivered.tell(world.database) == 0


async def test_row_7_who_stopped_hears_that_their_report_did_not_arrive(world: PlanningWorld) -> None:
    """Found by the model: it answers what they reported, and they stopped what comes unasked."""
    amina = await world.person()
    async with world.database.writing() as session:
        await session.execute(update(Person).values(stopped_at=world.clock.now()))
    loses(world, "ilse")
    await lost_report(world, amina)
    assert await world.not_delivered.tell(world.database) == 1
    assert holds(await world.heard(), "niet aangekomen bij Ilse", "035 528 19 11")


async def test_row_7_a_report_waits_for_the_consultant_where_the_person_is_not_reached_either(
    world: PlanningWorld,
) -> None:
    """Found by the model: nobody ever heard of it."""
    amina = await world.person()
    loses(world, "ilse", "amina")
    await lost_report(world, amina)
    await world.not_delivered.tell(world.database)
    assert await world.heard() == []
    await world.not_delivered.tell(world.database)
    await back(world)
    world.clock.forward(minutes=31)
    assert "Amina kan niet komen" in await world.heard(by="ilse")


async def test_row_7_a_report_waits_as_long_as_it_takes(world: PlanningWorld) -> None:
    """Found by the model: a consultant who came back after a month never heard of it."""
    amina = await world.person()
    loses(world, "ilse", "amina")
    await lost_report(world, amina)
    for _ in range(3):
        await world.not_delivered.tell(world.database)
        await world.heard()
    world.clock.forward(days=29)
    await world.heard()
    await back(world)
    assert "Amina kan niet komen" in await world.heard(by="ilse")


async def test_row_7_a_stand_in_who_is_not_reached_either_ends_with_the_person(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.stand_in("karim")
    loses(world, "ilse", "karim")
    await lost_report(world, amina)
    await world.not_delivered.tell(world.database)
    await world.heard()
    await world.not_delivered.tell(world.database)
    assert holds(await world.heard(), "niet aangekomen bij", "035 528 19 11")


async def test_row_7_nothing_waits_for_a_consultant_who_is_gone_where_somebody_stands_in(world: PlanningWorld) -> None:
    """Found by the model: from the second message on it waited for days for the one who had blocked."""
    amina = await world.person()
    await world.stand_in("karim")
    loses(world, "ilse")
    await lost_report(world, amina)
    await world.not_delivered.tell(world.database)
    assert len(await world.heard(by="karim")) == 1
    meeting = await world.made("2026-03-06 10:00", person=amina)
    assert len(await world.heard()) == 1
    loses(world, "ilse", "amina")
    await world.changed(meeting, cancelled=True)
    await world.heard()
    for _ in range(2):
        await world.not_delivered.tell(world.database)
        await world.heard(by="nobody")
    assert holds(await world.heard(by="karim"), "komen niet aan bij Amina")


async def both_are_gone(world: PlanningWorld) -> None:
    """Amina's meeting is off, she cannot be told, and the task to telephone her fails at Ilse; nobody stands in."""
    meeting = await world.made("2026-03-06 10:00", person=await world.person())
    await world.heard()
    loses(world, "amina", "ilse")
    await world.changed(meeting, cancelled=True)
    await world.heard()
    await world.not_delivered.tell(world.database)
    assert await world.heard(by="ilse") == []
    await world.not_delivered.tell(world.database)


async def back(world: PlanningWorld) -> None:
    """Ilse's address works again, as when she links anew."""
    loses(world)
    async with world.database.writing() as session:
        await session.execute(
            update(Contact).where(Contact.consultant_id == world.consultant_id).values(state=ContactState.ACTIVE)
        )
        await send_what_waited(session, world.consultant_id, world.clock.now())


async def test_what_is_no_report_waits_for_a_consultant_for_whom_nobody_stands_in(world: PlanningWorld) -> None:
    """It ended as a line in the log, while what came a minute later waited."""
    await both_are_gone(world)
    world.clock.forward(hours=3)
    await world.replanned()
    assert await world.heard(by="ilse") == []
    [waits] = await world.rows(MessageState.PENDING)
    assert waits.key.startswith("kept:")
    await back(world)
    assert holds(await world.heard(by="ilse"), "komen niet aan bij Amina", "Gaat niet door")
    assert await world.not_delivered.tell(world.database) == 0


async def test_what_waits_for_a_consultant_ends_when_it_is_of_no_use(world: PlanningWorld) -> None:
    await both_are_gone(world)
    for _ in range(4):
        world.clock.forward(hours=20)
        await world.heard(by="nobody")
        await world.not_delivered.tell(world.database)
    assert await world.rows(MessageState.PENDING) == []
    await back(world)
    assert await world.heard(by="ilse") == []


async def term_ends(world: PlanningWorld, amina: int, on: str) -> None:
    """The term ends on this day: three years after the day on which the plan is dated."""
    day = date.fromisoformat(on)
    await world.plan(amina, plan_dated_on=day.replace(year=day.year - 3))


async def test_a_date_that_was_corrected_and_lost_is_with_the_consultant_and_said_again(world: PlanningWorld) -> None:
    """Found by the model: the task named no date, and who came back was never told."""
    amina = await world.person()
    await term_ends(world, amina, "2026-06-03")
    assert holds(await world.heard("2026-03-03 10:00"), "3 juni 2026")
    await ilse(world)
    loses(world, "amina")
    await term_ends(world, amina, "2026-05-23")
    await world.heard()
    said = await ilse(world)
    assert any("komen niet aan bij Amina" in text and "23 mei 2026" in text for text in said)
    world.clock.forward(hours=2)
    assert await world.replanned() == 0
    loses(world)
    async with world.database.writing() as session:
        whose = Contact.person_id == amina
        now = world.clock.now()
        await session.execute(update(Contact).where(whose).values(state=ContactState.ACTIVE, last_heard_at=now))
    assert await world.replanned() > 0
    assert holds(await world.heard(), "❌ Niet meer: woensdag 3 juni 2026", "23 mei 2026")
    assert await world.replanned() == 0


async def test_what_a_spent_budget_kept_back_is_told_when_the_next_month_begins(
    database: Database, clock: FakeClock
) -> None:
    world = PlanningWorld(database, clock, budgeted=("telegram",))
    meeting = await world.made("2026-04-06 10:00", person=await world.person())
    await world.heard("2026-03-20 10:00")
    world.sender.answer = lambda to, _text: Rejected("spent") if to == "amina" else Receipt("1")
    await world.changed(meeting, starts="2026-04-06 14:00")
    await world.heard()
    assert holds(await ilse(world), "komen niet aan bij Amina")
    world.clock.set(local("2026-03-31 23:00"))
    assert await world.replanned() == 0
    loses(world)
    world.clock.set(local("2026-04-01 00:30"))
    await world.replanned()
    assert holds(await world.heard("2026-04-01 08:00"), "❌ Niet meer: maandag 6 april, 10:00", "14:00")
    assert await world.replanned() == 0


async def test_a_date_that_was_corrected_goes_on_to_the_other_way_days_later(world: PlanningWorld) -> None:
    """Found by the model: found out on Saturday that Tuesday's correction did not arrive, nobody was told."""
    amina = await world.person()
    await term_ends(world, amina, "2026-06-03")
    await world.heard("2026-03-03 10:00")
    await term_ends(world, amina, "2026-05-23")
    assert holds(await world.heard(), "23 mei 2026")
    async with world.database.writing() as session:
        session.add(
            Contact(
                channel="telegram",
                address="tablet",
                address_hash=world.database.keys.fingerprint("tablet", "contact/telegram"),
                person_id=amina,
                created_at=world.clock.now(),
            )
        )
    world.clock.forward(days=4)
    async with world.database.writing() as session:
        row = (await world.rows(MessageState.SENT))[-1]
        await pass_on(session, row.id, world.clock.now(), "no_news", world.clock.now())
    assert holds(await world.heard(by="tablet"), "23 mei 2026")


async def test_a_question_how_it_goes_that_came_back_days_later_is_with_the_consultant(world: PlanningWorld) -> None:
    """Found by the model: an illness without an end, and the address was gone; nobody knew."""
    amina = await world.person()
    async with world.database.writing() as session:
        now = world.clock.now()
        question = Outgoing(
            key="still_ill:1",
            kind=Kind.STILL_ILL,
            due_at=now,
            useful_until=now + timedelta(days=3),
            person_id=amina,
        )
        await put(session, [question], now)
        await session.execute(
            update(Message).values(state=MessageState.FAILED, lost_at=now + timedelta(days=2), reason="bounced")
        )
    world.clock.forward(days=2)
    assert holds(await ilse(world), "komen niet aan bij Amina")


async def test_what_waits_for_the_morning_is_told_by_who_telephones_before(world: PlanningWorld) -> None:
    """Found by the model: made at night, while the address was already gone; the task named no appointment."""
    amina = await world.person()
    await world.made("2026-03-25 16:00", person=amina)
    await world.heard("2026-03-18 16:00")
    world.clock.set(local("2026-03-18 23:21"))
    await world.made("2026-03-20 09:30", person=amina, location="Bibliotheek")
    assert await world.heard() == []
    async with world.database.writing() as session:
        await session.execute(update(Contact).where(Contact.person_id == amina).values(state=ContactState.BLOCKED))
        told = Message.person_id == amina, Message.state == MessageState.SENT
        await session.execute(
            update(Message).where(*told).values(state=MessageState.FAILED, lost_at=world.clock.now(), reason="bounced")
        )
    assert any("Bibliotheek" in text for text in await ilse(world))
