"""Each sentence on one's own plan: before its day, on it, after it, done, not applicable, its trigger missing."""

from datetime import date
from typing import get_args

import pytest

from bot.dialogue.own.lines import OwnFacts, line, plan_line
from locales.faq.content import PERSONAL, Personal
from locales.rendering.catalog import Catalogs
from locales.rendering.languages import LANGUAGES
from locales.rendering.render import Renderer
from reminders.terms.milestones import OpenPart
from reminders.terms.rule_sets import LAW, NOTE, RuleSet
from reminders.terms.terms import Group, Route, TermFacts, compute_terms
from tests.bot.dialogue.talk import ZONE

DATED = TermFacts(plan_dated_on=date(2024, 3, 1), route=Route.B1, group=Group.ASYLUM)
OPEN = (OpenPart.EXAM, OpenPart.PVT, OpenPart.MAP)


def known(
    facts: TermFacts,
    today: str,
    rules: RuleSet = LAW,
    open_parts: tuple[OpenPart, ...] = OPEN,
    progress_meetings: int | None = None,
) -> OwnFacts:
    return OwnFacts(
        facts=facts,
        terms=compute_terms(facts, rules.rules),
        rules=rules.rules,
        open_parts=open_parts,
        progress_meetings=progress_meetings,
        today=date.fromisoformat(today),
    )


def said(name: Personal, facts: OwnFacts) -> str | None:
    found = line(name, facts)
    if found is None:
        return None
    day = found.params.get("on")
    return f"{found.key} {day}" if day is not None else found.key


START = TermFacts(plan_signed_on=date(2024, 3, 1), route=Route.B1, group=Group.ASYLUM)
WAITING = TermFacts(brp_registered_on=date(2026, 1, 5), intake_on=date(2026, 1, 12))
RELIEF = TermFacts(group=Group.ASYLUM, relief_started_on=date(2026, 1, 1))


@pytest.mark.parametrize(
    ("name", "facts", "expected"),
    [
        pytest.param("term_start", known(DATED, "2024-03-01"), "term.term_start 2024-03-02", id="start: before"),
        pytest.param("term_start", known(DATED, "2024-03-02"), "term.term_start.past 2024-03-02", id="start: on"),
        pytest.param("term_start", known(DATED, "2026-11-29"), "term.term_start.past 2024-03-02", id="start: after"),
        pytest.param("term_start", known(TermFacts(), "2026-11-29"), None, id="start: no plan"),
        pytest.param("term_end", known(DATED, "2027-02-28"), "term.term_end 2027-03-01", id="end: before"),
        pytest.param("term_end", known(DATED, "2027-03-01"), "term.term_end 2027-03-01", id="end: on"),
        pytest.param("term_end", known(DATED, "2027-03-02"), "term.term_end.past 2027-03-01", id="end: after"),
        pytest.param("term_end", known(DATED, "2027-03-02", open_parts=()), "term.term_end.done", id="end: all done"),
        pytest.param("term_end", known(TermFacts(), "2026-11-29"), None, id="end: no plan"),
        pytest.param("pip_due", known(WAITING, "2026-03-16"), "term.pip_due 2026-03-16", id="plan: on"),
        pytest.param("pip_due", known(WAITING, "2026-03-17"), "term.pip_due.past", id="plan: after"),
        pytest.param("pip_due", known(DATED, "2026-11-29"), "term.pip_due.done", id="plan: done"),
        pytest.param("pip_due", known(TermFacts(), "2026-11-29"), None, id="plan: not registered"),
        pytest.param(
            "route_switch_until", known(DATED, "2025-09-01"), "term.route_switch_until 2025-09-01", id="switch: on"
        ),
        pytest.param(
            "route_switch_until",
            known(DATED, "2025-09-02"),
            "term.route_switch_until.past 2025-09-01",
            id="switch: after",
        ),
        pytest.param("route_switch_until", known(DATED, "2025-01-01", open_parts=()), None, id="switch: finished"),
        pytest.param(
            "route_switch_until",
            known(
                TermFacts(plan_dated_on=date(2024, 3, 1), route=Route.EDUCATION),
                "2026-11-29",
                open_parts=(OpenPart.PVT,),
            ),
            "term.route_switch_until.always",
            id="switch: always from the education route",
        ),
        pytest.param("route_switch_until", known(TermFacts(), "2026-11-29"), None, id="switch: no plan"),
        pytest.param("scale_down", known(DATED, "2026-11-29"), None, id="A2: hours unknown"),
        pytest.param(
            "scale_down", known(START, "2025-01-01", NOTE), "term.scale_down_from 2025-09-02", id="A2: note, before"
        ),
        pytest.param("scale_down", known(START, "2025-09-02", NOTE), None, id="A2: note, on, hours unknown"),
        pytest.param(
            "scale_down",
            known(TermFacts(plan_dated_on=date(2024, 3, 1), route=Route.B1, lesson_hours=599), "2024-06-01"),
            "term.scale_down_hours",
            id="A2: an hour short",
        ),
        pytest.param(
            "scale_down",
            known(TermFacts(plan_dated_on=date(2024, 3, 1), route=Route.B1, lesson_hours=600), "2024-06-01"),
            "term.scale_down_possible",
            id="A2: hours enough, no waiting",
        ),
        pytest.param(
            "scale_down",
            known(TermFacts(plan_dated_on=date(2024, 3, 1), route=Route.Z, lesson_hours=900), "2024-06-01"),
            None,
            id="A2: not in the Z route",
        ),
        pytest.param("relief_end", known(RELIEF, "2026-06-30"), "term.relief_end 2026-06-30", id="relief: on"),
        pytest.param("relief_end", known(RELIEF, "2026-07-01"), "term.relief_end.past 2026-06-30", id="relief: after"),
        pytest.param(
            "relief_end",
            known(TermFacts(group=Group.MIGRANT, relief_started_on=date(2026, 1, 1)), "2026-03-01"),
            None,
            id="relief: not for migrants",
        ),
        pytest.param("guidance_end", known(DATED, "2027-09-01"), "term.guidance_end 2027-09-01", id="guidance: on"),
        pytest.param("guidance_end", known(DATED, "2027-09-02"), None, id="guidance: after"),
        pytest.param(
            "education_max_end",
            known(TermFacts(bridging_started_on=date(2026, 1, 1), route=Route.EDUCATION), "2026-11-29", NOTE),
            "term.education_max_end 2028-12-31",
            id="bridging: by the note",
        ),
        pytest.param(
            "education_max_end",
            known(TermFacts(bridging_started_on=date(2026, 1, 1), route=Route.EDUCATION), "2026-11-29"),
            None,
            id="bridging: no maximum by the law",
        ),
        pytest.param("progress_meetings", known(DATED, "2026-11-29"), None, id="meetings: unknown"),
        pytest.param("progress_meetings", known(DATED, "2026-11-29", progress_meetings=0), None, id="meetings: none"),
        pytest.param(
            "progress_meetings",
            known(DATED, "2026-11-29", progress_meetings=4),
            "plan.progress_meetings",
            id="meetings",
        ),
        pytest.param("pvt", known(DATED, "2026-11-29"), "term.term_end 2027-03-01", id="PVT: open"),
        pytest.param("pvt", known(DATED, "2026-11-29", open_parts=(OpenPart.MAP,)), "plan.pvt_done", id="PVT: done"),
        pytest.param("map", known(DATED, "2026-11-29", open_parts=(OpenPart.PVT,)), "plan.map_done", id="MAP: done"),
        pytest.param(
            "map",
            known(
                TermFacts(plan_dated_on=date(2024, 3, 1), route=Route.EDUCATION),
                "2026-11-29",
                open_parts=(OpenPart.PVT,),
            ),
            None,
            id="MAP: not in the education route",
        ),
        pytest.param("route", known(DATED, "2026-11-29"), "plan.route", id="route"),
        pytest.param("route", known(TermFacts(), "2026-11-29"), None, id="route: unknown"),
        pytest.param("consultant", known(DATED, "2026-11-29"), None, id="consultant: unknown"),
    ],
)
def test_a_sentence_lives_in_time(name: Personal, facts: OwnFacts, expected: str | None) -> None:
    assert said(name, facts) == expected


def test_every_name_has_its_sentence() -> None:
    assert get_args(Personal) == PERSONAL
    for name in PERSONAL:
        line(name, known(DATED, "2026-11-29"))


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        pytest.param("2026-02-09", "term.pip_due_hbel", id="within four weeks"),
        pytest.param("2026-02-10", "term.pip_due", id="within the law's ten"),
        pytest.param("2026-03-17", "term.pip_due.past", id="later than both"),
    ],
)
def test_the_plan_that_is_still_to_be_made(today: str, expected: str) -> None:
    found = plan_line(known(WAITING, today))
    assert found is not None
    assert found.key == expected
    assert plan_line(known(DATED, today)) is None


@pytest.mark.parametrize("locale", list(LANGUAGES))
@pytest.mark.parametrize("count", [1, 2, 4, 5, 11, 21, 104, 599])
def test_numbers_have_the_plural_forms_of_the_language(locale: str, count: int) -> None:
    renderer = Renderer(Catalogs(), ZONE)
    facts = TermFacts(plan_dated_on=date(2024, 3, 1), route=Route.B1, lesson_hours=count)
    hours, meetings = (
        line("scale_down", known(facts, "2024-06-01")),
        line("progress_meetings", known(facts, "2024-06-01", progress_meetings=count)),
    )
    assert hours is not None
    assert meetings is not None
    if locale in ("uk", "ru"):
        forms = {"uk": ("розмова", "розмови", "розмов"), "ru": ("беседа", "беседы", "бесед")}[locale]
        one, few = count % 10 == 1 and count % 100 != 11, count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14)
        assert f" {forms[0 if one else 1 if few else 2]} " in renderer.say(meetings, locale)
    elif locale == "nl":
        assert ("voortgangsgesprek per" in renderer.say(meetings, locale)) is (count == 1)
    assert renderer.say(hours, locale)
