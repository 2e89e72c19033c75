"""What planning needs to know of a person."""

from dataclasses import dataclass
from datetime import UTC, datetime

from reminders.local_time import QuietHours
from storage.vocabulary import Wishes

ALWAYS = datetime.min.replace(tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PlannedFor:
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
    # Agreed once, whether or not they stopped: they may know of what was made since.
    has_agreed: bool = True
