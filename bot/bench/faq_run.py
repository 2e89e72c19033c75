"""How fast the FAQ's finder is, what it costs in memory, and how well it finds beside simpler ways."""

import os
import resource
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from bot.bench.keyword_search import KeywordSearch
from bot.faq.finder import TrainedFinder, build_finder
from bot.faq.finding import Finder
from bot.faq.meaning import Encoder, KnownMeanings, bundled_encoder
from bot.faq.pieces import Floats
from bot.faq.quality.evaluate import Question, Summary, evaluate, read_questions
from bot.understanding.door import TrainedDoor
from locales.faq.content import FaqContent
from storage.engine.columns import Json

#: Questions that the finder never learnt from; only where the source is at hand.
_HELD_OUT = Path(__file__).parents[2] / "tests" / "bot" / "faq" / "heldout"
# Enough for a 99th percentile, and done in a quarter of a minute.
TIMED = 600


@dataclass(frozen=True, slots=True)
class MeaningAlone(TrainedFinder):
    """The finder without its word pieces."""

    def learnt(self, text: str, vector: Floats | None = None) -> Floats:
        """See `TrainedFinder`."""
        if self.encoder is None:
            return np.zeros(len(self.model.classes), np.float32)
        return self.model.by_meaning(self.model.vector(text, self.encoder) if vector is None else vector)


class Timed:
    """An encoder that adds up the processor's seconds that it takes."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.seconds = 0.0

    def query(self, texts: str) -> Floats:
        """See `Encoder`."""
        began = time.process_time()
        found = self._encoder.query(texts)
        self.seconds += time.process_time() - began
        return found

    def token_count(self, text: str, is_query: bool = False) -> int:
        """See `Encoder`."""
        began = time.process_time()
        found = self._encoder.token_count(text, is_query)
        self.seconds += time.process_time() - began
        return found


@contextmanager
def one_core() -> Iterator[None]:
    """This process has one core meanwhile, where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _beside_encoder(finder: TrainedFinder, questions: Sequence[Question]) -> dict[str, Json]:
    """How many times the encoder's own time a question takes: found by the FAQ's finder, and understood by the door
    (what a person writes goes that way). The processor's time, on one core, nothing remembered."""
    bundled = bundled_encoder()
    if bundled is None:
        return {}
    ratios: dict[str, Json] = {}
    with one_core():
        for name in ("found", "understood"):
            encoder = Timed(bundled)
            timed = replace(finder, encoder=KnownMeanings(encoder))
            door = TrainedDoor(timed)
            # What is loaded at the first question is not a question's.
            door.understand(questions[0].text, questions[0].lang)
            encoder.seconds = 0.0
            began = time.process_time()
            for question in questions[1:]:
                if name == "found":
                    timed.find(question.text, question.lang)
                else:
                    door.understand(question.text, question.lang)
            took = time.process_time() - began
            count = max(1, len(questions) - 1)
            ratios[name] = {
                "ms": round(took * 1000 / count, 2),
                "encoder_ms": round(encoder.seconds * 1000 / count, 2),
                "to_encoder": round(took / encoder.seconds, 3) if encoder.seconds else None,
            }
    return ratios


class Remembered:
    """An encoder that reads each text once, for the candidates are asked the same questions."""

    def __init__(self, encoder: Encoder) -> None:
        self.query = lru_cache(maxsize=None)(encoder.query)
        self.token_count = lru_cache(maxsize=None)(encoder.token_count)


def bench_faq(
    content: FaqContent, questions: Sequence[Question], most_timed: int = TIMED, *, compare: bool = True
) -> dict[str, Json]:
    """Figures as JSON: times of single questions in ms (of so many at most), loading in s, memory in MB; and, with
    `compare`, of the questions that say what they expect, the shares found, answered wrong, and rightly handed over.

    `p50_ms` and `p99_ms` are by the clock, which is what the asker waits for; `one_core_…` are the processor time of
    all threads, which is what a question takes where only one core is free.
    """
    before = resident_bytes()
    started = time.perf_counter()
    finder = build_finder(content)
    # The first question loads what is loaded lazily.
    finder.find(questions[0].text, questions[0].lang)
    loaded = time.perf_counter() - started
    busy: list[float] = []
    clock: list[float] = []
    asked = questions[:: max(1, len(questions) // most_timed)]
    for question in asked:
        started, worked = time.perf_counter(), time.process_time()
        finder.find(question.text, question.lang)
        busy.append((time.process_time() - worked) * 1000)
        clock.append((time.perf_counter() - started) * 1000)
    after = resident_bytes()
    return {
        "questions": len(questions),
        "p50_ms": round(statistics.median(clock), 2),
        "p99_ms": round(statistics.quantiles(clock, n=100)[98], 2),
        "one_core_p50_ms": round(statistics.median(busy), 2),
        "one_core_p99_ms": round(statistics.quantiles(busy, n=100)[98], 2),
        "load_s": round(loaded, 3),
        "memory_mb": round((after - before) / 1e6, 1),
        "with_meaning": finder.encoder is not None,
        "one_core": _beside_encoder(finder, asked),
        "compared": _compared(finder, content, questions) if compare else {},
        "load": [round(one, 1) for one in os.getloadavg()],
    }


def _compared(finder: TrainedFinder, content: FaqContent, questions: Sequence[Question]) -> dict[str, Json]:
    encoder = Remembered(finder.encoder) if finder.encoder is not None else None
    parts = (finder.content, finder.model, encoder, finder.cry, finder.dialect)
    compared: dict[str, Finder] = {
        "both": replace(finder, encoder=encoder),
        "meaning_alone": MeaningAlone(*parts),
        "pieces_alone": TrainedFinder(finder.content, finder.model, None, finder.cry, finder.dialect),
        "keyword_search": KeywordSearch(content),
    }
    return {name: _shares(evaluate(other, questions, content).total) for name, other in compared.items()}


def own_questions(content: FaqContent, most: int = 1200) -> list[Question]:
    """An even choice of the held-out questions where they are at hand; else of the content's own, for times only."""
    held_out = [question for path in sorted(_HELD_OUT.glob("*.yaml")) for question in read_questions(path)]
    if held_out:
        return held_out[:: max(1, len(held_out) // most)]
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
