"""A word's consonants in one alphabet, so that a word is the same word in whatever script it is typed.

Who has no keyboard for their language writes it in Latin letters, each in their own way: مریض is mariz, mareez, maryd.
The vowels are guesses; most of the consonants are not. What sounds alike to somebody (s and sh, d and z, k and q) is
one.
"""

from __future__ import annotations

import re
from typing import Final

_LATIN: Final = {
    "b": "b", "c": "j", "d": "d", "f": "f", "g": "g", "j": "j", "k": "k", "l": "l", "m": "m", "n": "n", "p": "p",
    "q": "k", "r": "r", "s": "s", "t": "t", "x": "x", "z": "d",
}  # fmt: skip
_TWO_LETTERS: Final = {
    "sh": "s",
    "ch": "j",
    "kh": "x",
    "gh": "g",
    "zh": "j",
    "dh": "d",
    "th": "s",
    "ts": "s",
    "ph": "f",
}
_ARABIC: Final = {
    "ب": "b", "پ": "p", "ت": "t", "ط": "t", "ث": "s", "ج": "j", "چ": "j", "خ": "x", "د": "d", "ذ": "d", "ض": "d",
    "ظ": "d", "ز": "d", "ژ": "j", "ر": "r", "س": "s", "ص": "s", "ش": "s", "غ": "g", "گ": "g", "ف": "f", "ق": "k",
    "ك": "k", "ل": "l", "م": "m", "ن": "n",
}  # fmt: skip
_CYRILLIC: Final = {
    "б": "b", "г": "g", "ґ": "g", "д": "d", "ж": "j", "з": "d", "к": "k", "л": "l", "м": "m", "н": "n", "п": "p",
    "р": "r", "с": "s", "т": "t", "ф": "f", "х": "x", "ц": "s", "ч": "j", "ш": "s", "щ": "s",
}  # fmt: skip
#: A series of Ethiopic letters, one consonant with each vowel, begins at these code points.
_ETHIOPIC: Final = {
    0x1208: "l", 0x1218: "m", 0x1220: "s", 0x1228: "r", 0x1230: "s", 0x1238: "s", 0x1240: "k", 0x1248: "k",
    0x1250: "k", 0x1260: "b", 0x1270: "t", 0x1278: "j", 0x1290: "n", 0x1298: "n", 0x12A8: "k", 0x12B0: "k",
    0x12B8: "k", 0x12D8: "d", 0x12E0: "j", 0x12F0: "d", 0x1300: "j", 0x1308: "g", 0x1310: "g", 0x1320: "t",
    0x1328: "j", 0x1330: "p", 0x1338: "s", 0x1340: "s", 0x1348: "f", 0x1350: "p",
}  # fmt: skip
_SERIES: Final = 8


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {ord(letter): sound for letter, sound in {**_LATIN, **_ARABIC, **_CYRILLIC}.items()}
    for start, sound in _ETHIOPIC.items():
        table |= {start + form: sound for form in range(_SERIES)}
    return table


_TABLE: Final = _table()
_DIGRAPH: Final = re.compile("|".join(_TWO_LETTERS))
_OTHER: Final = re.compile(r"[^bdfgjklmnprstx]+")
_TWICE: Final = re.compile(r"(.)\1+")


def skeleton(word: str) -> str:
    """The consonants of a word that `normalise` gave, without vowels, h, v, w and y; "" where none is left."""
    sounds = _DIGRAPH.sub(lambda pair: _TWO_LETTERS[pair[0]], word).translate(_TABLE)
    return _TWICE.sub(r"\1", _OTHER.sub("", sounds))
