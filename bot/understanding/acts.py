"""What a person's words can be: the acts, the kinds of danger, and what was understood of one text.

`AbsenceReason` has its home in storage.vocabulary, the topics in locales/faq.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Final

from bot.faq.finding import SAME_AS_ACT, Candidate
from storage.vocabulary import AbsenceReason


class SpeechAct(StrEnum):
    """What somebody does by writing."""

    URGENT = "urgent"
    ABSENCE = "absence"
    LATE = "late"
    COMING = "coming"
    RESCHEDULE = "reschedule"
    COURTESY = "courtesy"
    YES = "yes"
    NO = "no"
    STOP = "stop"
    HUMAN = "human"
    QUESTION = "question"
    # Nobody's topic: offered to be passed on.
    OTHER = "other"


class CryNeed(StrEnum):
    """The kind of danger of a cry for help."""

    EMERGENCY = "emergency"  # somebody may die or be lost now
    SELF_HARM = "self_harm"
    VIOLENCE = "violence"
    HUNGER = "hunger"
    SHELTER = "shelter"


class Courtesy(StrEnum):
    """What politeness it is."""

    GREETING = "greeting"
    THANKS = "thanks"
    BYE = "bye"
    WISH = "wish"


class DayPart(StrEnum):
    """A part of the day, as people name it."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class NextOne(StrEnum):
    """Which appointment "the next" is."""

    LESSON = "lesson"
    MEETING = "meeting"  # or a lesson: people call a lesson their appointment too


#: The FAQ topic that says the same as an act: where a topic is asked for, the act names it.
TOPIC_OF: Final = {SpeechAct(act): topic for topic, act in SAME_AS_ACT.items()}
#: And the other way round.
ACT_OF_TOPIC: Final = {topic: act for act, topic in TOPIC_OF.items()}


@dataclass(frozen=True, slots=True)
class When:
    """The days and hours that a text names; None where it does not.

    `first` and `last` are local days, both included. `since` says that it began on `first` and has no end in the text.
    `next_one`: only the next lesson or appointment is spoken of, however long something goes on already.
    """

    first: date | None = None
    last: date | None = None
    at: time | None = None
    part: DayPart | None = None
    minutes: int | None = None
    since: bool = False
    next_one: NextOne | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was understood of one text. `score` is the chance that `act` is right, 0 to 1.

    A question has a `topic` when it is sure, else `candidates`, best first, at most three. `also` are the other acts of
    the same text ("I am ill, do I get a fine?": absence, and also a question with that topic as a candidate).
    `nearest` is the topic that comes nearest where nothing is sure: for what is done with it, never to be shown.
    `language` is the locale that the text seems to be written in, None when that cannot be told; `language_sure`: so
    surely that another one than is set may be offered.
    """

    act: SpeechAct
    score: float
    need: CryNeed | None = None
    reason: AbsenceReason | None = None
    courtesy: Courtesy | None = None
    when: When = When()
    topic: str | None = None
    candidates: tuple[Candidate, ...] = ()
    also: tuple[SpeechAct, ...] = ()
    nearest: str | None = None
    language: str | None = None
    language_sure: bool = False
