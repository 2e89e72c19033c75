"""A text as a bag of pieces of words, hashed into a fixed number of places.

Knows no language: that is its strength for languages that no embedding was trained on, and for misspellings. Words,
pairs of neighbouring words, and the n-grams of each word with its edges marked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bot.faq.words import normalise

Floats = NDArray[np.float32]
Places = NDArray[np.int32]

#: Number of places. A hundred thousand pieces share them; most that share a place never meet in one question.
PLACES: Final = 1 << 16
_SHORTEST: Final = 2
_LONGEST: Final = 5


def pieces(text: str) -> Iterator[str]:
    """The pieces of the text, words as "w …" and pairs as "p … …"."""
    words = normalise(text).split()
    for word in words:
        yield f"w {word}"
        edged = f"^{word}$"
        for size in range(_SHORTEST, _LONGEST + 1):
            for start in range(len(edged) - size + 1):
                yield edged[start : start + size]
    for first, second in pairwise(words):
        yield f"p {first} {second}"


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
