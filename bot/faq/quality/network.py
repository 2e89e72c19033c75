"""Learns a small network over meanings: one hidden layer, many classes, in steps over small batches.

A cry for help and a harmless text with the same words lie close to each other in the embedding; one layer of bends
tells them apart where straight lines between classes do not, and learns in a minute what a full-batch method does in
ten. Steps as in Adam (Kingma and Ba, 2015); some of the hidden numbers are left out at random while learning, so that
no text is known by a single one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.faq.pieces import Floats

#: The network's numbers for vectors of length one would be too small to bend anything.
STRETCHED: Final = np.float32(8)
_TINY: Final = 1e-8
_FIRST, _SECOND = 0.9, 0.99
#: Steps in which the size grows to its full.
_WARM: Final = 200


@dataclass(frozen=True, slots=True)
class NetworkSteps:
    """How it learns: passes over the texts, the size of the largest step, the part that is left out, the penalty."""

    hidden: int = 512
    passes: int = 20
    batch: int = 512
    size: float = 2e-3
    left_out: float = 0.4
    penalty: float = 1e-5
    seed: int = 5


@dataclass(frozen=True, slots=True)
class Network:
    """The weights of both layers, a row an input, and their biases."""

    hidden_weights: Floats
    hidden_bias: Floats
    weights: Floats
    bias: Floats


def learn_network(
    features: Floats, wanted: NDArray[np.int_], worth: Floats, classes: int, steps: NetworkSteps | None = None
) -> Network:
    """The network that tells these classes apart.

    `features` are of length one, a row a text; `worth` is how much each text counts.
    """
    steps = steps or NetworkSteps()
    random = np.random.default_rng(steps.seed)
    count, width = features.shape
    layers = [
        random.normal(0, np.sqrt(2 / width), (width, steps.hidden)).astype(np.float32),
        np.zeros(steps.hidden, np.float32),
        random.normal(0, np.sqrt(1 / steps.hidden), (steps.hidden, classes)).astype(np.float32),
        np.zeros(classes, np.float32),
    ]
    first, second = [np.zeros_like(layer) for layer in layers], [np.zeros_like(layer) for layer in layers]
    done, whole = 0, steps.passes * count
    for turn in range(steps.passes):
        order = random.permutation(count)
        for start in range(0, count, steps.batch):
            rows = order[start : start + steps.batch]
            done += 1
            slopes = _slopes(layers, features[rows] * STRETCHED, wanted[rows], worth[rows], steps, random)
            size = steps.size * min(1.0, done / _WARM) * (1 - 0.95 * (turn * count + start) / whole)
            for place, slope in enumerate(slopes):
                first[place] = _FIRST * first[place] + (1 - _FIRST) * slope
                second[place] = _SECOND * second[place] + (1 - _SECOND) * np.square(slope)
                even = np.sqrt(second[place] / (1 - _SECOND**done)) + _TINY
                layers[place] -= np.float32(size) * (first[place] / (1 - _FIRST**done)) / even
    return Network(*layers)


def together(networks: Sequence[Network]) -> Network:
    """One network that says the mean of what these say: their hidden numbers side by side."""
    few = np.float32(len(networks))
    return Network(
        np.concatenate([one.hidden_weights for one in networks], 1),
        np.concatenate([one.hidden_bias for one in networks]),
        np.concatenate([one.weights / few for one in networks]),
        np.asarray(sum(one.bias for one in networks) / few, np.float32),
    )


def _slopes(
    layers: list[Floats],
    batch: Floats,
    wanted: NDArray[np.int_],
    worth: Floats,
    steps: NetworkSteps,
    random: np.random.Generator,
) -> list[Floats]:
    """How the error changes with each weight, for one batch."""
    hidden_weights, hidden_bias, weights, bias = layers
    hidden = batch @ hidden_weights + hidden_bias
    kept = (random.random(hidden.shape, np.float32) > steps.left_out) / np.float32(1 - steps.left_out)
    open_ones = kept * (hidden > 0)
    hidden = hidden * open_ones
    sums = hidden @ weights + bias
    powers = np.exp(sums - sums.max(1, keepdims=True))
    error = powers / powers.sum(1, keepdims=True)
    error[np.arange(len(wanted)), wanted] -= 1
    error *= worth[:, None] / np.float32(len(wanted))
    back = (error @ weights.T) * open_ones
    return [
        batch.T @ back + np.float32(steps.penalty) * hidden_weights,
        back.sum(0),
        hidden.T @ error + np.float32(steps.penalty) * weights,
        error.sum(0),
    ]
