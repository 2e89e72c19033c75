"""When a person is reminded of one appointment: a function of the appointment, the policy and the person's wishes.

The rules themselves are data in `reminders.policies.rules`; a municipality's own file is read by
`reminders.policies.policy_file`. Their public names are named here too.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum

from reminders.local_time import AMSTERDAM, QuietHours, days_before, to_instant, to_wall
from reminders.policies.policy_file import PolicyError, load_policies
from reminders.policies.rules import (
    DEFAULT_POLICIES,
    MEETINGS,
    AppointmentKind,
    ConfirmationFollowup,
    DaysBefore,
    HoursBefore,
    Policies,
    Policy,
    Rule,
    WeeklyOverview,
    Wishes,
)

__all__ = [
    "DEFAULT_POLICIES",
    "MEETINGS",
    "AppointmentKind",
    "ConfirmationFollowup",
    "DaysBefore",
    "DueReminder",
    "FollowupTimes",
    "HoursBefore",
    "Policies",
    "Policy",
    "PolicyError",
    "Rule",
    "Skipped",
    "WeeklyOverview",
    "Wishes",
    "due_times",
    "followup_times",
    "load_policies",
]

FRIDAY = 4


class Skipped(StrEnum):
    """Why a rule says nothing about an appointment."""

    # It was due before the appointment was made: the person is told at once instead, by the "new appointment" message.
    PASSED = "passed"
    # It would come when the appointment has begun.
    TOO_LATE = "too_late"
    # Merged into an earlier reminder that quiet hours brought close to it.
    COLLAPSED = "collapsed"
    # Not the first class of its day.
    NOT_FIRST_OF_DAY = "not_first_of_day"
    # The person does not want it.
    WISH = "wish"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReminder:
    """One rule's time for one appointment (UTC); `skipped` says why it is not to be sent.

    It is of use from `due_at` until just before `useful_until`, which never lies after the start.
    """

    rule_id: str
    due_at: datetime
    useful_until: datetime
    ask_confirmation: bool = False
    # The first of the seven local days that a weekly overview tells: the classes of a person in them are one message.
    overview_from: date | None = None
    skipped: Skipped | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowupTimes:
    """When an unconfirmed mandatory meeting is asked about again, and when the consultant is shown it; None = never."""

    ask_again_at: datetime | None = None
    show_consultant_at: datetime | None = None


def due_times(
    kind: AppointmentKind,
    starts_at: datetime,
    made_at: datetime,
    policy: Policy,
    quiet_hours: QuietHours | None,
    *,
    zone: tzinfo = AMSTERDAM,
    wishes: Wishes = Wishes.EVERYTHING,
    mandatory: bool = True,
    first_of_day: bool = True,
) -> list[DueReminder]:
    """Every rule of the policy with its time, by time; the same values always give the same list.

    `made_at` is when the appointment (in its present form) became known; `first_of_day` whether it is the person's
    first class of its local day. Quiet hours move a reminder earlier, never later. Wishes: EVERYTHING = the policy as
    it is; EVERY_CLASS = also the later classes of a day; WEEKLY = of classes the overview only; ONLY_MEETINGS = no
    classes, and of the rest what is mandatory or a meeting by its kind. Meetings that are mandatory are always
    reminded; a class never counts as one, or the wishes would have no meaning.
    """
    starts_at = starts_at.astimezone(UTC)
    planned: list[tuple[DueReminder, bool]] = []
    for rule in policy.rules:
        meant_at = _due_at(rule, starts_at, zone)
        due_at = quiet_hours.earlier_than_quiet(meant_at) if quiet_hours else meant_at
        until = starts_at if rule.useful_for is None else min(starts_at, meant_at + rule.useful_for)
        reminder = DueReminder(
            rule_id=rule.id,
            due_at=due_at,
            useful_until=until,
            ask_confirmation=rule.ask_confirmation,
            overview_from=_overview_from(rule, starts_at, zone),
        )
        reason = _unwanted(rule, kind, wishes, mandatory, first_of_day) or _untimely(reminder, starts_at, made_at)
        planned.append((replace(reminder, skipped=reason), due_at != meant_at))
    planned.sort(key=lambda item: (item[0].due_at, item[0].rule_id))
    return _collapsed(planned, policy.collapse_within, zone)


def followup_times(
    starts_at: datetime,
    made_at: datetime,
    policy: Policy,
    quiet_hours: QuietHours | None,
    *,
    zone: tzinfo = AMSTERDAM,
) -> FollowupTimes:
    """When to ask again about a mandatory meeting that nobody confirmed, and when to show it to the consultant.

    Whether it is mandatory and unconfirmed is looked at when the time comes. The consultant's moment falls on a
    working day, earlier where need be; a moment before `made_at` is None: the meeting was only just announced.
    """
    followup = policy.confirmation_followup
    if followup is None:
        return FollowupTimes()
    ask = days_before(starts_at, followup.ask_again.days, zone, followup.ask_again.at)
    if quiet_hours:
        ask = quiet_hours.earlier_than_quiet(ask)
    shown_days = followup.show_consultant.days
    weekday = (to_wall(starts_at, zone).date() - timedelta(days=shown_days)).weekday()
    shown_days += max(0, weekday - FRIDAY)
    show = days_before(starts_at, shown_days, zone, followup.show_consultant.at)
    return FollowupTimes(
        ask_again_at=ask if made_at < ask < starts_at else None,
        show_consultant_at=show if made_at < show < starts_at else None,
    )


def _due_at(rule: Rule, starts_at: datetime, zone: tzinfo) -> datetime:
    match rule.timing:
        case HoursBefore(before):
            return starts_at - before
        case DaysBefore(days, at):
            return days_before(starts_at, days, zone, at)
        case WeeklyOverview(weekday, at):
            first = _first_of_seven(to_wall(starts_at, zone).date(), weekday)
            return to_instant(datetime.combine(first - timedelta(days=1), at), zone).instant


def _overview_from(rule: Rule, starts_at: datetime, zone: tzinfo) -> date | None:
    if not isinstance(rule.timing, WeeklyOverview):
        return None
    return _first_of_seven(to_wall(starts_at, zone).date(), rule.timing.weekday)


def _first_of_seven(day: date, weekday: int) -> date:
    """The first of the seven days after `weekday` that hold this day; the day of the overview ends the seven before."""
    return day - timedelta(days=(day.weekday() - weekday - 1) % 7)


def _unwanted(rule: Rule, kind: AppointmentKind, wishes: Wishes, mandatory: bool, first_of_day: bool) -> Skipped | None:
    overview = isinstance(rule.timing, WeeklyOverview)
    if kind is AppointmentKind.CLASS:
        unwanted = wishes is Wishes.ONLY_MEETINGS or (wishes is Wishes.WEEKLY and not overview)
    else:
        unwanted = wishes is Wishes.ONLY_MEETINGS and not mandatory and kind not in MEETINGS
    if unwanted:
        return Skipped.WISH
    if rule.first_of_day_only and not first_of_day and wishes is not Wishes.EVERY_CLASS:
        return Skipped.NOT_FIRST_OF_DAY
    return None


def _untimely(reminder: DueReminder, starts_at: datetime, made_at: datetime) -> Skipped | None:
    if reminder.due_at >= min(reminder.useful_until, starts_at):
        return Skipped.TOO_LATE
    return Skipped.PASSED if reminder.due_at < made_at else None


def _collapsed(planned: Iterable[tuple[DueReminder, bool]], within: timedelta, zone: tzinfo) -> list[DueReminder]:
    """Merge what quiet hours brought together, or to one day. The earlier one is kept: it leaves more time to act."""
    kept: list[DueReminder] = []
    last: int | None = None
    last_moved = False
    for reminder, moved in planned:
        if reminder.skipped is None and reminder.overview_from is None:
            if last is not None and _together(kept[last], reminder, within, moved or last_moved, zone):
                kept[last] = replace(
                    kept[last], ask_confirmation=kept[last].ask_confirmation or reminder.ask_confirmation
                )
                kept.append(replace(reminder, skipped=Skipped.COLLAPSED))
                continue
            last, last_moved = len(kept), moved
        kept.append(reminder)
    return kept


def _together(earlier: DueReminder, later: DueReminder, within: timedelta, moved: bool, zone: tzinfo) -> bool:
    gap = later.due_at - earlier.due_at
    # On one day both would say "tomorrow".
    same_day = to_wall(earlier.due_at, zone).date() == to_wall(later.due_at, zone).date()
    return gap == timedelta(0) or (moved and (gap < within or same_day))
