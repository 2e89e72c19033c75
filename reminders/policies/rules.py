"""What is said about each kind of appointment, and when: as data, with the defaults of every municipality.

`reminders.policies.due_times` computes the times; `reminders.policies.policy_file` reads a municipality's own rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from types import MappingProxyType
from typing import TypeAlias

from storage.appointment_kinds import MEETINGS
from storage.vocabulary import AppointmentKind, Wishes

__all__ = [
    "DEFAULT_POLICIES",
    "MEETINGS",
    "AppointmentKind",
    "ConfirmationFollowup",
    "DaysBefore",
    "HoursBefore",
    "Policies",
    "Policy",
    "Rule",
    "Timing",
    "WeeklyOverview",
    "Wishes",
]

# Weekday numbers as in `date.weekday`.
SUNDAY = 6


@dataclass(frozen=True, slots=True)
class HoursBefore:
    """A real duration before the start."""

    before: timedelta


@dataclass(frozen=True, slots=True)
class DaysBefore:
    """Local days before the start, at the same wall time or `at` one of its own."""

    days: int
    at: time | None = None


@dataclass(frozen=True, slots=True)
class WeeklyOverview:
    """Once for the seven local days that follow `weekday` (0 = Monday), said on that day `at` a wall time."""

    weekday: int = SUNDAY
    at: time = time(17, 0)


Timing: TypeAlias = HoursBefore | DaysBefore | WeeklyOverview


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One reminder. `id` is part of the message's idempotency key: give a changed rule another id."""

    id: str
    timing: Timing
    ask_confirmation: bool = False
    # For classes: the second class of a day is told with the first.
    first_of_day_only: bool = False
    # Not sent any more so long after it was due; None = until the appointment starts.
    useful_for: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationFollowup:
    """What follows when nobody confirmed a mandatory meeting: asked once more, then shown to the consultant."""

    ask_again: DaysBefore = DaysBefore(3, time(12, 0))
    show_consultant: DaysBefore = DaysBefore(2, time(9, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules of one kind."""

    rules: tuple[Rule, ...]
    # None = nobody is asked twice.
    confirmation_followup: ConfirmationFollowup | None = None
    # A reminder that quiet hours moved to within this of another one is merged into the earlier of the two.
    collapse_within: timedelta = timedelta(hours=4)


_WEEK = Rule(id="week", timing=DaysBefore(7), ask_confirmation=True)
_DAY = Rule(id="day", timing=DaysBefore(1), ask_confirmation=True)
_HOURS = Rule(id="hours", timing=HoursBefore(timedelta(hours=2)))
_OVERVIEW = Rule(id="overview", timing=WeeklyOverview())
_EVENING = Rule(id="evening", timing=DaysBefore(1, time(18, 0)), first_of_day_only=True)

_MEETING = Policy(rules=(_WEEK, _DAY, _HOURS), confirmation_followup=ConfirmationFollowup())
_CLASS = Policy(rules=(_OVERVIEW, _EVENING))
_LOOSE = Policy(rules=(_DAY, _HOURS))


def _defaults() -> Mapping[AppointmentKind, Policy]:
    policies = {kind: _MEETING if kind in MEETINGS else _LOOSE for kind in AppointmentKind}
    policies[AppointmentKind.CLASS] = _CLASS
    return MappingProxyType(policies)


DEFAULT_POLICIES: Mapping[AppointmentKind, Policy] = _defaults()

EVERYWHERE = "default"


@dataclass(frozen=True, slots=True)
class Policies:
    """The policies of every municipality: its own, else the file's "default", else the code's."""

    # By municipality (lower case), then by kind.
    own: Mapping[str, Mapping[AppointmentKind, Policy]] = field(default_factory=dict)

    def of(self, kind: AppointmentKind, municipality: str = EVERYWHERE) -> Policy:
        """The policy of a kind in a municipality, whose name is compared without regard to case."""
        for name in (municipality.casefold(), EVERYWHERE):
            found = self.own.get(name, {}).get(kind)
            if found is not None:
                return found
        return DEFAULT_POLICIES[kind]

    def with_own(self, other: Mapping[str, Mapping[AppointmentKind, Policy]]) -> "Policies":
        """The same, with these in place of those of the same municipality and kind."""
        names = self.own.keys() | other.keys()
        return Policies({name: {**self.own.get(name, {}), **other.get(name, {})} for name in names})
