"""Somali for a voice that knows its sounds: letters to the phonemes of eSpeak NG's Arabic table.

eSpeak NG has no Somali. Somali is written as it is said, and all its sounds are among the Arabic voice's, the two
throat sounds (x, c) and the deep q with them; only dh, which is said with the tongue bent back, comes out as d.
"""

import re
from typing import Final

# By spelling, the longest first; the phonemes are eSpeak's mnemonics (phsource/ph_arabic).
_SOUNDS: Final = {
    "aa": "a:", "ee": "e:", "ii": "i:", "oo": "o:", "uu": "u:", "dh": "d", "kh": "X", "sh": "S", "rr": "RR",
    "a": "a", "e": "e", "i": "i", "o": "o", "u": "u", "b": "b", "c": "A", "d": "d", "f": "f", "g": "g", "h": "h",
    "j": "dZ", "k": "k", "l": "l", "m": "m", "n": "n", "p": "p", "q": "q", "r": "R", "s": "s", "t": "t", "v": "v",
    "w": "w", "x": "H", "y": "j", "z": "z", "'": "?", "’": "?",
}  # fmt: skip
_VOWELS: Final = frozenset("aeiou")
_WORD: Final = re.compile(r"[a-z]+(?:['’][a-z]+)*", re.IGNORECASE)


def to_phonemes(text: str) -> str:
    """The text as phonemes for eSpeak ([[…]]), word by word; marks between words stay.

    Raises:
        KeyError: a letter that Somali does not have.
    """
    return _WORD.sub(lambda found: f"[[{_phonemes(found[0].casefold())}]]", text.replace("-", " "))


def _phonemes(word: str) -> str:
    sounds: list[str] = []
    at = 0
    while at < len(word):
        pair = word[at : at + 2]
        spelled = pair if pair in _SOUNDS else word[at]
        sounds.append(_SOUNDS[spelled])
        at += len(spelled)
    vowels = [place for place, sound in enumerate(sounds) if sound[0] in _VOWELS]
    if vowels:
        # The last but one carries the tone of most words.
        stressed = vowels[-2] if len(vowels) > 1 else vowels[0]
        sounds[stressed] = f"'{sounds[stressed]}"
    return "".join(sounds)
