"""Importing tables: idempotent, dry runs, and errors that name the field and the mend."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.configuration.border import border_of
from bot.configuration.settings import Settings
from reminders.stored_terms import stored_facts
from reminders.terms.terms import compute_terms
from storage.appointments.appointments import Appointment
from storage.appointments.changes import AppointmentChange
from storage.engine.database import Database
from storage.importing.appointments import AppointmentsImporter
from storage.importing.people import PeopleImporter
from storage.importing.plans import PlansImporter
from storage.importing.run import Border, Report, run_import
from storage.importing.table import TableUnreadable
from storage.people.people import Consultant, Person, Plan, person_by_external_id
from storage.privacy.export import export_person
from storage.vocabulary import AppointmentStatus, Change, Route
from tests.clock import FakeClock

PEOPLE = (
    "external_id,given_name,family_name,language,group,municipality,born_on,phone,email,brp_registered_on,housed_on,"
    "consultant_email,consultant_name\n"
    "P1,Amina,Tesfay,ti,asylum,Huizen,1990-05-01,0612345678,Amina@Example.org,2026-01-05,2026-01-10,"
    "s@huizen.example,Sanne\n"
    "P2,Omar,,ar-SY,migrant,Laren,,,,,,s@huizen.example,Sanne\n"
)


@pytest.fixture
def border(database: Database, clock: FakeClock) -> Border:
    return border_of(Settings(_env_file=None), database.keys, clock.now())


async def people(database: Database, border: Border, table: str | bytes, *, dry_run: bool = False) -> Report:
    data = table if isinstance(table, bytes) else table.encode()
    return await run_import(database, PeopleImporter(border), data, dry_run=dry_run)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.rejected)


async def test_twice_changes_nothing_and_a_change_is_one_update(database: Database, border: Border) -> None:
    assert counts(await people(database, border, PEOPLE)) == (2, 0, 0, 0)
    assert counts(await people(database, border, PEOPLE)) == (0, 0, 2, 0)
    assert counts(await people(database, border, PEOPLE.replace("Laren", "Eemnes"))) == (0, 1, 1, 0)
    async with database.reading() as session:
        amina = await person_by_external_id(session, "P1")
        consultants = list(await session.scalars(select(Consultant)))
    assert amina is not None
    assert (amina.phone, amina.email, amina.language) == ("+31612345678", "amina@example.org", "ti")
    assert [c.name for c in consultants] == ["Sanne"]


async def test_a_dry_run_says_all_and_keeps_nothing(database: Database, border: Border) -> None:
    assert counts(await people(database, border, PEOPLE, dry_run=True)) == (2, 0, 0, 0)
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Person)) == 0


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(PEOPLE.replace(",", ";").encode("utf-8-sig"), id="semicolons and a BOM"),
        pytest.param(PEOPLE.replace("\n", "\r\n").encode("utf-16"), id="UTF-16 from a spreadsheet"),
        pytest.param(
            PEOPLE.replace("external_id", " External ID ").replace("born_on", "Born on").encode(), id="headers"
        ),
        pytest.param((PEOPLE + "\n,,,,,,,,,,,,\n\n").encode(), id="empty rows at the end"),
        pytest.param(("\r\n,,,\r\n" + PEOPLE).encode(), id="empty rows above"),
        pytest.param(("sep=;\r\n" + PEOPLE.replace(",", ";")).encode("utf-8-sig"), id="Excel's own first line"),
        pytest.param(PEOPLE.encode("utf-16-le"), id="UTF-16 without its mark"),
        pytest.param(PEOPLE.encode("utf-16-be"), id="UTF-16 the other way round without its mark"),
        pytest.param(PEOPLE.replace("\n", "\r").encode(), id="an old Mac's line ends"),
    ],
)
async def test_tables_as_spreadsheets_write_them(database: Database, border: Border, data: bytes) -> None:
    assert counts(await people(database, border, data)) == (2, 0, 0, 0)


@pytest.mark.parametrize(
    ("row", "field", "mend"),
    [
        pytest.param("P3,,X,ti,asylum,Huizen", "given_name", "fill it in", id="no name"),
        pytest.param("P3,A,X,klingon,asylum,Huizen", "language", "use a code such as", id="no language"),
        pytest.param("P3,A,X,ti,refugee,Huizen", "group", "asylum, migrant", id="no group"),
        pytest.param("P3,A,X,ti,asylum,Huizen,1/5/1990", "born_on", "2026-03-01", id="day or month first"),
        pytest.param("P3,A,X,ti,asylum,Huizen,1-5-90", "born_on", "2026-03-01", id="a year of two digits"),
        pytest.param("P3,A,X,ti,asylum,Huizen,#N/A", "born_on", "formula", id="a spreadsheet's error"),
        pytest.param("P3,A,X,ti,asylum,Huizen,1990-02-30", "born_on", "2026-03-01", id="no such day"),
        pytest.param("P3,A,X,ti,asylum,Huizen,0190-02-03", "born_on", "look at the year", id="far away"),
        pytest.param("P3,A,X,ti,asylum,Huizen,2036-02-03", "born_on", "still to come", id="not born yet"),
        pytest.param('P3,"A,X,ti,asylum,Huizen\nP4,B', "given_name", "not closed", id="a quotation mark not closed"),
        pytest.param("P3,A,X,ti,asylum,Huizen,,hello", "phone", "0612345678", id="no number"),
        pytest.param("P3,A,X,ti,asylum,Huizen,,06123", "phone", "digits", id="short number"),
        pytest.param("P3,A,X,ti,asylum,Huizen,,,amina", "email", "name@example.org", id="no address"),
        pytest.param("P1,A,X,ti,asylum,Huizen", "external_id", "row 2", id="twice in the file"),
        pytest.param("P3,A,X,ti,asylum,Huizen,,,,,,,,too,many", "row", "quotation marks", id="too many cells"),
        pytest.param("P3,A" + "a" * 300 + ",X,ti,asylum,Huizen", "given_name", "at most 200", id="very long"),
        pytest.param("P3,A\x07,X,ti,asylum,Huizen", "given_name", "control character", id="control character"),
        pytest.param(
            "P3,A,X,ti,asylum,Huizen,,,,,,,Sanne", "consultant_email", "links them", id="name without address"
        ),
    ],
)
async def test_a_bad_row_is_told_and_the_good_ones_go_in(
    database: Database, border: Border, row: str, field: str, mend: str
) -> None:
    report = await people(database, border, PEOPLE + row + "\n")
    assert counts(report) == (2, 0, 0, 1)
    number, found, error = report.rejected[0]
    assert (number, found) == (4, field)
    assert mend in error


async def test_a_file_in_windows_1252_is_read_so_with_a_warning(database: Database, border: Border) -> None:
    report = await people(database, border, PEOPLE.encode() + "P3,André,X,ti,asylum,Huizen\n".encode("cp1252"))
    assert counts(report) == (3, 0, 0, 0)
    assert [(field, "Windows-1252" in warning) for _, field, warning in report.warnings] == [("file", True)]
    async with database.reading() as session:
        andre = await person_by_external_id(session, "P3")
    assert andre is not None
    assert andre.given_name == "André"


async def test_a_byte_that_is_no_utf8_spoils_its_row_only(database: Database, border: Border) -> None:
    # The second name is UTF-8, so that the first can be no other encoding of the whole file.
    table = PEOPLE.replace("Tesfay", "Tesfáy").encode()
    report = await people(database, border, table + b"P3,Andr\xe9,X,ti,asylum,Huizen\n")
    assert counts(report) == (2, 0, 0, 1)
    assert report.rejected[0][:2] == (4, "given_name")
    assert "CSV UTF-8" in report.rejected[0][2]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"\xef\xbb\xbf\n", "empty", id="a BOM only"),
        pytest.param(b"given_name,language\nA,ti\n", "missing", id="a column is missing"),
        pytest.param(b"external_id,external_id,given_name\n", "twice", id="a column twice"),
        pytest.param(bytes(range(256)), "missing", id="no table at all"),
    ],
)
async def test_a_file_that_is_no_such_table(database: Database, border: Border, data: bytes, message: str) -> None:
    with pytest.raises(TableUnreadable, match=message):
        await people(database, border, data)


async def test_row_numbers_are_those_of_the_spreadsheet(database: Database, border: Border) -> None:
    table = "\n" + PEOPLE.replace("Tesfay", '"Tes\nfay"') + "\nP3,A,X,klingon,asylum,Huizen\n"
    report = await people(database, border, table)
    assert counts(report) == (2, 0, 0, 1)
    assert report.rejected[0][:2] == (6, "language")


async def test_a_consultant_with_another_name_is_an_update_of_their_people(database: Database, border: Border) -> None:
    await people(database, border, PEOPLE)
    renamed = PEOPLE.replace("Sanne", "Sanne Bakker")
    assert counts(await people(database, border, renamed)) == (0, 2, 0, 0)
    assert counts(await people(database, border, renamed)) == (0, 0, 2, 0)
    torn = renamed.replace("Sanne Bakker\nP2", "Sanne B.\nP2")
    report = await people(database, border, torn)
    assert counts(report) == (0, 2, 0, 0)
    assert [(number, name) for number, name, _ in report.warnings] == [(3, "consultant_name")]
    assert counts(await people(database, border, torn)) == (0, 0, 2, 0)


async def test_the_language_a_person_chose_stays(database: Database, border: Border, clock: FakeClock) -> None:
    await people(database, border, PEOPLE)
    async with database.writing() as session:
        amina = await person_by_external_id(session, "P1")
        assert amina is not None
        amina.language, amina.language_chosen_at = "en", clock.now()
    assert counts(await people(database, border, PEOPLE)) == (0, 0, 2, 0)


@pytest.mark.parametrize(
    ("written", "benefit"),
    [("yes", True), ("ja", True), ("no", False), ("nee", False), ("", None)],
)
async def test_the_benefit_is_yes_no_or_unknown(
    database: Database, border: Border, written: str, benefit: bool | None
) -> None:
    head = "external_id,given_name,language,group,municipality"
    table = f"{head},benefit,duty_notified_on\nP1,Amina,ti,asylum,Huizen,{written},2026-01-20\n"
    assert counts(await people(database, border, table)) == (1, 0, 0, 0)
    assert counts(await people(database, border, table)) == (0, 0, 1, 0)
    # A file without the columns leaves what is stored alone.
    assert counts(await people(database, border, f"{head}\nP1,Amina,ti,asylum,Huizen\n")) == (0, 0, 1, 0)
    plans = b"person_external_id,relief_started_on,relief_continued_until\nP1,2026-02-01,2026-12-31\n"
    assert counts(await run_import(database, PlansImporter(border), plans)) == (1, 0, 0, 0)
    async with database.reading() as session:
        amina = await person_by_external_id(session, "P1")
        assert amina is not None
        assert (amina.benefit, amina.duty_notified_on) == (benefit, date(2026, 1, 20))
        exported = await export_person(session, amina)
        found = (await stored_facts(session, [amina.id]))[amina.id].facts
    assert exported["person"]["benefit"] is benefit  # type: ignore[call-overload, index]  # JSON
    assert compute_terms(found).relief_end == (None if benefit is False else date(2026, 12, 31))


async def test_a_benefit_that_is_neither_is_refused(database: Database, border: Border) -> None:
    table = "external_id,given_name,language,group,municipality,benefit\nP1,Amina,ti,asylum,Huizen,maybe\n"
    report = await people(database, border, table)
    assert [(row, field) for row, field, _ in report.rejected] == [(2, "benefit")]


async def test_plans(database: Database, border: Border) -> None:
    await people(database, border, PEOPLE)
    table = (
        "person_external_id;route;intake_on;plan_signed_on;relief_started_on;progress_meetings_per_year;goal\n"
        "P1;B1;2026-02-02;2026-02-28;2026-01-10;4;Werk in de zorg\n"
        "P9;z;;;;;\nP2;b2;;;;;\nP2;z;2026-05-01;2026-04-01;;99;\n"
    )
    report = await run_import(database, PlansImporter(border), table.encode())
    assert counts(report) == (1, 0, 0, 3)
    assert [field for _, field, _ in sorted(report.rejected)] == [
        "person_external_id",
        "route",
        "progress_meetings_per_year",
    ]
    async with database.reading() as session:
        plan = (await session.scalars(select(Plan))).one()
    assert (plan.route, plan.progress_meetings_per_year) == (Route.B1, 4)
    twice = await run_import(database, PlansImporter(border), b"person_external_id;goal\nP1;a\nP1;b\n")
    assert twice.rejected == [(3, "person_external_id", "stands in row 2 already; keep one of the two")]


@pytest.mark.parametrize(
    ("dated_on", "warned"), [("2026-03-01", False), ("2026-02-15", False), ("", False), ("2026-09-01", True)]
)
async def test_a_plan_that_is_dated_anew_is_questioned(
    database: Database, border: Border, dated_on: str, warned: bool
) -> None:
    await people(database, border, PEOPLE)
    head = "person_external_id,plan_dated_on\nP1,"
    await run_import(database, PlansImporter(border), f"{head}2026-03-01\n".encode())
    report = await run_import(database, PlansImporter(border), f"{head}{dated_on}\n".encode())
    assert [(row, field) for row, field, _ in report.warnings] == ([(2, "plan_dated_on")] if warned else [])
    assert report.rejected == []


class Heard:
    """Collects what people would hear."""

    def __init__(self) -> None:
        self.changes: list[tuple[Change, datetime | None, str | None]] = []

    async def __call__(self, _session: AsyncSession, changes: Sequence[AppointmentChange]) -> None:
        self.changes.extend((c.change, c.old_starts_at, c.old_location) for c in changes)


HEADER = "external_id,person_external_id,kind,starts_at,ends_at,location,status,online_url\n"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


async def test_appointments_tell_what_changed(database: Database, border: Border) -> None:
    await people(database, border, PEOPLE)
    heard = Heard()

    async def load(*rows: str) -> Report:
        return await run_import(database, AppointmentsImporter(border, heard), (HEADER + "\n".join(rows)).encode())

    first = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
    assert counts(await load("A1,P1,progress_meeting,2026-03-10 14:00,,Huizen,planned")) == (1, 0, 0, 0)
    assert counts(await load("A1,P1,progress_meeting,2026-03-10 14:00,,Huizen,planned")) == (0, 0, 1, 0)
    assert counts(await load("A1,P1,progress_meeting,2026-03-10 15:00,,Huizen,planned")) == (0, 1, 0, 0)
    assert counts(await load("A1,P1,progress_meeting,2026-03-10 15:00,,Huizen,cancelled")) == (0, 1, 0, 0)
    assert counts(await load("A1,P1,progress_meeting,2026-03-10 15:00,,Huizen,planned")) == (0, 1, 0, 0)
    later = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
    assert heard.changes == [
        (Change.MADE, None, None),
        (Change.MOVED, first, "Huizen"),
        (Change.CANCELLED, later, "Huizen"),
        (Change.RESTORED, later, "Huizen"),
    ]
    async with database.reading() as session:
        appointment = (await session.scalars(select(Appointment))).one()
    assert (appointment.version, appointment.status) == (4, AppointmentStatus.PLANNED)


@pytest.mark.parametrize(
    ("row", "field", "part"),
    [
        pytest.param("A1,P9,class,2026-03-10 14:00,,,", "person_external_id", "nobody", id="unknown person"),
        pytest.param("A1,P1,party,2026-03-10 14:00,,,", "kind", "progress_meeting", id="unknown kind"),
        pytest.param("A1,P1,class,2026-03-10,,,", "starts_at", "has no time", id="no time"),
        pytest.param("A1,P1,class,,,,", "starts_at", "empty", id="no start"),
        pytest.param("A1,P1,class,2026-03-10 14:00,2026-03-10 13:00,,", "ends_at", "not after", id="ends before"),
        pytest.param("A1,P1,class,2026-03-10 14:00,,,gone", "status", "planned, cancelled", id="unknown status"),
        pytest.param("A1,P1,class,2026-03-10 14:00,,,,https://[x", "online_url", "https://", id="no web address"),
        pytest.param("A1,P1,class,2026-03-10 14:00,,,,https://x y", "online_url", "https://", id="a space in it"),
    ],
)
async def test_bad_appointments(database: Database, border: Border, row: str, field: str, part: str) -> None:
    await people(database, border, PEOPLE)
    report = await run_import(database, AppointmentsImporter(border, Heard()), (HEADER + row).encode())
    assert counts(report) == (0, 0, 0, 1)
    assert report.rejected[0][1] == field
    assert part in report.rejected[0][2]


async def test_another_persons_appointment_is_not_taken_over(database: Database, border: Border) -> None:
    await people(database, border, PEOPLE)
    importer = AppointmentsImporter(border, Heard())
    await run_import(database, importer, (HEADER + "A1,P1,class,2026-03-10 14:00,,,").encode())
    report = await run_import(database, importer, (HEADER + "A1,P2,class,2026-03-10 14:00,,,").encode())
    assert report.rejected[0][1] == "external_id"


@pytest.mark.parametrize(
    ("local", "utc", "warning"),
    [
        pytest.param("2026-03-28 14:00", "2026-03-28T13:00", None, id="winter"),
        pytest.param("2026-03-30 14:00", "2026-03-30T12:00", None, id="summer"),
        pytest.param("2026-03-29 02:30", "2026-03-29T01:30", "does not exist", id="in the gap"),
        pytest.param("2026-10-25 02:30", "2026-10-25T00:30", "exists twice", id="twice"),
        pytest.param("2026-04-27 14:00", "2026-04-27T12:00", "Koningsdag", id="public holiday"),
        pytest.param("2026-03-28T14:00:00+00:00", "2026-03-28T14:00", None, id="with a zone"),
    ],
)
async def test_wall_time(database: Database, border: Border, local: str, utc: str, warning: str | None) -> None:
    await people(database, border, PEOPLE)
    row = f"A1,P1,progress_meeting,{local},,,\n"
    report = await run_import(database, AppointmentsImporter(border, Heard()), (HEADER + row).encode())
    async with database.reading() as session:
        appointment = (await session.scalars(select(Appointment))).one()
    assert appointment.starts_at == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert [w for _, _, w in report.warnings if warning and warning in w] or warning is None
