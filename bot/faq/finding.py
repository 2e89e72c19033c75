"""What a finder gives back, and the protocol behind which any finder fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, Protocol

FaqOutcome = Literal["answer", "choices", "handover", "urgent"]

#: A phrasing of these topics is mostly the act itself ("I am ill"), and at times a question about it.
SAME_AS_ACT: Final[Mapping[str, str]] = {
    "report_sick_lesson": "absence",
    "late_for_lesson": "late",
    "reschedule_appointment": "reschedule",
    "bot_talk_to_human": "human",
    "bot_stop_messages": "stop",
}


class Heard(StrEnum):
    """What a text says about coming."""

    ABSENT = "absent"
    BETTER = "better"
    COMING = "coming"
    # About not coming, but a question, a condition ("when I am ill") or something of the past.
    ASKING = "asking"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A topic that may be meant; `score` is an estimate of the chance that it is, from 0 to 1."""

    topic: str
    score: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What was made of one text.

    - answer: sure; `topic` is what to show. Its registry entry says which action starts.
    - choices: nearly; `candidates` are the buttons to offer, best first, at most three.
    - handover: no topic; offer to pass the text on to the consultant. `candidates` are the nearest all the same, for
      reports and measurements: do not show them.
    - urgent: a cry for help; show the emergency numbers and tell the consultant at once. `need` says which kind.

    `language` is the locale the text seems to be written in, None when it cannot be told. `heard`: what it says about
    coming. Who says that they cannot come (`Heard.ABSENT`) is answered with the topic that begins a report.
    """

    outcome: FaqOutcome
    topic: str | None = None
    candidates: tuple[Candidate, ...] = ()
    language: str | None = None
    need: str | None = None
    heard: Heard | None = None


class Finder(Protocol):
    """Finds the topic of a question. Must not raise for any text, however long or odd, and keeps no text."""

    def find(self, text: str, locale: str | None = None) -> Finding:
        """What `text` asks. `locale` is the language that is set: a hint only, any language is understood."""
        ...
