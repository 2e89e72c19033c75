"""Files as programs write them (`cases` beside this): what becomes of lessons, and what people are told."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from reminders.timetables.importing import import_timetable
from storage.appointments.appointments import Appointment
from storage.engine.database import Database
from storage.importing.run import Report
from storage.vocabulary import AppointmentStatus
from tests.clock import FakeClock
from tests.reminders.planning.planning_world import ZONE, PlanningWorld, holds

CASES = Path(__file__).parent / "cases"
FULL = ["12-01 09:00", "12-03 09:00", "12-08 09:00", "12-10 09:00", "12-15 09:00", "12-17 09:00"]


@pytest.fixture
async def world(database: Database, clock: FakeClock) -> PlanningWorld:
    clock.set(datetime(2026, 11, 29, 12, tzinfo=UTC))
    world = PlanningWorld(database, clock)
    await world.group(await world.person())
    return world


async def load(world: PlanningWorld, name: str, *, dry_run: bool = False, cancel_missing: bool = False) -> Report:
    return await import_timetable(
        world.database,
        "A1",
        (CASES / f"{name}.ics").read_bytes(),
        zone=ZONE,
        now=world.clock.now(),
        on_changes=world.planner.on_changes,
        dry_run=dry_run,
        cancel_missing=cancel_missing,
    )


async def planned(world: PlanningWorld) -> list[str]:
    async with world.database.reading() as session:
        found = await session.scalars(
            select(Appointment).where(Appointment.status == AppointmentStatus.PLANNED).order_by(Appointment.starts_at)
        )
        return [f"{a.starts_at.astimezone(ZONE):%m-%d %H:%M}" for a in found]


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, report.cancelled


def text_of(found: list[tuple[int, str, str]]) -> str:
    return "\n".join(message for _, _, message in found)


async def test_outlook_cancels_a_lesson_by_its_title(world: PlanningWorld) -> None:
    assert counts(await load(world, "ics03_canceled_prefix")) == (2, 0, 0, 0)
    assert await planned(world) == ["12-07 09:00", "12-21 09:00"]


async def test_a_description_with_raw_line_ends_loses_nothing_but_a_warning(world: PlanningWorld) -> None:
    report = await load(world, "ics06_raw_newline")
    assert (await planned(world), len(report.warnings), report.rejected) == (["12-07 13:30"], 1, [])


async def test_of_two_hours_a_day_under_one_uid_one_moves(world: PlanningWorld) -> None:
    await load(world, "ics07_same_uid_two_hours")
    assert await planned(world) == [f"12-{day} {hour}:00" for day in ("07", "14", "21") for hour in ("08", "14")]
    await world.heard()
    assert counts(await load(world, "ics07b_moved")) == (0, 3, 3, 0)
    assert await planned(world) == [f"12-{day} {hour}:00" for day in ("07", "14", "21") for hour in ("10", "14")]
    [text] = await world.heard()
    assert "❌ Niet meer: maandag 7 december, 08:00" in text
    assert "Gaat niet door" not in text
    assert counts(await load(world, "ics07b_moved")) == (0, 0, 6, 0)


async def test_a_series_moves_although_one_lesson_of_it_has_a_broken_line(world: PlanningWorld) -> None:
    await load(world, "ics10_a")
    await world.heard()
    assert counts(await load(world, "ics10_b")) == (0, 4, 0, 0)
    assert await planned(world) == ["12-07 10:30", "12-15 10:30", "12-21 10:30", "12-28 10:30"]
    [text] = await world.heard()
    assert ("Gaat niet door" in text, "Nieuwe afspraak" in text) == (False, False)


async def test_an_empty_feed_is_refused_and_says_what_it_would_do(world: PlanningWorld) -> None:
    await load(world, "ics12_full")
    await world.heard()
    for dry_run in (True, False):
        report = await load(world, "ics11_empty", dry_run=dry_run)
        assert counts(report) == (0, 0, 6, 0)
        assert "6 are planned" in text_of(report.rejected)
        assert "--cancel-missing" in text_of(report.rejected)
    assert (await planned(world), await world.heard()) == (FULL, [])
    report = await load(world, "ics11_empty", dry_run=True, cancel_missing=True)
    assert (counts(report), await planned(world)) == ((0, 0, 0, 6), FULL)
    assert counts(await load(world, "ics11_empty", cancel_missing=True)) == (0, 0, 0, 6)
    assert await planned(world) == []
    assert holds(await world.heard(), "Gaat niet door")


@pytest.mark.parametrize("cancel_missing", [False, True])
async def test_a_week_leaves_what_is_outside_it(world: PlanningWorld, cancel_missing: bool) -> None:
    await load(world, "ics12_full")
    await world.heard()
    report = await load(world, "ics12_next_week_only", cancel_missing=cancel_missing)
    assert (counts(report), await planned(world), await world.heard()) == ((0, 0, 6, 0), FULL, [])
    assert "4 planned lessons (2026-12-08 to 2026-12-17)" in text_of(report.warnings)


async def test_two_lessons_a_day_under_new_uids_move_by_half_an_hour(world: PlanningWorld) -> None:
    await load(world, "ics16_a")
    await world.heard()
    assert counts(await load(world, "ics16_b")) == (0, 2, 0, 0)
    assert await planned(world) == ["12-07 09:30", "12-07 11:30"]
    [text] = await world.heard()
    assert ("Gaat niet door" in text, "Nieuwe afspraak" in text, text.count("❌ Niet meer")) == (False, False, 2)


@pytest.mark.parametrize("before", [None, "series_alone"])
async def test_what_replaces_a_lesson_takes_its_time_out(world: PlanningWorld, before: str | None) -> None:
    if before is not None:
        text = (CASES / "override_allday.ics").read_text()
        series = text[: text.index("END:VEVENT")] + "END:VEVENT\nEND:VCALENDAR\n"
        await import_timetable(
            world.database, "A1", series.encode(), zone=ZONE, now=world.clock.now(), on_changes=world.planner.on_changes
        )
        assert await planned(world) == ["12-07 09:00", "12-14 09:00", "12-21 09:00", "12-28 09:00"]
        await world.heard()
    report = await load(world, "override_allday")
    assert await planned(world) == ["12-07 09:00", "12-22 13:00", "12-28 09:00"]
    assert "2026-12-14 09:00 became an event of whole days" in text_of(report.warnings)
    assert "2026-12-22 13:00 ends before it starts" in text_of(report.warnings)
    assert report.rejected == []
    if before is not None:
        assert counts(report) == (0, 1, 2, 1)
