"""Networks that are averaged say the mean of what each says."""

import numpy as np

from bot.faq.pieces import Floats
from bot.faq.quality.network import STRETCHED, Network, NetworkSteps, learn_network, together


def sums(network: Network, features: Floats) -> Floats:
    hidden = np.maximum(features * STRETCHED @ network.hidden_weights + network.hidden_bias, 0)
    return np.asarray(hidden @ network.weights + network.bias, np.float32)


def test_networks_together_say_the_mean_of_what_each_says() -> None:
    random = np.random.default_rng(1)
    features = random.normal(size=(60, 8)).astype(np.float32)
    wanted, worth = (features[:, 0] > 0).astype(np.int_), np.ones(60, np.float32)
    several = [
        learn_network(features, wanted, worth, 2, NetworkSteps(hidden=6, passes=2, batch=20, seed=seed))
        for seed in (1, 2, 3)
    ]
    mean = np.mean([sums(one, features) for one in several], 0)
    assert np.allclose(sums(together(several), features), mean, atol=1e-5)
    assert not np.allclose(sums(several[0], features), mean, atol=1e-5)
