"""The words of planning: the kinds of planned messages, and what planning needs to know of a person."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from reminders.local_time import QuietHours
from storage.people import Wishes

ALWAYS = datetime.min.replace(tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)


class Kind(StrEnum):
    """What a planned message is; the composer of each is in reminders.compose."""

    # To the person.
    REMINDER = "reminder"  # one meeting ahead
    CLASSES = "classes"  # the classes of a day, the evening before
    OVERVIEW = "overview"  # the week
    CONFIRM_AGAIN = "confirm_again"  # a mandatory meeting that was not confirmed
    NOTICE = "notice"  # made late, moved, cancelled, restored
    # To the person or the consultant.
    MILESTONE = "milestone"  # a term that comes near
    TERM_CORRECTION = "term_correction"  # a date that was told is another one now
    # To the consultant.
    UNCONFIRMED = "unconfirmed"
    OVERLAP = "overlap"
    UNDELIVERED = "undelivered"


#: What each planning makes anew. A notice tells of one event; it is made when that happens, and so is UNDELIVERED.
REPLANNED = frozenset(Kind) - {Kind.NOTICE, Kind.UNDELIVERED}


@dataclass(frozen=True, slots=True)
class Reader:
    """A person, as far as planning goes. Nothing is planned for those who `may_be_told` is false for: they have not
    agreed to the privacy notice, or stopped; their consultant is still told what concerns the consultant's work. Of
    what was made before `told_since` they heard nothing at the time."""

    id: int
    municipality: str
    quiet_hours: QuietHours
    wishes: Wishes
    consultant_id: int | None
    may_be_told: bool
    told_since: datetime = ALWAYS
