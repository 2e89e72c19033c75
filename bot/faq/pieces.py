"""A text as a bag of pieces of words, hashed into a fixed number of places.

Knows no language: that is its strength for languages that no embedding was trained on, and for misspellings. Words,
pairs of words that stand together or near (what is denied stands near its "not"), the n-grams of each word with its
edges marked, and each word's consonants, which are the same in whatever script it is typed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bot.faq.skeleton import skeleton
from bot.faq.words import normalise

Floats = NDArray[np.float32]
Places = NDArray[np.int32]

#: Number of places. Some hundred thousand pieces share them; most that share a place never meet in one question.
PLACES: Final = 1 << 17
_SHORTEST: Final = 2
_LONGEST: Final = 5
#: Two words are near with at most two others in between.
_NEAR: Final = 4
#: Fewer consonants stand for too many words.
_BONES: Final = 2


def pieces(text: str) -> Iterator[str]:
    """The pieces of the text: words as "w …", pairs as "p … …", near ones as "s … …", consonants as "k …"."""
    words = normalise(text).split()
    for word in words:
        yield f"w {word}"
        edged = f"^{word}$"
        for size in range(_SHORTEST, _LONGEST + 1):
            for start in range(len(edged) - size + 1):
                yield edged[start : start + size]
    for first, second in pairwise(words):
        yield f"p {first} {second}"
    for index, first in enumerate(words):
        for second in words[index + 2 : index + _NEAR]:
            yield f"s {first} {second}"
    bones = [skeleton(word) for word in words]
    for bone in bones:
        if len(bone) >= _BONES:
            yield f"k {bone}"
    for first, second in pairwise(bones):
        if len(first) + len(second) > _BONES:
            yield f"k {first} {second}"


def place(piece: str) -> int:
    """Where a piece is counted."""
    return crc32(piece.encode()) % PLACES


def bag(text: str) -> tuple[Places, Floats]:
    """The text's places and how much it has in each; not yet weighted or brought to length one."""
    counts: Counter[int] = Counter()
    for piece in pieces(text):
        counts[place(piece)] += 2 if piece.startswith("w ") else 1
    places = np.fromiter(counts, np.int32, len(counts))
    amounts = np.fromiter(counts.values(), np.float32, len(counts))
    return places, (1 + np.log(amounts)).astype(np.float32)


def rarity(bags: list[tuple[Places, Floats]]) -> Floats:
    """What a place is worth: the rarer among the texts, the more (inverse document frequency)."""
    spread = np.zeros(PLACES, np.int64)
    for places, _ in bags:
        spread[places] += 1
    return (np.log((1 + len(bags)) / (1 + spread)) + 1).astype(np.float32)


def weighted(text: str, worth: Floats) -> tuple[Places, Floats]:
    """The text's places and weights, of length one; both empty when the text has no letter or digit."""
    places, amounts = bag(text)
    weights = amounts * worth[places]
    return places, (weights / max(float(np.linalg.norm(weights)), 1e-9)).astype(np.float32)
