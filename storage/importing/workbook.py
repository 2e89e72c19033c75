"""Reading a workbook (.xlsx) as the texts that a table's cells are."""

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Protocol

# What a workbook may grow to when it is unpacked; a whole country's people need less.
LARGEST_UNPACKED = 400_000_000
# An empty sheet may claim a million rows; so many empty ones end a table.
MOST_EMPTY_ROWS = 1_000
# What unpacking and reading a damaged file may come to.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
_PADDED = re.compile(r"0{2,20}")


class WorkbookUnreadable(ValueError):
    """It is no workbook that can be read; the message says what to do."""


class SheetCell(Protocol):
    """What is read of a cell."""

    @property
    def value(self) -> object: ...  # noqa: D102
    @property
    def number_format(self) -> str: ...  # noqa: D102


def read_workbook(data: bytes) -> list[list[list[str]]]:
    """The sheets, each as rows of texts, from the first row on; hidden sheets too, for they come last.

    Raises:
        WorkbookUnreadable: with what to do.
    """
    # Here, not above: openpyxl brings numpy, and together they are a fifth of a second at the start of every command.
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        return _sheets(data)
    except WorkbookUnreadable:
        raise
    except (InvalidFileException, *_DAMAGED) as error:
        raise WorkbookUnreadable("The workbook is damaged. Open it and save it again, as .xlsx or CSV.") from error


def _sheets(data: bytes) -> list[list[list[str]]]:
    from openpyxl import load_workbook

    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
            raise WorkbookUnreadable("The workbook is too large. Save the sheet as 'CSV UTF-8'.")
        if "xl/workbook.xml" not in packed.namelist():
            raise WorkbookUnreadable("The file is no workbook of Excel. Save it as .xlsx or as 'CSV UTF-8'.")
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        return [_rows(sheet.iter_rows()) for sheet in book.worksheets]
    finally:
        book.close()


def _rows(rows: Iterable[Iterable[SheetCell]]) -> list[list[str]]:
    found: list[list[str]] = []
    empty = 0
    for row in rows:
        texts = [text_of(cell) for cell in row]
        empty = 0 if any(texts) else empty + 1
        if empty > MOST_EMPTY_ROWS:
            break
        found.append(texts)
    while found and not any(found[-1]):
        found.pop()
    return found


def text_of(cell: SheetCell) -> str:
    """A cell as it would be typed: dates ISO, whole numbers without a point, zeros in front where it shows them."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int) and value >= 0 and _PADDED.fullmatch(cell.number_format or ""):
        return str(value).zfill(len(cell.number_format))
    return str(value)
