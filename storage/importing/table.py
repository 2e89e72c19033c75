"""Reading a table: CSV with comma, semicolon or tab, a BOM or none, or a workbook (.xlsx), as spreadsheets write it.

Row numbers are those of the spreadsheet: the header is row 1 where nothing stands above it.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from storage.importing.workbook import WorkbookUnreadable, read_workbook

# A cell longer than this is a broken quotation mark that swallowed the rest of the file, not data.
LONGEST_CELL = 10_000
csv.field_size_limit(50_000_000)


_WORKBOOK, _OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"

# Excel's own way to say which delimiter a file has; it shows the header as row 1 all the same.
_SEPARATOR_LINE = re.compile(r"\s*\"?sep=([,;\t])\"?[ \t]*(?:\r\n|\r|\n)", re.IGNORECASE)


class TableUnreadable(ValueError):
    """The file as a whole cannot be used: the message says what to do, `field` the column it is about, if any."""

    def __init__(self, message: str, field: str = "file") -> None:
        super().__init__(message)
        self.field = field


class RawRow(NamedTuple):
    """One row: its number, and its cells by column name, stripped; a column that the file lacks is absent."""

    number: int
    cells: Mapping[str, str]
    # Why the row cannot be read at all, with the column it is about.
    fault: tuple[str, str] | None = None


def _text(data: bytes) -> tuple[str, str]:
    """The text of a file, and what should be said of how it was read (empty = nothing)."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace"), ""
    # Without its mark UTF-16 is known by the other half of a header's first letter.
    if b"\0" in data[:2]:
        return data.decode("utf-16-be" if data[0] == 0 else "utf-16-le", errors="replace"), ""
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        # A byte that is no UTF-8 spoils its own row only.
        lenient = data.decode("utf-8-sig", errors="surrogateescape")
    if not any(ord(char) > 127 and not "\udc80" <= char <= "\udcff" for char in lenient):
        try:
            old = data.decode("cp1252")
        except UnicodeDecodeError:
            return lenient, ""
        what = "is in Windows-1252, and was read so: look at a name with an accent; 'CSV UTF-8' is sure"
        return old, what
    return lenient, ""


# What nobody sees at the edges of a cell: marks of direction, spaces of no width, a byte order mark.
_UNSEEN = " \t\r\n\u00a0\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2060\u2066\u2067\u2068\u2069\ufeff"
_BLANK = " \t\r\n"
# ="P030": how a text is kept from being taken for a number in a spreadsheet.
_AS_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
# A byte that is no UTF-8, as it was read.
_NOT_UTF8 = re.compile("[\udc80-\udcff\ufffd]")
_ERRORS = frozenset({"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#VERW!", "#WAARDE!", "#N/B"})


def _cell(written: str) -> str:
    text = written.strip(_UNSEEN)
    if not text.startswith("="):
        return text
    formula = _AS_FORMULA.fullmatch(text)
    return text if formula is None else formula[1].replace('""', '"').strip(_UNSEEN)


def _asks_a_look(row: str) -> bool:
    """Whether anything in a row may be other than it looks: see Table._row."""
    return not row.isascii() or len(row) > LONGEST_CELL or "=" in row or "#" in row or "\n" in row


def _name(header: str) -> str:
    return _cell(header).lower().replace(" ", "_").replace("-", "_")


class Table:
    """A table's columns and rows. `oddities` say what of the file as a whole was read otherwise than it is sure.

    Raises:
        TableUnreadable: no header, a column twice, or a required column missing.
    """

    def __init__(self, data: bytes, *, required: frozenset[str], known: frozenset[str]) -> None:
        self.oddities: list[str] = []
        self._text = ""
        self._delimiter = ","
        self._sheet: list[list[str]] | None = None
        if data.startswith(_WORKBOOK):
            self._sheet = _sheet(data, required)
        elif data.startswith(_OLD_WORKBOOK):
            raise TableUnreadable("This is an old workbook (.xls). Save it as .xlsx or as 'CSV UTF-8'.")
        else:
            self._read_text(data)
        self._header_number, header = next(
            ((number, record) for number, record in self._records() if any(cell.strip() for cell in record)), (1, [])
        )
        if not header:
            raise TableUnreadable("The file is empty. Its first row must name the columns.")
        self.columns = [_name(cell) for cell in header]
        twice = {name for name in self.columns if name and self.columns.count(name) > 1}
        if twice:
            raise TableUnreadable(f"Column {min(twice)!r} appears twice. Keep one of them.", min(twice))
        missing = sorted(required - set(self.columns))
        if missing:
            raise TableUnreadable(
                f"Column {missing[0]!r} is missing. The columns are: {', '.join(sorted(known))} "
                f"(required: {', '.join(sorted(required))}), with a comma or semicolon between them.",
                missing[0],
            )
        self.unknown = [name for name in self.columns if name and name not in known]

    def _read_text(self, data: bytes) -> None:
        text, oddity = _text(data)
        if oddity:
            self.oddities.append(oddity)
        separator = _SEPARATOR_LINE.match(text)
        self._text = text if separator is None else text[separator.end() :]
        first_line = self._text.lstrip().split("\n", 1)[0]
        self._delimiter = max(",;\t", key=first_line.count) if separator is None else separator[1]

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        if self._sheet is not None:
            yield from enumerate(self._sheet, start=1)
            return
        reader = csv.reader(io.StringIO(self._text.replace("\0", "\ufffd"), newline=""), delimiter=self._delimiter)
        yield from enumerate(reader, start=1)

    def __iter__(self) -> Iterator[RawRow]:
        for number, record in self._records():
            if number <= self._header_number or not any(map(str.strip, record)):
                continue
            yield self._row(number, record) if _asks_a_look("".join(record)) else self._plain(number, record)

    def _plain(self, number: int, record: list[str]) -> RawRow:
        """A row in which nothing is but cells; nearly all are such."""
        if len(record) != len(self.columns):
            return self._row(number, record)
        return RawRow(number, {name: cell.strip(_BLANK) for name, cell in zip(self.columns, record, strict=True)})

    def _row(self, number: int, record: list[str]) -> RawRow:
        if len(record) > len(self.columns) and any(cell.strip() for cell in record[len(self.columns) :]):
            counts = f"has {len(record)} cells, the header {len(self.columns)}"
            mend = f"put quotation marks around a cell with {self._delimiter!r} in it"
            return RawRow(number, {}, ("row", f"{counts}; {mend}"))
        cells: dict[str, str] = {}
        for name, cell in zip(self.columns, record, strict=False):
            if not cell.isascii() and _NOT_UTF8.search(cell):
                return RawRow(number, {}, (name, "is not UTF-8; save the file as 'CSV UTF-8'"))
            # A cell that is closed has its quotation mark after it.
            unclosed = self._sheet is None and "\n" in cell and self._text.endswith(cell)
            if len(cell) > LONGEST_CELL or unclosed:
                return RawRow(
                    number, {}, (name, "goes on over many lines; look for a quotation mark that is not closed")
                )
            cells[name] = _cell(cell)
            if cell and "#" in cell and cells[name].upper() in _ERRORS:
                return RawRow(number, {}, (name, f"holds {cells[name]}, a spreadsheet's error; mend its formula"))
        for name in self.columns[len(record) :]:
            cells[name] = ""
        return RawRow(number, cells)


def _sheet(data: bytes, required: frozenset[str]) -> list[list[str]]:
    """The first sheet that has the columns; else the first."""
    try:
        sheets = read_workbook(data)
    except WorkbookUnreadable as error:
        raise TableUnreadable(str(error)) from error
    for sheet in sheets:
        header = next((row for row in sheet if any(row)), [])
        if required <= {_name(cell) for cell in header}:
            return sheet
    return sheets[0] if sheets else []
