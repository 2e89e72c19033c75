"""Likeness of texts by the pieces of words they share (TF-IDF over words, pairs of words and character n-grams).

Knows no language: that is its strength for languages no model was trained on, and for misspellings. An inverted index
of numpy arrays; a question takes about a millisecond against eleven thousand phrasings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.faq.words import normalise

Floats = NDArray[np.float32]

_SHORTEST: Final = 2
_LONGEST: Final = 5
#: A whole word says more than a piece of one.
_WORD_WEIGHT: Final = 2.0


def features(text: str) -> Iterator[str]:
    """The words of the text, its pairs of neighbouring words, and the n-grams of each word with its edges marked."""
    words = normalise(text).split()
    for word in words:
        yield f"w {word}"
        edged = f"^{word}$"
        for size in range(_SHORTEST, _LONGEST + 1):
            for start in range(len(edged) - size + 1):
                yield edged[start : start + size]
    for first, second in pairwise(words):
        yield f"p {first} {second}"


class NgramIndex:
    """An inverted index over texts that stay as they are."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.size = len(texts)
        counted = [Counter(features(text)) for text in texts]
        self._ids: dict[str, int] = {}
        for counts in counted:
            for feature in counts:
                self._ids.setdefault(feature, len(self._ids))
        rows = np.repeat(np.arange(self.size, dtype=np.int32), [len(counts) for counts in counted])
        columns = np.fromiter((self._ids[f] for counts in counted for f in counts), np.int32, len(rows))
        values = np.fromiter((self._damped(f, n) for c in counted for f, n in c.items()), np.float32, len(rows))
        spread = np.bincount(columns, minlength=len(self._ids))
        self._idf: Floats = (np.log((1 + self.size) / (1 + spread)) + 1).astype(np.float32)
        values *= self._idf[columns]
        lengths = np.sqrt(np.bincount(rows, values**2, self.size)).astype(np.float32)
        values /= np.maximum(lengths, 1e-9)[rows]
        order = np.argsort(columns, kind="stable")
        self._rows, self._values = rows[order], values[order]
        self._starts = np.concatenate(([0], np.cumsum(spread)))

    def likeness(self, text: str) -> Floats:
        """The cosine between the text and each text of the index, 0 to 1. Pieces that are new count as unlike."""
        counts = Counter(features(text))
        length = 0.0
        rows: list[NDArray[np.int32]] = []
        values: list[Floats] = []
        for feature, count in counts.items():
            weight = self._damped(feature, count)
            column = self._ids.get(feature)
            if column is None:
                length += (weight * float(np.log(1 + self.size) + 1)) ** 2
                continue
            weight *= float(self._idf[column])
            length += weight**2
            span = slice(self._starts[column], self._starts[column + 1])
            rows.append(self._rows[span])
            values.append((self._values[span] * weight).astype(np.float32))
        if not rows:
            return np.zeros(self.size, np.float32)
        scores = np.bincount(np.concatenate(rows), np.concatenate(values), self.size)
        return np.asarray(scores / np.sqrt(length), np.float32)

    @staticmethod
    def _damped(feature: str, count: int) -> float:
        weight = 1 + float(np.log(count)) if count > 1 else 1.0
        return weight * _WORD_WEIGHT if feature.startswith("w ") else weight
