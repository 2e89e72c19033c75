"""Likeness to a few phrasings by shared word pieces: for what a municipality added and the model has not learnt yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from bot.faq.pieces import PLACES, Floats, Places, bag, rarity


class Likeness:
    """Compares a text with phrasings, given as (topic id, phrasing). Meant for some hundreds of them."""

    def __init__(self, phrasings: Sequence[tuple[str, str]] = ()) -> None:
        self._topics = [topic for topic, _ in phrasings]
        bags = [bag(phrasing) for _, phrasing in phrasings]
        self._worth = rarity(bags) if bags else np.ones(PLACES, np.float32)
        self._known = [self._weights(places, amounts) for places, amounts in bags]

    def to(self, text: str) -> Mapping[str, float]:
        """The cosine, 0 to 1, with the most alike phrasing of each topic."""
        if not self._known:
            return {}
        weights = self._weights(*bag(text))
        likeness: dict[str, float] = {}
        for topic, known in zip(self._topics, self._known, strict=True):
            shared = sum(weight * known[piece] for piece, weight in weights.items() if piece in known)
            likeness[topic] = max(likeness.get(topic, 0.0), min(1.0, shared))
        return likeness

    def _weights(self, places: Places, amounts: Floats) -> dict[int, float]:
        weights = amounts * self._worth[places]
        weights = weights / max(float(np.linalg.norm(weights)), 1e-9)
        return dict(zip(places.tolist(), weights.tolist(), strict=True))
