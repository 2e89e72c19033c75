"""A group's timetable, imported and imported again: only what changed is told, and nothing is lost to a bad file."""

from datetime import date

import pytest
from sqlalchemy import select

from reminders.timetables.importing import import_timetable
from storage.appointments.appointments import Appointment, LessonGroup, Membership
from storage.appointments.changing import AppointmentWriter
from storage.engine.database import Database
from storage.importing.run import Report
from storage.vocabulary import AppointmentStatus, ChangeSource
from tests.clock import FakeClock
from tests.reminders.planning.planning_world import ZONE, PlanningWorld, holds, local

WEEKLY = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:les
DTSTART;TZID=Europe/Amsterdam:20260303T090000
DTEND;TZID=Europe/Amsterdam:20260303T120000
RRULE:FREQ=WEEKLY;COUNT=4
SUMMARY:NT2
LOCATION:Lokaal 3
END:VEVENT
{more}END:VCALENDAR
"""
MOVED = """BEGIN:VEVENT
UID:les
RECURRENCE-ID;TZID=Europe/Amsterdam:20260310T090000
DTSTART;TZID=Europe/Amsterdam:20260310T130000
DTEND;TZID=Europe/Amsterdam:20260310T160000
SUMMARY:NT2
LOCATION:Lokaal 3
END:VEVENT
"""


@pytest.fixture
def world(database: Database, clock: FakeClock) -> PlanningWorld:
    return PlanningWorld(database, clock)


async def imported(world: PlanningWorld, text: str, *, group: str = "A1", dry_run: bool = False) -> Report:
    return await import_timetable(
        world.database,
        group,
        text.encode(),
        zone=ZONE,
        now=world.clock.now(),
        on_changes=world.planner.on_changes,
        dry_run=dry_run,
    )


async def starts(world: PlanningWorld) -> list[str]:
    async with world.database.reading() as session:
        found = await session.scalars(
            select(Appointment).where(Appointment.status == AppointmentStatus.PLANNED).order_by(Appointment.starts_at)
        )
        return [f"{a.starts_at.astimezone(ZONE):%m-%d %H:%M}" for a in found]


def counts(report: Report) -> tuple[int, int, int]:
    """Created, updated or cancelled, unchanged."""
    return report.created, report.updated + report.cancelled, report.unchanged


async def test_the_same_file_again_changes_and_tells_nothing(world: PlanningWorld) -> None:
    await world.group(await world.person())
    assert counts(await imported(world, WEEKLY.format(more=""))) == (4, 0, 0)
    # The wall time stays 09:00 across the night of 29 March.
    assert await starts(world) == ["03-03 09:00", "03-10 09:00", "03-17 09:00", "03-24 09:00"]
    await world.heard()
    before = await world.pending()
    assert counts(await imported(world, WEEKLY.format(more=""))) == (0, 0, 4)
    assert await world.heard() == []
    assert await world.pending() == before


async def test_one_moved_class_is_told_and_the_others_are_not(world: PlanningWorld) -> None:
    await world.group(await world.person())
    await imported(world, WEEKLY.format(more=""))
    await world.heard()
    assert counts(await imported(world, WEEKLY.format(more=MOVED))) == (0, 1, 3)
    assert holds(await world.heard(), "❌ Niet meer: dinsdag 10 maart, 09:00", "13:00")
    assert await starts(world) == ["03-03 09:00", "03-10 13:00", "03-17 09:00", "03-24 09:00"]


async def test_a_class_that_is_gone_is_cancelled_and_told(world: PlanningWorld) -> None:
    await world.group(await world.person())
    await imported(world, WEEKLY.format(more=""))
    await world.heard()
    without = WEEKLY.format(more="").replace("COUNT=4", "COUNT=4\nEXDATE;TZID=Europe/Amsterdam:20260310T090000")
    assert counts(await imported(world, without)) == (0, 1, 3)
    assert holds(await world.heard(), "Gaat niet door", "10 maart")
    assert counts(await imported(world, WEEKLY.format(more=""))) == (0, 1, 3)
    assert holds(await world.heard(), "Gaat toch door")


async def test_only_members_of_that_day_hear_of_it(world: PlanningWorld) -> None:
    amina, bilal = await world.person(), await world.person("bilal")
    await world.group(amina)
    await world.group(bilal, name="A2")
    await imported(world, WEEKLY.format(more=""))
    await world.heard()
    await imported(world, WEEKLY.format(more=MOVED))
    assert len(await world.heard()) == 1
    assert await world.heard(by="bilal") == []


async def test_a_damaged_file_leaves_what_is_known(world: PlanningWorld) -> None:
    await world.group(await world.person())
    await imported(world, WEEKLY.format(more=""))
    await world.heard()
    report = await imported(world, WEEKLY.format(more="").replace("FREQ=WEEKLY", "FREQ=SOMETIMES"))
    assert counts(report) == (0, 0, 4)
    assert [line for line, _, _ in report.rejected] != []
    assert (await imported(world, "not a calendar")).rejected != []
    assert await world.heard() == []
    assert len(await starts(world)) == 4


async def test_a_dry_run_keeps_nothing(world: PlanningWorld) -> None:
    assert counts(await imported(world, WEEKLY.format(more=""), dry_run=True)) == (4, 0, 0)
    assert await starts(world) == []
    assert await world.rows() == []


async def test_a_group_without_members_is_pointed_out(world: PlanningWorld) -> None:
    report = await imported(world, WEEKLY.format(more=""), group="new")
    assert any("no members" in warning for _, _, warning in report.warnings)
    await world.group(await world.person(), name="other", from_on=date(2026, 1, 1))


async def test_a_time_that_does_not_exist_is_moved_and_told(world: PlanningWorld) -> None:
    await world.group(await world.person())
    text = WEEKLY.format(more="").replace("20260303T0900", "20260329T0230").replace("20260303T12", "20260329T05")
    report = await imported(world, text)
    assert await starts(world) == ["03-29 03:30", "04-05 02:30", "04-12 02:30", "04-19 02:30"]
    assert any("does not exist in that night" in warning for _, _, warning in report.warnings)


async def test_what_is_over_stays_as_it_was(world: PlanningWorld) -> None:
    await world.group(await world.person())
    await imported(world, WEEKLY.format(more=""))
    world.clock.set(local("2026-03-15 12:00"))
    await world.heard()
    report = await imported(world, WEEKLY.format(more="").replace("Lokaal 3", "Lokaal 4"))
    assert counts(report) == (0, 2, 2)
    assert holds(await world.heard(), "❌ Niet meer: Lokaal 3", "Lokaal 4", "17 maart", "24 maart")


async def test_lessons_given_before_the_import_are_there_for_attendance_and_told_to_nobody(
    world: PlanningWorld,
) -> None:
    await world.group(await world.person())
    world.clock.set(local("2026-03-26 12:00"))
    assert counts(await imported(world, WEEKLY.format(more=""), dry_run=True)) == (4, 0, 0)
    assert counts(await imported(world, WEEKLY.format(more=""))) == (4, 0, 0)
    assert await starts(world) == ["03-03 09:00", "03-10 09:00", "03-17 09:00", "03-24 09:00"]
    assert await world.heard() == []
    assert await world.pending() == []
    assert counts(await imported(world, WEEKLY.format(more=""))) == (0, 0, 4)
    # The same lessons under another UID, as some programs export them each time.
    assert counts(await imported(world, WEEKLY.format(more="").replace("UID:les", "UID:les-2"))) == (0, 0, 4)
    assert len(await starts(world)) == 4


async def test_a_lesson_that_was_cancelled_before_the_import_is_not_made(world: PlanningWorld) -> None:
    await world.group(await world.person())
    world.clock.set(local("2026-03-26 12:00"))
    gone = MOVED.replace("SUMMARY", "STATUS:CANCELLED\nSUMMARY")
    assert counts(await imported(world, WEEKLY.format(more=gone))) == (3, 0, 0)


async def test_a_single_event_that_is_put_on_another_day_was_moved(world: PlanningWorld) -> None:
    await world.group(await world.person())
    once = WEEKLY.format(more="").replace("RRULE:FREQ=WEEKLY;COUNT=4\n", "")
    assert counts(await imported(world, once)) == (1, 0, 0)
    world.clock.set(local("2026-03-04 12:00"))
    await world.heard()
    assert counts(await imported(world, once.replace("20260303", "20260306"))) == (0, 1, 0)
    assert holds(await world.heard(), "6 maart")


def put_off(original: str, to: str) -> str:
    """One class of WEEKLY on another day: dates such as 20260317."""
    times = f"DTSTART;TZID=Europe/Amsterdam:{to}T090000\nDTEND;TZID=Europe/Amsterdam:{to}T120000"
    return MOVED.replace("20260310T090000", f"{original}T090000", 1).replace(
        "DTSTART;TZID=Europe/Amsterdam:20260310T130000\nDTEND;TZID=Europe/Amsterdam:20260310T160000", times
    )


async def test_a_class_that_was_brought_forward_and_is_over_is_known_at_the_next_import(world: PlanningWorld) -> None:
    await world.group(await world.person())
    await imported(world, WEEKLY.format(more=""))
    forward = WEEKLY.format(more=put_off("20260317", "20260304"))
    assert counts(await imported(world, forward)) == (0, 1, 3)
    assert any("4 maart" in text for text in await world.heard())
    world.clock.set(local("2026-03-05 12:00"))
    await world.heard()
    assert counts(await imported(world, forward)) == (0, 0, 4)
    assert await world.heard() == []
    # And it can be put back.
    assert counts(await imported(world, WEEKLY.format(more=""))) == (0, 1, 3)
    assert holds(await world.heard(), "17 maart")


async def test_a_class_that_was_not_held_can_be_put_off_the_day_after(world: PlanningWorld) -> None:
    await world.group(await world.person())
    await imported(world, WEEKLY.format(more=""))
    # Told of it the day before: what nobody heard of has no old time to strike out.
    assert await world.heard() != []
    world.clock.set(local("2026-03-04 12:00"))
    await world.heard()
    assert counts(await imported(world, WEEKLY.format(more=put_off("20260303", "20260306")))) == (0, 1, 3)
    assert holds(await world.heard(), "❌ Niet meer: dinsdag 3 maart", "vrijdag 6 maart")


async def test_an_export_that_renames_every_event_tells_nothing(world: PlanningWorld) -> None:
    await world.group(await world.person())
    await imported(world, WEEKLY.format(more=""))
    await world.heard()
    before = await world.pending()
    renamed = WEEKLY.format(more="").replace("UID:les", "UID:nieuw")
    assert (await imported(world, renamed)).created == 0
    assert (await world.heard(), await world.pending()) == ([], before)
    assert counts(await imported(world, renamed)) == (0, 0, 4)


async def test_a_year_that_moves_by_half_an_hour_is_one_message(world: PlanningWorld) -> None:
    await world.group(await world.person())
    daily = WEEKLY.format(more="").replace("COUNT=4", "BYDAY=MO,TU,WE,TH,FR;COUNT=150")
    await imported(world, daily)
    await world.heard()
    assert counts(await imported(world, daily.replace("T090000", "T093000"))) == (0, 150, 0)
    [text] = await world.heard()
    assert text.count("🔁") == 1
    assert "❌ Niet meer: dinsdag 3 maart, 09:00 (ochtend)\n📚 Les: dinsdag 3 maart, 09:30 (ochtend)" in text
    assert text.endswith("En nog 142 afspraken.")
    # What is cancelled is said of those only: "you need not come" does not stand below what is ahead.
    without = "BYDAY=MO,TU,WE,TH,FR;COUNT=150\nEXDATE;TZID=Europe/Amsterdam:20260303T093000"
    await imported(world, daily.replace("T090000", "T093000").replace("BYDAY=MO,TU,WE,TH,FR;COUNT=150", without))
    [text] = await world.heard("2026-03-02 18:00")
    assert text.startswith("❌ Gaat niet door: Les\n❌ Niet meer: dinsdag 3 maart, 09:30")


async def test_a_class_that_moves_to_a_day_of_other_members_is_told_to_both(world: PlanningWorld) -> None:
    amina, bilal = await world.person(), await world.person("bilal")
    async with world.database.writing() as session:
        group = LessonGroup(name="A1")
        session.add(group)
        await session.flush()
        leaves = Membership(group_id=group.id, person_id=amina, from_on=date(2026, 1, 1), until_on=date(2026, 3, 11))
        session.add_all([leaves, Membership(group_id=group.id, person_id=bilal, from_on=date(2026, 3, 12))])
    await imported(world, WEEKLY.format(more=""))
    await world.heard()
    await imported(world, WEEKLY.format(more=put_off("20260310", "20260313")))
    assert holds(await world.heard(), "Gaat niet door", "dinsdag 10 maart")
    assert holds(await world.heard(by="bilal"), "Nieuwe afspraak", "vrijdag 13 maart")
    await imported(world, WEEKLY.format(more=""))
    # She was told that this one is off.
    assert holds(await world.heard(), "Gaat toch door", "dinsdag 10 maart")
    assert holds(await world.heard(by="bilal"), "Gaat niet door", "vrijdag 13 maart")


async def test_a_class_that_moved_into_the_past_is_told_as_cancelled(world: PlanningWorld) -> None:
    await world.group(await world.person())
    await imported(world, WEEKLY.format(more=""))
    world.clock.set(local("2026-03-05 12:00"))
    await world.heard()
    await imported(world, WEEKLY.format(more=put_off("20260317", "20260304")))
    assert holds(await world.heard(), "Gaat niet door", "17 maart")


async def test_a_file_without_this_morning_does_not_cancel_what_was_held(world: PlanningWorld) -> None:
    await world.group(await world.person())
    await imported(world, WEEKLY.format(more=""))
    world.clock.set(local("2026-03-10 14:00"))
    await world.heard()
    rest = WEEKLY.format(more="").replace("20260303T", "20260317T").replace("COUNT=4", "COUNT=2")
    assert counts(await imported(world, rest)) == (0, 0, 3)
    assert await starts(world) == ["03-03 09:00", "03-10 09:00", "03-17 09:00", "03-24 09:00"]
    # What the file itself calls cancelled is.
    gone = put_off("20260310", "20260310").replace("SUMMARY", "STATUS:CANCELLED\nSUMMARY")
    assert counts(await imported(world, WEEKLY.format(more=gone))) == (0, 1, 3)
    assert await world.heard() == []


async def test_the_same_timetable_leaves_a_class_that_was_called_off_at_the_desk(world: PlanningWorld) -> None:
    await world.group(await world.person())
    await imported(world, WEEKLY.format(more=""))
    await world.heard()
    async with world.database.writing() as session:
        writer = AppointmentWriter(
            session,
            source=ChangeSource.DESK,
            by="consultant:1",
            now=world.clock.now(),
            listener=world.planner.on_changes,
        )
        classes = list(await session.scalars(select(Appointment).order_by(Appointment.starts_at)))
        writer.cancel(classes[1])
        await writer.finish()
    assert holds(await world.heard(), "Gaat niet door", "10 maart")
    assert counts(await imported(world, WEEKLY.format(more=""))) == (0, 0, 4)
    assert await world.heard() == []
    assert counts(await imported(world, WEEKLY.format(more=MOVED))) == (0, 1, 3)
    assert holds(await world.heard(), "Gaat toch door", "13:00")
    assert holds(await world.heard(by="ilse"), "scherm van Maatje", "Gaat niet door", "rooster", "13:00")
