"""Damaged tables: reading says what to do or reads, and no row is lost in silence. FUZZ=5000 tries so many."""

import contextlib
import io
import os

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from bot.configuration.border import border_of
from bot.configuration.settings import Settings
from storage.engine.keys import KeyRing
from storage.importing.cells import CellFault, RowCells
from storage.importing.people import PeopleImporter
from storage.importing.table import Table, TableUnreadable
from storage.importing.workbook import WorkbookUnreadable, read_workbook
from tests.clock import FakeClock
from tests.databases import SECRET

TRIES = int(os.environ.get("FUZZ", "80"))
ROWS = 4
TABLE = (
    "external_id;given_name;family_name;language;group;municipality;born_on;phone;email\r\n"
    + "".join(
        f'00{n};"Naam {n}";Achter;ti;asylum;Huizen;1990-05-0{n};061234567{n};n{n}@example.org\r\n'
        for n in range(1, ROWS + 1)
    )
).encode()
JUNK = st.one_of(
    st.text('0123456789;,"=\r\n\t é', max_size=8).map(str.encode),
    st.binary(max_size=8),
    st.sampled_from([b'"', b'""', b"\r\n", b";;;;", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf"]),
)


def changes(length: int) -> st.SearchStrategy[list[tuple[int, int, bytes]]]:
    return st.lists(st.tuples(st.integers(0, length), st.integers(0, 30), JUNK), min_size=1, max_size=4)


def damaged(data: bytes, damage: list[tuple[int, int, bytes]]) -> bytes:
    for at, length, put in damage:
        data = data[:at] + put + data[at + length :]
    return data


def importer() -> PeopleImporter:
    return PeopleImporter(border_of(Settings(_env_file=None), KeyRing([SECRET]), FakeClock().now()))


@settings(max_examples=TRIES, deadline=None)
@given(changes(len(TABLE)))
def test_a_damaged_table_is_read_or_says_what_to_do(damage: list[tuple[int, int, bytes]]) -> None:
    data = damaged(TABLE, damage)
    reading = importer()
    try:
        table = Table(data, required=reading.required, known=reading.known)
    except TableUnreadable:
        return
    good, faults = 0, 0
    for raw in table:
        cells = RowCells(raw.cells, lambda _field, _text: None, set())
        if raw.fault is not None:
            faults += 1
            continue
        try:
            reading.parse(cells, cells.warn)
        except CellFault:
            faults += 1
            continue
        faults += bool(cells.faults)
        good += not cells.faults
    # As many rows as lines begin; those that a quotation mark swallowed are told with the row that has it.
    lines = [line for line in data.replace(b"\0", b"").splitlines() if line.strip(b' ;",\t')]
    if good + faults < min(ROWS, len(lines) - 1) and b'"' in data:
        assert faults or any("\n" in cell for raw in table for cell in raw.cells.values())


def workbook() -> bytes:
    book = Workbook()
    sheet = book.active if book.active is not None else book.create_sheet()
    for line in TABLE.decode().splitlines():
        sheet.append(line.replace('"', "").split(";"))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


BOOK = workbook()


@settings(max_examples=TRIES, deadline=None)
@given(changes(len(BOOK)))
def test_a_damaged_workbook_is_read_or_says_what_to_do(damage: list[tuple[int, int, bytes]]) -> None:
    with contextlib.suppress(WorkbookUnreadable):
        read_workbook(damaged(BOOK, damage))
