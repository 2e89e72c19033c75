"""Learns a softmax classifier over word pieces: sparse features, many classes, in steps over small batches.

Each weight takes steps that shrink with what it has moved already (Adagrad): rare pieces learn quickly, frequent ones
settle. It comes as near to what is wanted in a minute as a full-batch method in ten, and the order of the batches is
drawn from a seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from bot.faq.pieces import Floats
from bot.faq.quality.cores import side_by_side

_BATCH: Final = 1024
_TINY: Final = 1e-8


@dataclass(frozen=True, slots=True)
class Steps:
    """How it learns: passes over the texts, and the size of the first step; the last ones are a tenth of it.

    `left_out` is the part of a text's pieces that is left out at random each time it is looked at, so that no text is
    known by a single word.
    """

    passes: int = 12
    size: float = 4.0
    left_out: float = 0.0
    seed: int = 22


def learn(
    features: csr_matrix, wanted: NDArray[np.int_], worth: Floats, classes: int, steps: Steps | None = None
) -> tuple[Floats, Floats]:
    """Weights (a row a feature, a column a class) and biases. `worth` is how much each text counts."""
    steps = steps or Steps()
    random = np.random.default_rng(steps.seed)
    count, width = features.shape
    weights, moved = np.zeros((width, classes), np.float32), np.zeros(width, np.float32)
    bias, bias_moved = np.zeros(classes, np.float32), np.zeros(classes, np.float32)
    for done in range(steps.passes):
        size = steps.size * (1 - 0.9 * done / steps.passes)
        order = random.permutation(count)
        for start in range(0, count, _BATCH):
            rows = order[start : start + _BATCH]
            batch = features[rows]
            # Of the width only what the batch has in it: a third of the time.
            used, places = np.unique(batch.indices, return_inverse=True)
            kept = random.random(len(batch.data), np.float32) >= steps.left_out
            amounts = batch.data * kept / np.float32(1 - steps.left_out)
            narrow = csr_matrix((amounts, places, batch.indptr), (len(rows), len(used)))
            before = weights[used]
            error = _chances(narrow @ before + bias)
            error[np.arange(len(rows)), wanted[rows]] -= 1
            error *= worth[rows, None]
            gradient = (narrow.T @ error).astype(np.float32)
            # One pace a feature, not one a weight: as good here, and half the memory to go through.
            moved[used] += np.square(gradient).sum(1)
            weights[used] = before - size * gradient / np.sqrt(moved[used] + _TINY)[:, None]
            slope = error.sum(0)
            bias_moved += np.square(slope)
            bias -= 0.1 * size * slope / np.sqrt(bias_moved + _TINY)
    return weights, bias


def learn_several(
    features: csr_matrix, wanted: NDArray[np.int_], worth: Floats, classes: int, each: Sequence[Steps]
) -> tuple[Floats, Floats]:
    """The mean of what was learnt in several orders: what only one order brought is made small."""
    found = side_by_side(partial(learn, features, wanted, worth, classes), each)
    return np.mean([one[0] for one in found], 0, np.float32), np.mean([one[1] for one in found], 0, np.float32)


def _chances(sums: Floats) -> Floats:
    powers = np.exp(sums - sums.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True), np.float32)
