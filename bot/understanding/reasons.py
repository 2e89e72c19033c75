"""Why somebody does not come, sharpened by words: who is ill is a part of the sentence of its own.

"My child has fever" and "I have fever" differ in one word, and a consultant's appointment is none at the doctor's. The
words stand in locales/understanding/reasons.yaml; the classifier (bot/faq/model.py) decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp
from pathlib import Path
from typing import Final

import locales.understanding
from bot.faq.patterns import PatternIndex, patterns_of
from bot.faq.words import normalise
from locales.faq.reading import ContentEntry, read_yaml
from locales.rendering.languages import SOURCE
from storage.vocabulary import AbsenceReason

_FILE: Final = Path(locales.understanding.__file__).parent / "reasons.yaml"


class ReasonSlot(StrEnum):
    """What a word of the file names."""

    CHILD = "child"
    RELATIVE = "relative"
    ILL = "ill"
    DOCTOR = "doctor"


@dataclass(frozen=True, slots=True)
class ReasonWeights:
    """What the words add, in natural logarithms of the odds.

    `who`: to the illness of whom the text names beside it: the child, else who writes. `not_child`: off the child's
    where no child is named. `doctor`: off the doctor where nobody and nothing is named that one goes to for one's
    health, and twice where an illness is.
    """

    who: float = 4.0
    not_child: float = 2.0
    doctor: float = 3.0


class ReasonWords:
    """Knows the words of every language.

    Raises:
        ContentError: the file is not in order.
    """

    def __init__(self, path: Path = _FILE, weights: ReasonWeights | None = None) -> None:
        self._weights = weights or ReasonWeights()
        self._languages: dict[str, PatternIndex[ReasonSlot]] = {}
        for language, value in ContentEntry(path, "", read_yaml(path)).items():
            entry = ContentEntry(path, language, value)
            entry.only({slot.value for slot in ReasonSlot})
            index = self._languages[language] = PatternIndex[ReasonSlot]()
            for slot in ReasonSlot:
                for pattern in patterns_of(entry, slot.value):
                    index.add(pattern, slot)

    def slots_in(self, text: str, languages: Sequence[str]) -> frozenset[ReasonSlot]:
        """What the text names, in the words of these languages and of Dutch."""
        words = normalise(text).split()
        known = [self._languages[one] for one in dict.fromkeys((*languages, SOURCE)) if one in self._languages]
        return frozenset(slot for index in known for slot in index.all_in(words))

    def sharpened(self, given: Mapping[str, float], text: str, languages: Sequence[str]) -> dict[str, float]:
        """The chance of each reason with what the words say of it; they add up to one."""
        named, chances = self.slots_in(text, languages), dict(given)
        ill = ReasonSlot.ILL in named
        added: dict[str, float] = {}
        if ReasonSlot.CHILD in named:
            added[AbsenceReason.CHILD_ILL] = self._weights.who if ill else 0.0
        elif ReasonSlot.RELATIVE in named and ill:
            # Somebody else's illness is the family's matter, however surely it was taken for the child's.
            chances[AbsenceReason.CHILD_ILL] = 0.0
            chances[AbsenceReason.FAMILY] = given.get(AbsenceReason.FAMILY, 0) + given.get(AbsenceReason.CHILD_ILL, 0)
        else:
            added[AbsenceReason.CHILD_ILL] = -self._weights.not_child
            added[AbsenceReason.ILL] = self._weights.who if ill else 0.0
        if ReasonSlot.DOCTOR not in named:
            added[AbsenceReason.DOCTOR] = -self._weights.doctor * (2 if ill else 1)
        powers = {reason: chance * exp(added.get(reason, 0.0)) for reason, chance in chances.items()}
        whole = max(sum(powers.values()), 1e-30)
        return {reason: power / whole for reason, power in powers.items()}
