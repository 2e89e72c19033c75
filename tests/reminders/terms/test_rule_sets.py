"""Both rule sets against an independent reading on hundreds of dated cases; what a municipality may make of them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from bot.cli import app
from reminders.terms.rule_sets import LAW, NOTE, RULE_SETS, VALUES_OF, RuleFault, read_rule_set
from reminders.terms.terms import Group, Route, TermFacts, Terms, compute_terms
from storage.vocabulary import Route as StoredRoute
from tests.reminders.terms.reading import read

# The names of the command line, and of the facts.
FIELDS = {
    "brp-date": "brp_registered_on",
    "duty-notified-on": "duty_notified_on",
    "intake-date": "intake_on",
    "signed-on": "plan_signed_on",
    "dated-on": "plan_dated_on",
    "relief-start": "relief_started_on",
    "housed-on": "housed_on",
    "born": "born_on",
    "bridging-start": "bridging_started_on",
    "extended-until": "term_extended_until",
}
# Ends of months, leap days, turns of the year, and nights on which the clock changes.
HARD_DAYS = [
    date(2024, 2, 29), date(2027, 2, 28), date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1), date(2026, 8, 31),
    date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 31), date(2026, 3, 29), date(2026, 10, 25),
    date(2025, 8, 30), date(2026, 4, 30), date(2099, 12, 31),
]  # fmt: skip


def cases(count: int) -> Iterator[dict[str, date | str]]:
    """People as they come: some dates known, near each other and near the hard days."""
    random = Random(21)
    for number in range(count):
        hard = HARD_DAYS[number % len(HARD_DAYS)]
        given: dict[str, date | str] = {}
        for name in FIELDS:
            if random.random() < 0.65:
                given[name] = hard + timedelta(days=random.choice((0, 0, -1, 1, 27, 28, 29, random.randint(-200, 400))))
        if route := random.choice(("b1", "education", "z", "")):
            given["route"] = route
        if group := random.choice(("asylum", "migrant", "")):
            given["group"] = group
        yield given


def facts(given: dict[str, date | str]) -> TermFacts:
    found = TermFacts(
        route=Route(str(given["route"])) if "route" in given else None,
        group=Group(str(given["group"])) if "group" in given else None,
    )
    days = {FIELDS[name]: day for name, day in given.items() if isinstance(day, date)}
    return replace(found, **days)  # type: ignore[arg-type]  # every field in the table is a date


@pytest.mark.parametrize("rules", ["note", "law"])
def test_the_terms_are_those_of_an_independent_reading(rules: str) -> None:
    seen: dict[str, int] = dict.fromkeys(Terms().as_dict(), 0)
    for given in cases(800):
        found = compute_terms(facts(given), RULE_SETS[rules].rules).as_dict()
        assert found == read(given, rules), given
        for name, day in found.items():
            seen[name] += day is not None
    never = {name for name, count in seen.items() if count == 0}
    assert never == (set() if rules == "note" else {"scale_down_from", "education_max_end"})
    assert all(count >= 100 for name, count in seen.items() if name not in never)


@pytest.mark.parametrize("rules", [None, "note", "law"])
def test_the_command_line_says_the_same(rules: str | None) -> None:
    for given in cases(40):
        asked = [word for name, value in given.items() for word in (f"--{name}", str(value))]
        said = CliRunner().invoke(app, ["terms", "--json", *(["--rules", rules] if rules else []), *asked])
        assert said.exit_code == 0, said.output
        assert json.loads(said.stdout) == read(given, rules or "law"), given


def test_a_rule_set_that_is_not_there_is_wrong_usage() -> None:
    assert CliRunner().invoke(app, ["terms", "--json", "--rules", "2013"]).exit_code == 2


@pytest.mark.parametrize("name", sorted(RULE_SETS))
def test_every_rule_says_where_it_stands(name: str) -> None:
    rule_set = RULE_SETS[name]
    assert list(rule_set.citations) == list(VALUES_OF) == list(Terms().as_dict())
    for citation in rule_set.citations.values():
        assert citation.article
        assert citation.source
        assert citation.text_of <= rule_set.read_on


def test_what_the_law_does_not_change_is_the_notes() -> None:
    signed = facts({"signed-on": date(2026, 3, 1), "brp-date": date(2026, 1, 5), "intake-date": date(2026, 1, 20)})
    assert compute_terms(signed, LAW.rules) == compute_terms(signed, NOTE.rules)


@pytest.mark.parametrize(
    ("continued", "end"),
    [
        pytest.param(None, date(2026, 8, 31), id="six months"),
        pytest.param(date(2026, 12, 31), date(2026, 12, 31), id="goes on by the plan"),
        pytest.param(date(2026, 6, 30), date(2026, 8, 31), id="never shorter than the law's"),
    ],
)
def test_relief_that_goes_on(continued: date | None, end: date) -> None:
    given = TermFacts(group=Group.ASYLUM, relief_started_on=date(2026, 3, 1), relief_continued_until=continued)
    assert compute_terms(given, LAW.rules).relief_end == end
    assert compute_terms(replace(given, has_benefit=False), LAW.rules).relief_end is None
    assert compute_terms(replace(given, relief_started_on=None), LAW.rules).relief_end is None


CITED = {"article": "Verordening Huizen, art. 4", "source": "lokaleregelgeving", "text_of": date(2027, 1, 1)}


def test_a_municipality_replaces_one_rule_and_says_where_it_stands() -> None:
    own = LAW.with_own(
        {"route_switch_until": {"route_switch_months": 24, "route_switch_always": ["education"], **CITED}}
    )
    signed = TermFacts(plan_dated_on=date(2026, 3, 1), route=Route.Z)
    assert compute_terms(signed, own.rules).route_switch_until == date(2028, 3, 1)
    assert compute_terms(replace(signed, route=StoredRoute.EDUCATION), own.rules).route_switch_until is None
    assert compute_terms(signed, own.rules).term_end == compute_terms(signed, LAW.rules).term_end
    assert own.citations["route_switch_until"].article == "Verordening Huizen, art. 4"
    assert own.citations["term_end"] == LAW.citations["term_end"]


@pytest.mark.parametrize(
    ("own", "said"),
    [
        pytest.param({"switch": {**CITED}}, "is no term", id="no such term"),
        pytest.param(
            {"term_end": {"relief_months": 6, **CITED}}, "relief_months is unknown", id="another term's value"
        ),
        pytest.param({"relief_end": {"relief_months": 9}}, "says where it stands", id="no article"),
        pytest.param({"relief_end": {**CITED}}, "relief_months", id="no value"),
        pytest.param({"relief_end": {"relief_months": -1, **CITED}}, "relief_months", id="below nothing"),
        pytest.param({"relief_end": {"relief_months": "six", **CITED}}, "relief_months", id="no number"),
    ],
)
def test_an_own_rule_that_cannot_be_used_is_named(own: dict[str, dict[str, object]], said: str) -> None:
    with pytest.raises(RuleFault, match=said):
        LAW.with_own(own)


def test_a_file_without_a_rule_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "later.toml"
    file.write_text('name = "later"\ntitle = "x"\nread_on = 2027-01-01\n[rule]\n')
    with pytest.raises(RuleFault, match="has no rule for education_max_end"):
        read_rule_set(file)
