from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.terms.fines import FINES, Breach
from reminders.terms.rule_sets import LAW, NOTE, TermRules
from reminders.terms.terms import (
    Group,
    Route,
    TermFacts,
    Terms,
    add_months,
    compute_terms,
    end_of_months,
    hours_required,
    scale_down_possible,
    term_faults,
)

TABLE = Path(__file__).with_name("terms_table.tsv")


def _facts_and_rules(text: str) -> tuple[TermFacts, TermRules]:
    facts: dict[str, object] = {}
    rules: dict[str, object] = {}
    for word in text.split():
        name, _, value = word.partition("=")
        if name.startswith("rule:"):
            rules[name.removeprefix("rule:")] = _setting(value)
        elif name == "group":
            facts[name] = Group(value)
        elif name == "route":
            facts[name] = Route(value)
        elif name == "has_benefit":
            facts[name] = value == "true"
        else:
            facts[name] = date.fromisoformat(value)
    # The table is the note's; what the note does not have (an extension, another trigger) its cases name.
    rule_set = NOTE.with_values(rules)
    return TermFacts(**facts), rule_set.rules  # type: ignore[arg-type]  # read from a table, checked by the result


def _setting(value: str) -> object:
    return int(value) if value.isdigit() else value == "true" if value in ("true", "false") else value


def _table() -> Sequence[object]:
    cases = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            label, facts, expected = line.split("\t")
            cases.append(pytest.param(facts, expected, id=label))
    return cases


@pytest.mark.parametrize(("facts", "expected"), _table())
def test_terms_by_the_table(facts: str, expected: str) -> None:
    found = compute_terms(*_facts_and_rules(facts)).as_dict()
    wanted = dict(word.split("=") for word in expected.split())
    assert {name: found[name] or "-" for name in wanted} == wanted


def test_the_ids_are_those_of_the_domain() -> None:
    assert list(Terms().as_dict()) == [
        "pip_due",
        "pip_due_hbel",
        "term_start",
        "term_end",
        "guidance_end",
        "route_switch_until",
        "scale_down_from",
        "first_year_contacts_by",
        "relief_end",
        "education_max_end",
        "self_reliance_goal",
    ]


@pytest.mark.parametrize(
    ("route", "hours", "on", "possible"),
    [
        pytest.param(Route.B1, 600, date(2027, 9, 2), True, id="first day, exactly enough"),
        pytest.param(Route.B1, 600, date(2027, 9, 1), False, id="a day too early"),
        pytest.param(Route.B1, 599.5, date(2027, 9, 2), False, id="half an hour short"),
        pytest.param(Route.B1, None, date(2027, 9, 2), False, id="hours unknown"),
        pytest.param(Route.Z, 900, date(2028, 9, 2), False, id="not on the Z route"),
    ],
)
def test_scaling_down_needs_time_and_hours(route: Route, hours: float | None, on: date, possible: bool) -> None:
    facts = TermFacts(plan_signed_on=date(2026, 3, 1), route=route, lesson_hours=hours)
    assert scale_down_possible(compute_terms(facts, NOTE.rules), facts, on, NOTE.rules) is possible


@pytest.mark.parametrize(
    ("hours", "on", "possible"),
    [
        pytest.param(600, date(2026, 3, 2), True, id="the hours are there, no waiting"),
        pytest.param(599.5, date(2028, 9, 2), False, id="half an hour short, long after"),
        pytest.param(600, date(2026, 3, 1), False, id="before the term began"),
    ],
)
def test_by_the_law_scaling_down_needs_the_hours_only(hours: float, on: date, possible: bool) -> None:
    facts = TermFacts(plan_dated_on=date(2026, 3, 1), route=Route.B1, lesson_hours=hours)
    terms = compute_terms(facts, LAW.rules)
    assert terms.scale_down_from is None
    assert scale_down_possible(terms, facts, on, LAW.rules) is possible


@pytest.mark.parametrize(
    ("route", "group", "lessons", "participation"),
    [
        pytest.param(Route.Z, Group.ASYLUM, 800, 800, id="z asylum"),
        pytest.param(Route.Z, Group.MIGRANT, 800, None, id="z migrant"),
        pytest.param(Route.B1, Group.ASYLUM, None, None, id="b1"),
        pytest.param(Route.EDUCATION, Group.ASYLUM, None, None, id="education"),
        pytest.param(None, None, None, None, id="unknown"),
    ],
)
def test_hours(route: Route | None, group: Group | None, lessons: int | None, participation: int | None) -> None:
    found = hours_required(route, group)
    assert (found.pvt, found.lessons, found.participation) == (12, lessons, participation)


def test_fines_are_those_of_section_1_11() -> None:
    assert [(fine.breach, fine.at_most, fine.by) for fine in FINES] == [
        (Breach.INTAKE, 250, "municipality"),
        (Breach.PLAN, 800, "municipality"),
        (Breach.LESSONS, 800, "municipality"),
        (Breach.ROUTE, 1000, "DUO"),
        (Breach.PVT, 340, "DUO"),
        (Breach.MAP, 340, "DUO"),
    ]
    assert [fine.breach for fine in FINES if Group.MIGRANT not in fine.groups] == [Breach.LESSONS]
    assert [fine.breach for fine in FINES if fine.later_law] == [Breach.ROUTE, Breach.PVT, Breach.MAP]


@pytest.mark.parametrize(
    ("facts", "faults"),
    [
        pytest.param(TermFacts(), [], id="nothing"),
        pytest.param(
            TermFacts(intake_on=date(2026, 2, 1), plan_signed_on=date(2026, 1, 1)),
            [("plan_signed_on", "before_intake_on")],
            id="signed before intake",
        ),
        pytest.param(
            TermFacts(brp_registered_on=date(2026, 2, 1), plan_signed_on=date(2026, 1, 1)),
            [("plan_signed_on", "before_brp_registered_on")],
            id="signed before brp",
        ),
        pytest.param(
            TermFacts(brp_registered_on=date(2026, 2, 1), intake_on=date(2026, 1, 1)),
            [],
            id="intake in the azc is fine",
        ),
        pytest.param(TermFacts(plan_signed_on=date(1926, 3, 1)), [("plan_signed_on", "out_of_range")], id="century"),
        pytest.param(
            TermFacts(born_on=date(2026, 3, 1), housed_on=date(2020, 1, 1)),
            [("housed_on", "before_birth")],
            id="unborn",
        ),
        pytest.param(
            TermFacts(plan_signed_on=date(2026, 3, 1), term_extended_until=date(2029, 3, 1)),
            [("term_extended_until", "not_later_than_term_end")],
            id="no extension",
        ),
        pytest.param(
            TermFacts(group=Group.MIGRANT, relief_started_on=date(2026, 1, 1)),
            [("relief_started_on", "not_for_migrants")],
            id="relief of a migrant",
        ),
        pytest.param(
            TermFacts(route=Route.Z, bridging_started_on=date(2026, 1, 1)),
            [("bridging_started_on", "not_on_this_route")],
            id="bridging on z",
        ),
        pytest.param(TermFacts(lesson_hours=-1), [("lesson_hours", "out_of_range")], id="hours"),
        pytest.param(
            TermFacts(plan_signed_on=date(9999, 12, 31)), [("plan_signed_on", "out_of_range")], id="year 9999"
        ),
    ],
)
def test_implausible_dates_are_named(facts: TermFacts, faults: list[tuple[str, str]]) -> None:
    assert [(fault.field, fault.code) for fault in term_faults(facts)] == faults


def test_months_outside_the_calendar_are_refused() -> None:
    with pytest.raises(ValueError, match="outside the calendar"):
        add_months(date(9998, 1, 1), 36)


days = st.dates(date(1950, 1, 1), date(2150, 1, 1))


@settings(deadline=None)
@given(days, days)
def test_a_later_signature_never_ends_a_term_earlier(one: date, other: date) -> None:
    first, second = (
        compute_terms(TermFacts(plan_signed_on=day, route=Route.B1)).as_dict() for day in sorted((one, other))
    )
    assert all((first[name] or "") <= (second[name] or "") for name in first)


@settings(deadline=None)
@given(days)
def test_terms_lie_in_the_order_of_the_law(signed: date) -> None:
    found = compute_terms(TermFacts(plan_signed_on=signed, route=Route.B1), NOTE.rules)
    dates = [
        found.term_start,
        found.first_year_contacts_by,
        found.route_switch_until,
        found.scale_down_from,
        found.term_end,
        found.guidance_end,
    ]
    known = [day for day in dates if day is not None]
    assert len(known) == len(dates)
    assert known == sorted(set(known))


@settings(deadline=None)
@given(days, st.integers(1, 60))
def test_periods_follow_each_other_without_a_gap(start: date, months: int) -> None:
    end = end_of_months(start, months)
    following = end + timedelta(days=1)
    assert (following.year * 12 + following.month) - (start.year * 12 + start.month) == months
    assert following.day == start.day or (following + timedelta(days=1)).day == 1
