"""What a message is: every kind of message that leaves, in one place, with what holds for all of a kind.

A kind that is forgotten in `TRAITS` stops the program when this module is imported, not when its first message is sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, auto
from typing import Final

from storage.vocabulary import complete


class Kind(StrEnum):
    """What a message is; the word is stored in the outbox."""

    # To anybody: what was worded when it was made, an answer or a letter that is passed on.
    SAY = "say"
    # To the person.
    ASKS_FIRST = "asks_first"  # who is at a telephone that several people use
    OWN_DATES = "own_dates"  # a reply that told terms of their own; its key keeps which
    REMINDER = "reminder"  # one meeting ahead
    CLASSES = "classes"  # the classes of a day, the evening before
    OVERVIEW = "overview"  # the week
    CONFIRM_AGAIN = "confirm_again"  # a mandatory meeting that was not confirmed
    # The word of the stored rows and their keys stays "notice": what waits in an outbox is not renamed in flight.
    CHANGE = "notice"  # an appointment was made, moved, cancelled or restored
    NEXT = "next"  # the day after a meeting: what comes now
    STILL_ILL = "still_ill"  # a question to who reported an absence without an end
    MISSED = "missed"  # who was not there and had not said so
    CHECK_IN = "check_in"  # how it goes, for who wants to be asked
    FEEDBACK = "feedback"  # how a meeting was
    PROPOSAL = "proposal"  # other times for a meeting, to choose from
    # To the person or the consultant.
    MILESTONE = "milestone"  # a term that comes near
    TERM_CORRECTION = "term_correction"  # a date that was told is another one now
    # To the consultant.
    UNCONFIRMED = "unconfirmed"
    OVERLAP = "overlap"
    UNDELIVERED = "undelivered"
    CONFLICT = "conflict"  # two sources said different things of an appointment
    REPORT_STANDS = "report_stands"  # a report does not hold for an appointment that changed, or does again
    ABSENCE_AGAIN = "absence_again"  # a report that was not seen yet
    ABSENCE_PASSED = "absence_passed"  # the same, to the colleague who stands in
    CRY_AGAIN = "cry_again"  # a cry for help that was not seen yet
    CRY_PASSED = "cry_passed"  # the same, to the colleague who stands in
    CRY_DUTY = "cry_duty"  # the same, to the municipality's duty number
    PATTERN = "pattern"  # somebody who misses lesson after lesson
    DIGEST = "digest"  # what the day brings
    # To a school or a partner that a municipality names.
    ABSENCE_LIST = "absence_list"  # who cannot come today, never why


#: The parameter of what follows a cry: a duty number that the reader is asked to call, since Maatje cannot write to it.
CALL_DUTY: Final = "call_duty"


class Copy(StrEnum):
    """Why a message that was lost goes once more: the first word of the copy's key.

    Nobody plans copies, and so planning takes none of them back.
    """

    PASSED = "passed"  # to who stands in
    KEPT = "kept"  # to the same consultant, once they can be reached again


class WordedBy(StrEnum):
    """Who says what a kind means when it is sent; reminders.wording.composers has the composer of each."""

    ITS_BODY = auto()
    PROPOSAL = auto()
    PLANNED = auto()
    AFTER_ABSENCE = auto()
    AFTER_ATTENDANCE = auto()
    AFTER_CRY = auto()
    DIGEST = auto()
    ABSENCE_LIST = auto()
    ATTENTION = auto()
    ASKS_FIRST = auto()


class IfLost(StrEnum):
    """What follows when a message of a kind reached nobody."""

    TELL_CONSULTANT = auto()
    # The consultant has it in the lists, or it is of no use any more.
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Traits:
    """What holds for every message of a kind.

    `useful_for`: so long after it was due it is still worth sending; None = until what it is about begins or ends.
    `replanned`: each planning makes it anew, and takes it back when it is not true any more; the others tell of one
    event and are made when that happens. `kept_with_person`: kept as long as the person is
    (storage.privacy.retention), since a date that was told must be corrected years later.
    """

    worded_by: WordedBy
    if_lost: IfLost = IfLost.NOTHING
    useful_for: timedelta | None = None
    replanned: bool = False
    kept_with_person: bool = False


TRAITS: Final[Mapping[Kind, Traits]] = complete(
    {
        Kind.SAY: Traits(WordedBy.ITS_BODY, IfLost.TELL_CONSULTANT),
        Kind.ASKS_FIRST: Traits(WordedBy.ASKS_FIRST, useful_for=timedelta(days=2)),
        Kind.OWN_DATES: Traits(WordedBy.ITS_BODY, IfLost.TELL_CONSULTANT, kept_with_person=True),
        Kind.REMINDER: Traits(WordedBy.PLANNED, IfLost.TELL_CONSULTANT, replanned=True),
        Kind.CLASSES: Traits(WordedBy.PLANNED, replanned=True),
        Kind.OVERVIEW: Traits(WordedBy.PLANNED, useful_for=timedelta(days=1), replanned=True),
        Kind.CONFIRM_AGAIN: Traits(WordedBy.PLANNED, IfLost.TELL_CONSULTANT, replanned=True),
        Kind.CHANGE: Traits(WordedBy.PLANNED, IfLost.TELL_CONSULTANT, replanned=True),
        Kind.NEXT: Traits(WordedBy.PLANNED, useful_for=timedelta(days=2), replanned=True),
        Kind.STILL_ILL: Traits(WordedBy.AFTER_ABSENCE, IfLost.TELL_CONSULTANT, useful_for=timedelta(days=3)),
        # "We missed you" of more than a week ago helps nobody.
        Kind.MISSED: Traits(WordedBy.AFTER_ATTENDANCE, IfLost.TELL_CONSULTANT, useful_for=timedelta(days=7)),
        # Who asks how last week was has not listened.
        Kind.CHECK_IN: Traits(WordedBy.ATTENTION, useful_for=timedelta(days=2)),
        Kind.FEEDBACK: Traits(WordedBy.ATTENTION, useful_for=timedelta(days=2)),
        Kind.PROPOSAL: Traits(WordedBy.PROPOSAL, IfLost.TELL_CONSULTANT),
        Kind.MILESTONE: Traits(WordedBy.PLANNED, IfLost.TELL_CONSULTANT, replanned=True, kept_with_person=True),
        Kind.TERM_CORRECTION: Traits(WordedBy.PLANNED, IfLost.TELL_CONSULTANT, replanned=True, kept_with_person=True),
        Kind.UNCONFIRMED: Traits(WordedBy.PLANNED, replanned=True),
        Kind.OVERLAP: Traits(WordedBy.PLANNED, replanned=True),
        Kind.UNDELIVERED: Traits(WordedBy.PLANNED, useful_for=timedelta(days=2)),
        Kind.CONFLICT: Traits(WordedBy.PLANNED, useful_for=timedelta(hours=12)),
        Kind.REPORT_STANDS: Traits(WordedBy.PLANNED, replanned=True),
        Kind.ABSENCE_AGAIN: Traits(WordedBy.AFTER_ABSENCE),
        Kind.ABSENCE_PASSED: Traits(WordedBy.AFTER_ABSENCE),
        Kind.CRY_AGAIN: Traits(WordedBy.AFTER_CRY),
        Kind.CRY_PASSED: Traits(WordedBy.AFTER_CRY),
        Kind.CRY_DUTY: Traits(WordedBy.AFTER_CRY),
        Kind.PATTERN: Traits(WordedBy.AFTER_ATTENDANCE),
        Kind.DIGEST: Traits(WordedBy.DIGEST, useful_for=timedelta(hours=6)),
        Kind.ABSENCE_LIST: Traits(WordedBy.ABSENCE_LIST),
    },
    Kind,
)


def useful_for(kind: Kind) -> timedelta:
    """So long after it was due a message of this kind is worth sending.

    Raises:
        LookupError: of this kind that depends on what it is about.
    """
    found = TRAITS[kind].useful_for
    if found is None:
        raise LookupError(f"how long {kind} is of use depends on what it is about")
    return found


REPLANNED: Final = frozenset(kind for kind, traits in TRAITS.items() if traits.replanned)
TOLD_WHEN_LOST: Final = frozenset(kind for kind, traits in TRAITS.items() if traits.if_lost is IfLost.TELL_CONSULTANT)
KEPT_WITH_PERSON: Final = frozenset(kind for kind, traits in TRAITS.items() if traits.kept_with_person)
