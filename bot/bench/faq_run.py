"""How fast the FAQ's finder is, what it costs in memory, and how well it finds beside simpler ways."""

import resource
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.bench.keyword_search import KeywordSearch
from bot.faq.evaluate import Question, Summary, evaluate
from bot.faq.finder import TrainedFinder, build_finder
from bot.faq.finding import Finder
from bot.faq.pieces import Floats
from locales.faq.content import FaqContent
from storage.columns import Json

# Enough for a 99th percentile, and done in a quarter of a minute.
_TIMED = 600


@dataclass(frozen=True, slots=True)
class MeaningAlone(TrainedFinder):
    """The finder without its word pieces."""

    def _learnt(self, text: str) -> Floats:
        if self.encoder is None:
            return np.zeros(len(self.model.classes), np.float32)
        return self.model.by_meaning(text, self.encoder)


def bench_faq(content: FaqContent, questions: Sequence[Question]) -> dict[str, Json]:
    """Figures as JSON: times of single questions in ms (on one core), loading in s, memory in MB; and, of the questions
    that say what they expect, the shares found, answered wrong, and rightly handed over."""
    before = resident_bytes()
    started = time.perf_counter()
    finder = build_finder(content)
    # The first question loads what is loaded lazily.
    finder.find(questions[0].text, questions[0].lang)
    loaded = time.perf_counter() - started
    times: list[float] = []
    for question in questions[:: max(1, len(questions) // _TIMED)]:
        started = time.perf_counter()
        finder.find(question.text, question.lang)
        times.append((time.perf_counter() - started) * 1000)
    after = resident_bytes()
    parts = (finder.content, finder.model, finder.encoder, finder.cry, finder.dialect)
    compared: dict[str, Finder] = {
        "both": finder,
        "meaning_alone": MeaningAlone(*parts),
        "pieces_alone": TrainedFinder(finder.content, finder.model, None, finder.cry, finder.dialect),
        "keyword_search": KeywordSearch(content),
    }
    return {
        "questions": len(questions),
        "p50_ms": round(statistics.median(times), 2),
        "p99_ms": round(statistics.quantiles(times, n=100)[98], 2),
        "load_s": round(loaded, 3),
        "memory_mb": round((after - before) / 1e6, 1),
        "with_meaning": finder.encoder is not None,
        "compared": {name: _shares(evaluate(other, questions, content).total) for name, other in compared.items()},
    }


def own_questions(content: FaqContent, most: int = 400) -> list[Question]:
    """Questions to measure speed with: an even choice of the content's own."""
    found = [
        Question(locale, text.question, (topic,))
        for locale, texts in content.texts.items()
        for topic, text in texts.items()
    ]
    return found[:: max(1, len(found) // most)]


def _shares(summary: Summary) -> dict[str, Json]:
    return {
        "found": round(summary.found, 4),
        "wrong_answer": round(summary.wrong, 4),
        "outside_handed_over": round(summary.handed_over, 4),
    }


def resident_bytes() -> int:
    """Bytes in use now, where the system tells (Linux), else the peak."""
    try:
        with open("/proc/self/statm", encoding="ascii") as found:
            return int(found.read().split()[1]) * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
