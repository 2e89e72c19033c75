"""Yes, no and their signs, in every language that people here write, also in Latin letters.

Whole answers only: "ja" says yes to an open question, "ja maar" is words for somebody to read.
"""

from collections.abc import Iterable
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
