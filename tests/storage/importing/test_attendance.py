"""Importing attendance lists: whose, which lesson, what the words mean, and what a faulty row is told."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.configuration.border import border_of
from bot.configuration.settings import Settings
from storage.appointments.appointments import Appointment, LessonGroup, Membership, Participation
from storage.attendance.attendance import AttendanceChange, OnAttendance
from storage.engine.database import Database
from storage.importing.attendance import AttendanceImporter
from storage.importing.people import PeopleImporter
from storage.importing.run import Border, Report, run_import
from storage.importing.table import TableUnreadable
from storage.vocabulary import Answer, AppointmentKind, AppointmentStatus, Presence
from tests.clock import FakeClock

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
PEOPLE = (
    "external_id,given_name,language,group,municipality\n"
    "P1,Amina,ti,asylum,Huizen\nP2,Omar,ar,asylum,Laren\nP3,Sara,fa,asylum,Laren\n"
)
HEADER = "appointment_external_id,group,starts_at,person_external_id,presence,minutes\n"
LIST = HEADER + "M1,,,P1,present,\n,A1,2026-02-23 09:00,P1,late,150\n,A1,2026-02-23 09:00,P2,absent,0\n"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM).astimezone(UTC)


@pytest.fixture
async def border(database: Database, clock: FakeClock) -> Border:
    """Three people; two of them in group A1, P2 until the end of February; meetings; a clock at Monday 2 March 2026."""
    made = border_of(Settings(_env_file=None), database.keys, clock.now())
    await run_import(database, PeopleImporter(made), PEOPLE.encode())
    async with database.writing() as session:
        group, other = LessonGroup(name="A1"), LessonGroup(name="B2")
        session.add_all([group, other])
        await session.flush()
        session.add(Membership(group_id=group.id, person_id=1, from_on=date(2026, 1, 1)))
        session.add(Membership(group_id=group.id, person_id=2, from_on=date(2026, 1, 1), until_on=date(2026, 2, 28)))
        for external_id, person_id, group_id, starts_at, status in (
            ("M1", 1, None, "2026-02-20 14:00", AppointmentStatus.PLANNED),
            ("M2", 1, None, "2026-03-10 14:00", AppointmentStatus.PLANNED),
            ("M3", 1, None, "2026-02-21 14:00", AppointmentStatus.CANCELLED),
            ("L1", None, group.id, "2026-02-23 09:00", AppointmentStatus.PLANNED),
            ("L2", None, group.id, "2026-02-23 13:00", AppointmentStatus.PLANNED),
            ("L3", None, group.id, "2026-03-02 08:00", AppointmentStatus.PLANNED),
            ("L4", None, group.id, "2026-03-02 13:00", AppointmentStatus.PLANNED),
            ("L5", None, group.id, "2025-10-27 09:00", AppointmentStatus.PLANNED),
        ):
            session.add(
                Appointment(
                    external_id=external_id,
                    person_id=person_id,
                    group_id=group_id,
                    kind=AppointmentKind.PROGRESS_MEETING if person_id else AppointmentKind.CLASS,
                    starts_at=local(starts_at),
                    ends_at=local(starts_at) + timedelta(hours=3),
                    status=status,
                    made_at=clock.now(),
                    updated_at=clock.now(),
                )
            )
    return made


@dataclass(frozen=True, slots=True)
class Listed:
    """The counts and faults, and every presence that is new or other than before, in the file's order."""

    report: Report
    changes: tuple[AttendanceChange, ...]


async def listed(
    database: Database,
    border: Border,
    table: str | bytes,
    *,
    dry_run: bool = False,
    on_changes: OnAttendance | None = None,
) -> Listed:
    data = table if isinstance(table, bytes) else table.encode()
    heard: list[AttendanceChange] = []

    async def hear(session: AsyncSession, changes: Sequence[AttendanceChange]) -> None:
        heard.extend(changes)
        if on_changes is not None:
            await on_changes(session, changes)

    report = await run_import(database, AttendanceImporter(border, AMSTERDAM, hear), data, dry_run=dry_run)
    return Listed(report, tuple(heard))


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.rejected)


async def stored(database: Database) -> dict[tuple[str, int], tuple[Presence | None, int | None]]:
    async with database.reading() as session:
        rows = await session.execute(
            select(
                Appointment.external_id, Participation.person_id, Participation.presence, Participation.minutes
            ).join(Appointment, Appointment.id == Participation.appointment_id)
        )
        return {(external_id, person_id): (presence, minutes) for external_id, person_id, presence, minutes in rows}


async def test_twice_changes_nothing_and_a_change_is_one_update(database: Database, border: Border) -> None:
    first = await listed(database, border, LIST)
    assert counts(first.report) == (3, 0, 0, 0)
    assert [(change.person_id, change.presence) for change in first.changes] == [
        (1, Presence.PRESENT),
        (1, Presence.LATE),
        (2, Presence.ABSENT),
    ]
    # No minutes: the appointment's own length counts.
    assert await stored(database) == {
        ("M1", 1): (Presence.PRESENT, None),
        ("L1", 1): (Presence.LATE, 150),
        ("L1", 2): (Presence.ABSENT, 0),
    }
    again = await listed(database, border, LIST)
    assert (counts(again.report), again.changes) == ((0, 0, 3, 0), ())
    changed = await listed(database, border, LIST.replace("absent,0", "excused,"))
    assert counts(changed.report) == (0, 1, 2, 0)
    assert [change.presence for change in changed.changes] == [Presence.EXCUSED]


async def test_other_minutes_are_an_update_but_no_other_presence(database: Database, border: Border) -> None:
    await listed(database, border, LIST)
    found = await listed(database, border, LIST.replace("150", "140"))
    assert (counts(found.report), found.changes) == ((0, 1, 2, 0), ())
    # A list without minutes leaves them alone, unless the person was not there at all.
    short = "group,starts_at,person_external_id,presence\nA1,2026-02-23 09:00,P1,{}\n"
    assert counts((await listed(database, border, short.format("late"))).report) == (0, 0, 1, 0)
    assert counts((await listed(database, border, short.format("absent"))).report) == (0, 1, 0, 0)
    assert (await stored(database))["L1", 1] == (Presence.ABSENT, None)


async def test_a_dry_run_says_all_and_keeps_nothing(database: Database, border: Border) -> None:
    found = await listed(database, border, LIST, dry_run=True)
    assert (counts(found.report), len(found.changes)) == ((3, 0, 0, 0), 3)
    assert await stored(database) == {}


async def test_what_the_person_answered_stays(database: Database, border: Border) -> None:
    async with database.writing() as session:
        meeting = await session.scalar(select(Appointment).where(Appointment.external_id == "M1"))
        assert meeting is not None
        session.add(Participation(appointment_id=meeting.id, person_id=1, answer=Answer.COMING, answered_version=1))
    assert counts((await listed(database, border, LIST)).report) == (3, 0, 0, 0)
    async with database.reading() as session:
        kept = await session.scalar(select(Participation).where(Participation.appointment_id == meeting.id))
    assert kept is not None
    assert (kept.answer, kept.answered_version, kept.presence) == (Answer.COMING, 1, Presence.PRESENT)


async def test_changes_are_told_in_the_same_transaction(database: Database, border: Border) -> None:
    told: list[AttendanceChange] = []

    async def hear(session: AsyncSession, changes: Sequence[AttendanceChange]) -> None:
        told.extend(changes)
        seen = await session.scalars(select(Participation.presence).where(Participation.presence.is_not(None)))
        assert len(list(seen)) == len(told)

    async def fail(_session: AsyncSession, _changes: Sequence[AttendanceChange]) -> None:
        raise RuntimeError("nothing is stored")

    with pytest.raises(RuntimeError):
        await listed(database, border, LIST, on_changes=fail)
    assert await stored(database) == {}
    found = await listed(database, border, LIST, on_changes=hear)
    assert tuple(told) == found.changes


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(LIST.replace(",", ";").encode("utf-8-sig"), id="semicolons and a BOM"),
        pytest.param(LIST.replace("\n", "\r\n").encode("utf-16"), id="UTF-16 from a spreadsheet"),
        pytest.param(LIST.replace("starts_at", "Starts at").encode(), id="headers"),
        pytest.param(LIST.replace("09:00", "09:00:00+01:00").encode(), id="times with a zone"),
        pytest.param(LIST.replace(",A1,2026-02-23 09:00,P2", "L1,,,P2").encode(), id="one lesson in two ways"),
    ],
)
async def test_tables_as_spreadsheets_write_them(database: Database, border: Border, data: bytes) -> None:
    assert counts((await listed(database, border, data)).report) == (3, 0, 0, 0)


@pytest.mark.parametrize(
    ("words", "presence"),
    [
        pytest.param(("present", "Aanwezig", "1", "x", "X", "ja"), Presence.PRESENT, id="present"),
        pytest.param(("late", "te laat", "TE LAAT", "te_laat"), Presence.LATE, id="late"),
        pytest.param(("absent", "afwezig", "0", "nee"), Presence.ABSENT, id="absent"),
        pytest.param(("excused", "geoorloofd", "ziek  gemeld", "verontschuldigd"), Presence.EXCUSED, id="excused"),
    ],
)
async def test_words_that_providers_use(
    database: Database, border: Border, words: tuple[str, ...], presence: Presence
) -> None:
    for word in words:
        found = await listed(database, border, f"appointment_external_id,person_external_id,presence\nL1,P1,{word}\n")
        assert not found.report.rejected, word
        assert (await stored(database))["L1", 1] == (presence, None), word


@pytest.mark.parametrize(
    ("row", "field", "parts"),
    [
        pytest.param("L1,,,P9,present,", "person_external_id", ["import people first"], id="unknown person"),
        pytest.param("L1,,,,present,", "person_external_id", ["fill it in"], id="no person"),
        pytest.param("X1,,,P1,present,", "appointment_external_id", ["import appointments"], id="unknown appointment"),
        pytest.param("M1,,,P2,present,", "person_external_id", ["look at both ids"], id="of somebody else"),
        pytest.param("L1,,,P3,present,", "person_external_id", ["2026-02-23", "groups table"], id="not in the group"),
        pytest.param("L3,,,P2,present,", "person_external_id", ["2026-03-02"], id="no longer in the group"),
        pytest.param(",C3,2026-02-23 09:00,P1,present,", "group", ["import groups first"], id="unknown group"),
        pytest.param(",A1,2026-02-23 09:30,P1,present,", "starts_at", ["nearest", "09:00"], id="nearest lesson"),
        pytest.param(",A1,2026-02-23 12:00,P1,present,", "starts_at", ["nearest", "13:00"], id="the other is nearer"),
        pytest.param(",A1,2026-02-24 09:00,P1,present,", "starts_at", ["none on that day"], id="no lesson that day"),
        pytest.param(",B2,2026-02-23 09:00,P1,present,", "starts_at", ["none on that day"], id="of another group"),
        pytest.param("L1,A1,2026-02-23 09:00,P1,present,", "appointment_external_id", ["keep one"], id="both ways"),
        pytest.param("L1,A1,,P1,present,", "appointment_external_id", ["keep one"], id="one way and a half"),
        pytest.param(",,,P1,present,", "appointment_external_id", ["or group and starts_at"], id="neither way"),
        pytest.param(",A1,,P1,present,", "starts_at", ["2026-03-01 14:00"], id="group only"),
        pytest.param(",,2026-02-23 09:00,P1,present,", "group", ["name the lesson group"], id="time only"),
        pytest.param(",A1,2/3/2026 09:00,P1,present,", "starts_at", ["2026-03-01 14:00"], id="day or month first"),
        pytest.param(",A1,2026-02-23,P1,present,", "starts_at", ["has no time"], id="no time"),
        pytest.param("M2,,,P1,present,", "appointment_external_id", ["not begun yet", "2026-03-10 14:00"], id="later"),
        pytest.param(",A1,2026-03-02 13:00,P1,present,", "starts_at", ["not begun yet"], id="this afternoon"),
        pytest.param("M3,,,P1,present,", "appointment_external_id", ["cancelled", "restore"], id="cancelled"),
        pytest.param("L1,,,P1,,", "presence", ["is empty", "excused"], id="no presence"),
        pytest.param("L1,,,P1,maybe,", "presence", ["'maybe'", "aanwezig"], id="unknown presence"),
        pytest.param("L1,,,P1,a,", "presence", ["'a'"], id="a letter of two words"),
        pytest.param("L1,,,P1,present,-1", "minutes", ["0 to 1440"], id="minutes below nothing"),
        pytest.param("L1,,,P1,present,1441", "minutes", ["0 to 1440"], id="more than a day"),
        pytest.param("L1,,,P1,present,1.5", "minutes", ["whole number"], id="half minutes"),
        pytest.param("L1,,,P1,present,two", "minutes", ["whole number"], id="minutes in words"),
        pytest.param("L1,,,P1,afwezig,30", "minutes", ["absent", "mend presence"], id="absent for half an hour"),
        pytest.param("L2,,,P1,absent,", "presence", ["row 2"], id="twice, and not the same"),
        pytest.param(",A1,2026-02-23 13:00,P1,present,90", "presence", ["row 2"], id="twice in two ways"),
    ],
)
async def test_a_bad_row_says_the_field_and_the_mend_and_the_good_one_goes_in(
    database: Database, border: Border, row: str, field: str, parts: list[str]
) -> None:
    found = await listed(database, border, HEADER + "L2,,,P1,present,60\n" + row + "\n")
    assert counts(found.report) == (1, 0, 0, 1)
    number, where, error = found.report.rejected[0]
    assert (number, where) == (3, field), error
    for part in parts:
        assert part in error
    assert await stored(database) == {("L2", 1): (Presence.PRESENT, 60)}


async def test_the_same_line_twice_is_no_fault(database: Database, border: Border) -> None:
    found = await listed(database, border, HEADER + "L1,,,P1,x,60\n,A1,2026-02-23 09:00,P1,present,60\n")
    assert counts(found.report) == (1, 0, 1, 0)


async def test_without_columns_that_name_the_appointment_nothing_is_read(database: Database, border: Border) -> None:
    with pytest.raises(TableUnreadable, match="group and starts_at"):
        await listed(database, border, "group,person_external_id,presence\nA1,P1,present\n")


async def test_wall_time_holds_when_the_clock_was_changed(database: Database, border: Border) -> None:
    async with database.writing() as session:
        person_in = await session.scalar(select(Membership).where(Membership.person_id == 1))
        assert person_in is not None
        person_in.from_on = date(2025, 1, 1)
        # 02:30 in the night of 26 October 2025 exists twice; the first is in summer time.
        for name, starts_at in (("S", "2025-10-20T07:00+00:00"), ("N", "2025-10-26T00:30+00:00")):
            session.add(
                Appointment(
                    external_id=name,
                    group_id=person_in.group_id,
                    kind=AppointmentKind.CLASS,
                    starts_at=datetime.fromisoformat(starts_at),
                    made_at=border.now,
                    updated_at=border.now,
                )
            )
    rows = "".join(f",A1,{at},P1,present,\n" for at in ("2025-10-20 09:00", "2025-10-26 02:30", "2025-10-27 09:00"))
    found = await listed(database, border, HEADER + rows)
    assert counts(found.report) == (3, 0, 0, 0)
    assert [(row, field) for row, field, _ in found.report.warnings] == [(3, "starts_at")]
    assert {name for name, _ in await stored(database)} == {"S", "N", "L5"}


async def test_ten_thousand_rows_take_seconds_and_a_bounded_number_of_statements(
    database: Database, border: Border
) -> None:
    people = "external_id,given_name,language,group,municipality\n" + "".join(
        f"Q{n},Naam,nl,asylum,Huizen\n" for n in range(100)
    )
    await run_import(database, PeopleImporter(border), people.encode())
    start = local("2025-09-01 09:00")
    async with database.writing() as session:
        groups = [LessonGroup(name=f"G{n}") for n in range(5)]
        session.add_all(groups)
        await session.flush()
        # People 4 to 103, twenty in each group, a hundred lessons a group.
        session.add_all(
            Membership(group_id=groups[n // 20].id, person_id=n + 4, from_on=date(2025, 1, 1)) for n in range(100)
        )
        session.add_all(
            Appointment(
                external_id=f"{group.name}:{n}",
                group_id=group.id,
                kind=AppointmentKind.CLASS,
                starts_at=start + timedelta(days=n),
                made_at=start,
                updated_at=start,
            )
            for group in groups
            for n in range(100)
        )
    rows = "".join(
        f"G{n // 20},{(start + timedelta(days=d)).isoformat()},Q{n},{'present' if (n + d) % 7 else 'absent'},\n"
        for d in range(100)
        for n in range(100)
    )
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    began = time.perf_counter()
    found = await listed(database, border, "group,starts_at,person_external_id,presence,minutes\n" + rows)
    took = time.perf_counter() - began
    print(f"10,000 rows: {took:.2f} s, {len(statements)} statements")
    assert counts(found.report) == (10_000, 0, 0, 0)
    assert len(found.changes) == 10_000
    # Twenty groups of rows, ten statements each.
    assert len(statements) <= 200 + 20
    assert took < 20
