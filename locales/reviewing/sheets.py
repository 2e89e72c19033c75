"""Review sheets: a table that an interpreter can fill in, as CSV or XLSX. What the answers do is
locales.reviewing.review's.

One row a text, or one a plural form. The interpreter reads the Dutch beside the translation, and either writes "yes"
under `approved` or a better text under `correction` (or both: a correction that is approved at once).
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from typing import Final
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation

# Excel writes semicolons where the comma is a decimal sign.
_DELIMITERS: Final = ",;\t"
_WIDTHS: Final = {"dutch": 48, "english": 40, "text": 48, "correction": 48, "note": 32, "remark": 32, "key": 28}
_TO_FILL_IN: Final = ("correction", "approved", "reviewer", "date", "remark")
_LARGEST_ROWS: Final = 20_000


class SheetUnreadable(ValueError):
    """A file that is no review sheet; says what is missing."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line of a sheet, all of it text as it stands there. `form` is "" or the number of a plural form."""

    locale: str
    subject: str
    key: str
    form: str
    example: str
    note: str
    dutch: str
    english: str
    text: str
    correction: str = ""
    approved: str = ""
    reviewer: str = ""
    date: str = ""
    remark: str = ""


COLUMNS: Final = tuple(field.name for field in fields(SheetRow))
_NEEDED: Final = ("locale", "subject", "key", "form", "text", "correction", "approved")


def to_csv(rows: Iterable[SheetRow]) -> bytes:
    """As CSV that a Dutch Excel opens in columns: semicolons, and a byte order mark, which says that it is UTF-8."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(row) for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def to_xlsx(rows: Sequence[SheetRow], *, right_to_left: bool) -> bytes:
    """As a workbook: wrapped texts, a fixed header, the columns to fill in coloured, "yes" to choose from a list."""
    book = Workbook()
    sheet = book.active if book.active is not None else book.create_sheet()
    sheet.title = rows[0].locale if rows else "review"
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append(astuple(row))
    fill = PatternFill("solid", fgColor="FFF5CC")
    for number, name in enumerate(COLUMNS, start=1):
        column = get_column_letter(number)
        sheet.column_dimensions[column].width = _WIDTHS.get(name, 13)
        own_language = name in ("text", "correction")
        for line in range(1, len(rows) + 2):
            cell = sheet.cell(line, number)
            # Text, whatever it looks like: a translation that begins with "=" is no formula.
            cell.data_type = "s" if cell.value is not None else "n"
            cell.number_format = "@"
            reading_order = 2 if right_to_left and own_language and line > 1 else 0
            cell.alignment = Alignment(wrap_text=True, vertical="top", readingOrder=reading_order)
            if line == 1:
                cell.font = Font(bold=True)
            if name in _TO_FILL_IN:
                cell.fill = fill
    choice = DataValidation(type="list", formula1='"yes,no"', allow_blank=True)
    sheet.add_data_validation(choice)
    approved = get_column_letter(COLUMNS.index("approved") + 1)
    choice.add(f"{approved}2:{approved}{max(len(rows) + 1, 2)}")
    sheet.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def from_bytes(data: bytes) -> list[SheetRow]:
    """A sheet as it came back, CSV or XLSX by its content; empty rows are left out, other columns ignored.

    Raises:
        SheetUnreadable: when it is neither, or columns are missing.
    """
    table = _read_xlsx(data) if data.startswith(b"PK") else _read_csv(data)
    if not table:
        raise SheetUnreadable("the sheet is empty")
    header = [name.strip().lower() for name in table[0]]
    if missing := [name for name in _NEEDED if name not in header]:
        raise SheetUnreadable(f"columns are missing: {', '.join(missing)}")
    if len(table) > _LARGEST_ROWS:
        raise SheetUnreadable(f"more than {_LARGEST_ROWS} rows")
    places = {name: header.index(name) for name in COLUMNS if name in header}
    rows = []
    for line in table[1:]:
        given = {name: line[place] if place < len(line) else "" for name, place in places.items()}
        if any(value.strip() for value in given.values()):
            rows.append(SheetRow(**{name: given.get(name, "") for name in COLUMNS}))
    return rows


def _read_csv(data: bytes) -> list[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetUnreadable("the file is not UTF-8; save it as CSV UTF-8, or as XLSX") from error
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    return [
        [_same_lines(value) for value in line]
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    ]


def _read_xlsx(data: bytes) -> list[list[str]]:
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.active
        if sheet is None:
            raise SheetUnreadable("the workbook has no sheet")
        return [[_cell_text(value) for value in line] for line in sheet.iter_rows(values_only=True)]
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise SheetUnreadable("the file is no workbook that can be read") from error


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _same_lines(str(value))


def _same_lines(text: str) -> str:
    """Line ends as catalogs have them; spreadsheets write \\r\\n or _x000D_."""
    return text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
