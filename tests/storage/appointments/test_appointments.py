"""Whose classes are whose, over memberships that come and go."""

from datetime import date, timedelta

import pytest

from storage.appointments.appointments import Membership, appointments_of
from storage.engine.database import Database
from storage.vocabulary import AppointmentKind
from tests.clock import FakeClock
from tests.reminders.planning.planning_world import ZONE, PlanningWorld, local


@pytest.mark.parametrize("last", [date(2026, 12, 31), date.max, None])
async def test_as_many_as_asked_for_of_several_periods_in_one_group(
    database: Database, clock: FakeClock, last: date | None
) -> None:
    world = PlanningWorld(database, clock)
    amina = await world.person()
    group = await world.group(name="A1")
    async with database.writing() as session:
        for from_on, until_on in ((date(2026, 1, 1), date(2026, 3, 5)), (date(2026, 3, 9), last)):
            session.add(Membership(group_id=group, person_id=amina, from_on=from_on, until_on=until_on))
    for day in range(10):
        starts = local("2026-03-03 09:00") + timedelta(days=day)
        await world.made(f"{starts.astimezone(ZONE):%Y-%m-%d %H:%M}", group=group, kind=AppointmentKind.CLASS)
    async with database.reading() as session:
        found = await appointments_of(session, amina, local("2026-03-04 00:00"), zone=ZONE, limit=5)
    assert [a.starts_at.astimezone(ZONE).day for a in found] == [4, 5, 9, 10, 11]
