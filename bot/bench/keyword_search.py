"""Plain keyword search (BM25) behind the finder's protocol: what the trained finder is held against."""

import math
from collections import Counter, defaultdict

from bot.faq.finding import Candidate, Finding
from bot.faq.model import phrasings
from bot.faq.words import normalise
from locales.faq.content import FaqContent

# The usual constants (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009, 3.2).
_K1, _B = 1.2, 0.75


class KeywordSearch:
    """One document a topic: all its phrasings in all languages. It always answers, for it cannot say how sure it is;
    only a text that shares no word with any topic is handed over."""

    def __init__(self, content: FaqContent) -> None:
        words: defaultdict[str, list[str]] = defaultdict(list)
        for topic, _, phrasing in phrasings(content):
            words[topic].extend(normalise(phrasing).split())
        self._counts = {topic: Counter(found) for topic, found in words.items()}
        self._lengths = {topic: len(found) for topic, found in words.items()}
        self._average = sum(self._lengths.values()) / max(len(self._lengths), 1)
        spread = Counter(word for counts in self._counts.values() for word in counts)
        self._worth = {
            word: math.log(1 + (len(self._counts) - count + 0.5) / (count + 0.5)) for word, count in spread.items()
        }

    def find(self, text: str, locale: str | None = None) -> Finding:
        """See Finder."""
        words = normalise(text).split()
        scores = {topic: self._score(topic, words) for topic in self._counts}
        best = sorted(scores, key=lambda topic: -scores[topic])[:3]
        candidates = tuple(Candidate(topic, round(scores[topic], 3)) for topic in best)
        if not candidates or candidates[0].score == 0:
            return Finding("handover", language=locale)
        return Finding("answer", candidates[0].topic, candidates, locale)

    def _score(self, topic: str, words: list[str]) -> float:
        counts, length = self._counts[topic], self._lengths[topic] / self._average
        return sum(
            self._worth[word] * counts[word] * (_K1 + 1) / (counts[word] + _K1 * (1 - _B + _B * length))
            for word in words
            if word in counts
        )
