"""A made-up week: when somebody with ordinary appointments would be told what by a policy. No clock, no database."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from reminders.local_time import QuietHours, to_instant
from reminders.policies.due_times import Skipped, due_times, followup_times
from reminders.policies.rules import AppointmentKind, Policy

#: The days after Monday and the times of the made-up appointments; two classes of a day stand beside each other.
_MEETINGS: Final = ((0, time(9, 0)), (2, time(14, 0)), (4, time(10, 30)))
_CLASSES: Final = ((0, time(9, 0)), (0, time(13, 0)), (2, time(9, 0)), (3, time(18, 30)))
#: So long before they were made that nothing was due before.
_MADE_BEFORE: Final = timedelta(days=500)


class SaidWhat(StrEnum):
    """What is said in a made-up week."""

    REMINDER = "reminder"
    QUESTION = "question"  # a reminder that asks whether they come
    OVERVIEW = "overview"  # all classes of seven days
    ASKED_AGAIN = "asked_again"  # nobody answered
    CONSULTANT = "consultant"  # the consultant is shown that nobody did


@dataclass(frozen=True, slots=True)
class SaidInWeek:
    """One message of a made-up week: when (an instant), what, about the appointment that starts when; `skipped` says
    why a rule says nothing."""

    due_at: datetime
    what: SaidWhat
    starts_at: datetime
    skipped: Skipped | None = None


def made_up_week(kind: AppointmentKind, policy: Policy, quiet_hours: QuietHours, monday: date) -> list[SaidInWeek]:
    """What is said about mandatory appointments of one kind in the week that begins on `monday`, by time."""
    zone = quiet_hours.zone
    days = _CLASSES if kind is AppointmentKind.CLASS else _MEETINGS
    found: list[SaidInWeek] = []
    told: set[date] = set()
    begun: set[int] = set()
    for after, at in days:
        starts_at = to_instant(datetime.combine(monday + timedelta(days=after), at), zone).instant
        made_at = starts_at - _MADE_BEFORE
        first = after not in begun
        begun.add(after)
        for due in due_times(kind, starts_at, made_at, policy, quiet_hours, zone=zone, first_of_day=first):
            if due.overview_from is not None:
                if due.overview_from not in told:
                    told.add(due.overview_from)
                    found.append(SaidInWeek(due.due_at, SaidWhat.OVERVIEW, starts_at, due.skipped))
                continue
            what = SaidWhat.QUESTION if due.ask_confirmation else SaidWhat.REMINDER
            found.append(SaidInWeek(due.due_at, what, starts_at, due.skipped))
        again = followup_times(starts_at, made_at, policy, quiet_hours, zone=zone)
        for moment, what in (
            (again.ask_again_at, SaidWhat.ASKED_AGAIN),
            (again.show_consultant_at, SaidWhat.CONSULTANT),
        ):
            if moment is not None:
                found.append(SaidInWeek(moment, what, starts_at))
    return sorted(found, key=lambda one: (one.due_at, one.starts_at, one.what))


def a_monday_ahead(today: date) -> date:
    """The Monday of the week after next: hardly a reminder of it lies in the past."""
    return today + timedelta(days=14 - today.weekday())
