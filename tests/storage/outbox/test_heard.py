"""What somebody heard last: read whole, or only where it is not so any more."""

from datetime import timedelta

import pytest

from storage.appointments.appointments import Appointment
from storage.engine.database import Database
from storage.outbox.heard import heard_by, know
from storage.vocabulary import Told
from tests.clock import FakeClock
from tests.reminders.planning.planning_world import PlanningWorld

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("heard", "other"),
    [
        pytest.param([("0", "Zaal 1")], None, id="as it is"),
        pytest.param([("1", "Zaal 1")], ("1", "Zaal 1"), id="another hour"),
        pytest.param([("0", "Zaal 2")], ("0", "Zaal 2"), id="another place"),
        pytest.param([("0", None)], ("0", None), id="without a place"),
        pytest.param([("1", "Zaal 2"), ("0", "Zaal 1")], None, id="put right since"),
        pytest.param([("0", "Zaal 1"), ("1", "Zaal 1")], ("1", "Zaal 1"), id="wrong since"),
    ],
)
async def test_only_what_is_not_so_any_more(
    database: Database,
    clock: FakeClock,
    heard: list[tuple[str, str | None]],
    other: tuple[str, str | None] | None,
) -> None:
    world = PlanningWorld(database, clock)
    amina = await world.person()
    number = await world.made("2026-03-06 10:00", person=amina, location="Zaal 1")
    async with database.writing() as session:
        appointment = await session.get_one(Appointment, number)
        starts_at = appointment.starts_at
        for later, place in heard:
            at = starts_at + int(later) * HOUR
            know(session, amina, appointment, Told.MESSAGE, clock.now(), starts_at=at, location=place)
            await session.flush()
    async with database.reading() as session:
        found = await heard_by(session, [amina], appointment_ids=[number], only_other=True)
        whole = await heard_by(session, [amina], appointment_ids=[number])
    assert set(whole) == {(amina, number)}
    assert found == ({} if other is None else whole)
    if other is not None:
        assert found[amina, number].starts_at == starts_at + int(other[0]) * HOUR
        assert found[amina, number].same_place is (other[1] == "Zaal 1")
