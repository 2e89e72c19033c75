"""What a consultant hears when one of their people stops, comes back, or has their chat deleted."""

from enum import StrEnum

from locales.rendering.message import Body, Part, Text
from reminders.wording.appointment import name_of
from storage.people.people import Person


class Step(StrEnum):
    """What the person did."""

    STOPPED = "stopped"
    RESUMED = "resumed"
    ERASED = "erased"


def to_consultant(step: Step, person: Person) -> Body:
    """So that nobody counts on reminders that do not come."""
    return Body((Part(Text(f"consultant.{step.value}", {"person": name_of(person)})),))
