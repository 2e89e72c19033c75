"""One person whose stored data cannot be read costs nobody else a reminder, and their consultant hears of it."""

from datetime import date

import pytest
from sqlalchemy import text

from storage.engine.database import Database
from storage.vocabulary import AppointmentKind
from tests.clock import FakeClock
from tests.reminders.planning.planning_world import PlanningWorld, holds

MEETING = "2026-03-19 14:00"


@pytest.fixture
def world(database: Database, clock: FakeClock) -> PlanningWorld:
    return PlanningWorld(database, clock)


async def damage(database: Database, statement: str) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text(statement), {"nonsense": b"\x01of another secret, or of none"})


async def unreadable_plan(world: PlanningWorld, name: str) -> int:
    person = await world.person(name)
    await world.did(person, {"pvt": "done"})
    await damage(world.database, f"UPDATE progress SET status = :nonsense WHERE person_id = {person}")
    return person


async def test_the_others_are_planned_for_and_the_consultant_is_told_once_a_day(world: PlanningWorld) -> None:
    people = [await world.person(name) for name in ("amina", "bilal", "chen")]
    group = await world.group(*people, await unreadable_plan(world, "dawit"))
    await world.made("2026-03-05 10:00", group=group, kind=AppointmentKind.CLASS)
    rows = await world.rows()
    assert {row.person_id for row in rows if row.kind == "classes"} == set(people)
    assert holds(await world.heard(by="ilse"), "Ik kan geen herinneringen maken voor dawit", "maatje doctor")
    assert await world.replanned() == 0
    assert not any("dawit" in said for said in await world.heard(by="ilse"))
    world.clock.forward(days=1)
    await world.replanned()
    assert any("dawit" in said for said in await world.heard(by="ilse"))


async def test_a_plan_that_was_put_in_anothers_place_is_left_out_alone(world: PlanningWorld) -> None:
    people = [await world.person(name) for name in ("amina", "bilal", "chen", "dawit")]
    for number, person in enumerate(people):
        await world.plan(person, plan_signed_on=date(2025, 4, 1 + number))
    group = await world.group(*people)
    other = f"(SELECT plan_signed_on FROM plan WHERE person_id = {people[0]})"
    await damage(
        world.database,
        f"UPDATE plan SET plan_signed_on = {other} WHERE person_id = {people[3]} AND :nonsense IS NOT NULL",
    )
    await world.made("2026-03-05 10:00", group=group, kind=AppointmentKind.CLASS)
    rows = await world.rows()
    assert {row.person_id for row in rows if row.kind == "classes"} == set(people[:3])
    assert holds(await world.heard(by="ilse"), "Ik kan geen herinneringen maken voor dawit", "maatje doctor")


async def test_who_can_be_read_again_is_planned_for(world: PlanningWorld) -> None:
    person = await unreadable_plan(world, "dawit")
    await world.made(MEETING, person=person)
    assert not [row for row in await world.rows() if row.person_id == person]
    await damage(world.database, "DELETE FROM progress WHERE :nonsense IS NOT NULL")
    assert await world.replanned() > 0
    assert [row.kind for row in await world.rows() if row.person_id == person]


async def test_quiet_hours_that_are_none_are_the_deployments(world: PlanningWorld) -> None:
    amina = await world.person()
    await damage(world.database, "UPDATE person SET quiet_hours = '25:99' WHERE :nonsense IS NOT NULL")
    await world.made(MEETING, person=amina)
    await world.made("2026-03-03 09:30", person=amina)
    world.clock.forward(hours=12)
    assert holds(await world.heard(), "Gemeentehuis")
    assert await world.pending("reminder")
