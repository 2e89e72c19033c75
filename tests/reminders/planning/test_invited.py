"""Somebody who is invited reads what it is about, with whom and what to bring, and the day after what comes next."""

import pytest

from storage.appointments.appointments import Participation
from storage.engine.database import Database
from storage.vocabulary import Answer, AppointmentKind, Group, Presence
from tests.clock import FakeClock
from tests.reminders.planning.planning_world import PlanningWorld, holds

# The clock stands at Monday 2 March 2026, 09:00 in Amsterdam.
INTAKE = AppointmentKind.INTAKE_MEETING


@pytest.fixture
def world(database: Database, clock: FakeClock) -> PlanningWorld:
    return PlanningWorld(database, clock)


async def missed(world: PlanningWorld, person_id: int, appointment_id: int) -> None:
    async with world.database.writing() as session:
        session.add(Participation(appointment_id=appointment_id, person_id=person_id, presence=Presence.ABSENT))


def labels(world: PlanningWorld) -> list[str]:
    return [button.label for row in world.sender.messages[-1].buttons for button in row]


async def test_the_three_intakes_are_told_apart_by_their_order(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.made("2026-03-12 10:00", person=amina, kind=INTAKE)
    assert holds(await world.heard(), "het eerste van 3 gesprekken", "Met uw consulent", "U mag alleen komen")
    await world.made("2026-03-19 10:00", person=amina, kind=INTAKE)
    assert holds(await world.heard(), "het tweede van 3 gesprekken", "uitkering", "participatieconsulent")
    await world.made("2026-03-26 10:00", person=amina, kind=INTAKE)
    assert holds(await world.heard(), "het derde van 3 gesprekken", "PIP")


async def test_an_intake_that_was_missed_is_held_again_and_a_migrants_are_not_counted(world: PlanningWorld) -> None:
    amina, bilal = await world.person(), await world.person("bilal", group=Group.MIGRANT)
    await missed(world, amina, await world.told("2026-03-03 10:00", person=amina, kind=INTAKE))
    world.clock.forward(days=2)
    await world.made("2026-03-19 10:00", person=amina, kind=INTAKE)
    await world.made("2026-03-19 11:00", person=bilal, kind=INTAKE)
    assert "het eerste van 3 gesprekken" in (await world.heard())[-1]
    [said] = await world.heard(by="bilal")
    assert "van 3 gesprekken" not in said
    assert "We leren elkaar kennen" in said


async def test_a_test_nobody_fails_and_an_exam_with_what_to_bring(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.made("2026-03-12 10:00", person=amina, kind=AppointmentKind.LEARNABILITY_TEST, note="Met tolk")
    assert holds(await world.heard(), "Het is geen examen. U kunt niet zakken.", "Er is een tolk bij.")
    await world.made(
        "2026-03-13 10:00", person=amina, kind=AppointmentKind.EXAM, note="Neem uw bril mee. Zaal is boven."
    )
    [said] = await world.heard()
    assert "🎒 Neem mee:\n🪪 paspoort of verblijfsdocument\n👓 bril\n" in said
    assert "ℹ️ Zaal is boven." in said


async def test_the_day_after_it_is_said_what_comes_next(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.told("2026-03-05 10:00", person=amina, kind=INTAKE)
    await world.told("2026-03-19 14:00", person=amina, kind=INTAKE)
    await world.heard("2026-03-05 12:00")
    await world.replanned()
    assert ("next", "03-06 10:00") in await world.pending("next")
    [said] = await world.heard("2026-03-06 10:00")
    assert (
        "Na uw afspraak: Intakegesprek\nNu komt gesprek 2. Dat gaat over uw uitkering.\nUw volgende afspraak:" in said
    )
    assert "donderdag 19 maart" in said
    assert await world.replanned() == 0


@pytest.mark.parametrize("why", ["absent", "not coming", "cancelled", "the next of a series"])
async def test_nothing_comes_next_for_who_was_not_there_or_within_a_series(world: PlanningWorld, why: str) -> None:
    amina = await world.person()
    meeting = await world.told("2026-03-05 10:00", person=amina, kind=AppointmentKind.PVT)
    if why == "not coming":
        await world.answers(amina, meeting, Answer.NOT_COMING)
    elif why == "the next of a series":
        await world.told("2026-03-12 10:00", person=amina, kind=AppointmentKind.PVT)
    await world.heard("2026-03-05 12:00")
    await world.replanned()
    if why == "absent":
        await missed(world, amina, meeting)
    elif why == "cancelled":
        await world.changed(meeting, cancelled=True)
    said = await world.heard("2026-03-06 10:00")
    assert not any("Na uw afspraak" in text for text in said)


async def test_i_come_is_not_offered_to_who_said_so(world: PlanningWorld) -> None:
    amina = await world.person()
    meeting = await world.told("2026-03-12 14:00", person=amina)
    assert "✅ Ik kom" in labels(world)
    await world.answers(amina, meeting, Answer.COMING)
    await world.heard("2026-03-11 14:00")
    assert labels(world) == ["🤒 Ik kan niet komen", "🔁 Andere tijd graag"]
