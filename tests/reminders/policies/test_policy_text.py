"""A policy written down and read again is the same; a made-up week is worked out from it."""

from datetime import date, time, timedelta

import pytest

from reminders.local_time import QuietHours, to_wall
from reminders.policies.due_times import Skipped, load_policies
from reminders.policies.policy_text import policy_text
from reminders.policies.rules import (
    DEFAULT_POLICIES,
    AppointmentKind,
    ConfirmationFollowup,
    DaysBefore,
    HoursBefore,
    Policies,
    Policy,
    Rule,
    WeeklyOverview,
)
from reminders.policies.week import SaidWhat, made_up_week

NIGHT = QuietHours.parse("21:00-08:00")
MONDAY = date(2026, 3, 9)
ODD = Policy(
    rules=(
        Rule(id="w5", timing=WeeklyOverview(5, time(9, 30)), first_of_day_only=True),
        Rule(id="m90", timing=HoursBefore(timedelta(minutes=90)), useful_for=timedelta(minutes=45)),
        Rule(id="d3", timing=DaysBefore(3, time(18, 0)), ask_confirmation=True, useful_for=timedelta(hours=20)),
    ),
    confirmation_followup=ConfirmationFollowup(ask_again=DaysBefore(4), show_consultant=DaysBefore(1, time(8, 15))),
    collapse_within=timedelta(minutes=90),
)


@pytest.mark.parametrize("policy", [*DEFAULT_POLICIES.values(), ODD, Policy(rules=())])
def test_what_is_written_is_read_again(policy: Policy) -> None:
    text = policy_text(AppointmentKind.PROGRESS_MEETING, 'the "heath"', policy)
    assert load_policies(text).own == {'the "heath"': {AppointmentKind.PROGRESS_MEETING: policy}}


def test_a_municipalitys_own_stand_above_the_files_and_its_default() -> None:
    default, own = Policy(rules=()), DEFAULT_POLICIES[AppointmentKind.CLASS]
    file = Policies(
        {"default": {AppointmentKind.PROGRESS_MEETING: default}, "huizen": {AppointmentKind.CLASS: default}}
    )
    now = file.with_own({"huizen": {AppointmentKind.PROGRESS_MEETING: own}})
    assert now.of(AppointmentKind.PROGRESS_MEETING, "Huizen") == own
    assert now.of(AppointmentKind.PROGRESS_MEETING, "Laren") == now.of(AppointmentKind.CLASS, "Huizen") == default
    assert file.of(AppointmentKind.PROGRESS_MEETING, "Huizen") == default


def test_a_made_up_week_of_meetings_says_what_asks_and_what_follows() -> None:
    said = made_up_week(
        AppointmentKind.PROGRESS_MEETING, DEFAULT_POLICIES[AppointmentKind.PROGRESS_MEETING], NIGHT, MONDAY
    )
    of_monday = [(to_wall(one.due_at), one.what) for one in said if to_wall(one.starts_at).date() == MONDAY]
    assert [(f"{at:%d-%m %H:%M}", what) for at, what in of_monday] == [
        ("02-03 09:00", SaidWhat.QUESTION),
        ("06-03 09:00", SaidWhat.CONSULTANT),
        ("06-03 12:00", SaidWhat.ASKED_AGAIN),
        ("08-03 09:00", SaidWhat.QUESTION),
        # Two hours before would be in the night, so it is the evening before.
        ("08-03 20:59", SaidWhat.REMINDER),
    ]


def test_a_made_up_week_of_classes_has_one_overview_and_one_word_a_day() -> None:
    said = made_up_week(AppointmentKind.CLASS, DEFAULT_POLICIES[AppointmentKind.CLASS], NIGHT, MONDAY)
    assert [one.what for one in said if one.what is SaidWhat.OVERVIEW] == [SaidWhat.OVERVIEW]
    evenings = [one for one in said if one.what is SaidWhat.REMINDER]
    assert [one.skipped for one in evenings].count(Skipped.NOT_FIRST_OF_DAY) == 1
    assert len(evenings) == 4
