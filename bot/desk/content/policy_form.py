"""A reminder policy as the fields of a form, and the fields read again: a policy, or what is wrong with which."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from typing import Final

from bot.desk.forms import SentForm
from reminders.policies.policy_text import span_text
from reminders.policies.rules import (
    AppointmentKind,
    ConfirmationFollowup,
    DaysBefore,
    HoursBefore,
    Policy,
    Rule,
    Timing,
    WeeklyOverview,
)

#: Reminders of one kind of appointment at most.
MOST_RULES: Final = 8
#: Empty ones that are offered beside those that are there.
_SPARE: Final = 2
_LONGEST: Final = timedelta(days=366)


class RuleHow(StrEnum):
    """How a reminder's time is reckoned."""

    BEFORE = "before"
    WEEKLY = "weekly"  # one overview of seven days, for classes


class SpanUnit(StrEnum):
    """In what a span of time is given, as `span_text` has it."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"

    @property
    def span(self) -> timedelta:
        """One of it."""
        return timedelta(**{self.value: 1})


class PolicyFault(StrEnum):
    """What is wrong with a field; a text of the desk says what to do."""

    SPAN = "span"  # no number, or nothing, or more than a year
    TIME = "time"  # no time of day
    TIME_WITH_HOURS = "time_with_hours"  # a time of day goes with whole days
    TWICE = "twice"  # two reminders at one time
    ASKED_LATE = "asked_late"  # the person is asked before the consultant is shown
    WHOLE_DAYS = "whole_days"


@dataclass(frozen=True, slots=True)
class FormFault:
    """A field's name, which reminder it belongs to (from 1; 0 = none), and what is wrong."""

    field: str
    number: int
    fault: PolicyFault


@dataclass(frozen=True, slots=True)
class ReadForm:
    """What a form says: a policy, where nothing is wrong."""

    policy: Policy | None
    faults: tuple[FormFault, ...]


class _Wrong(ValueError):
    def __init__(self, field: str, fault: PolicyFault) -> None:
        super().__init__(fault)
        self.field, self.fault = field, fault


def fields_of(policy: Policy) -> dict[str, str]:
    """The form's fields for a policy, by name; unchecked boxes and empty fields are left out."""
    found: dict[str, str] = {}
    for number, rule in enumerate(policy.rules, start=1):
        match rule.timing:
            case WeeklyOverview(weekday, at):
                found |= {f"how_{number}": RuleHow.WEEKLY, f"weekday_{number}": str(weekday)}
                found[f"at_{number}"] = f"{at:%H:%M}"
            case DaysBefore(days, at):
                found |= {f"how_{number}": RuleHow.BEFORE, **_span_fields(f"_{number}", timedelta(days=days))}
                found |= {f"at_{number}": f"{at:%H:%M}"} if at is not None else {}
            case HoursBefore(before):
                found |= {f"how_{number}": RuleHow.BEFORE, **_span_fields(f"_{number}", before)}
        found |= {f"ask_{number}": "yes"} if rule.ask_confirmation else {}
        found |= {f"first_{number}": "yes"} if rule.first_of_day_only else {}
        if rule.useful_for is not None:
            found |= _span_fields(f"_useful_{number}", rule.useful_for)
    followup = policy.confirmation_followup
    if followup is not None:
        found |= {"followup": "yes", "again": str(followup.ask_again.days), "shown": str(followup.show_consultant.days)}
        found |= {"again_at": f"{followup.ask_again.at:%H:%M}"} if followup.ask_again.at is not None else {}
        found |= {"shown_at": f"{followup.show_consultant.at:%H:%M}"} if followup.show_consultant.at is not None else {}
    return found | _span_fields("_collapse", policy.collapse_within)


def numbers_shown(policy: Policy) -> range:
    """The reminders that the form has fields for: those that are there, and some more."""
    return range(1, max(len(policy.rules), min(MOST_RULES, len(policy.rules) + _SPARE)) + 1)


def read_form(kind: AppointmentKind, form: SentForm, before: Policy) -> ReadForm:
    """The policy that a form asks for in place of `before`, or every fault of it.

    A reminder whose time stays keeps its name; one with another time gets another, since by its name is known who had
    it already.
    """
    faults: list[FormFault] = []
    rules: list[Rule] = []
    names = {rule.timing: rule.id for rule in before.rules}
    most = max(MOST_RULES, len(before.rules))
    for number in range(1, most + 1):
        how = form.choice(f"how_{number}", RuleHow)
        if how is None or (how is RuleHow.WEEKLY and kind is not AppointmentKind.CLASS):
            continue
        try:
            rule = _rule(kind, form, number, how, names)
            if any(rule.timing == other.timing for other in rules):
                raise _Wrong(f"how_{number}", PolicyFault.TWICE)
            rules.append(rule)
        except _Wrong as wrong:
            faults.append(FormFault(wrong.field, number, wrong.fault))
    followup, collapse = None, before.collapse_within
    try:
        if form.text("followup") == "yes" and kind is not AppointmentKind.CLASS:
            followup = _followup(form)
        collapse = _span(form, "_collapse")
    except _Wrong as wrong:
        faults.append(FormFault(wrong.field, 0, wrong.fault))
    if faults:
        return ReadForm(None, tuple(faults))
    return ReadForm(Policy(rules=tuple(rules), confirmation_followup=followup, collapse_within=collapse), ())


def given(form: SentForm) -> Mapping[str, str]:
    """Every field as it was sent, but the form's token."""
    return {name: form.text(name) for name in form.fields if name != "form_token"}


def _rule(kind: AppointmentKind, form: SentForm, number: int, how: RuleHow, names: Mapping[Timing, str]) -> Rule:
    timing = _timing(form, number, how)
    is_class = kind is AppointmentKind.CLASS
    useful = form.text(f"amount_useful_{number}")
    return Rule(
        id=names.get(timing) or _name(timing),
        timing=timing,
        ask_confirmation=form.text(f"ask_{number}") == "yes" and not is_class,
        first_of_day_only=form.text(f"first_{number}") == "yes" and is_class,
        useful_for=_span(form, f"_useful_{number}") if useful else None,
    )


def _timing(form: SentForm, number: int, how: RuleHow) -> Timing:
    at = _time(form, f"at_{number}")
    if how is RuleHow.WEEKLY:
        weekday = form.number(f"weekday_{number}")
        return WeeklyOverview(min(weekday, 6), at) if at is not None else WeeklyOverview(min(weekday, 6))
    span = _span(form, f"_{number}")
    if span % timedelta(days=1):
        if at is not None:
            raise _Wrong(f"at_{number}", PolicyFault.TIME_WITH_HOURS)
        return HoursBefore(span)
    return DaysBefore(span.days, at)


def _name(timing: Timing) -> str:
    match timing:
        case WeeklyOverview(weekday, at):
            return f"w{weekday}_{at:%H%M}"
        case DaysBefore(days, at):
            return f"d{days}_{at:%H%M}" if at is not None else f"d{days}"
        case HoursBefore(before):
            return f"m{before // timedelta(minutes=1)}"


def _followup(form: SentForm) -> ConfirmationFollowup:
    again, shown = (_days(form, name) for name in ("again", "shown"))
    if again < shown:
        raise _Wrong("again", PolicyFault.ASKED_LATE)
    return ConfirmationFollowup(
        ask_again=DaysBefore(again, _time(form, "again_at")), show_consultant=DaysBefore(shown, _time(form, "shown_at"))
    )


def _days(form: SentForm, name: str) -> int:
    days = form.number(name)
    if not 0 < days <= _LONGEST.days:
        raise _Wrong(name, PolicyFault.WHOLE_DAYS)
    return days


def _span(form: SentForm, ending: str) -> timedelta:
    unit, amount = form.choice(f"unit{ending}", SpanUnit), form.number(f"amount{ending}")
    span = min(amount, 10**6) * (unit.span if unit is not None else timedelta(0))
    if not timedelta(0) < span <= _LONGEST:
        raise _Wrong(f"amount{ending}", PolicyFault.SPAN)
    return span


def _time(form: SentForm, name: str) -> time | None:
    text = form.text(name)
    try:
        at = time.fromisoformat(text) if text else None
    except ValueError as error:
        raise _Wrong(name, PolicyFault.TIME) from error
    if at is not None and (at.tzinfo is not None or at.second or at.microsecond):
        raise _Wrong(name, PolicyFault.TIME)
    return at


def _span_fields(ending: str, span: timedelta) -> dict[str, str]:
    amount, unit = span_text(span).split()
    return {f"amount{ending}": amount, f"unit{ending}": unit}
