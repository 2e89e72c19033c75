"""What a message is: every kind that planning makes, in one place."""

from datetime import timedelta
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a planned message is; the composer of each is in reminders.wording.planned_messages."""

    # To the person.
    REMINDER = "reminder"  # one meeting ahead
    CLASSES = "classes"  # the classes of a day, the evening before
    OVERVIEW = "overview"  # the week
    CONFIRM_AGAIN = "confirm_again"  # a mandatory meeting that was not confirmed
    # The word of the stored rows and their keys stays "notice": what waits in an outbox is not renamed in flight.
    CHANGE = "notice"  # an appointment was made late, moved, cancelled or restored
    # To the person or the consultant.
    MILESTONE = "milestone"  # a term that comes near
    TERM_CORRECTION = "term_correction"  # a date that was told is another one now
    # To the consultant.
    UNCONFIRMED = "unconfirmed"
    OVERLAP = "overlap"
    UNDELIVERED = "undelivered"


#: What each planning makes anew. A notice tells of one event; it is made when that happens, and so is UNDELIVERED.
REPLANNED = frozenset(Kind) - {Kind.CHANGE, Kind.UNDELIVERED}


DIGEST: Final = "digest"


class FollowUp(StrEnum):
    """The kinds of these messages."""

    ABSENCE_AGAIN = "absence_again"  # to the consultant who did not see a report
    ABSENCE_PASSED = "absence_passed"  # to the colleague who stands in
    STILL_ILL = "still_ill"  # to the person


# "We missed you" of more than a week ago helps nobody.
MISSED_FRESH: Final = timedelta(days=7)


class Missed(StrEnum):
    """The kinds of these messages."""

    MISSED = "missed"  # to the person
    PATTERN = "pattern"  # to the consultant
