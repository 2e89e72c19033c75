"""What a card shows, without a language: an appointment, a week, a plan, a question."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from locales.rendering.message import Text
from storage.vocabulary import AppointmentKind


class CardChange(StrEnum):
    """How an appointment stands to what was told before."""

    NONE = "none"
    MOVED = "moved"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class AppointmentCard:
    """One appointment; instants are aware, in UTC. `bring` are icons; `was` is the time before a move."""

    kind: AppointmentKind
    starts_at: datetime
    ends_at: datetime | None = None
    place: str = ""
    online: bool = False
    with_whom: str = ""
    bring: tuple[str, ...] = ()
    change: CardChange = CardChange.NONE
    # The person said that they come.
    confirmed: bool = False
    was: datetime | None = None


@dataclass(frozen=True, slots=True)
class WeekEntry:
    """One appointment in a week's picture; `cancelled` = not for this person, or for nobody."""

    kind: AppointmentKind
    starts_at: datetime
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class WeekCard:
    """Monday to Friday from `first_day`, and the weekend where it has entries; `now` shades what is over."""

    first_day: date
    entries: tuple[WeekEntry, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class PlanStep:
    """A step on the road, by its icon, with a Dutch abbreviation that people know it by; `says` is it in words.

    `share` is how much of it is done, from 0 to 1, where that is known: hours against hours, exams against exams.
    """

    icon: str
    done: bool
    on: date | None = None
    label: str = ""
    says: Text | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class PlanCard:
    """The road of the integration term: from, until, where one stands, and the steps in order."""

    start: date
    end: date
    today: date
    steps: tuple[PlanStep, ...]


@dataclass(frozen=True, slots=True)
class QuestionCard:
    """A question by its icon, and its answers by theirs; `says` is the question in words, already in the language.

    What only tells something is one that does not `ask`.
    """

    icon: str
    choices: tuple[str, ...]
    says: str = ""
    asks: bool = True


Card: TypeAlias = AppointmentCard | WeekCard | PlanCard | QuestionCard
