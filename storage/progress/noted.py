"""What is known of one part of a plan, as a value: the rules (reminders/terms/progress.py) work on these alone."""

from dataclasses import dataclass
from datetime import date

from storage.vocabulary import PartStatus, PlanPart


@dataclass(frozen=True, slots=True)
class NotedPart:
    """One line of somebody's progress; of an exam, one attempt at it.

    `on` is the day that the status is of. `minutes` are all that count: those that were noted, and those that were
    attended since; None = nothing is known of hours.
    """

    part: PlanPart
    status: PartStatus
    on: date | None = None
    minutes: int | None = None
    attempt: int | None = None
