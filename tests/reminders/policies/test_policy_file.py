import tomllib
from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.policies.due_times import (
    DEFAULT_POLICIES,
    AppointmentKind,
    ConfirmationFollowup,
    DaysBefore,
    HoursBefore,
    Policies,
    Policy,
    PolicyError,
    Rule,
    WeeklyOverview,
    load_policies,
)
from reminders.policies.toml_lines import key_lines

FILE = Path(__file__).with_name("policy_file_sample.toml")
SAMPLE = FILE.read_text(encoding="utf-8")


def test_a_municipality_has_its_own_rules() -> None:
    found = load_policies(SAMPLE).of(AppointmentKind.PROGRESS_MEETING, "huizen")
    assert found == Policy(
        rules=(
            Rule(id="week", timing=DaysBefore(7), ask_confirmation=True),
            Rule(id="hours", timing=HoursBefore(timedelta(hours=3)), useful_for=timedelta(minutes=90)),
        ),
        confirmation_followup=ConfirmationFollowup(
            ask_again=DaysBefore(3, time(12)), show_consultant=DaysBefore(2, time(9))
        ),
        collapse_within=timedelta(hours=3),
    )


def test_the_default_section_holds_for_all_and_the_rest_is_the_code() -> None:
    policies = load_policies(SAMPLE)
    for name in ("Huizen", "Eemnes", "default"):
        assert [rule.timing for rule in policies.of(AppointmentKind.CLASS, name).rules] == [
            WeeklyOverview(6, time(17)),
            DaysBefore(1, time(18)),
        ]
    assert policies.of(AppointmentKind.PROGRESS_MEETING, "Eemnes") == DEFAULT_POLICIES[AppointmentKind.PROGRESS_MEETING]
    assert policies.of(AppointmentKind.ACTIVITY, "Laren").rules == ()
    assert load_policies("") == Policies({})


def test_the_defaults_know_every_kind() -> None:
    assert set(DEFAULT_POLICIES) == set(AppointmentKind)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        pytest.param('"1 week"', '"a week"', 22, "write a time span", id="no span"),
        pytest.param('"1 week"', '"0 days"', 22, "longer than nothing", id="empty span"),
        pytest.param('"1 week"', '"9999 weeks"', 22, "a year at most", id="endless span"),
        pytest.param('"1 week"', "7", 22, "write a time span", id="number"),
        pytest.param('before = "3 hours"', 'befor = "3 hours"', 27, "check the spelling", id="spelling"),
        pytest.param("ask_confirmation = true", 'ask_confirmation = "yes"', 23, "true or false", id="yes"),
        pytest.param('"18:00"', '"6 pm"', 8, "time of day", id="inline table in a list"),
        pytest.param('"18:00"', "18:00:00", 8, "in quotation marks", id="TOML time"),
        pytest.param('"sunday"', '"zondag"', 7, "day of the week", id="weekday"),
        pytest.param('weekly = "sunday", ', "", 7, "give either before", id="no time at all"),
        pytest.param('before = "1 day", at', 'before = "5 hours", at', 8, "whole days", id="hours at a time"),
        pytest.param("progress_meeting]\n", "meeting]\n", 11, "no kind of appointment", id="kind"),
        pytest.param('id = "hours"', 'id = "week"', 11, "two rules have the id 'week'", id="same id"),
        pytest.param('id = "hours"', 'id = "Two Hours"', 26, "lower-case letters", id="id"),
        pytest.param('id = "week"\n', "", 20, "is missing", id="no id"),
        pytest.param('ask_again = "3 days"', 'ask_again = "1 day"', 14, "asked first", id="followup order"),
        pytest.param('ask_again = "3 days"', 'ask_again = "3 hours"', 15, "whole days", id="followup hours"),
        pytest.param("rules = []", "rules = 3", 31, "must be a list", id="no list"),
        pytest.param(
            '[policies."Laren".activity]\nrules = []', "[policies]\nLaren = 1", 31, "must be a table", id="value"
        ),
        pytest.param('id = "week"', "id = ", 21, "no valid TOML", id="no TOML"),
    ],
)
def test_an_error_names_the_line_and_what_to_do(old: str, new: str, line: int, words: str) -> None:
    assert old in SAMPLE
    with pytest.raises(PolicyError, match=words) as caught:
        load_policies(SAMPLE.replace(old, new, 1))
    assert caught.value.line == line


def test_lines_of_keys_in_every_form_of_toml() -> None:
    text = (
        '''
a.b = 1  # a.b = 2
"c d" = """
x = 1
""\\""""
[t]
l = [ 1, [2,
 { k = "}" } ], # ]
 'it'''
        + "'"
        + """,
]
[[s]]
k = 1979-05-27T07:32:00Z
[[s]]
[s.inner]
k = 0x1F
"""
    )
    tomllib.loads(text)
    lines = key_lines(text)
    assert lines["a", "b"] == 2
    assert lines["c d",] == 3
    assert (lines["t",], lines["t", "l"], lines["t", "l", 1, 1, "k"], lines["t", "l", 2]) == (6, 7, 8, 9)
    assert (lines["s", 0, "k"], lines["s", 1], lines["s", 1, "inner", "k"]) == (12, 13, 15)


@settings(deadline=None)
@given(st.integers(0, len(SAMPLE)), st.integers(0, 12), st.text("[]{}=\"'#,.\\\n a1", max_size=4))
def test_no_damage_to_the_text_makes_reading_fail_otherwise(at: int, length: int, put: str) -> None:
    text = SAMPLE[:at] + put + SAMPLE[at + length :]
    key_lines(text)
    assert 0 <= _line_of_the_fault(text) <= text.count("\n") + 1


def _line_of_the_fault(text: str) -> int:
    """0 = there is none."""
    try:
        load_policies(text)
    except PolicyError as error:
        return error.line
    return 0
