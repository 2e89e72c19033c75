"""A policy as the text that `reminders.policies.policy_file` reads: what is changed at the desk is kept so."""

import json
from datetime import time, timedelta

from reminders.policies.policy_file import WEEKDAYS
from reminders.policies.rules import (
    AppointmentKind,
    ConfirmationFollowup,
    DaysBefore,
    HoursBefore,
    Policy,
    Rule,
    WeeklyOverview,
)


def policy_text(kind: AppointmentKind, municipality: str, policy: Policy) -> str:
    """The table of one kind in one municipality; reading it gives the same policy again."""
    table = f"policies.{json.dumps(municipality, ensure_ascii=False)}.{kind.value}"
    lines = [f"[{table}]", "rules = [", *(f"  {{ {_rule(rule)} }}," for rule in policy.rules), "]"]
    lines.append(f"collapse_within = {_quoted(span_text(policy.collapse_within))}")
    if policy.confirmation_followup is None:
        lines.append("confirmation_followup = false")
    else:
        lines += [f"[{table}.confirmation_followup]", *_followup(policy.confirmation_followup)]
    return "\n".join(lines) + "\n"


def span_text(span: timedelta) -> str:
    """ "7 days", "2 hours", "30 minutes": the largest unit that it is whole in."""
    minutes = span // timedelta(minutes=1)
    for size, unit in ((1440, "days"), (60, "hours")):
        if minutes % size == 0:
            return f"{minutes // size} {unit}"
    return f"{minutes} minutes"


def _rule(rule: Rule) -> str:
    fields = [f"id = {_quoted(rule.id)}"]
    match rule.timing:
        case HoursBefore(before):
            fields.append(f"before = {_quoted(span_text(before))}")
        case DaysBefore(days, at):
            fields += [f'before = "{days} days"', *_at("at", at)]
        case WeeklyOverview(weekday, at):
            fields += [f'weekly = "{WEEKDAYS[weekday]}"', *_at("at", at)]
    fields += ["ask_confirmation = true"] if rule.ask_confirmation else []
    fields += ["first_of_day_only = true"] if rule.first_of_day_only else []
    fields += [f"useful_for = {_quoted(span_text(rule.useful_for))}"] if rule.useful_for is not None else []
    return ", ".join(fields)


def _followup(followup: ConfirmationFollowup) -> list[str]:
    ask, show = followup.ask_again, followup.show_consultant
    return [
        f'ask_again = "{ask.days} days"',
        *_at("ask_again_at", ask.at),
        f'show_consultant = "{show.days} days"',
        *_at("show_consultant_at", show.at),
    ]


def _at(name: str, at: time | None) -> list[str]:
    return [f'{name} = "{at:%H:%M}"'] if at is not None else []


def _quoted(text: str) -> str:
    return f'"{text}"'
