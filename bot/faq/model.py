"""The trained part of the finder: how much each piece of a word, and each direction of meaning, speaks for each topic.

Two linear classifiers read every text, one its word pieces and one its meaning; their chances are multiplied. Beside
the topics there is one more class, "outside": what no topic answers, one for each kind of cry for help, and one for
each act (absence, late, coming, thanks, yes, …). A third classifier says why somebody does not come. The numbers are
made by `bot/faq/quality/train.py` and live in one file; reading it takes a few hundredths of a second, so nothing is
learnt while the service starts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.faq.meaning import Encoder, Meaning
from bot.faq.pieces import Floats, weighted
from locales.faq.content import FaqContent

#: The class of texts that no topic answers.
OUTSIDE: Final = ""
#: What sounds like a cry for help and is none ("this exam kills me"): a class of its own, since what only sounds
#: alarming is more alike than all that nobody answers.
HARMLESS: Final = "harmless"
#: The classes of cries for help begin like this; the need follows, as `bot.faq.urgent.NEEDS` has it.
CRY: Final = "cry:"
#: The classes of what somebody does by writing begin like this; see bot/understanding/acts.py.
ACT: Final = "act:"
MODEL_FILE: Final = Path(__file__).parent / "model.npz"


class ModelError(Exception):
    """The model file is not there or cannot be read. The text says what to do."""


@dataclass(frozen=True, slots=True)
class Model:
    """What the finder learnt. One column a class; `classes` are topic ids, `OUTSIDE` and `CRY` with a need.

    Word pieces have a column for each part of a class (bot/faq/quality/parts.py), and `piece_parts` says which class
    it is. Their weights are whole numbers from -127 to 127, to be multiplied by the column's scale: a quarter of
    the memory, and no measurable loss. Meaning is judged by a network with one hidden layer, which
    bot/faq/quality/network.py learns. `phrasings` are fingerprints of what it was trained on (see `fingerprint`).
    """

    classes: tuple[str, ...]
    languages: tuple[str, ...]
    worth: Floats
    centre: Floats
    piece_weights: NDArray[np.int8]
    piece_scale: Floats
    piece_bias: Floats
    piece_parts: NDArray[np.int_]
    hidden_weights: Floats
    hidden_bias: Floats
    meaning_weights: Floats
    meaning_bias: Floats
    language_weights: NDArray[np.int8]
    language_scale: Floats
    language_bias: Floats
    reasons: tuple[str, ...]
    reason_weights: NDArray[np.int8]
    reason_scale: Floats
    reason_bias: Floats
    reason_meaning: Floats
    phrasings: frozenset[str]

    def by_pieces(self, text: str) -> Floats:
        """Chance of each class, by word pieces alone."""
        places, weights = weighted(text, self.worth)
        sums = weights @ self.piece_weights[places].astype(np.float32)
        parts = _chances(sums * self.piece_scale + self.piece_bias)
        return np.bincount(self.piece_parts, parts, len(self.classes)).astype(np.float32)

    def vector(self, text: str, encoder: Encoder) -> Floats:
        """The meaning of the text, as the classifiers want it; nearly all the time that a text takes."""
        return Meaning(encoder, self.worth, self.centre).vector(text)

    def by_meaning(self, vector: Floats) -> Floats:
        """Chance of each class, by meaning alone."""
        hidden = np.maximum(vector @ self.hidden_weights + self.hidden_bias, 0)
        return _chances(hidden @ self.meaning_weights + self.meaning_bias)

    def language(self, text: str) -> tuple[str, float]:
        """The likeliest language and its chance. OUTSIDE stands for a language that Maatje does not speak."""
        places, weights = weighted(text, self.worth)
        sums = weights @ self.language_weights[places].astype(np.float32)
        chances = _chances(sums * self.language_scale + self.language_bias)
        best = int(np.argmax(chances))
        return self.languages[best], float(chances[best])

    def reason_chances(self, text: str, vector: Floats | None) -> dict[str, float]:
        """The chance of each reason for not coming; "" stands for none that is said."""
        places, weights = weighted(text, self.worth)
        sums = weights @ self.reason_weights[places].astype(np.float32)
        chances = _chances(sums * self.reason_scale + self.reason_bias)
        if vector is not None:
            chances = chances * _chances(vector @ self.reason_meaning[:-1] + self.reason_meaning[-1])
        whole = max(float(chances.sum()), 1e-30)
        return {reason: float(chance) / whole for reason, chance in zip(self.reasons, chances, strict=True)}

    def save(self, path: Path) -> None:
        """Write the model to a file."""
        np.savez_compressed(
            path,
            classes=np.array(self.classes),
            languages=np.array(self.languages),
            worth=self.worth.astype(np.float16),
            centre=self.centre,
            piece_weights=self.piece_weights,
            piece_scale=self.piece_scale,
            piece_bias=self.piece_bias,
            piece_parts=self.piece_parts.astype(np.int16),
            hidden_weights=self.hidden_weights.astype(np.float16),
            hidden_bias=self.hidden_bias,
            meaning_weights=self.meaning_weights.astype(np.float16),
            meaning_bias=self.meaning_bias,
            language_weights=self.language_weights,
            language_scale=self.language_scale,
            language_bias=self.language_bias,
            reasons=np.array(self.reasons),
            reason_weights=self.reason_weights,
            reason_scale=self.reason_scale,
            reason_bias=self.reason_bias,
            reason_meaning=self.reason_meaning.astype(np.float16),
            phrasings=np.array(sorted(self.phrasings)),
        )


def load_model(path: Path = MODEL_FILE) -> Model:
    """Read a model file. Raises `ModelError`."""
    try:
        with np.load(path, allow_pickle=False) as data:
            arrays: Mapping[str, NDArray[np.generic]] = {name: data[name] for name in data.files}
        return Model(
            classes=tuple(str(item) for item in arrays["classes"]),
            languages=tuple(str(item) for item in arrays["languages"]),
            worth=arrays["worth"].astype(np.float32),
            centre=arrays["centre"].astype(np.float32),
            piece_weights=arrays["piece_weights"].astype(np.int8),
            piece_scale=arrays["piece_scale"].astype(np.float32),
            piece_bias=arrays["piece_bias"].astype(np.float32),
            piece_parts=arrays["piece_parts"].astype(np.int_),
            hidden_weights=arrays["hidden_weights"].astype(np.float32),
            hidden_bias=arrays["hidden_bias"].astype(np.float32),
            meaning_weights=arrays["meaning_weights"].astype(np.float32),
            meaning_bias=arrays["meaning_bias"].astype(np.float32),
            language_weights=arrays["language_weights"].astype(np.int8),
            language_scale=arrays["language_scale"].astype(np.float32),
            language_bias=arrays["language_bias"].astype(np.float32),
            reasons=tuple(str(item) for item in arrays["reasons"]),
            reason_weights=arrays["reason_weights"].astype(np.int8),
            reason_scale=arrays["reason_scale"].astype(np.float32),
            reason_bias=arrays["reason_bias"].astype(np.float32),
            reason_meaning=arrays["reason_meaning"].astype(np.float32),
            phrasings=frozenset(str(item) for item in arrays["phrasings"]),
        )
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{path} cannot be read ({error}); make it with: python -m bot.faq.quality.train") from error


def fingerprint(topic: str, phrasing: str) -> str:
    """Eight bytes that stand for one phrasing of one topic, to see what a model has not learnt yet."""
    return hashlib.blake2b(f"{topic}\n{phrasing}".encode(), digest_size=8).hexdigest()


def phrasings(content: FaqContent) -> Sequence[tuple[str, str, str]]:
    """Every (topic id, locale, phrasing) of the content; the question itself counts as a phrasing."""
    return [
        (topic, locale, phrasing)
        for locale, texts in content.texts.items()
        for topic, text in texts.items()
        for phrasing in (text.question, *text.ask)
    ]


def _chances(sums: Floats) -> Floats:
    powers = np.exp(sums - sums.max())
    return np.asarray(powers / powers.sum(), np.float32)
