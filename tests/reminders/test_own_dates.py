"""What a person was told of their own dates in the chat is read back from the keys of the replies."""

from datetime import date

import pytest

from locales.rendering.message import Part, Text
from reminders.kinds import Kind
from reminders.own_dates import OwnDates, dates_said, key_of, own_dates
from reminders.planning.about_terms import told_by

ON = date(2027, 3, 1)


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        pytest.param(Text("term.term_end", {"on": ON}), {"term_end": ON}, id="a last day"),
        pytest.param(Text("term.term_end.past", {"on": ON}), {}, id="past"),
        pytest.param(Text("term.term_start", {"on": ON}), {}, id="a start moves with its end"),
        pytest.param(Text("term.scale_down_hours", {"needed": 600}, count=3), {}, id="no date"),
        pytest.param(Text("milestone.corrected.old", {"on": ON}), {}, id="no term"),
    ],
)
def test_only_dates_that_are_to_come_count(text: Text, dates: dict[str, date]) -> None:
    assert dates_said([Part(text)]) == dates


def test_a_key_tells_what_was_told_and_fits() -> None:
    told = OwnDates(
        "abcdef123456",
        {
            about: date(2026, 1, number)
            for number, about in enumerate(
                (
                    "pip_due", "term_end", "route_switch_until", "scale_down_from", "relief_end", "education_max_end",
                    "guidance_end",
                ),
                1,
            )
        },
    )  # fmt: skip
    key = key_of(told, "reply:telegram:" + "9" * 200)
    assert len(key) <= 160
    assert own_dates(key) == told
    assert own_dates(f"{Kind.MILESTONE}:7:term_end:2027-03-01:1_month:person") is None
    assert key != key_of(told, "reply:telegram:1")


def test_the_latest_that_was_told_counts() -> None:
    shown = key_of(OwnDates("abcdef123456", {"term_end": ON}), "reply:web:1")
    milestone = f"{Kind.MILESTONE}:7:term_end:2027-06-01:1_month:person"
    assert told_by([shown, milestone])["term_end", "person"] == date(2027, 6, 1)
    assert told_by([milestone, shown])["term_end", "person"] == ON
