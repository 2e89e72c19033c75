"""What the classifier over word pieces learns, with pieces left out and without."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from bot.faq.pieces import Floats
from bot.faq.quality.softmax import Steps, learn, learn_several

#: Two classes: the first has the first piece, the second the second; both have a third, and each text one of its own.
TEXTS = 40
WANTED = np.arange(TEXTS) % 2


def features() -> csr_matrix:
    dense = np.zeros((TEXTS, 3 + TEXTS), np.float32)
    dense[np.arange(TEXTS), WANTED] = dense[:, 2] = dense[np.arange(TEXTS), 3 + np.arange(TEXTS)] = 0.5
    return csr_matrix(dense)


def learnt(steps: Steps) -> tuple[Floats, Floats]:
    return learn(features(), WANTED, np.ones(TEXTS, np.float32), 2, steps)


@pytest.mark.parametrize("left_out", [0.0, 0.5])
def test_two_classes_are_told_apart(left_out: float) -> None:
    weights, bias = learnt(Steps(left_out=left_out))
    found = (features() @ weights + bias).argmax(1)
    assert (found == WANTED).all()


def test_the_same_seed_gives_the_same_and_another_something_else() -> None:
    first, _ = learnt(Steps(left_out=0.5, seed=1))
    again, _ = learnt(Steps(left_out=0.5, seed=1))
    other, _ = learnt(Steps(left_out=0.5, seed=2))
    assert (first == again).all()
    assert (first != other).any()


def test_several_orders_are_the_mean_of_each() -> None:
    each = [Steps(passes=2, seed=one) for one in (1, 2)]
    weights, bias = learn_several(features(), WANTED, np.ones(TEXTS, np.float32), 2, each)
    alone = [learnt(steps) for steps in each]
    assert np.allclose(weights, (alone[0][0] + alone[1][0]) / 2)
    assert np.allclose(bias, (alone[0][1] + alone[1][1]) / 2)
