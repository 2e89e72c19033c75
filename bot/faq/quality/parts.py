"""Splits classes of very many texts into parts that are alike in meaning.

"Nobody's topic" and "an emergency" are each a hundred different things; one straight line around all of them is drawn
through cabbage and clouds. Each part gets a line of its own and the chances of a class's parts are added up: of texts
by hands that were not learnt, a third fewer harmless ones are then taken for a cry (docs/understanding.md).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import MiniBatchKMeans

from bot.faq.pieces import Floats

_SEED: Final = 1
_BEGINNINGS: Final = 3
_BATCH: Final = 2048


def parts_of(
    wanted: NDArray[np.int_], worth: Floats, meanings: Floats, classes: int, many: Collection[int], size: float
) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """The part that each text belongs to, and the class of each part; the first `classes` parts are the classes' own.

    `wanted` is the class of each text, `worth` how much it counts, `meanings` a row a text of length one. A class of
    `many` gets a part for each `size` of what its texts count together.
    """
    parts = wanted.copy()
    owners = list(range(classes))
    for number in sorted(many):
        rows = np.flatnonzero(wanted == number)
        few = min(round(float(worth[rows].sum()) / size), len(rows))
        if few < 2:
            continue
        groups = MiniBatchKMeans(few, random_state=_SEED, n_init=_BEGINNINGS, batch_size=_BATCH)
        found = groups.fit_predict(meanings[rows])
        for group in range(1, few):
            parts[rows[found == group]] = len(owners)
            owners.append(number)
    return parts, np.array(owners)
