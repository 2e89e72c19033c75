"""Losses, by the time of failing: each ends with somebody who knows what was lost (issue 17, rows 2, 5, 7)."""

import pytest
from sqlalchemy import update

from locales.rendering.message import Body, Part, verbatim
from reminders.delivery.channel import AddressGone, Receipt
from reminders.kinds import Kind
from storage.engine.database import Database
from storage.outbox.losses import told_by_call
from storage.outbox.message import Message, Outgoing, put
from storage.outbox.receipts import pass_on
from storage.people.contacts import Contact
from storage.people.phone_tasks import PhoneTask
from storage.vocabulary import ContactState, MessageState, Priority, TaskState
from tests.clock import FakeClock
from tests.reminders.planning.planning_world import ZONE, PlanningWorld, holds


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
    meeting = await world.made("2026-04-20 10:00", person=await world.person())
    await world.changed(meeting, starts="2026-04-21 10:00")
    await world.heard()
    world.clock.forward(days=days)
    loses(world, "amina")
    async with world.database.writing() as session:
        [row] = await world.rows(MessageState.SENT)
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


async def lost_report(world: PlanningWorld, amina: int) -> None:
    async with world.database.writing() as session:
        report = Outgoing(
            key="absence:1:1",
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


async def test_row_7_a_stand_in_who_is_not_reached_either_ends_with_the_person(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.stand_in("karim")
    loses(world, "ilse", "karim")
    await lost_report(world, amina)
    await world.not_delivered.tell(world.database)
    await world.heard()
    await world.not_delivered.tell(world.database)
    assert holds(await world.heard(), "niet aangekomen bij", "035 528 19 11")
