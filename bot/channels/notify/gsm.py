"""What an SMS is made of: two alphabets, segments, and texts put so that they fit the cheap one.

A segment is 140 octets. In the GSM 7-bit alphabet that is 160 letters, in UCS-2 (any other letter in the text, and the
whole text is UCS-2) 70; in a message of several segments 153 and 67, since each then begins with a header. Sources:
3GPP TS 23.038 section 6.2.1 (alphabet and extension table) and TS 23.040 section 9.2.3.24.1 (concatenation).
"""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these is an escape and a letter.
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
GSM = GSM_BASIC | GSM_EXTENSION


class Encoding(StrEnum):
    """How a text travels."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


_SINGLE = {Encoding.GSM7: 160, Encoding.UCS2: 70}
_SEVERAL = {Encoding.GSM7: 153, Encoding.UCS2: 67}


def encoding_of(text: str) -> Encoding:
    """GSM7 when every letter is in that alphabet, else UCS2."""
    return Encoding.GSM7 if GSM.issuperset(text) else Encoding.UCS2


def units(text: str) -> int:
    """Length in septets or UTF-16 code units, as its encoding counts."""
    encoding = encoding_of(text)
    return sum(_width(char, encoding) for char in text)


def segments(text: str) -> int:
    """How many segments a text is sent (and paid) as; 0 for an empty one.

    An escaped letter or a surrogate pair is never divided over two segments, so a text may need one more than its
    length says.
    """
    encoding = encoding_of(text)
    if (total := units(text)) <= _SINGLE[encoding]:
        return min(total, 1)
    count, room = 1, _SEVERAL[encoding]
    for char in text:
        width = _width(char, encoding)
        if width > room:
            count, room = count + 1, _SEVERAL[encoding]
        room -= width
    return count


def _width(char: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM7:
        return 2 if char in GSM_EXTENSION else 1
    return 2 if ord(char) > 0xFFFF else 1


# What typesetting puts for a sign that every telephone has.
_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′ʼʹ‹›`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("•·‣▪", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\t\v\f", " "),
        **dict.fromkeys("\u2028\u2029\x85\r", "\n"),
        "…": "...",
        "×": "x",
        "→": "->",
        "←": "<-",
    }
)
# Bidi marks, embeddings and isolates, invisible joints of words, soft hyphens, NUL and other controls. The joiners of
# Persian and Sorani spelling (U+200C, U+200D) are none of these.
_INVISIBLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
_PICTOGRAPHS = re.compile(
    "[\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff\U000e0020-\U000e007f\ufe0e\ufe0f\u20e3]+\u200d?"
)
_SEVERAL_SPACES = re.compile(r"[^\S\n]+")
_SEVERAL_LINES = re.compile(r"\n{3,}")
# Letters without a decomposition that Latin-script languages here write.
_FOLDED = str.maketrans({"ı": "i", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "œ": "oe", "Œ": "OE", "⁄": "/"})


def plain(text: str) -> str:
    """A text as an SMS can say it: no pictographs, no invisible marks, quotes and dashes of the simple kind.

    Spaces and blank lines are closed up, as Notify does, so that what is counted is what is sent.
    """
    shown = _INVISIBLE.sub("", _PICTOGRAPHS.sub("", text.translate(_TYPOGRAPHY)))
    lines = [_SEVERAL_SPACES.sub(" ", line).strip() for line in shown.split("\n")]
    return _SEVERAL_LINES.sub("\n\n", "\n".join(lines)).strip()


@lru_cache(maxsize=4096)
def folded(char: str) -> str:
    """A letter in the GSM alphabet: itself, or without its diacritics ("ş" is "s"); itself too where there is none."""
    if char in GSM:
        return char
    bare = unicodedata.normalize("NFKD", char.translate(_FOLDED))
    without = "".join(part for part in bare if not unicodedata.combining(part)).translate(_FOLDED)
    return without if without and GSM.issuperset(without) else char


def fold(text: str) -> str:
    """A text with every letter folded that can be; Turkish and Kurmanji become GSM7, Arabic stays as it is."""
    return "".join(folded(char) for char in unicodedata.normalize("NFC", text))
