from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.local_time import QuietHours, to_wall
from reminders.terms.milestones import Audience, Milestone, OpenPart, due_at, milestones
from reminders.terms.rule_sets import LAW, NOTE, RuleSet, TermRules
from reminders.terms.terms import Group, Route, TermFacts, compute_terms


def planned(
    facts: TermFacts, *open_parts: OpenPart, contacts: int = 0, rules: TermRules = LAW.rules
) -> list[Milestone]:
    return milestones(compute_terms(facts, rules), facts, open_parts, contacts=contacts, rules=rules)


def days(found: list[Milestone], about: str, audience: Audience = Audience.CONSULTANT) -> list[str]:
    return [f"{m.id} {m.on}" for m in found if m.about == about and m.audience is audience]


# Signed on 1 March 2026: the term runs from 2 March 2026 to 1 March 2029, guidance to 1 September 2029.
SIGNED = TermFacts(plan_signed_on=date(2026, 3, 1), route=Route.B1, group=Group.ASYLUM)


@pytest.mark.parametrize(
    ("facts", "about", "audience", "expected"),
    [
        pytest.param(
            SIGNED,
            "term_end",
            Audience.PERSON,
            [
                "start 2026-03-02",
                "12_months 2028-03-01",
                "6_months 2028-09-01",
                "3_months 2028-12-01",
                "1_month 2029-02-01",
                "passed 2029-03-02",
            ],
            id="term end, person",
        ),
        pytest.param(
            SIGNED,
            "term_end",
            Audience.CONSULTANT,
            [
                "12_months 2028-03-01",
                "6_months 2028-09-01",
                "3_months 2028-12-01",
                "1_month 2029-02-01",
                "passed 2029-03-02",
            ],
            id="term end, consultant",
        ),
        pytest.param(
            SIGNED,
            "guidance_end",
            Audience.CONSULTANT,
            ["3_months 2029-06-01", "1_month 2029-08-01", "passed 2029-09-02"],
            id="guidance end, consultant",
        ),
        pytest.param(SIGNED, "guidance_end", Audience.PERSON, ["1_month 2029-08-01"], id="guidance end, person"),
        pytest.param(
            SIGNED,
            "route_switch_until",
            Audience.PERSON,
            ["3_months 2027-06-01", "1_month 2027-08-01"],
            id="route switch closing",
        ),
        pytest.param(
            SIGNED,
            "first_year_contacts_by",
            Audience.CONSULTANT,
            ["month_9 2026-12-02", "month_11 2027-02-02", "late 2027-03-02"],
            id="contacts missing",
        ),
        pytest.param(SIGNED, "first_year_contacts_by", Audience.PERSON, [], id="contacts: not for the person"),
        pytest.param(SIGNED, "scale_down_from", Audience.PERSON, [], id="scale down: not for the person"),
        pytest.param(
            TermFacts(brp_registered_on=date(2026, 1, 5), intake_on=date(2026, 1, 12)),
            "pip_due",
            Audience.CONSULTANT,
            ["2_weeks 2026-03-02", "3_days 2026-03-13", "late 2026-03-17", "2_weeks_late 2026-03-30"],
            id="pip due 16 March",
        ),
        pytest.param(
            TermFacts(brp_registered_on=date(2026, 1, 5), intake_on=date(2026, 1, 12)),
            "pip_due_hbel",
            Audience.CONSULTANT,
            ["2_weeks 2026-01-26", "3_days 2026-02-06", "late 2026-02-10"],
            id="pip due 9 February, HBEL",
        ),
        pytest.param(
            TermFacts(brp_registered_on=date(2026, 1, 5), intake_on=date(2026, 3, 1)),
            "pip_due_hbel",
            Audience.CONSULTANT,
            [],
            id="both pip terms on one day: the law's only",
        ),
        pytest.param(
            TermFacts(brp_registered_on=date(2026, 1, 5), plan_signed_on=date(2026, 2, 1)),
            "pip_due",
            Audience.CONSULTANT,
            [],
            id="plan is signed",
        ),
        pytest.param(
            TermFacts(group=Group.ASYLUM, relief_started_on=date(2026, 8, 31)),
            "relief_end",
            Audience.PERSON,
            ["2_months 2026-12-27", "1_month 2027-01-27", "1_week 2027-02-20", "switch 2027-02-28"],
            id="relief ends 27 February",
        ),
        pytest.param(
            TermFacts(group=Group.MIGRANT, relief_started_on=date(2026, 8, 31)),
            "relief_end",
            Audience.PERSON,
            [],
            id="no relief for migrants",
        ),
        pytest.param(
            TermFacts(plan_signed_on=date(2026, 5, 31)),
            "route_switch_until",
            Audience.CONSULTANT,
            ["3_months 2027-08-30", "1_month 2027-10-30"],
            id="switch closes 30 November",
        ),
        pytest.param(
            TermFacts(plan_signed_on=date(2025, 2, 28)),
            "term_end",
            Audience.PERSON,
            [
                "start 2025-03-01",
                "12_months 2027-02-28",
                "6_months 2027-08-29",
                "3_months 2027-11-29",
                "1_month 2028-01-29",
                "passed 2028-03-01",
            ],
            id="term ends on 29 February 2028",
        ),
        pytest.param(
            TermFacts(plan_signed_on=date(2026, 3, 1), term_extended_until=date(2029, 9, 1)),
            "term_end",
            Audience.PERSON,
            [
                "start 2026-03-02",
                "12_months 2028-09-01",
                "6_months 2029-03-01",
                "3_months 2029-06-01",
                "1_month 2029-08-01",
                # Told when DUO granted it, whenever that was.
                "extended 2029-09-01",
                "passed 2029-09-02",
            ],
            id="extended by DUO",
        ),
    ],
)
def test_milestones_by_the_table(facts: TermFacts, about: str, audience: Audience, expected: list[str]) -> None:
    assert days(planned(facts), about, audience) == expected


def test_two_contacts_are_enough() -> None:
    assert days(planned(SIGNED, contacts=1), "first_year_contacts_by") != []
    assert days(planned(SIGNED, contacts=2), "first_year_contacts_by") == []


def test_the_end_of_the_term_says_what_is_open_in_the_laws_order() -> None:
    found = planned(SIGNED, OpenPart.MAP, OpenPart.EXAM)
    assert {m.open_parts for m in found if m.about == "term_end"} == {(OpenPart.EXAM, OpenPart.MAP)}
    assert {m.open_parts for m in found if m.about != "term_end"} == {()}


def test_each_is_of_use_until_the_next() -> None:
    ends = [m.useful_until for m in planned(SIGNED) if (m.about, m.audience) == ("term_end", Audience.PERSON)]
    ahead = [date(2028, 8, 31), date(2028, 11, 30), date(2029, 1, 31), date(2029, 3, 1)]
    assert ends == [date(2026, 3, 2) + timedelta(days=90), *ahead, date(2029, 3, 2) + timedelta(days=28)]


def test_a_corrected_date_gives_other_keys_and_the_same_date_the_same() -> None:
    keys = {m.key for m in planned(SIGNED)}
    corrected = TermFacts(plan_signed_on=date(2026, 3, 2), route=Route.B1, group=Group.ASYLUM)
    assert keys == {m.key for m in planned(SIGNED)}
    assert keys.isdisjoint(m.key for m in planned(corrected))
    assert "term_end:2029-03-01:12_months:person" in keys


@pytest.mark.parametrize(
    ("on", "opens", "holidays", "expected"),
    [
        pytest.param(date(2028, 3, 1), False, (), "2028-03-01T10:00", id="Wednesday"),
        pytest.param(date(2026, 3, 14), False, (), "2026-03-13T10:00", id="Saturday: Friday before"),
        pytest.param(date(2026, 3, 15), False, (), "2026-03-13T10:00", id="Sunday: Friday before"),
        pytest.param(date(2026, 3, 14), True, (), "2026-03-16T10:00", id="Saturday, a right begins: Monday after"),
        pytest.param(
            date(2026, 4, 6), False, (date(2026, 4, 3), date(2026, 4, 6)), "2026-04-02T10:00", id="Easter Monday"
        ),
        pytest.param(date(2026, 3, 30), False, (), "2026-03-30T10:00", id="the day after the spring night"),
    ],
)
def test_it_is_said_at_ten_on_a_working_day(on: date, opens: bool, holidays: tuple[date, ...], expected: str) -> None:
    milestone = Milestone(
        id="x", audience=Audience.CONSULTANT, on=on, about="term_end", term_on=on, useful_until=on, opens=opens
    )
    said = due_at(milestone, QuietHours.parse("21:00-08:00"), holidays=holidays)
    assert to_wall(said) == datetime.fromisoformat(expected)
    assert said.tzinfo is UTC


def test_quiet_hours_move_it_within_reason() -> None:
    base = Milestone(
        id="x",
        audience=Audience.PERSON,
        on=date(2028, 3, 1),
        about="term_end",
        term_on=date(2029, 3, 1),
        useful_until=date(2029, 3, 1),
    )
    assert to_wall(due_at(base, QuietHours.parse("21:00-11:00"))) == datetime.fromisoformat("2028-02-29T20:59")


signed = st.dates(date(2020, 1, 1), date(2060, 1, 1))


@pytest.mark.parametrize(
    ("rules", "about", "route", "expected"),
    [
        pytest.param(NOTE, "scale_down_from", Route.B1, ["hours 2027-09-02"], id="the note waits to scale down"),
        pytest.param(LAW, "scale_down_from", Route.B1, ["hours 2026-03-02"], id="the law does not wait"),
        pytest.param(LAW, "scale_down_from", Route.Z, [], id="no scaling down on the Z-route"),
        pytest.param(
            NOTE,
            "route_switch_until",
            Route.EDUCATION,
            ["3_months 2027-06-01", "1_month 2027-08-01"],
            id="the note closes the switch",
        ),
        pytest.param(LAW, "route_switch_until", Route.EDUCATION, [], id="by the law to B1 is always possible"),
        pytest.param(
            LAW, "route_switch_until", Route.Z, ["3_months 2027-06-01", "1_month 2027-08-01"], id="the law, z route"
        ),
    ],
)
def test_milestones_follow_the_rule_set(rules: RuleSet, about: str, route: Route, expected: list[str]) -> None:
    facts = replace(SIGNED, route=route, lesson_hours=600)
    assert days(planned(facts, rules=rules.rules), about) == expected


@pytest.mark.parametrize("hours", [None, 0, 599.5])
@pytest.mark.parametrize("rules", [NOTE, LAW])
def test_without_600_hours_nothing_is_said_of_a2(rules: RuleSet, hours: float | None) -> None:
    assert days(planned(replace(SIGNED, lesson_hours=hours), rules=rules.rules), "scale_down_from") == []


@settings(deadline=None)
@given(signed, st.sampled_from(Route), st.sampled_from(Group))
def test_milestones_lie_within_their_term_and_have_keys_of_their_own(day: date, route: Route, group: Group) -> None:
    facts = TermFacts(
        plan_signed_on=day, route=route, group=group, relief_started_on=day, brp_registered_on=day - timedelta(days=9)
    )
    found = planned(facts, *OpenPart)
    assert found == planned(facts, *OpenPart)
    assert max(Counter(m.key for m in found).values()) == 1
    for milestone in found:
        assert day < milestone.on <= milestone.useful_until
        if milestone.opens and milestone.id not in ("start", "hours"):
            # Its day has passed.
            assert timedelta(0) < milestone.on - milestone.term_on <= timedelta(days=14)
        else:
            assert milestone.on <= milestone.term_on
            assert milestone.opens or milestone.on < milestone.term_on
