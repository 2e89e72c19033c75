"""Yes, no and their signs, in every language that people here write, also in Latin letters.

Whole answers only: "ja" says yes to an open question, "ja maar" is words for somebody to read. And numbers, in any
digits, as people write them before the choice that they mean.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_YES: Final = (
    # nl, en, fr
    "ja jaa jawel oké oke ok okay okee goed prima akkoord graag klopt zeker jazeker yes yeah yep sure fine correct "
    "oui ouais d’accord d'accord daccord volontiers "
    # ar, with how it is typed in Latin letters
    "نعم اي ايه أيوه ايوه ايوا اه تمام ماشي حسنا حسناً طيب موافق اكيد أكيد اوك اوكي na3am aywa tamam "
    # ti, am
    "እወ ሕራይ ጽቡቕ ኦኬ አዎ አዎን እሺ ጥሩ ኦኬይ ewe hray awo ishi eshi "
    # tr, ku, ckb
    "evet olur tamam peki tabii elbette erê belê baş başe temam باشە بەڵێ ئەرێ بەلێ "
    # fa, fa_AF, ps
    "بله آره اره باشه حتما چشم درسته بلی خوب صحیح هو سمه سمده bale baleh areh wo ho "
    # so, uk, ru
    "haa haah hagaag waayahay так добре гаразд авжеж угу да ага хорошо ладно конечно окей tak dobre da"
)
_NO: Final = (
    "nee neen no nope nah non "
    "لا لأ كلا لاء la la2 "
    "ኣይፋል አይ አይደለም አይሆንም ኣይኮነን aykonen ayfal aydelem "
    "hayır hayir olmaz yok nexêr nexer نا نەخێر نەء "
    "نه نخیر نی na nakheyr "
    "maya may ні нет ni nyet net"
)
_SIGNS_YES: Final = "👍👌✅☑✔🆗🙆👏💯"
_SIGNS_NO: Final = "👎❌✖🚫🙅⛔"
# Of more than one word, which the lists above cannot hold.
_LONGER_YES: Final = ("waa hagaag", "bien sûr", "is goed", "dat is goed", "d accord", "ده ښه", "سمه ده", "اي نعم")
_LONGER_NO: Final = ("liever niet", "nee hoor", "no thanks", "nee bedankt", "نه خیر")
_MARKS: Final = "\ufe0f\u200d🏻🏼🏽🏾🏿"


def _known(words: str, longer: Iterable[str]) -> frozenset[str]:
    return frozenset({*(word.casefold() for word in words.split()), *longer})


_YES_WORDS: Final = _known(_YES, _LONGER_YES)
_NO_WORDS: Final = _known(_NO, _LONGER_NO)


def sign_says(text: str) -> bool | None:
    """Whether signs alone say yes (True) or no (False); None for any others, and for words."""
    signs = {char for char in text.strip() if char not in _MARKS and not char.isspace()}
    if not signs:
        return None
    if signs <= set(_SIGNS_YES):
        return True
    return False if signs <= set(_SIGNS_NO) else None


def word_says(plain: str) -> bool | None:
    """Whether words (without capitals and points) are a yes (True) or a no (False) and nothing else; None otherwise."""
    if plain in _YES_WORDS:
        return True
    return False if plain in _NO_WORDS else None


# What stands around a number: "1.", "(1)", "#1", "1 =", "nr. 1" is words already.
_AROUND = " \t\r\n.,:;)(=#!-"


def number_in_text(text: str) -> int | None:
    """The number that a text is, in any digits (Arabic, Persian, Ge'ez, a keycap), with or without a full stop.

    None for any other text. Marks that are not seen, as Arabic keyboards write them, do not count.
    """
    if len(text) > 40:
        return None
    shown = "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Mn", "Me")).strip(_AROUND)
    digits = [unicodedata.digit(char, -1) for char in shown]
    if not 0 < len(digits) <= 2 or -1 in digits:
        return None
    return int("".join(str(digit) for digit in digits))


def plain(text: str) -> str:
    """Words only, so that an icon, a full stop or capitals make no difference."""
    return " ".join("".join(char if char.isalnum() else " " for char in text.casefold()).split())


@dataclass(frozen=True, slots=True)
class Numbered:
    """A text that begins with the number of a choice; `words` is what else it says.

    `alone`: nothing else stands on the number's line. `marked`: a mark sets it apart ("1, but later").
    """

    number: int
    words: str = ""
    alone: bool = False
    marked: bool = False


# A number with a mark behind it ("1.", "1)", "1 =", "1, "), or a bare one, and words.
_NUMBER_AND_WORDS = re.compile(
    r"[(#]*(?P<number>[^\s=.:;,)\-–]{1,4})(?:(?P<mark>\s*[=.:;,)\-–]+)\s*|\s+)(?P<words>\D.*)"
)


def numbered(text: str) -> Numbered | None:
    """The number that a text answers with: "1", "1 = Ik kom", "1, but later", or "1" on the first line of more.

    A number that is part of a sentence ("2 maart kan ik niet", "10:30") is no answer; whether words behind a number are
    those of its choice is for who knows the choices.
    """
    first, _, rest = text.strip().partition("\n")
    number = number_in_text(first)
    if number is not None:
        return Numbered(number, rest.strip(), alone=True)
    found = _NUMBER_AND_WORDS.fullmatch(first.strip())
    number = number_in_text(found["number"]) if found is not None else None
    if found is None or number is None:
        return None
    return Numbered(number, f"{found['words']}\n{rest}".strip(), marked=found["mark"] is not None)
