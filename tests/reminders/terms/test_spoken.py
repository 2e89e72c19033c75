"""The table of what is said about terms: as docs/domain.md shows it, complete, with a text for everybody it is for."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from locales.rendering.catalog import Catalogs
from reminders.terms.rule_sets import RULE_SETS
from reminders.terms.speaking import Audience, From, TermMessage
from reminders.terms.spoken import SPOKEN, spoken_as
from reminders.terms.terms import Group, Route, TermFacts, Terms, compute_terms

DOMAIN = Path(__file__).parents[3] / "docs" / "domain.md"
DAY = date(2026, 3, 1)
_FROM = {From.TERM: "", From.START: " the term began", From.KNOWN: ""}


def everything(route: Route | None, group: Group) -> TermFacts:
    """Somebody of whom all dates are known."""
    return TermFacts(
        duty_notified_on=DAY,
        brp_registered_on=DAY,
        intake_on=DAY,
        plan_signed_on=DAY,
        plan_dated_on=DAY,
        relief_started_on=DAY,
        housed_on=DAY,
        born_on=DAY,
        bridging_started_on=DAY,
        route=route,
        group=group,
    )


def who_has(about: str) -> str:
    """For whom this term is there, under which rules: as the terms themselves say."""
    found: list[str] = []
    for name, rules in RULE_SETS.items():
        has = {
            (group, route)
            for group, route in product(Group, Route)
            # By the law a date is not waited for to scale down, and the hours decide alone.
            if getattr(compute_terms(everything(route, group), rules.rules), about) is not None
            or (about == "scale_down_from" and route is Route.B1)
        }
        groups = [group.value for group in Group if any(group is one for one, _ in has)]
        routes = [route.value for route in Route if any(route is one for _, one in has)]
        assert has == {(group, route) for group, route in product(Group, Route) if group in groups and route in routes}
        who = "nobody" if not has else "everybody" if len(has) == len(Group) * len(Route) else ""
        parts = [*(groups if len(groups) < len(Group) else []), *(routes if len(routes) < len(Route) else [])]
        found.append(f"{name}: {who or ', '.join(parts)}")
    same = len({one.partition(": ")[2] for one in found}) == 1
    return found[0].partition(": ")[2] if same else "; ".join(found)


def when(row: TermMessage) -> str:
    """When it is said, in words."""
    if row.since is From.KNOWN:
        return "when it has become so"
    count, unit = (row.months, "month") if row.months else (row.days, "day")
    if count == 0:
        return "on the first day of the term" if row.since is From.START else "on the day"
    plural = "" if abs(count) == 1 else "s"
    return f"{abs(count)} {unit}{plural} {'before' if count < 0 else 'after'}{_FROM[row.since]}"


def lines() -> Iterator[str]:
    """The table as docs/domain.md shows it."""
    yield "| term | said | when | to | only while | for | section |"
    yield "|---|---|---|---|---|---|---|"
    for row in SPOKEN:
        cells = (
            f"`{row.about}`",
            row.id,
            when(row),
            ", ".join(row.to),
            ", ".join(row.said_while) or "always",
            who_has(row.about),
            row.section,
        )
        yield f"| {' | '.join(cells)} |"


def test_the_page_shows_the_table() -> None:
    page = DOMAIN.read_text(encoding="utf-8")
    table = page.partition("<!-- spoken -->\n")[2].partition("<!-- /spoken -->")[0].strip()
    assert table.splitlines() == list(lines())


def test_every_term_speaks() -> None:
    assert {row.about for row in SPOKEN} == {field.name for field in fields(Terms)}


def test_every_message_is_found_by_what_its_key_holds() -> None:
    for row, audience in ((one, to) for one in SPOKEN for to in one.to):
        assert spoken_as(row.told, row.id, audience) is row
    assert spoken_as("term_end", "24_months", Audience.PERSON) is None


@pytest.mark.parametrize("row", SPOKEN, ids=lambda row: f"{row.about}:{row.id}")
def test_whoever_hears_it_has_a_text(row: TermMessage) -> None:
    catalogs = Catalogs()
    keys = [says.key for says in row.person] if Audience.PERSON in row.to else []
    assert bool(keys) == (Audience.PERSON in row.to)
    keys += [row.consultant] if Audience.CONSULTANT in row.to else []
    keys += [row.lists_parts] if row.lists_parts else []
    assert bool(row.consultant) == (Audience.CONSULTANT in row.to)
    for key in keys:
        assert catalogs.lookup(key, "nl", 1 if key == "milestone.term_end" else None)


def test_the_plan_is_the_municipalitys_duty_and_the_ambition_its_own() -> None:
    for row in SPOKEN:
        if row.about in ("pip_due", "pip_due_hbel", "first_year_contacts_by", "self_reliance_goal", "scale_down_from"):
            assert row.to == (Audience.CONSULTANT,)


def test_what_has_passed_is_never_said_before_it_has() -> None:
    for row in SPOKEN:
        assert row.opens or row.since is From.KNOWN or row.months < 0 or row.days < 0 or row.since is From.START
        assert row.opens == (row.useful_days is not None) or row.since is From.KNOWN
