"""The finder that ships with Maatje: from a text in any language to a topic, a choice, or an honest "I don't know"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from bot.faq.finding import Candidate, Finding
from bot.faq.ngrams import NgramIndex
from bot.faq.urgent import CryForHelp
from bot.faq.words import normalise
from locales.faq.content import FaqContent

_CHOICES: Final = 3


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which score on something is said. `strict` groups need more for a direct answer."""

    answer: float = 0.55
    margin: float = 0.08
    strict_answer: float = 0.7
    choices: float = 0.33


class PhrasingFinder:
    """Compares a text with every known phrasing, in all languages at once."""

    def __init__(self, content: FaqContent, thresholds: Thresholds | None = None) -> None:
        self._groups: Mapping[str, str] = {topic.id: topic.group for topic in content.topics.values()}
        self._thresholds = thresholds or Thresholds()
        self._topics = list(content.topics)
        number = {topic: index for index, topic in enumerate(self._topics)}
        known = [
            (phrasing, number[topic], locale)
            for locale, texts in content.texts.items()
            for topic, text in texts.items()
            for phrasing in (text.question, *text.ask)
        ]
        self._index = NgramIndex([phrasing for phrasing, _, _ in known])
        self._topic_of = np.array([topic for _, topic, _ in known], np.int32)
        self._cry = CryForHelp()
        self._locale_of = [locale for _, _, locale in known]

    def find(self, text: str, locale: str | None = None) -> Finding:
        """What `text` asks; see `bot.faq.finding.Finder`."""
        if not normalise(text):
            return Finding("handover")
        cry = self._cry.heard_in(text)
        if cry:
            return Finding("urgent", language=cry.language, need=cry.need)
        likeness = self._index.likeness(text)
        best = np.zeros(len(self._topics), np.float32)
        np.maximum.at(best, self._topic_of, likeness)
        order = np.argsort(-best)[:_CHOICES]
        candidates = tuple(Candidate(self._topics[i], round(float(best[i]), 4)) for i in order)
        language = self._locale_of[int(np.argmax(likeness))] if best[order[0]] > 0 else locale
        first, second = float(best[order[0]]), float(best[order[1]])
        limits = self._thresholds
        strict = self._groups[candidates[0].topic] == "fines"
        if first >= (limits.strict_answer if strict else limits.answer) and first - second >= limits.margin:
            return Finding("answer", candidates[0].topic, candidates, language)
        if first >= limits.choices:
            return Finding("choices", None, candidates, language)
        return Finding("handover", None, candidates, language)


def build_finder(content: FaqContent) -> PhrasingFinder:
    """The finder for this content. Takes about a second."""
    return PhrasingFinder(content)
