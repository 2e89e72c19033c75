"""What one person will be sent, as an operator sees it ahead."""

from datetime import timedelta

import pytest

from bot.reports.preview import Previewed, preview
from reminders.local_time import QuietHours
from reminders.wording.planned_messages import PlannedComposer
from storage.engine.database import Database
from storage.people.people import Person
from tests.clock import FakeClock
from tests.reminders.planning.planning_world import ZONE, PlanningWorld, local


@pytest.fixture
def world(sqlite_database: Database, clock: FakeClock) -> PlanningWorld:
    return PlanningWorld(sqlite_database, clock)


async def previewed(world: PlanningWorld, person_id: int, now: str) -> list[Previewed]:
    async with world.database.reading() as session:
        person = await session.get_one(Person, person_id)
    world.clock.set(local(now))
    found = await preview(
        world.database,
        world.planner,
        PlannedComposer(ZONE),
        world.renderer,
        person,
        channels=["telegram"],
        now=world.clock.now(),
        days=14,
        quiet_hours=QuietHours.parse("21:00-08:00", ZONE),
    )
    assert (found.channel, found.held_back) == ("telegram", None)
    return list(found.messages)


async def test_a_change_that_waits_for_the_morning_is_shown(world: PlanningWorld) -> None:
    amina = await world.person()
    meeting = await world.made("2026-03-05 14:00", person=amina)
    await world.heard()
    world.clock.set(local("2026-03-02 23:00"))
    await world.changed(meeting, starts="2026-03-06 10:00")
    first, *others = await previewed(world, amina, "2026-03-02 23:05")
    assert (first.at, first.kinds) == (local("2026-03-03 08:00"), ("notice",))
    assert "❌ Niet meer: donderdag 5 maart" in first.text
    assert {kind for message in others for kind in message.kinds} == {"reminder", "confirm_again"}


async def test_an_earlier_day_shows_what_was_to_be_said_then(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.made("2026-03-12 14:00", person=amina)
    at = [message.at for message in await previewed(world, amina, "2026-02-28 12:00")]
    # That there is a meeting is told at once; then it is reminded of.
    assert at[:2] == [local("2026-02-28 12:00"), local("2026-03-05 14:00")]
    assert at == sorted(at)
    assert at[-1] == local("2026-03-12 14:00") - timedelta(hours=2)


async def test_what_is_late_in_the_night_waits_for_the_morning(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.made("2026-03-12 20:00", person=amina)
    first, *_ = await previewed(world, amina, "2026-03-05 20:05")
    assert first.at == local("2026-03-05 20:05")
    first, *_ = await previewed(world, amina, "2026-03-05 22:00")
    assert first.at == local("2026-03-06 08:00")
