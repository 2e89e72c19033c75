"""What is true in a sequence, and what each person believes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from tests.model.words import AMSTERDAM, said

CLASS: Final = "Les"
LONG_AGO: Final = datetime.min.replace(tzinfo=AMSTERDAM)


class Wrong(AssertionError):
    """Something that people were told, or were not, is not right."""


@dataclass
class Meeting:
    """A meeting (or a class of the group) as it is."""

    kind: str
    starts_at: datetime
    place: str
    on: bool = True
    # Whose it is; None = the group's.
    person: str | None = None
    # When it became what it is.
    changed_at: datetime = LONG_AGO
    # Whether whom it is for must hear of it at once: of lessons the week's overview tells.
    to_be_told: bool = False


@dataclass
class Belief:
    """What a person believes of one meeting: when and where, or that it is off."""

    starts_at: datetime
    place: str
    on: bool = True
    # Not told by a message: it was agreed in a talk long before.
    agreed: bool = False

    def copy(self) -> "Belief":
        """Another with the same."""
        return Belief(self.starts_at, self.place, self.on, self.agreed)


@dataclass
class Mind:
    """A person: what they believe, and whether anything reaches them."""

    ways: tuple[str, ...] = ("telegram",)
    meetings: dict[str, Belief] = field(default_factory=dict)
    classes: set[datetime] = field(default_factory=set)
    # The last day of their term, as told.
    term_end: date | None = None
    stopped: bool = False
    blocked: set[str] = field(default_factory=set)
    # Ways over which nothing goes unasked until the month is over.
    spent: set[str] = field(default_factory=set)
    # Since when nothing reaches them.
    unreached_since: datetime | None = None
    # Messages to them were lost since the consultant was last asked to telephone.
    lost_since: datetime | None = None
    # The day on which the consultant was last asked to telephone: one call a day is for everything that was lost.
    called_on: date | None = None
    # The consultant knows that the number is wrong: they have to go there.
    gave_up: bool = False
    member_until: date | None = None
    # The kinds of meeting for which they heard of another time that they may choose, until it is another meeting.
    proposed: set[str] = field(default_factory=set)
    # Of which meetings, and for which day, they were asked whether they come; and with the last message.
    asked: set[tuple[str, date]] = field(default_factory=set)
    just_asked: set[tuple[str, date]] = field(default_factory=set)
    # The last message, when it came, and what they believed before it (for when it turns out not to have arrived).
    # When they last wrote: whoever did so just now is awake.
    wrote_at: datetime = LONG_AGO
    last_heard: str = ""
    last_choices: Sequence[str] = ()
    last_at: datetime | None = None
    before_last: "tuple[dict[str, Belief], set[datetime], date | None] | None" = None

    @property
    def reached(self) -> bool:
        """Whether a message arrives."""
        return bool(set(self.ways) - self.blocked - self.spent)

    def agrees(self, meeting: Meeting) -> None:
        """They knew of a meeting as it is, whatever becomes of their last message."""
        for meetings in self._both():
            meetings[meeting.kind] = Belief(meeting.starts_at, meeting.place, agreed=True)

    def knows(self, kind: str, belief: Belief) -> None:
        """They were told by telephone, whatever becomes of their last message."""
        for meetings in self._both():
            meetings[kind] = belief.copy()

    def forgets(self, kind: str) -> None:
        """The meeting of this kind is over, and no later news of the last message brings it back."""
        for meetings in self._both():
            meetings.pop(kind, None)

    def _both(self) -> "tuple[dict[str, Belief], ...]":
        return (self.meetings,) if self.before_last is None else (self.meetings, self.before_last[0])


def local_day(moment: datetime) -> date:
    """The local day."""
    return moment.astimezone(AMSTERDAM).date()


def described(one: Meeting | Belief) -> str:
    """When and where."""
    return f"{said(one.starts_at)} in {one.place}{'' if one.on else ', off'}"
