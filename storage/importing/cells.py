"""Cells to values, with errors that say what is wrong and how to mend it."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

import phonenumbers

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
SHORTEST_NUMBER = 1_000_000
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 1, 1)


class CellFault(ValueError):
    """One cell is wrong: the field, and what to do."""

    def __init__(self, field: str, error: str) -> None:
        super().__init__(f"{field}: {error}")
        self.field = field
        self.error = error


def required(cells: Mapping[str, str], field: str, *, longest: int = 255) -> str:
    """A text that must be there."""
    value = text(cells, field, longest=longest)
    if not value:
        raise CellFault(field, "is empty; fill it in")
    return value


def text(cells: Mapping[str, str], field: str, *, longest: int = 2000) -> str | None:
    """A text, or None when the cell is empty."""
    value = cells.get(field, "")
    if len(value) > longest:
        raise CellFault(field, f"has {len(value)} characters; at most {longest} fit")
    if _CONTROL.search(value):
        raise CellFault(field, "has a control character in it; type it again")
    return value or None


def day(cells: Mapping[str, str], field: str) -> date | None:
    """An ISO date between 1900 and 2100, or None."""
    value = cells.get(field, "")
    if not value:
        return None
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise CellFault(field, f"{value[:40]!r} is no date; write year-month-day, such as 2026-03-01") from None
    if not EARLIEST <= found <= LATEST:
        raise CellFault(field, f"{value!r} is too far away; look at the year")
    return found


def moment(cells: Mapping[str, str], field: str) -> datetime | None:
    """A date and time; without a zone it is local time, and naive here."""
    value = cells.get(field, "")
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise CellFault(field, f"{value[:40]!r} is no date and time; write 2026-03-01 14:00") from None
    if len(value) <= len("2026-03-01"):
        raise CellFault(field, f"{value!r} has no time; write 2026-03-01 14:00")
    if not EARLIEST <= found.date() <= LATEST:
        raise CellFault(field, f"{value!r} is too far away; look at the year")
    return found


def word(cells: Mapping[str, str], field: str, vocabulary: type[E]) -> E | None:
    """A word of a vocabulary, without regard to case, or None."""
    value = cells.get(field, "").lower()
    if not value:
        return None
    try:
        return vocabulary(value)
    except ValueError:
        words = ", ".join(member.value for member in vocabulary)
        raise CellFault(field, f"{value[:40]!r} is not known; use one of: {words}") from None


def yes_or_no(cells: Mapping[str, str], field: str, default: bool) -> bool:
    """yes or no (also ja/nee, true/false, 1/0); empty = the default."""
    value = cells.get(field, "").lower()
    if not value:
        return default
    if value in ("yes", "ja", "true", "1", "y", "j"):
        return True
    if value in ("no", "nee", "false", "0", "n"):
        return False
    raise CellFault(field, f"{value[:40]!r} is neither yes nor no")


def whole_number(cells: Mapping[str, str], field: str, *, most: int) -> int | None:
    """A whole number from 0 to `most`, or None."""
    value = cells.get(field, "")
    if not value:
        return None
    if not value.isascii() or not value.isdecimal() or int(value[:9]) > most or len(value) > 9:
        raise CellFault(field, f"{value[:40]!r} is no whole number from 0 to {most}")
    return int(value)


def phone(cells: Mapping[str, str], field: str) -> str | None:
    """A telephone number in international form (E.164); without a country code it is Dutch."""
    value = cells.get(field, "")
    if not value:
        return None
    try:
        number = phonenumbers.parse(value, "NL")
    except phonenumbers.NumberParseException:
        raise CellFault(field, "is no telephone number; write 0612345678 or +31612345678") from None
    # Short service numbers are "possible" for the library, and nobody's telephone.
    if not phonenumbers.is_possible_number(number) or (number.national_number or 0) < SHORTEST_NUMBER:
        raise CellFault(field, "has too few or too many digits; write 0612345678 or +31612345678")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email(cells: Mapping[str, str], field: str) -> str | None:
    """An e-mail address in lower case, or None."""
    value = cells.get(field, "").lower()
    if value and (not _EMAIL.fullmatch(value) or len(value) > 254):
        raise CellFault(field, "is no e-mail address; write name@example.org")
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
        raise CellFault(field, "is no web address; write https://…")
    return value


def converted(cells: Mapping[str, str], field: str, convert: Callable[[str], T | None], hint: str) -> T:
    """A value that `convert` makes of the cell; None from it is a fault with `hint`."""
    value = required(cells, field)
    found = convert(value)
    if found is None:
        raise CellFault(field, f"{value[:40]!r} is not known; {hint}")
    return found
