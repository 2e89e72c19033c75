"""Unanswered questions in groups that ask much the same, in whatever language: what a municipality should add."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bot.faq.pieces import Floats

#: Cosine from which two questions count as the same: across languages 0.4 to 0.7, of other questions below 0.3.
ALIKE: Final = 0.38
_EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class Gap:
    """One unanswered question; `nearest` is the topic that came nearest, or the one whose answer did not help."""

    question: str
    language: str
    reason: str
    nearest: str | None


@dataclass(frozen=True, slots=True)
class GapGroup:
    """Questions that ask much the same, the most typical examples first."""

    count: int
    languages: Mapping[str, int]
    reasons: Mapping[str, int]
    nearest: str | None
    examples: Sequence[str]


def grouped(gaps: Sequence[Gap], vector: Callable[[str], Floats]) -> list[GapGroup]:
    """The questions in groups, the largest first. `vector` gives a text's meaning, of length one.

    Each question joins the group whose centre is nearest, or begins one: one pass, the order of arrival decides.
    """
    sums: list[Floats] = []
    members: list[list[tuple[Gap, Floats]]] = []
    for gap in gaps:
        place = vector(gap.question)
        near = [float(place @ total / max(float(np.linalg.norm(total)), 1e-9)) for total in sums]
        best = int(np.argmax(near)) if near else -1
        if best < 0 or near[best] < ALIKE:
            sums.append(place.copy())
            members.append([(gap, place)])
        else:
            sums[best] = sums[best] + place
            members[best].append((gap, place))
    groups = [_group(found, total) for found, total in zip(members, sums, strict=True)]
    return sorted(groups, key=lambda group: -group.count)


def _group(found: Sequence[tuple[Gap, Floats]], total: Floats) -> GapGroup:
    nearest = Counter(gap.nearest for gap, _ in found if gap.nearest is not None).most_common(1)
    typical = sorted(found, key=lambda item: -float(item[1] @ total))
    return GapGroup(
        count=len(found),
        languages=dict(Counter(gap.language for gap, _ in found).most_common()),
        reasons=dict(Counter(gap.reason for gap, _ in found).most_common()),
        nearest=nearest[0][0] if nearest else None,
        examples=list(dict.fromkeys(gap.question for gap, _ in typical))[:_EXAMPLES],
    )
