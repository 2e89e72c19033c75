"""Cells to values, with errors that say what is wrong and how to mend it.

What a spreadsheet or a tired hand wrote is taken where it cannot mean anything else, and said with a warning.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import TypeVar, cast
from urllib.parse import urlsplit

from storage.people.telephone import NoTelephone, read_telephone

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_NUMBER = re.compile(r"[0-9]{1,6}([.,][0-9]{1,4})?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 1, 1)
# "01-02-2026", "1.2.2026": with a dash or a dot the day stands first. With a slash it may be the month.
_DAY_FIRST = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2(\d{4})")
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:.u]([0-5]\d)(?::[0-5]\d)?")
# A spreadsheet counts days from here; five digits lie between 1954 and 2064.
_SERIAL = re.compile(r"([2-5]\d{4})(?:[.,](\d+))?")
_SERIAL_FROM = date(1899, 12, 30)


class CellFault(ValueError):
    """One cell is wrong: the field, and what to do."""

    def __init__(self, field: str, error: str) -> None:
        super().__init__(f"{field}: {error}")
        self.field = field
        self.error = error


class RowCells(dict[str, str]):
    """The cells of one row, in which all faults are gathered, so that all of them can be mended at once.

    A value that is read of a cell with a fault is a stand-in, and never used: a row with faults has no value.
    """

    def __init__(self, cells: Mapping[str, str], warn: Callable[[str, str], None], told: set[str]) -> None:
        super().__init__(cells)
        self.faults: dict[str, str] = {}
        self._warn = warn
        self._told = told

    def warn(self, field: str, warning: str) -> None:
        """Say something about this row."""
        self._warn(field, warning)

    def warn_once(self, field: str, warning: str) -> None:
        """Say something that holds for the whole column with its first row."""
        if field not in self._told:
            self._told.add(field)
            self._warn(field, warning)


def fault(cells: Mapping[str, str], field: str, error: str) -> None:
    """A fault of a cell: gathered with the row's others; of a field only the first.

    Raises:
        CellFault: where faults are not gathered.
    """
    if not isinstance(cells, RowCells):
        raise CellFault(field, error)
    cells.faults.setdefault(field, error)


def required(cells: Mapping[str, str], field: str, *, longest: int = 255) -> str:
    """A text that must be there."""
    value = text(cells, field, longest=longest)
    if not value:
        fault(cells, field, "is empty; fill it in")
    return value or ""


def text(cells: Mapping[str, str], field: str, *, longest: int = 2000) -> str | None:
    """A text, or None when the cell is empty."""
    value = cells.get(field, "")
    if not value:
        return None
    if len(value) > longest:
        fault(cells, field, f"has {len(value)} characters; at most {longest} fit")
    if not value.isprintable() and _CONTROL.search(value):
        fault(cells, field, "has a control character in it; type it again")
    return value


def day(cells: Mapping[str, str], field: str) -> date | None:
    """A date between 1900 and 2100, or None: ISO, or as people and spreadsheets write it where that is unmistakable."""
    value = cells.get(field, "")
    if not value:
        return None
    found = _iso_day(value) or _written_day(cells, field, value)
    if found is None:
        fault(cells, field, f"{value[:40]!r} is no date; write year-month-day, such as 2026-03-01")
    elif not EARLIEST <= found <= LATEST:
        fault(cells, field, f"{value!r} is too far away; look at the year")
    return found


def _iso_day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    # A day with midnight behind it is how databases and spreadsheets write a day.
    return found.date() if found.time() == time() else None


def _written_day(cells: Mapping[str, str], field: str, value: str) -> date | None:
    serial = _SERIAL.fullmatch(value)
    if serial is not None:
        found = _SERIAL_FROM + timedelta(days=int(serial[1]))
        if int(serial[2] or 0):
            return None
        _read_as(cells, field, f"a spreadsheet's number of a day ({value} = {found.isoformat()})")
        return found
    parts = _DAY_FIRST.fullmatch(value)
    if parts is None:
        return None
    first, second, year = int(parts[1]), int(parts[3]), int(parts[4])
    if parts[2] == "/" and first <= 12 and second <= 12 and first != second:
        return None
    if parts[2] == "/" and second > 12:
        first, second = second, first
    try:
        found = date(year, second, first)
    except ValueError:
        return None
    _read_as(cells, field, f"day-month-year ({value} = {found.isoformat()})")
    return found


def _read_as(cells: Mapping[str, str], field: str, what: str) -> None:
    if isinstance(cells, RowCells):
        cells.warn_once(field, f"was read as {what}, and others of this column alike; year-month-day is sure")


def moment(cells: Mapping[str, str], field: str) -> datetime | None:
    """A date and time; without a zone it is local time, and naive here."""
    value = cells.get(field, "")
    if not value:
        return None
    found = _written_moment(cells, field, value)
    if found is None:
        fault(cells, field, f"{value[:40]!r} is no date and time; write 2026-03-01 14:00")
    elif len(value) <= len("2026-03-01") and not any(mark in value for mark in ":.,"):
        fault(cells, field, f"{value!r} has no time; write 2026-03-01 14:00")
    elif not EARLIEST <= found.date() <= LATEST:
        fault(cells, field, f"{value!r} is too far away; look at the year")
    return found


def _written_moment(cells: Mapping[str, str], field: str, value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        pass
    serial = _SERIAL.fullmatch(value)
    if serial is not None:
        minutes = round(float(f"0.{serial[2] or 0}") * 24 * 60)
        found = datetime.combine(_SERIAL_FROM + timedelta(days=int(serial[1])), time()) + timedelta(minutes=minutes)
        _read_as(cells, field, f"a spreadsheet's number of a time ({value} = {found:%Y-%m-%d %H:%M})")
        return found
    on, _, at = value.replace("T", " ").partition(" ")
    clock = _CLOCK.fullmatch(at.strip())
    found_on = _iso_day(on) or _written_day(cells, field, on)
    if clock is None or found_on is None:
        return None
    return datetime.combine(found_on, time(int(clock[1]), int(clock[2])))


def word(cells: Mapping[str, str], field: str, vocabulary: type[E]) -> E | None:
    """A word of a vocabulary, without regard to case, or None."""
    value = cells.get(field, "").lower()
    if not value:
        return None
    found = _members(vocabulary).get(value)
    if found is None:
        fault(cells, field, f"{value[:40]!r} is not known; use one of: {words_of(vocabulary)}")
    return cast("E | None", found)


@cache
def _members(vocabulary: type[StrEnum]) -> Mapping[str, StrEnum]:
    """Looked up in each row of a file; asking the vocabulary itself takes ten times as long."""
    return {member.value: member for member in vocabulary}


def words_of(vocabulary: type[StrEnum]) -> str:
    """The words of a vocabulary, for people."""
    return ", ".join(member.value for member in vocabulary)


def required_word(cells: Mapping[str, str], field: str, vocabulary: type[E]) -> E:
    """A word of a vocabulary that must be there."""
    found = word(cells, field, vocabulary)
    if found is None:
        fault(cells, field, f"is empty; use one of: {words_of(vocabulary)}")
    return found or next(iter(vocabulary))


def yes_or_no(cells: Mapping[str, str], field: str, default: bool) -> bool:
    """yes or no (also ja/nee, true/false, 1/0); empty = the default."""
    value = cells.get(field, "").lower()
    if not value:
        return default
    if value in ("yes", "ja", "true", "1", "y", "j", "waar"):
        return True
    if value not in ("no", "nee", "false", "0", "n", "onwaar"):
        fault(cells, field, f"{value[:40]!r} is neither yes nor no")
    return False


def whole_number(cells: Mapping[str, str], field: str, *, most: int) -> int | None:
    """A whole number from 0 to `most`, or None."""
    value = cells.get(field, "")
    if not value:
        return None
    if not value.isascii() or not value.isdecimal() or int(value[:9]) > most or len(value) > 9:
        fault(cells, field, f"{value[:40]!r} is no whole number from 0 to {most}")
        return None
    return int(value)


def number(cells: Mapping[str, str], field: str, *, most: int) -> float | None:
    """A number from 0 to `most`, with a comma or a point before what is less than one; or None."""
    value = cells.get(field, "")
    if not value:
        return None
    if not _NUMBER.fullmatch(value) or (found := float(value.replace(",", "."))) > most:
        fault(cells, field, f"{value[:40]!r} is no number from 0 to {most}; write 12 or 7,5")
        return None
    return found


def phone(cells: Mapping[str, str], field: str) -> str | None:
    """A telephone number in international form (E.164); without a country code it is Dutch."""
    value = cells.get(field, "")
    if not value:
        return None
    try:
        found = read_telephone(value)
    except NoTelephone as error:
        fault(cells, field, str(error))
        return None
    if isinstance(cells, RowCells):
        if found.mended:
            cells.warn(field, f"was taken as {found.number[:4]}…{found.number[-2:]}; is that right?")
        if not found.takes_sms:
            cells.warn(field, "is no mobile number: no SMS can be sent to it")
    return found.number


def email(cells: Mapping[str, str], field: str) -> str | None:
    """An e-mail address in lower case, or None."""
    value = cells.get(field, "").lower()
    if value and (not _EMAIL.fullmatch(value) or len(value) > 254):
        fault(cells, field, "is no e-mail address; write name@example.org")
    return value or None


def web_address(cells: Mapping[str, str], field: str) -> str | None:
    """A web address (http or https), or None."""
    value = cells.get(field, "")
    if not value:
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    has_space = any(char.isspace() for char in value)
    if parts.scheme not in ("http", "https") or not parts.hostname or has_space or len(value) > 2000:
        fault(cells, field, "is no web address; write https://…")
    return value


def converted(cells: Mapping[str, str], field: str, convert: Callable[[str], T | None], hint: str) -> T:
    """A value that `convert` makes of the cell; None from it is a fault with `hint`."""
    value = required(cells, field)
    found = convert(value) if value else None
    if found is None:
        fault(cells, field, f"{value[:40]!r} is not known; {hint}")
    # None only where a fault was gathered, and then the row has no value.
    return cast(T, found)
