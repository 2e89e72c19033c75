"""Telephone numbers in texts: where they stand and how they are dialled, so that a tap calls them.

Numbers in the Dutch or the international form, in any digits, and the short emergency numbers of the Netherlands
(phonenumbers knows which). Dates, times, amounts and counts are no telephone numbers.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

_REGION: Final = "NL"
# A number of nine digits and more, however it is written, or three alone.
_MAY_HAVE_ONE: Final = re.compile(r"\d(?:[\s()./\u2010-\u2015-]{0,3}\d){6,}|(?<!\d)\d{3}(?!\d)")
_SHORT: Final = re.compile(r"(?<![\d.,:/€$+-])(?<![\d€$] )\d{3}(?![\d%:/€-]|[.,]\d)")
#: Named by our own texts beside those that the state names emergency numbers.
_HELP_LINES: Final = frozenset({"113"})


class Dialled(NamedTuple):
    """A number at text[start:end]; `dial` is what a telephone dials."""

    start: int
    end: int
    dial: str


def telephones_in(text: str) -> list[Dialled]:
    """The telephone numbers of a text, in order."""
    if not _MAY_HAVE_ONE.search(text):
        return []
    return list(_found(text))


def with_country(text: str) -> str:
    """The text with its numbers in the international form ("035 528 1911" as +31355281911): chats make those, and only
    those, numbers that a tap calls. What is not reached from abroad (112, 0800) stays as it is.
    """
    for one in reversed(telephones_in(text)):
        if one.dial.startswith("+"):
            text = text[: one.start] + one.dial + text[one.end :]
    return text


@lru_cache(maxsize=512)
def _found(text: str) -> tuple[Dialled, ...]:
    # Asked of few messages: the numbering plans of the world are read when the first number comes.
    from phonenumbers import (
        Leniency,
        PhoneNumberFormat,
        PhoneNumberMatcher,
        PhoneNumberType,
        format_number,
        number_type,
    )
    from phonenumbers.shortnumberinfo import connects_to_emergency_number

    found = []
    for match in PhoneNumberMatcher(text, _REGION, leniency=Leniency.VALID):
        free = (PhoneNumberType.TOLL_FREE, PhoneNumberType.SHARED_COST, PhoneNumberType.PREMIUM_RATE)
        if number_type(match.number) in free:
            # 0800 and 0900 are not reached from abroad, nor in the international form from every telephone here.
            dial = "".join(filter(str.isdigit, format_number(match.number, PhoneNumberFormat.NATIONAL)))
        else:
            dial = format_number(match.number, PhoneNumberFormat.E164)
        found.append(Dialled(match.start, match.end, dial))
    taken = [(one.start, one.end) for one in found]
    for short in _SHORT.finditer(text):
        digits = "".join(str(int(digit)) for digit in short[0])
        is_free = not any(start <= short.start() < end for start, end in taken)
        if is_free and (digits in _HELP_LINES or connects_to_emergency_number(digits, _REGION)):
            found.append(Dialled(short.start(), short.end(), digits))
    return tuple(sorted(found))
