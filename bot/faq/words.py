"""Makes different spellings of the same text alike, before anything is compared.

People type on phones, in a hurry, in dialect, with or without accents, in the script that the keyboard offers. Every
rule here folds a difference that carries no meaning for us; both the known phrasings and the questions pass through.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Longer texts are cut: a question says what it wants early on, and the time a question takes must have a bound.
MAX_CHARACTERS: Final = 400

_ARABIC: Final = {
    # Letters that keyboards of different languages write differently: Arabic, Persian, Pashto, Sorani.
    "ى": "ي", "ی": "ي", "ې": "ي", "ۍ": "ي", "ێ": "ي", "ے": "ي", "ئ": "ي",
    "ک": "ك", "ڪ": "ك", "ګ": "گ", "ة": "ه", "ە": "ه", "ھ": "ه", "ہ": "ه", "ۀ": "ه", "ۂ": "ه", "ۃ": "ه",
    "ؤ": "و", "ۆ": "و", "ۇ": "و", "ۊ": "و", "ڵ": "ل", "ڕ": "ر", "ړ": "ر", "ډ": "د", "ټ": "ت", "ڼ": "ن", "ښ": "ش",
    "ږ": "ژ", "څ": "چ", "ځ": "ز", "ٱ": "ا",
}  # fmt: skip
_LATIN: Final = {
    "ı": "i", "ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "đ": "d", "ŋ": "n",
    "’": "", "'": "", "ʼ": "", "‘": "", "`": "", "´": "", "ʿ": "", "ʾ": "",
}  # fmt: skip
_NOTHING: Final = dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u0640", "")

# Ge'ez series that sound alike and are written at will (ሀ ሐ ኀ ኸ, ሰ ሠ, አ ዐ, ጸ ፀ; Tigrinya ቐ beside ቀ): series
# start → the start it is folded into. A series has eight forms, one a vowel.
_GEEZ_SERIES: Final = {
    0x1210: 0x1200, 0x1280: 0x1200, 0x1220: 0x1230, 0x12D0: 0x12A0, 0x1340: 0x1338, 0x1250: 0x1240, 0x12B8: 0x12A8,
}  # fmt: skip
#: After the series are folded, the first and fourth form of h and of the glottal stop are the same sound.
_GEEZ_FORMS: Final = {0x1203: 0x1200, 0x12A3: 0x12A0}
# Labialised series (ቈ, ኰ, ጐ …), which Eritreans write or leave at will: start → the plain series. The first form is
# written as the plain one with o (ቈልዓ, ቆልዓ), the third and the sixth as the one with u (ኵሉ, ኩሉ).
_GEEZ_LABIALISED: Final = {
    0x1248: 0x1240, 0x1258: 0x1240, 0x1288: 0x1200, 0x12B0: 0x12A8, 0x12C0: 0x12A8, 0x1310: 0x1308,
}  # fmt: skip


def _table() -> dict[int, str]:
    table = {ord(key): value for key, value in {**_ARABIC, **_LATIN, **_NOTHING}.items()}
    for start, target in _GEEZ_SERIES.items():
        for form in range(8):
            table[start + form] = chr(_GEEZ_FORMS.get(target + form, target + form))
    table.update({form: chr(target) for form, target in _GEEZ_FORMS.items()})
    for start, target in _GEEZ_LABIALISED.items():
        table |= {start: chr(target + 6), start + 2: chr(target + 1), start + 5: chr(target + 1)}
    return table


_TABLE: Final = _table()
_NO_WORD: Final = re.compile(r"[\W_]+")
_REPEATED: Final = re.compile(r"([^\W\d])\1{2,}")
# A digit inside a Latin word stands for an Arabic sound (7abibi, ma3loumat); B1, A2 and 12u do not.
_ARABIZI: Final = re.compile(r"\b(?=[a-z0-9]*[a-z]{2})(?=[a-z0-9]*[235679])[a-z]*[a-z0-9]*\b")
_ARABIZI_SOUND: Final = str.maketrans({"2": "", "3": "a", "5": "kh", "6": "t", "7": "h", "9": "q", "8": "gh"})
# Of 432 texts with laughter one is a cry for help, of all others every fourth.
_LAUGHTER: Final = re.compile(
    r"[😂🤣😅😆😹😁😄🤪😜😝🙈]"
    r"|(?<![^\W\d_])(?:(?:h[aeiy]){2,}h?|а?х[аеи](?:х[аеи]?)+|h{3,}|ه{3,}|(?:ها){2,}|خ{3,}|ሃ{2,}|lo+l+|lmf?ao|mdr+|ptdr+|k{3,})"
    r"(?![^\W\d_])"
)
_NUMBER_FIRST: Final = re.compile(r"\d+(u|uur|h|x|e|de|ste|jaar|min)?$|[a-z]\d+$")


def normalise(text: str, most: int = MAX_CHARACTERS) -> str:
    """Words of the text in one spelling, separated by single spaces; "" when there is no letter or digit in it.

    What comes after `most` characters is left out.
    """
    folded = unicodedata.normalize("NFKC", text[:most]).lower()
    bare = "".join(c for c in unicodedata.normalize("NFD", folded) if unicodedata.category(c) != "Mn")
    bare = unicodedata.normalize("NFC", bare).translate(_TABLE)
    bare = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in bare)
    bare = _NO_WORD.sub(" ", _REPEATED.sub(r"\1", bare)).strip()
    return _ARABIZI.sub(_sound_out, bare)


def laughs(text: str) -> bool:
    """Whether there is laughter in it: a face that laughs, or "haha", "ههه", "хаха", "mdr"."""
    return _LAUGHTER.search(text[:MAX_CHARACTERS].lower()) is not None


def _sound_out(match: re.Match[str]) -> str:
    word = match[0]
    return word if _NUMBER_FIRST.match(word) else word.translate(_ARABIZI_SOUND)
