"""Sorani for a voice that reads Kurmanji: Arabic letters to Kurmanji's Latin ones.

eSpeak NG has no Sorani, and spells Arabic letters out by name to its Kurmanji voice. The two are written with the same
sounds, so that a transliteration is read as words. What Sorani does not write is put in: the short vowel "i" between
consonants that nobody says together; and و and ی are vowels or consonants by what stands beside them.
"""

import re
from typing import Final

_CONSONANTS: Final = {
    "ب": "b", "پ": "p", "ت": "t", "ج": "c", "چ": "ç", "ح": "h", "خ": "x", "د": "d", "ر": "r", "ڕ": "r", "ز": "z",
    "ژ": "j", "س": "s", "ش": "ş", "ع": "", "غ": "x", "ف": "f", "ڤ": "v", "ق": "q", "ک": "k", "ك": "k", "گ": "g",
    "ل": "l", "ڵ": "l", "م": "m", "ن": "n", "ه": "h", "ھ": "h", "ئ": "", "ء": "",
}  # fmt: skip
_VOWELS: Final = {"ا": "a", "ە": "e", "ۆ": "o", "ێ": "ê"}
# Marks that are not said, and a comma and question mark that the voice knows.
_MARKS: Final = str.maketrans({"ـ": "", "\u200c": "", "\u200d": "", "\u200f": "", "،": ",", "؟": "?", "؛": ";"})
_WORD: Final = re.compile(r"[\u0600-\u06ff]+")
_IS_VOWEL: Final = frozenset("aeêioûu" + "î")
# What may end a word after a consonant without a vowel between: "kurd", "dest", "çend".
_CODAS: Final = re.compile(r"[rlnmyw][^aeêiîoûu]|[sşfx][tk]")


def to_kurmanji(text: str) -> str:
    """The text in Kurmanji's letters; what is not in Arabic script stays as it is."""
    return _WORD.sub(lambda found: _word(found[0]), text.translate(_MARKS))


def _word(word: str) -> str:
    letters: list[str] = []
    at = 0
    while at < len(word):
        char, rest = word[at], word[at + 1 :]
        if word.startswith("وو", at):
            letters.append("û")
            at += 1
        elif char in "وی":
            letters.append(_either(char, letters, rest))
        else:
            letters.append(_VOWELS.get(char, _CONSONANTS.get(char, char)))
        at += 1
    return _with_short_vowels("".join(letters))


def _either(char: str, before: list[str], rest: str) -> str:
    """A letter that is a vowel between consonants, and a consonant beside a vowel."""
    said_before = next((letter for letter in reversed(before) if letter), "")
    vowel_before = said_before[-1:] in _IS_VOWEL and bool(said_before)
    follows = rest[:1]
    vowel_follows = follows in _VOWELS or (follows in "وی" and bool(follows) and rest[1:2] not in _VOWELS)
    consonant = "w" if char == "و" else "y"
    if vowel_before or vowel_follows:
        return consonant
    if not said_before and follows and not before:
        return consonant
    return "u" if char == "و" else "î"


def _with_short_vowels(word: str) -> str:
    """The word with "i" where consonants would stand together that are not said together."""
    said = ""
    for place, char in enumerate(word):
        is_consonant = char.isalpha() and char not in _IS_VOWEL
        before = said[-1:]
        after_consonant = before.isalpha() and before not in _IS_VOWEL
        if is_consonant and after_consonant:
            starts = len(said) == 1
            ends = place == len(word) - 1
            third = len(said) > 1 and said[-2:-1].isalpha() and said[-2:-1] not in _IS_VOWEL
            if starts or third or (ends and _CODAS.fullmatch(before + char) is None and before != char):
                said += "i"
        said += char
    # A word of consonants alone ("ل"), which is said with the vowel.
    return said if any(char in _IS_VOWEL for char in said) or not said.isalpha() else said + "i"
