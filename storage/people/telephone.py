"""Telephone numbers as people and spreadsheets write them: what is surely meant, and what is not one.

Without a country code a number is Dutch. A number is mended only when nothing else can be meant; one that a spreadsheet
spoilt beyond that is refused, for a reminder to a wrong number is read by somebody else.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

HOW: Final = "write 0612345678 or +31612345678"
# "3,16123E+10": the last digits are gone.
_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?[eE]\+?\d{1,2}")
# "31612345678.0": a spreadsheet's number. What begins with a zero was never one.
_FLOAT = re.compile(r"([1-9]\d{8,14})[.,]0+")
_MARKS = frozenset("+()-./ ")


class NoTelephone(ValueError):
    """It is no telephone number; the message says why and what to do, and never holds the number."""


@dataclass(frozen=True, slots=True)
class Telephone:
    """A number in international form (E.164). `mended` = it was not written as a number is, but cannot mean another."""

    number: str
    takes_sms: bool
    mended: bool


def read_telephone(text: str) -> Telephone:
    """The number that a text is.

    Raises:
        NoTelephone: with the reason.
    """
    # Its tables take a while to load: what reads no numbers starts without them.
    import phonenumbers
    from phonenumbers import PhoneNumberType as Kind

    written = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    written = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in written.strip(" '"))
    if _SCIENTIFIC.fullmatch(written):
        raise NoTelephone(f"lost its last digits in a spreadsheet; make the column text, and {HOW}")
    as_float = _FLOAT.fullmatch(written)
    if as_float is not None:
        written = as_float[1]
    if any(char.isalpha() for char in written):
        raise NoTelephone(f"is no telephone number, for it has a letter in it; {HOW}")
    if not all(char.isdigit() or char in _MARKS for char in written):
        raise NoTelephone(f"is no telephone number; {HOW}")
    if len([part for part in written.split("/") if sum(map(str.isdigit, part)) >= 9]) > 1:
        raise NoTelephone("holds two numbers; keep the one that reaches the person")
    try:
        number = phonenumbers.parse(written, "NL")
    except phonenumbers.NumberParseException:
        raise NoTelephone(f"is no telephone number; {HOW}") from None
    if not phonenumbers.is_valid_number(number):
        raise NoTelephone(_why_not(number, written))
    kind = phonenumbers.number_type(number)
    if kind in (Kind.PREMIUM_RATE, Kind.SHARED_COST, Kind.TOLL_FREE):
        raise NoTelephone(f"is a service number, and nobody's telephone; {HOW}")
    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    takes_sms = kind in (Kind.MOBILE, Kind.FIXED_LINE_OR_MOBILE, Kind.PAGER)
    return Telephone(found, takes_sms, written[:1] not in ("+", "0", "("))


def _why_not(number: "PhoneNumber", written: str) -> str:
    digits = sum(map(str.isdigit, written))
    if number.country_code != 31:
        return f"is no number of its country; look at its digits, or {HOW}"
    wanted = 10 if written.startswith("0") and not written.startswith("00") else 9
    have = digits if wanted == 10 else len(str(number.national_number))
    if have == wanted:
        return f"is no Dutch number, for none begins so; look at its digits, or {HOW}"
    return f"has {'too few' if have < wanted else 'too many'} digits ({have}, a Dutch number has {wanted}); {HOW}"
