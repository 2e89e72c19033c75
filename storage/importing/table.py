"""Reading a table: CSV with comma, semicolon or tab, a BOM or none, as spreadsheets write it.

Row numbers are those of the spreadsheet: the header is row 1 where nothing stands above it.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# A cell longer than this is a broken quotation mark that swallowed the rest of the file, not data.
LONGEST_CELL = 10_000
csv.field_size_limit(50_000_000)


# Excel's own way to say which delimiter a file has; it shows the header as row 1 all the same.
_SEPARATOR_LINE = re.compile(r"\s*\"?sep=([,;\t])\"?[ \t]*(?:\r\n|\r|\n)", re.IGNORECASE)


class TableUnreadable(ValueError):
    """The file as a whole cannot be used: the message says what to do, `field` the column it is about, if any."""

    def __init__(self, message: str, field: str = "file") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row: its number, and its cells by column name, stripped; a column that the file lacks is absent."""

    number: int
    cells: Mapping[str, str]
    # Why the row cannot be read at all, with the column it is about.
    fault: tuple[str, str] | None = None


def _text(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    # Without its mark UTF-16 is known by the other half of a header's first letter.
    if b"\0" in data[:2]:
        return data.decode("utf-16-be" if data[0] == 0 else "utf-16-le", errors="replace")
    # A byte that is no UTF-8 spoils its own row only.
    return data.decode("utf-8-sig", errors="surrogateescape")


def _name(header: str) -> str:
    return header.strip().lower().replace(" ", "_").replace("-", "_")


class Table:
    """A table's columns and rows.

    Raises:
        TableUnreadable: no header, a column twice, or a required column missing.
    """

    def __init__(self, data: bytes, *, required: frozenset[str], known: frozenset[str]) -> None:
        text = _text(data)
        separator = _SEPARATOR_LINE.match(text)
        self._text = text if separator is None else text[separator.end() :]
        first_line = self._text.lstrip().split("\n", 1)[0]
        if not first_line:
            raise TableUnreadable("The file is empty. Its first row must name the columns.")
        self._delimiter = max(",;\t", key=first_line.count) if separator is None else separator[1]
        self._header_number, header = next(
            ((number, record) for number, record in self._records() if any(cell.strip() for cell in record)), (1, [])
        )
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

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(io.StringIO(self._text.replace("\0", "\ufffd"), newline=""), delimiter=self._delimiter)
        yield from enumerate(reader, start=1)

    def __iter__(self) -> Iterator[RawRow]:
        for number, record in self._records():
            if number <= self._header_number or not any(cell.strip() for cell in record):
                continue
            yield self._row(number, record)

    def _row(self, number: int, record: list[str]) -> RawRow:
        if len(record) > len(self.columns) and any(cell.strip() for cell in record[len(self.columns) :]):
            counts = f"has {len(record)} cells, the header {len(self.columns)}"
            mend = f"put quotation marks around a cell with {self._delimiter!r} in it"
            return RawRow(number, {}, ("row", f"{counts}; {mend}"))
        cells: dict[str, str] = {}
        for name, cell in zip(self.columns, record, strict=False):
            if any("\udc80" <= char <= "\udcff" for char in cell) or "\ufffd" in cell:
                return RawRow(number, {}, (name, "is not UTF-8; save the file as 'CSV UTF-8'"))
            # A cell that is closed has its quotation mark after it.
            if len(cell) > LONGEST_CELL or ("\n" in cell and self._text.endswith(cell)):
                return RawRow(
                    number, {}, (name, "goes on over many lines; look for a quotation mark that is not closed")
                )
            cells[name] = cell.strip()
        for name in self.columns[len(record) :]:
            cells[name] = ""
        return RawRow(number, cells)
