"""A door in front of any finder: for a municipality that puts a model of its own behind `bot.faq.finding.Finder`.

What that finder finds is what is understood; days and hours are read from the text as everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.faq.finding import Candidate, Finder, Finding, Heard
from bot.understanding.acts import ACT_OF_TOPIC, TOPIC_OF, Courtesy, CryNeed, SpeechAct, Understanding, When
from bot.understanding.courtesies import CourteousWords, CourtesyList
from bot.understanding.days.moments import read_when

#: What a courtesy is, the weightiest first: "hello, no, thanks" is no.
_SAID: Final[Mapping[CourtesyList, tuple[SpeechAct, Courtesy | None]]] = {
    CourtesyList.NO: (SpeechAct.NO, None),
    CourtesyList.YES: (SpeechAct.YES, None),
    CourtesyList.WISH: (SpeechAct.COURTESY, Courtesy.WISH),
    CourtesyList.THANKS: (SpeechAct.COURTESY, Courtesy.THANKS),
    CourtesyList.BYE: (SpeechAct.COURTESY, Courtesy.BYE),
    CourtesyList.GREETING: (SpeechAct.COURTESY, Courtesy.GREETING),
}


@dataclass(frozen=True, slots=True)
class FinderDoor:
    """See `bot.understanding.door.Door`."""

    finder: Finder
    courteous: CourteousWords = field(default_factory=CourteousWords)

    def understand(
        self, text: str, locale: str | None = None, now: datetime | None = None, *, asked: bool = False
    ) -> Understanding:
        """See `Door`."""
        courteous = self.courteous.said_in(text)
        if courteous:
            act, kind = next(said for courtesy, said in _SAID.items() if courtesy in courteous)
            return Understanding(act, 1.0, courtesy=kind, language=locale)
        found = self.finder.find(text, locale)
        act = _act(found)
        languages = [one for one in (found.language, locale) if one is not None]
        topic = found.topic or TOPIC_OF.get(act)
        candidates = tuple(Candidate(one.topic, one.score) for one in found.candidates)
        return Understanding(
            act,
            found.candidates[0].score if found.candidates else 1.0,
            need=_need(found) if act is SpeechAct.URGENT else None,
            when=read_when(text, languages, now, late=act is SpeechAct.LATE) if now is not None else When(),
            topic=topic,
            candidates=candidates if act is not SpeechAct.OTHER else (),
            nearest=found.candidates[0].topic if found.candidates else None,
            language=found.language,
            language_sure=found.language is not None,
        )


def _act(found: Finding) -> SpeechAct:
    if found.outcome == "urgent":
        return SpeechAct.URGENT
    if found.heard in (Heard.BETTER, Heard.COMING):
        return SpeechAct.COMING
    if found.outcome == "answer":
        # "When I am ill, what then?" asks; only who says that they cannot come reports it.
        asks = found.heard not in (None, Heard.ABSENT) or found.topic is None
        return SpeechAct.QUESTION if asks else ACT_OF_TOPIC.get(found.topic or "", SpeechAct.QUESTION)
    return SpeechAct.QUESTION if found.outcome == "choices" else SpeechAct.OTHER


def _need(found: Finding) -> CryNeed:
    return CryNeed(found.need) if found.need is not None else CryNeed.EMERGENCY
