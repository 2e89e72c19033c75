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
from bot.faq.finding import Candidate, Finding, Heard
from bot.faq.gaps import Gap
from bot.faq.likeness import Likeness
from bot.faq.meaning import Encoder, Meaning, bundled_encoder
from bot.faq.model import CRY, OUTSIDE, Model, fingerprint, load_model, phrasings
from bot.faq.pieces import PLACES, Floats, weighted
from bot.faq.urgent import CryForHelp
from bot.faq.words import normalise
from locales.faq.content import FaqContent

_CHOICES: Final = 3
_FINES: Final = "fines"
#: A phrasing that the model has not learnt counts from this likeness on.
_ALIKE: Final = 0.6


_CHOICES_IN: Final[Mapping[str, float]] = {
    "ti": 0.18,
    "tr": 0.3,
    "fa": 0.33,
    "fr": 0.38,
    "ru": 0.38,
    "fa_AF": 0.38,
    "uk": 0.4,
    "ps": 0.4,
    "ckb": 0.42,
    "am": 0.38,
    "en": 0.48,
    "nl": 0.53,
}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which chance on something is said; chosen on the held-out questions, see the trade-off in `evaluate.py`.

    `answer` is for the best topic, `answer_fine` the same in the group fines (a wrong answer about a fine is worse than
    none), `choices` for the three best together. `least_choice`: what a topic needs to be offered as a choice.
    `cry`: from which chance on a text without a word of urgent.yaml counts as a cry for help, `cry_better` the same
    when it says that someone is better ("je me sens mieux").
    `choices_in` has other limits: lower for languages in which the chances come out lower, for want of phrasings, and
    higher where enough is found that less need be guessed. Measured on the held-out questions of tests/bot/faq/heldout.
    """

    answer: float = 0.92
    answer_fine: float = 0.97
    choices: float = 0.45
    least_choice: float = 0.001
    cry: float = 0.35
    cry_better: float = 0.9
    choices_in: Mapping[str, float] = field(default_factory=lambda: _CHOICES_IN)


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
        learnt = self._learnt(standard)
        need, chance = self._cry_in(learnt)
        better = self.coming.heard_in(text) is Heard.BETTER
        if chance >= (self.thresholds.cry_better if better else self.thresholds.cry):
            return Finding("urgent", language=spoken, need=need)
        outcome, candidates = decide(self._topics(standard, learnt), self.content, self.thresholds, spoken)
        topic = candidates[0].topic if outcome == "answer" else None
        return self.coming.heeded(Finding(outcome, topic, candidates, spoken), text)

    def chances(self, text: str) -> Mapping[str, float]:
        """The chance of each topic of the content. They do not add up to one: the rest is that no topic is meant."""
        text = self.dialect.standard(text)
        return self._topics(text, self._learnt(text))

    def _cry_in(self, learnt: Floats) -> tuple[str | None, float]:
        """The likeliest need and the chance that the text is a cry for help at all."""
        needs = {
            name.removeprefix(CRY): float(chance)
            for name, chance in zip(self.model.classes, learnt, strict=True)
            if name.startswith(CRY)
        }
        return max(needs, key=lambda need: needs[need], default=None), sum(needs.values())

    def _topics(self, text: str, learnt: Floats) -> Mapping[str, float]:
        found = {name: float(chance) for name, chance in zip(self.model.classes, learnt, strict=True)}
        chances = {topic: found.get(topic, 0.0) for topic in self.content.topics}
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
            return Meaning(self.encoder, self.model.worth, self.model.centre).vector(text)
        places, weights = weighted(text, self.model.worth)
        spread = np.zeros(PLACES, np.float32)
        spread[places] = weights
        return spread

    def _learnt(self, text: str) -> Floats:
        chances = self.model.by_pieces(text)
        if self.encoder is None:
            return chances
        both = chances * self.model.by_meaning(text, self.encoder)
        return np.asarray(both / max(float(both.sum()), 1e-30), np.float32)


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
    return TrainedFinder(content, learnt, encoder or bundled_encoder(), CryForHelp(), dialect, fresh=likeness)
