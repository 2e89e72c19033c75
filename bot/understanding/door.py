"""The door itself: a text, the language that is set, the local moment and the open question in; an `Understanding` out.

A trained classifier weighs acts, kinds of danger and topics against each other (bot/faq/model.py). The lists of words
add certainty to a class that it thinks possible and never decide against it: "don't cancel, I come" has every word of
an absence. Danger goes first, with less certainty than anything else needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import exp
from typing import Final, Protocol

import numpy as np

from bot.faq.finder import TrainedFinder, combined, decide
from bot.faq.finding import Candidate, Heard
from bot.faq.model import ACT, CRY, HARMLESS, OUTSIDE
from bot.faq.pieces import Floats
from bot.faq.words import normalise
from bot.understanding.acts import ACT_OF_TOPIC, TOPIC_OF, Courtesy, CryNeed, SpeechAct, Understanding, When
from bot.understanding.asked import AskedWords
from bot.understanding.clauses import clauses, windows
from bot.understanding.courtesies import CourteousWords, CourtesyList
from bot.understanding.days.moments import read_when
from bot.understanding.reasons import ReasonWords
from storage.vocabulary import AbsenceReason


class Door(Protocol):
    """Understands what somebody writes. Must not raise for any text, however long or odd, and keeps no text."""

    def understand(
        self, text: str, locale: str | None = None, now: datetime | None = None, *, asked: bool = False
    ) -> Understanding:
        """What was understood.

        Args:
            text: what was written.
            locale: the language that is set: a hint only, any language is understood.
            now: the local moment, for "tomorrow"; without it no days are read.
            asked: a question that yes or no answers is open.
        """
        ...


@dataclass(frozen=True, slots=True)
class Certainty:
    """From which chance on something is taken for what it is; chosen on held-out texts.

    `cry`: how sure a cry for help must be (bot/faq/finder.py weighs it; less than where only a topic is looked for, as
    somebody sees the numbers and not a topic). `cry_in_part`: the same of a part of a long letter. `act`: any other
    act. `absent`: how much likelier than "I do come" an absence must be. `pattern`, `listed`, `asked`: how much the
    words of the lists add, in natural logarithms of the odds; `polite`: how much a text of nothing but courtesies takes
    off a cry's. `language`: from which chance on a text's language may be offered to who has another one set.
    """

    cry: float = -3.8
    cry_in_part: float = 4.3
    act: float = 0.4
    absent: float = 10.0
    second: float = 0.2
    clause: float = 0.85
    pattern: float = 4.0
    listed: float = 9.0
    asked: float = 11.0
    answers: float = 3.0
    reason: float = 0.4
    polite: float = 6.0
    language: float = 0.85


_CANDIDATES: Final = 3
#: A shorter text says too little about its language to offer another one.
_FEWEST_WORDS: Final = 3
#: What stands alone and has no letter in it.
_SIGNS: Final = {
    "👍": SpeechAct.YES,
    "👌": SpeechAct.YES,
    "✅": SpeechAct.YES,
    "👎": SpeechAct.NO,
    "❌": SpeechAct.NO,
    "🙏": SpeechAct.COURTESY,
    "❤": SpeechAct.COURTESY,
    "🌹": SpeechAct.COURTESY,
    "😊": SpeechAct.COURTESY,
    "🙂": SpeechAct.COURTESY,
    "💐": SpeechAct.COURTESY,
    "👋": SpeechAct.COURTESY,
    "🆘": SpeechAct.URGENT,
}
#: The class that a list of courtesies speaks for.
_CLASS_OF: Final = {
    CourtesyList.GREETING: "courtesy:greeting",
    CourtesyList.THANKS: "courtesy:thanks",
    CourtesyList.BYE: "courtesy:bye",
    CourtesyList.WISH: "courtesy:wish",
    CourtesyList.YES: "yes",
    CourtesyList.NO: "no",
}
_SIGN_KINDS: Final = {"👋": Courtesy.GREETING, "🙂": Courtesy.GREETING}


@dataclass(frozen=True, slots=True)
class TrainedDoor:
    """The door that ships with Maatje. Takes 10 to 25 ms, nearly all of it for the meaning of the text."""

    finder: TrainedFinder
    courteous: CourteousWords = field(default_factory=CourteousWords)
    asked: AskedWords = field(default_factory=AskedWords)
    why: ReasonWords = field(default_factory=ReasonWords)
    sure: Certainty = field(default_factory=Certainty)

    def understand(
        self, text: str, locale: str | None = None, now: datetime | None = None, *, asked: bool = False
    ) -> Understanding:
        """See `Door`."""
        if not normalise(text):
            return _of_signs(text, locale)
        model = self.finder.model
        language, certain = model.language(text)
        spoken = language if language != OUTSIDE and certain > 0.5 else locale
        standard = self.finder.dialect.standard(text)
        vector = model.vector(standard, self.finder.encoder) if self.finder.encoder is not None else None
        judged = self.finder.judged(standard, vector)
        learnt = combined(*judged)
        courteous = self.courteous.said_in(text)
        chances = self._weighed(text, learnt, courteous, asked=asked)
        # Who writes nothing but courtesies is in no danger, however little the judges know of the words.
        danger = self.finder.danger(text, *judged) - (self.sure.polite if courteous else 0.0)
        if danger >= self.sure.cry:
            found = self._cry(danger, self.finder.need_in(learnt), text, spoken)
        else:
            found = self._in_long_letter(text, spoken) or self._decided(standard, chances, spoken)
        also, beside = self._also(text, found, chances)
        languages = [one for one in (spoken, locale) if one is not None]
        reason = None
        if found.act in (SpeechAct.ABSENCE, SpeechAct.LATE) or SpeechAct.ABSENCE in also:
            reason = self._reason(text, standard, vector, languages)
        late = found.act is SpeechAct.LATE
        when = read_when(text, languages, now, late=late) if now is not None else When()
        known = {one.topic for one in found.candidates}
        candidates = (*found.candidates, *(one for one in beside if one.topic not in known))
        sure = language != OUTSIDE and certain >= self.sure.language and len(text.split()) >= _FEWEST_WORDS
        return replace(
            found, also=also, reason=reason, when=when, candidates=candidates[:_CANDIDATES], language_sure=sure
        )

    def work_out(self, text: str) -> None:
        """Have the meaning of a text that will be understood in a moment worked out; for any thread."""
        if self.finder.encoder is not None and normalise(text):
            self.finder.model.vector(self.finder.dialect.standard(text), self.finder.encoder)

    def _weighed(
        self, text: str, learnt: Floats, courteous: frozenset[CourtesyList], *, asked: bool
    ) -> dict[str, float]:
        """The chance of each class, with what the lists of words add."""
        sums = {
            name: float(np.log(max(float(chance), 1e-9)))
            for name, chance in zip(self.finder.model.classes, learnt, strict=True)
        }
        # "No, thanks" is no; of any other two the classifier knows better.
        for said in courteous & {CourtesyList.NO} or courteous:
            sums[ACT + _CLASS_OF[said]] += self.sure.listed
        topic = self.asked.asked_in(text)
        if topic in sums:
            sums[topic] += self.sure.asked
        heard = self.finder.coming.heard_in(text)
        if heard is Heard.COMING or heard is Heard.BETTER:
            sums[f"{ACT}coming"] += self.sure.pattern
        elif heard is Heard.ABSENT:
            sums[f"{ACT}absence"] += 1.0
        if asked:
            sums[f"{ACT}yes"] += self.sure.answers
            sums[f"{ACT}no"] += self.sure.answers
        most = max(sums.values())
        powers = {name: float(np.exp(one - most)) for name, one in sums.items()}
        whole = sum(powers.values())
        return {name: power / whole for name, power in powers.items()}

    def _cry(self, danger: float, need: str, text: str, language: str | None) -> Understanding:
        listed = self.finder.cry.heard_in(text)
        kind = CryNeed(listed.need if listed is not None else need)
        return Understanding(SpeechAct.URGENT, round(1 / (1 + exp(-danger)), 4), need=kind, language=language)

    def _in_long_letter(self, text: str, language: str | None) -> Understanding | None:
        """The cry for help in a letter whose other words say something else, and say it longer."""
        parts = windows(text)
        if parts and self.finder.cry.heard_in(text):
            return self._cry(self.sure.cry_in_part, CryNeed.EMERGENCY, text, language)
        for window in parts:
            by_pieces = self.finder.model.by_pieces(self.finder.dialect.standard(window))
            danger = self.finder.danger(window, by_pieces, None) - self.sure.cry_in_part
            if danger >= 0:
                return self._cry(danger, self.finder.need_in(by_pieces), window, language)
        return None

    def _decided(self, standard: str, chances: Mapping[str, float], language: str | None) -> Understanding:
        # It is no cry: what was left of that is shared out among the others.
        acts = acts_of(chances)
        left = max(1 - acts[SpeechAct.URGENT], 1e-9)
        acts = {act: chance / left for act, chance in acts.items()} | {SpeechAct.URGENT: 0.0}
        best = max(acts, key=lambda act: acts[act])
        if best is SpeechAct.ABSENCE and acts[SpeechAct.COMING] * self.sure.absent > acts[SpeechAct.ABSENCE]:
            # Read the wrong way round it takes a lesson from who comes; the other way it is asked.
            best = SpeechAct.COMING
        # That it is one of both is as sure as both together.
        sure = acts[best] + (acts[SpeechAct.ABSENCE] if best is SpeechAct.COMING else 0.0)
        topics = self.finder.topics(standard, chances)
        outcome, candidates = decide(topics, self.finder.content, self.finder.thresholds, language)
        if best in (SpeechAct.QUESTION, SpeechAct.OTHER) or sure < self.sure.act:
            question = sum(one.score for one in candidates)
            if outcome == "answer":
                act = ACT_OF_TOPIC.get(candidates[0].topic, SpeechAct.QUESTION)
                return Understanding(
                    act, round(question, 4), topic=candidates[0].topic, candidates=candidates, language=language
                )
            if outcome == "choices":
                return Understanding(SpeechAct.QUESTION, round(question, 4), candidates=candidates, language=language)
            return Understanding(
                SpeechAct.OTHER, round(acts[SpeechAct.OTHER], 4), nearest=candidates[0].topic, language=language
            )
        kind = _courtesy(chances) if best is SpeechAct.COURTESY else None
        topic = TOPIC_OF.get(best)
        return Understanding(
            best,
            round(acts[best], 4),
            courtesy=kind,
            topic=topic,
            candidates=(Candidate(topic, round(acts[best], 4)),) if topic is not None else (),
            language=language,
        )

    def _also(
        self, text: str, found: Understanding, chances: Mapping[str, float]
    ) -> tuple[tuple[SpeechAct, ...], tuple[Candidate, ...]]:
        """The other acts of the text, with the topic where one is a question: what is likely of the whole, and what a
        part of it says by itself."""
        acts = acts_of(chances)
        beside: list[Candidate] = []
        others: list[SpeechAct] = [
            act for act in acts if act not in (found.act, SpeechAct.OTHER) and acts[act] >= self.sure.second
        ]
        for clause in clauses(text):
            part = self._by_pieces(clause)
            alone = acts_of(part)
            act = max(alone, key=lambda one: alone[one])
            if alone[act] < self.sure.clause or act in (found.act, SpeechAct.OTHER, SpeechAct.URGENT):
                # Danger in a part is danger in the whole: that was weighed with more than pieces.
                continue
            others += [act] if act not in others else []
            beside += self._best_topic(part) if act is SpeechAct.QUESTION else []
        if SpeechAct.QUESTION in others and not beside:
            beside = self._best_topic(chances)
        return tuple(others), tuple(beside)

    def _best_topic(self, chances: Mapping[str, float]) -> list[Candidate]:
        topic = max(self.finder.content.topics, key=lambda one: chances.get(one, 0.0))
        return [Candidate(topic, round(chances.get(topic, 0.0), 4))]

    def _by_pieces(self, text: str) -> Mapping[str, float]:
        model = self.finder.model
        chances = model.by_pieces(self.finder.dialect.standard(text))
        return {name: float(chance) for name, chance in zip(model.classes, chances, strict=True)}

    def _reason(
        self, text: str, standard: str, vector: Floats | None, languages: Sequence[str]
    ) -> AbsenceReason | None:
        chances = self.why.sharpened(self.finder.model.reason_chances(standard, vector), text, languages)
        reason = max(chances, key=lambda one: chances[one])
        return AbsenceReason(reason) if reason and chances[reason] >= self.sure.reason else None


def acts_of(chances: Mapping[str, float]) -> dict[SpeechAct, float]:
    """The chance of each act: that of its classes together."""
    acts = dict.fromkeys(SpeechAct, 0.0)
    for name, chance in chances.items():
        if name.startswith(CRY):
            act = SpeechAct.URGENT
        elif name.startswith(ACT):
            act = SpeechAct(name.removeprefix(ACT).partition(":")[0])
        else:
            act = SpeechAct.OTHER if name in (OUTSIDE, HARMLESS) else SpeechAct.QUESTION
        acts[act] += chance
    return acts


def _courtesy(chances: Mapping[str, float]) -> Courtesy:
    return max(Courtesy, key=lambda kind: chances.get(f"{ACT}courtesy:{kind.value}", 0.0))


def _of_signs(text: str, locale: str | None) -> Understanding:
    """What a text without a letter or digit says: mostly a picture."""
    for sign, act in _SIGNS.items():
        if sign in text:
            need = CryNeed.EMERGENCY if act is SpeechAct.URGENT else None
            kind = _SIGN_KINDS.get(sign, Courtesy.THANKS) if act is SpeechAct.COURTESY else None
            return Understanding(act, 0.9, need=need, courtesy=kind, language=locale)
    return Understanding(SpeechAct.OTHER, 1.0, language=locale)
