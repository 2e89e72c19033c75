"""The finder that ships with Maatje: from a text in any language to a topic, a choice, or an honest "I don't know".

Two judges that err differently are asked, the word pieces and the meaning of the text (`model.py`), and their chances
multiplied. On the held-out questions the two together find far more than either alone: meaning understands other words,
also across languages; pieces know names such as PVT, dialect, misspellings, and the languages the embedding is weak in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np

from bot.faq.absence import ComingWords
from bot.faq.dialect import Dialect
from bot.faq.finding import SAME_AS_ACT, Candidate, Finding, Heard
from bot.faq.gaps import Gap
from bot.faq.likeness import Likeness
from bot.faq.meaning import Encoder, KnownMeanings, bundled_encoder
from bot.faq.model import ACT, CRY, OUTSIDE, Model, fingerprint, load_model, phrasings
from bot.faq.pieces import PLACES, Floats, weighted
from bot.faq.urgent import CryForHelp
from bot.faq.words import laughs, normalise
from locales.faq.content import FaqContent

_CHOICES: Final = 3
_FINES: Final = "fines"
#: A phrasing that the model has not learnt counts from this likeness on.
_ALIKE: Final = 0.6
#: A text of so many words has room for little more than the cry that a pattern finds in it. On 5,276 held-out texts one
#: harmless one of those is so short.
_FEW_WORDS: Final = 6


_CHOICES_IN: Final[Mapping[str, float]] = {
    "am": 0.27,
    "ar": 0.36,
    "ckb": 0.42,
    "en": 0.9,
    "fa": 0.54,
    "fa_AF": 0.42,
    "fr": 0.7,
    "ku": 0.39,
    "nl": 0.78,
    "ps": 0.08,
    "ru": 0.74,
    "so": 0.54,
    "ti": 0.18,
    "tr": 0.5,
    "uk": 0.62,
}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which chance on something is said; chosen on the held-out questions, see the trade-off in `evaluate.py`.

    `answer` is for the best topic, `answer_fine` the same in the group fines (a wrong answer about a fine is worse than
    none), `choices` for the three best together. `least_choice`: what a topic needs to be offered as a choice.
    `choices_in` has other limits: lower for languages in which the chances come out lower, for want of phrasings, and
    higher where enough is found that less need be guessed. Measured on the held-out questions of tests/bot/faq/heldout.
    """

    answer: float = 0.88
    answer_fine: float = 0.96
    choices: float = 0.5
    least_choice: float = 0.001
    choices_in: Mapping[str, float] = field(default_factory=lambda: _CHOICES_IN)


@dataclass(frozen=True, slots=True)
class Danger:
    """How a cry for help is weighed: the odds that pieces and meaning give it, in natural logarithms, each so many
    times; a pattern of urgent.yaml adds `listed`, and `listed_alone` where there is little beside it; that somebody is
    better ("je me sens mieux") takes `better` away, and that they laugh takes `laughs`. It is one from `least` on.
    Chosen on held-out texts.
    """

    pieces: float = 3.5
    meaning: float = 1.5
    listed: float = 3.0
    listed_alone: float = 8.0
    better: float = 4.0
    laughs: float = 3.0
    least: float = -1.0


@dataclass(frozen=True, slots=True)
class TrainedFinder:
    """See `bot.faq.finding.Finder`. Without an encoder (the wheel is not installed) word pieces decide alone."""

    content: FaqContent
    model: Model
    encoder: Encoder | None
    cry: CryForHelp
    dialect: Dialect
    thresholds: Thresholds = field(default_factory=Thresholds)
    fresh: Likeness = field(default_factory=Likeness)
    coming: ComingWords = field(default_factory=ComingWords)
    weighing: Danger = field(default_factory=Danger)

    def find(self, text: str, locale: str | None = None) -> Finding:
        """What `text` asks, in whatever language. Takes 10 to 25 ms, nearly all of it for the meaning."""
        cry = self.cry.heard_in(text)
        if cry:
            return Finding("urgent", language=cry.language, need=cry.need)
        if not normalise(text):
            return Finding("handover", language=locale)
        language, sure = self.model.language(text)
        spoken = language if language != OUTSIDE and sure > 0.5 else locale
        standard = self.dialect.standard(text)
        by_pieces, by_meaning = self.judged(standard)
        learnt = combined(by_pieces, by_meaning)
        if self.danger(text, by_pieces, by_meaning) >= 0:
            return Finding("urgent", language=spoken, need=self.need_in(learnt))
        outcome, candidates = decide(self.topics(standard, self._named(learnt)), self.content, self.thresholds, spoken)
        topic = candidates[0].topic if outcome == "answer" else None
        return self.coming.heeded(Finding(outcome, topic, candidates, spoken), text)

    def chances(self, text: str) -> Mapping[str, float]:
        """The chance of each topic of the content. They do not add up to one: the rest is that no topic is meant."""
        text = self.dialect.standard(text)
        return self.topics(text, self._named(self.learnt(text)))

    def danger(self, text: str, by_pieces: Floats, by_meaning: Floats | None) -> float:
        """How surely the text is a cry for help: the more above nought the surer, below it is none."""
        # Without meaning, pieces stand in for it.
        judges = (by_pieces, by_pieces if by_meaning is None else by_meaning)
        cries = [name.startswith(CRY) for name in self.model.classes]
        odds = [_odds(float(judge[cries].sum())) for judge in judges]
        weighed = self.weighing.pieces * odds[0] + self.weighing.meaning * odds[1] - self.weighing.least
        if self.cry.heard_in(text):
            # In few words nothing beside it says that it is a film, or long ago.
            alone = len(text.split()) <= _FEW_WORDS
            weighed += self.weighing.listed_alone if alone else self.weighing.listed
        if self.coming.heard_in(text) is Heard.BETTER:
            weighed -= self.weighing.better
        if laughs(text):
            weighed -= self.weighing.laughs
        return weighed

    def need_in(self, learnt: Floats) -> str:
        """The likeliest kind of danger, whether or not there is any."""
        named = self._named(learnt)
        return max((name for name in named if name.startswith(CRY)), key=lambda one: named[one]).removeprefix(CRY)

    def _named(self, learnt: Floats) -> Mapping[str, float]:
        return {name: float(chance) for name, chance in zip(self.model.classes, learnt, strict=True)}

    def topics(self, text: str, found: Mapping[str, float]) -> Mapping[str, float]:
        """The chance of each topic of the content, from the chances of all classes; what was not learnt by likeness."""
        # Who says "I am ill" is answered as who asks how to report it.
        chances = {
            topic: found.get(topic, 0.0) + found.get(ACT + SAME_AS_ACT.get(topic, "-"), 0.0)
            for topic in self.content.topics
        }
        for topic, likeness in self.fresh.to(text).items():
            if likeness >= _ALIKE:
                # The likeness takes its share from what the model thought of the others.
                chances = {name: chance * (1 - likeness) for name, chance in chances.items()}
                chances[topic] += likeness
        return chances

    def with_nearest(self, gap: Gap) -> Gap:
        """The question with the topic that comes nearest, unless it has one."""
        if gap.nearest is not None:
            return gap
        chances = self.chances(gap.question)
        return replace(gap, nearest=max(chances, key=lambda topic: chances[topic]))

    def vector(self, text: str) -> Floats:
        """The text's meaning as a vector of length one; without an encoder, its word pieces."""
        text = self.dialect.standard(text)
        if self.encoder is not None:
            return self.model.vector(text, self.encoder)
        places, weights = weighted(text, self.model.worth)
        spread = np.zeros(PLACES, np.float32)
        spread[places] = weights
        return spread

    def judged(self, text: str, vector: Floats | None = None) -> tuple[Floats, Floats | None]:
        """The chance of each of the model's classes by pieces and by meaning, None where there is no encoder.

        `vector` where the text's meaning was read already.
        """
        by_pieces = self.model.by_pieces(text)
        if self.encoder is None:
            return by_pieces, None
        return by_pieces, self.model.by_meaning(self.model.vector(text, self.encoder) if vector is None else vector)

    def learnt(self, text: str) -> Floats:
        """The chance of each of the model's classes."""
        return combined(*self.judged(text))


def combined(by_pieces: Floats, by_meaning: Floats | None) -> Floats:
    """The chance of each class, from what both judges say: their chances multiplied."""
    if by_meaning is None:
        return by_pieces
    both = by_pieces * by_meaning
    return np.asarray(both / max(float(both.sum()), 1e-30), np.float32)


def _odds(chance: float) -> float:
    return _logarithm(chance) - _logarithm(1 - chance)


def _logarithm(chance: float) -> float:
    return float(np.log(max(chance, 1e-9)))


def decide(
    chances: Mapping[str, float], content: FaqContent, limits: Thresholds, language: str | None = None
) -> tuple[Literal["answer", "choices", "handover"], tuple[Candidate, ...]]:
    """What to do with these chances, and the topics that may be meant, best first."""
    best = sorted(chances, key=lambda topic: -chances[topic])[:_CHOICES]
    candidates = tuple(Candidate(topic, round(chances[topic], 4)) for topic in best)
    strict = content.topics[best[0]].group == _FINES
    if candidates[0].score >= (limits.answer_fine if strict else limits.answer):
        return "answer", candidates
    if sum(candidate.score for candidate in candidates) >= limits.choices_in.get(language or "", limits.choices):
        return "choices", tuple(candidate for candidate in candidates if candidate.score >= limits.least_choice)
    return "handover", candidates


def build_finder(content: FaqContent, encoder: Encoder | None = None, model: Model | None = None) -> TrainedFinder:
    """The finder for this content; without more, with the model and the encoder that ship with Maatje.

    Phrasings that the model has not learnt (a municipality's own) are found by likeness. Raises `ModelError`,
    `ContentError`.
    """
    learnt = model or load_model()
    fresh = [
        (topic, phrasing)
        for topic, _, phrasing in phrasings(content)
        if fingerprint(topic, phrasing) not in learnt.phrasings
    ]
    dialect = Dialect()
    likeness = Likeness([(topic, dialect.standard(phrasing)) for topic, phrasing in fresh])
    if encoder is None and (bundled := bundled_encoder()) is not None:
        encoder = KnownMeanings(bundled)
    return TrainedFinder(content, learnt, encoder, CryForHelp(), dialect, fresh=likeness)
