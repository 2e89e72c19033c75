"""The progress table, and hours that lists of attendance bring to the plan (issue 23 item 1)."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.configuration.border import border_of
from bot.configuration.settings import Settings
from reminders.local_time import AMSTERDAM
from reminders.progress.after_changes import AfterChanges
from storage.appointments.appointments import Appointment, LessonGroup, Membership
from storage.appointments.changes import AppointmentChange
from storage.engine.database import Database
from storage.importing.attendance import AttendanceImporter
from storage.importing.progress import ProgressImporter
from storage.importing.run import Border, Report, run_import
from storage.progress.parts import rows_of
from storage.vocabulary import AppointmentKind, AppointmentStatus, Change, PartStatus, PlanPart, ProgressSource
from tests.clock import FakeClock
from tests.people import somebody
from tests.storage.importing.test_attendance import counts, local

HEAD = "person_external_id;part;status;on;hours;attempt;note\n"


@pytest.fixture
async def lessons(database: Database, clock: FakeClock) -> list[str]:
    """Two people of one group with three lessons of three hours and an evening of PVT, all before today."""
    async with database.writing() as session:
        group = LessonGroup(name="A1")
        session.add_all([group, *(somebody(clock.now(), external_id=name) for name in ("P1", "P2"))])
        await session.flush()
        session.add_all(Membership(group_id=group.id, person_id=one, from_on=date(2020, 1, 1)) for one in (1, 2))
        days = ["2026-02-02", "2026-02-09", "2026-02-16"]
        for number, day in enumerate([*days, "2026-02-17"]):
            starts = local(f"{day} 09:00")
            session.add(
                Appointment(
                    external_id=f"L{number}",
                    group_id=group.id,
                    kind=AppointmentKind.CLASS if day in days else AppointmentKind.PVT,
                    starts_at=starts,
                    ends_at=starts + timedelta(hours=3),
                    made_at=clock.now(),
                    updated_at=clock.now(),
                )
            )
    return days


class Imports:
    """Imports into one database, and who was heard of."""

    def __init__(self, database: Database, border: Border) -> None:
        self.database, self.border = database, border
        self.heard: list[int] = []

    async def _hear(self, _session: AsyncSession, person_ids: Collection[int]) -> None:
        self.heard += sorted(person_ids)

    async def progress(self, *lines: str, head: str = HEAD, dry_run: bool = False) -> Report:
        importer = ProgressImporter(self.border, AMSTERDAM, self._hear)
        return await run_import(self.database, importer, (head + "\n".join(lines)).encode(), dry_run=dry_run)

    async def attendance(self, *lines: str) -> Report:
        data = "appointment_external_id;person_external_id;presence;minutes\n" + "\n".join(lines)
        importer = AttendanceImporter(self.border, AMSTERDAM, on_progress=self._hear)
        return await run_import(self.database, importer, data.encode())

    async def minutes(self, person_id: int = 1) -> dict[PlanPart, int | None]:
        async with self.database.reading() as session:
            return {row.part: row.minutes for row in await rows_of(session, [person_id])}


@pytest.fixture
def border(database: Database, clock: FakeClock) -> Border:
    return border_of(Settings(_env_file=None), database.keys, clock.now())


@pytest.fixture
def imports(database: Database, border: Border) -> Imports:
    return Imports(database, border)


PART, LESSONS = PlanPart.PARTICIPATION, PlanPart.LESSONS


@pytest.mark.usefixtures("lessons")
async def test_hours_attended_reach_the_plan_and_leave_it_when_corrected(imports: Imports) -> None:
    await imports.attendance("L0;P1;present;", "L1;P1;late;100", "L2;P1;absent;", "L3;P1;present;", "L0;P2;excused;")
    assert await imports.minutes() == {LESSONS: 280, PlanPart.PVT: 180, PART: 180}
    assert (await imports.minutes(2), imports.heard) == ({}, [1])
    # The same list again changes nothing; a correction of presence, or of minutes alone, does.
    await imports.attendance("L0;P1;present;", "L1;P1;late;100", "L2;P1;absent;", "L3;P1;present;")
    assert imports.heard == [1]
    await imports.attendance("L0;P1;absent;", "L1;P1;late;120", "L3;P1;present;170")
    assert await imports.minutes() == {LESSONS: 120, PlanPart.PVT: 170, PART: 170}


@pytest.mark.usefixtures("lessons")
async def test_a_total_that_is_given_stands_and_later_lessons_are_added(imports: Imports) -> None:
    await imports.attendance("L0;P1;present;", "L1;P1;present;", "L2;P1;present;")
    await imports.progress("P1;lessons;busy;2026-02-09;50;;")
    # The first two lessons are in the fifty hours.
    assert await imports.minutes() == {LESSONS: 50 * 60 + 180}
    await imports.attendance("L0;P1;absent;", "L2;P1;present;120")
    assert await imports.minutes() == {LESSONS: 50 * 60 + 120}
    # The total is taken back: what lists say counts, all of it.
    await imports.progress("P1;lessons;busy;;;;")
    assert await imports.minutes() == {LESSONS: 180 + 120}


@pytest.mark.usefixtures("lessons")
async def test_twice_changes_nothing_also_on_a_later_day(imports: Imports, database: Database, border: Border) -> None:
    lines = ("P1;lessons;busy;;12,5;;", "P1;exam_writing;failed;2026-02-01;;1;net niet", "P1;exam_writing;busy;;;2;")
    assert counts(await imports.progress(*lines, dry_run=True)) == (3, 0, 0, 0)
    assert await imports.minutes() == {}
    assert counts(await imports.progress(*lines)) == (3, 0, 0, 0)
    later = Imports(database, replace(border, now=border.now + timedelta(days=3)))
    assert counts(await later.progress(*lines)) == (0, 0, 3, 0)
    assert later.heard == []
    assert counts(await later.progress("P1;exam_writing;done;2026-03-01;;2;")) == (0, 1, 0, 0)
    async with database.reading() as session:
        found = {(row.part, row.attempt): row for row in await rows_of(session, [1])}
    assert found[LESSONS, None].noted_minutes == 750
    assert (found[PlanPart.EXAM_WRITING, 1].status, found[PlanPart.EXAM_WRITING, 1].note) == (
        PartStatus.FAILED,
        "net niet",
    )
    assert found[PlanPart.EXAM_WRITING, 2].status is PartStatus.DONE


@pytest.mark.usefixtures("lessons")
async def test_a_column_that_is_absent_changes_nothing(imports: Imports, database: Database) -> None:
    await imports.progress("P1;pvt;busy;2026-02-01;6;;avond 2")
    await imports.progress("P1;pvt;done", head="person_external_id;part;status\n")
    async with database.reading() as session:
        (row,) = await rows_of(session, [1])
    assert (row.status, row.status_on, row.noted_minutes, row.note) == (
        PartStatus.DONE,
        date(2026, 2, 1),
        360,
        "avond 2",
    )


@pytest.mark.parametrize(
    ("line", "field"),
    [
        pytest.param("P9;pvt;done;;;;", "person_external_id", id="nobody"),
        pytest.param("P1;exam;done;;;;", "part", id="no part"),
        pytest.param("P1;pvt_signed;done;;;;", "part", id="a step is no part of the file"),
        pytest.param("P1;;done;;;;", "part", id="part empty"),
        pytest.param("P1;pvt;klaar;;;;", "status", id="no status"),
        pytest.param("P1;lessons;failed;;;;", "status", id="lessons cannot be failed"),
        pytest.param("P1;pvt;done;2026-13-01;;;", "on", id="no day"),
        pytest.param("P1;knm;done;2099-01-01;;;", "on", id="done in the future"),
        pytest.param("P1;pvt;busy;;twaalf;;", "hours", id="hours in words"),
        pytest.param("P1;knm;busy;;12;;", "hours", id="an exam has no hours"),
        pytest.param("P1;knm;busy;;;0;", "attempt", id="attempt 0"),
        pytest.param("P1;map;busy;;;1;", "attempt", id="only exams have attempts"),
    ],
)
@pytest.mark.usefixtures("lessons")
async def test_a_row_that_cannot_be_used_names_its_cell(imports: Imports, line: str, field: str) -> None:
    report = await imports.progress(line, "P2;knm;done;;;;")
    assert [(row, named) for row, named, _ in report.rejected] == [(2, field)]
    assert report.created == 1


@pytest.mark.usefixtures("lessons")
async def test_a_lesson_that_turns_out_cancelled_counts_no_more(imports: Imports, border: Border) -> None:
    await imports.attendance("L0;P1;present;", "L1;P1;present;", "L1;P2;present;")
    changed: list[int] = []

    async def planned(_session: AsyncSession, changes: Sequence[AppointmentChange]) -> None:
        changed.extend(change.appointment.id for change in changes)

    async def heard(_session: AsyncSession, person_ids: Collection[int]) -> None:
        imports.heard += sorted(person_ids)

    listener = AfterChanges(planned, heard, lambda: border.now, AMSTERDAM)
    for status, minutes in ((AppointmentStatus.CANCELLED, 180), (AppointmentStatus.PLANNED, 360)):
        async with imports.database.writing() as session:
            lesson = (await session.scalars(select(Appointment).where(Appointment.external_id == "L1"))).one()
            lesson.status = status
            await session.flush()
            await listener(session, [AppointmentChange(Change.CANCELLED, lesson)])
        assert await imports.minutes() == {LESSONS: minutes}
        assert await imports.minutes(2) == {LESSONS: minutes - 180}
    assert imports.heard == [1, 2, 1, 2, 1, 2]
    assert len(changed) == 2


async def test_map_counts_its_hours_and_its_closing_meeting_marks_itself(imports: Imports, border: Border) -> None:
    """Regeling art. 3.1: forty hours of practice and the closing meeting; both leave the plan with their list."""
    kinds = {"M": AppointmentKind.MAP, "C": AppointmentKind.CLOSING_MEETING}
    async with imports.database.writing() as session:
        session.add(somebody(border.now, external_id="P1"))
        await session.flush()
        for name, kind in kinds.items():
            starts = local("2026-02-16 13:00")
            ends = starts + timedelta(hours=2) if kind is AppointmentKind.MAP else None
            made = Appointment(
                external_id=name, person_id=1, kind=kind, starts_at=starts, ends_at=ends,
                made_at=border.now, updated_at=border.now,
            )  # fmt: skip
            session.add(made)

    async def closing() -> tuple[PartStatus, date | None] | None:
        async with imports.database.reading() as session:
            rows = {row.part: (row.status, row.status_on) for row in await rows_of(session, [1])}
        return rows.get(PlanPart.MAP_CLOSING)

    await imports.attendance("M;P1;present;", "C;P1;absent;")
    assert (await imports.minutes(), await closing()) == ({PlanPart.MAP: 120, PART: 120}, None)
    await imports.attendance("C;P1;late;")
    assert (await closing(), imports.heard) == ((PartStatus.DONE, date(2026, 2, 16)), [1, 1])
    await imports.attendance("M;P1;absent;", "C;P1;absent;")
    assert (await closing(), imports.heard) == ((PartStatus.OPEN, None), [1, 1, 1])
    assert await imports.minutes() == {PlanPart.MAP: 0, PART: 0, PlanPart.MAP_CLOSING: None}
    # A list that is read later does not overrule what a consultant noted.
    async with imports.database.writing() as session:
        row = next(row for row in await rows_of(session, [1]) if row.part is PlanPart.MAP_CLOSING)
        row.status, row.source = PartStatus.DONE, ProgressSource.CONSULTANT
    await imports.attendance("C;P1;excused;")
    assert await closing() == (PartStatus.DONE, None)
