"""What planning needs to know of a person; and that whoever has just agreed reads the welcome first.

Two text messages that are sent within a second arrive in any order, and a reminder from nobody knows whom is no
welcome.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from reminders.local_time import QuietHours
from storage.outbox.message import Outgoing
from storage.vocabulary import Wishes

ALWAYS = datetime.min.replace(tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)
#: As long as a text message usually takes, and not so long that somebody puts the telephone away.
WELCOME: Final = timedelta(minutes=2)


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
    # Their guidance is over here: nothing is said of terms any more.
    is_closed: bool = False


def welcome_first(messages: Sequence[Outgoing], reader: PlannedFor, now: datetime) -> list[Outgoing]:
    """The same messages; what is due before the welcome was read is due then, where it is of use then and not quiet."""
    # Later than now only in a preview of an earlier day, or when the clock went back.
    if reader.told_since == ALWAYS or reader.told_since > now:
        return list(messages)
    read_at = reader.told_since + WELCOME
    if reader.quiet_hours.is_quiet(read_at):
        return list(messages)
    return [
        replace(one, due_at=read_at)
        if one.person_id is not None
        and one.due_at < read_at
        and (one.useful_until is None or one.useful_until > read_at)
        else one
        for one in messages
    ]
