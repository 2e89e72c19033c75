"""Tables as spreadsheets and tired fingers make them (`cases` beside this): mended where nothing else can be meant."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from bot.cli.imports import app as imports
from bot.configuration.border import border_of
from bot.configuration.settings import Settings
from storage.appointments.appointments import Appointment, LessonGroup
from storage.engine.database import Database
from storage.importing.appointments import AppointmentsImporter
from storage.importing.attendance import AttendanceImporter
from storage.importing.columns import KINDS, template_csv, template_xlsx
from storage.importing.groups import GroupsImporter
from storage.importing.people import PeopleImporter
from storage.importing.plans import PlansImporter
from storage.importing.progress import ProgressImporter
from storage.importing.run import Border, Report, run_import
from storage.importing.table import TableUnreadable
from storage.people.addresses import address_in
from storage.people.people import Person, person_by_external_id
from storage.people.telephone import NoTelephone, read_telephone
from storage.vocabulary import AddressKind
from tests.clock import FakeClock

CASES = Path(__file__).parent / "cases"
HEAD = "external_id,given_name,family_name,language,group,municipality,born_on,phone\n"


@pytest.fixture
def border(database: Database, clock: FakeClock) -> Border:
    return border_of(Settings(_env_file=None), database.keys, clock.now())


async def people(database: Database, border: Border, data: bytes | str, *, as_new: bool = False) -> Report:
    table = data if isinstance(data, bytes) else data.encode()
    return await run_import(database, PeopleImporter(border, as_new=as_new), table)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.rejected)


async def person(database: Database, external_id: str) -> Person:
    async with database.reading() as session:
        found = await person_by_external_id(session, external_id)
    assert found is not None
    return found


async def test_telephone_numbers_of_a_spreadsheet(database: Database, border: Border) -> None:
    report = await people(database, border, (CASES / "csv1_float_phone.csv").read_bytes())
    assert counts(report) == (1, 0, 0, 3)
    assert (await person(database, "P010")).phone == "+31612345678"
    assert [(row, field) for row, field, _ in report.warnings] == [(2, "phone")]
    assert [(row, field) for row, field, _ in report.rejected] == [(3, "phone"), (4, "phone"), (5, "phone")]
    reasons = [error for _, _, error in report.rejected]
    assert ["too many" in reasons[0], "too few" in reasons[1], "spreadsheet" in reasons[2]] == [True] * 3


async def test_telephone_numbers_of_tired_fingers(database: Database, border: Border) -> None:
    report = await people(database, border, (CASES / "phones.csv").read_bytes())
    assert counts(report) == (0, 0, 0, 4)
    assert {field for _, field, _ in report.rejected} == {"phone"}


async def test_ids_that_lost_their_zeros_are_questioned_and_nobody_is_doubled(
    database: Database, border: Border
) -> None:
    assert counts(await people(database, border, (CASES / "leading_zeros_1.csv").read_bytes())) == (3, 0, 0, 0)
    second = (CASES / "leading_zeros_2.csv").read_bytes()
    report = await people(database, border, second)
    assert counts(report) == (0, 0, 0, 3)
    assert [(row, field, f"'00{row - 1}'" in error) for row, field, error in report.rejected] == [
        (2, "external_id", True),
        (3, "external_id", True),
        (4, "external_id", True),
    ]
    assert [field for _, field, _ in report.warnings] == ["external_id"]
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Person)) == 3
    assert counts(await people(database, border, second, as_new=True)) == (3, 0, 0, 0)


@pytest.mark.parametrize(
    ("row", "questioned"),
    [
        pytest.param("P9,amina,Tesfay ,ti,asylum,Huizen,1990-05-01,", True, id="the same under another id"),
        pytest.param("P9,Amina,Tesfay,ti,asylum,Huizen,1991-05-01,", False, id="another birth date"),
        pytest.param("P9,Amina,Bekele,ti,asylum,Huizen,1990-05-01,", False, id="another family name"),
        pytest.param("P9,Amina,Tesfay,ti,asylum,Huizen,,", False, id="no birth date"),
        pytest.param("0P1,Amina,,ti,asylum,Huizen,,", True, id="a zero in front"),
        pytest.param("0P1,Omar,,ti,asylum,Huizen,,", False, id="a zero in front of somebody else"),
    ],
)
@pytest.mark.parametrize("in_one_file", [True, False])
async def test_who_comes_twice(
    database: Database, border: Border, row: str, questioned: bool, in_one_file: bool
) -> None:
    first = HEAD + "P1,Amina,Tesfay,ti,asylum,Huizen,1990-05-01,\n"
    if in_one_file and row.startswith("P9"):
        report = await people(database, border, first + row)
        assert counts(report) == ((1, 0, 0, 1) if questioned else (2, 0, 0, 0))
    else:
        await people(database, border, first)
        assert counts(await people(database, border, HEAD + row)) == ((0, 0, 0, 1) if questioned else (1, 0, 0, 0))


async def test_all_faults_of_a_row_are_told_at_once(database: Database, border: Border) -> None:
    report = await people(database, border, HEAD + "P1,,X,klingon,,Huizen,gisteren,06123\n")
    assert counts(report) == (0, 0, 0, 5)
    assert [(row, field) for row, field, _ in sorted(report.rejected)] == [
        (2, "born_on"),
        (2, "given_name"),
        (2, "group"),
        (2, "language"),
        (2, "phone"),
    ]
    table = "external_id,person_external_id,kind,starts_at,ends_at,mandatory\nA1,,party,morgen,x,maybe\n"
    report = await run_import(database, AppointmentsImporter(border, nobody_hears), table.encode())
    assert {field for _, field, _ in report.rejected} == {
        "person_external_id",
        "kind",
        "starts_at",
        "ends_at",
        "mandatory",
    }


async def nobody_hears(*_: object) -> None:
    return None


@pytest.mark.parametrize(
    ("written", "born_on"),
    [
        ("01-02-1990", date(1990, 2, 1)),
        ("1.2.1990", date(1990, 2, 1)),
        ("13/02/1990", date(1990, 2, 13)),
        ("02/13/1990", date(1990, 2, 13)),
        ("05/05/1990", date(1990, 5, 5)),
        ("32905", date(1990, 2, 1)),
        ("1990-02-01 00:00:00", date(1990, 2, 1)),
        ('"=""1990-02-01"""', date(1990, 2, 1)),
    ],
)
async def test_dates_that_cannot_mean_another_day(
    database: Database, border: Border, written: str, born_on: date
) -> None:
    report = await people(database, border, HEAD + "".join(f"P{n},A{n},X,ti,asylum,Huizen,{written},\n" for n in "12"))
    assert counts(report) == (2, 0, 0, 0)
    assert (await person(database, "P1")).born_on == born_on
    # Once for the whole column.
    assert len(report.warnings) == (0 if "-02-01" in written else 1)


async def test_an_id_that_is_kept_from_being_a_number(database: Database, border: Border) -> None:
    await people(database, border, HEAD + '="0030",\u200eAmina\u00a0,X,ti,asylum,Huizen,,\n')
    assert (await person(database, "0030")).given_name == "Amina"


async def test_a_workbook(database: Database, border: Border) -> None:
    book = Workbook()
    notes = book.active
    assert notes is not None
    notes.append(["Lijst van maart"])
    sheet = book.create_sheet("mensen")
    sheet.append(["External id", "given_name", "language", "group", "municipality", "born_on", "phone"])
    sheet.append([12, "Amina", "ti", "asylum", "Huizen", datetime.fromisoformat("1990-05-01"), 612345678])
    sheet["A2"].number_format = "0000"
    sheet.append([13.0, "Omar", "ar", "migrant", "Laren", "klaar", None])
    buffer = io.BytesIO()
    book.save(buffer)
    report = await people(database, border, buffer.getvalue())
    assert counts(report) == (1, 0, 0, 1)
    assert report.rejected[0][:2] == (3, "born_on")
    amina = await person(database, "0012")
    assert (amina.born_on, amina.phone) == (date(1990, 5, 1), "+31612345678")
    assert [field for _, field, _ in report.warnings] == ["phone"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"PK\x03\x04 nothing of a workbook", "damaged", id="damaged"),
        pytest.param(b"\xd0\xcf\x11\xe0 old", ".xls", id="old workbook"),
    ],
)
async def test_workbooks_that_cannot_be_read_say_what_to_do(
    database: Database, border: Border, data: bytes, says: str
) -> None:
    with pytest.raises(TableUnreadable, match=says):
        await people(database, border, data)


async def test_group_names_differ_in_capitals_and_spaces(database: Database, border: Border) -> None:
    await people(database, border, HEAD + "P1,Amina,X,ti,asylum,Huizen,,\nP2,Omar,X,ti,asylum,Huizen,,\n")

    async def quiet(*_: object) -> None:
        return None

    table = "group,person_external_id,from\nB1 ochtend,P1,2026-01-01\nb1  Ochtend,P2,2026-01-01\n"
    report = await run_import(database, GroupsImporter(border, quiet), table.encode())
    assert counts(report) == (2, 0, 0, 0)
    assert [(row, field) for row, field, _ in report.warnings] == [(3, "group")]
    async with database.reading() as session:
        assert list(await session.scalars(select(LessonGroup.name))) == ["B1 ochtend"]


async def test_a_meeting_at_night_is_questioned(database: Database, border: Border) -> None:
    await people(database, border, HEAD + "P1,Amina,X,ti,asylum,Huizen,,\n")
    head = "external_id,person_external_id,kind,starts_at\n"
    rows = "A1,P1,progress_meeting,2026-03-10 03:30\nA2,P1,progress_meeting,2026-03-11T14:00:00+00:00\n"
    report = await run_import(database, AppointmentsImporter(border, nobody_hears), (head + rows).encode())
    assert [(row, field, "03:30" in warning) for row, field, warning in report.warnings] == [(2, "starts_at", True)]
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Appointment)) == 2
        first = await session.scalar(select(Appointment.starts_at).where(Appointment.external_id == "A1"))
    assert first == datetime(2026, 3, 10, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "number", "takes_sms", "mended"),
    [
        ("06-12345678", "+31612345678", True, False),
        ("+31 (0)6 1234 5678", "+31612345678", True, False),
        ("0031612345678", "+31612345678", True, False),
        ("612345678", "+31612345678", True, True),
        ("31612345678", "+31612345678", True, True),
        ("31612345678.0", "+31612345678", True, True),
        ("612345678,0", "+31612345678", True, True),
        ("٠٦١٢٣٤٥٦٧٨", "+31612345678", True, False),
        ("\u200e+31612345678", "+31612345678", True, False),
        ("035 528 1911", "+31355281911", False, False),
        ("+4915123456789", "+4915123456789", True, False),
    ],
)
def test_numbers_that_are_surely_meant(written: str, number: str, takes_sms: bool, mended: bool) -> None:
    found = read_telephone(written)
    assert (found.number, found.takes_sms, found.mended) == (number, takes_sms, mended)
    assert address_in(AddressKind.PHONE, written) == (number if takes_sms else None)


@pytest.mark.parametrize(
    "written",
    [
        "0612345678.0",
        "06123456789",
        "061234567",
        "0612E45678",
        "3,16123E+10",
        "06-1234567a",
        "06 1234O678",
        "tel. 0612345678",
        "0612345678 / 0687654321",
        "0900-1234567",
        "0800-1205",
        "112",
        "0012345",
        "",
    ],
)
def test_numbers_that_are_none(written: str) -> None:
    with pytest.raises(NoTelephone) as caught:
        read_telephone(written)
    assert "1234" not in str(caught.value).replace("0612345678", "").replace("31612345678", "")
    assert address_in(AddressKind.PHONE, written) is None


@pytest.mark.parametrize(
    "importer",
    [PeopleImporter, PlansImporter, AppointmentsImporter, GroupsImporter, AttendanceImporter, ProgressImporter],
)
def test_the_columns_that_are_told_are_those_that_are_read(
    importer: type[
        PeopleImporter | PlansImporter | AppointmentsImporter | GroupsImporter | AttendanceImporter | ProgressImporter
    ],
) -> None:
    kind = importer.__name__.removesuffix("Importer").lower()
    assert {column.name for column in KINDS[kind]} == importer.known
    assert {column.name for column in KINDS[kind] if column.required} == importer.required


def test_every_table_that_can_be_imported_has_its_columns_told() -> None:
    commands = {command.name or getattr(command.callback, "__name__", "") for command in imports.registered_commands}
    assert commands - {"timetable", "columns"} == set(KINDS)


@pytest.mark.parametrize("template", [template_csv, template_xlsx])
async def test_a_template_can_be_imported_as_it_is(
    database: Database, border: Border, template: Callable[[str], bytes]
) -> None:
    report = await people(database, border, template("people"))
    assert (counts(report), report.warnings) == ((1, 0, 0, 0), [])
    assert (await person(database, "0123")).phone == "+31612345678"
