"""Each sentence on one's own plan: before its day, on it, after it, done, not applicable, its trigger missing."""

import re
from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from bot.dialogue.own.lines import OwnFacts, line, plan_line
from locales.faq.content import PERSONAL, Personal
from locales.rendering.catalog import Catalogs
from locales.rendering.languages import LANGUAGES
from locales.rendering.message import Text
from locales.rendering.render import Renderer
from reminders.terms.milestones import OpenPart
from reminders.terms.progress import standings
from reminders.terms.rule_sets import LAW, NOTE, RuleSet
from reminders.terms.terms import Group, Route, TermFacts, compute_terms
from storage.progress.noted import NotedPart
from storage.vocabulary import PartStatus, PlanPart
from tests.bot.dialogue.talk import ZONE

DATED = TermFacts(plan_dated_on=date(2024, 3, 1), route=Route.B1, group=Group.ASYLUM)
OPEN = (OpenPart.EXAM, OpenPart.PVT, OpenPart.MAP)


def known(
    facts: TermFacts,
    today: str,
    rules: RuleSet = LAW,
    open_parts: tuple[OpenPart, ...] = OPEN,
    progress_meetings: int | None = None,
    consultant: str | None = None,
) -> OwnFacts:
    return OwnFacts(
        facts=facts,
        terms=compute_terms(facts, rules.rules),
        rules=rules.rules,
        open_parts=open_parts,
        progress_meetings=progress_meetings,
        consultant=consultant,
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
            known(
                TermFacts(bridging_started_on=date(2026, 1, 1), route=Route.EDUCATION),
                "2026-11-29",
                NOTE,
                open_parts=(OpenPart.BRIDGING, OpenPart.PVT),
            ),
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


SCHOOL = TermFacts(plan_signed_on=date(2024, 3, 1), bridging_started_on=date(2026, 1, 1), route=Route.EDUCATION)
SCHOOL_OPEN = (OpenPart.BRIDGING, OpenPart.PVT)
SLOWER = replace(DATED, lesson_hours=600)
EXTENDED = replace(DATED, term_extended_until=date(2028, 3, 1))


def on_z(today: str, part: PlanPart, hours: int) -> OwnFacts:
    """Somebody on the Z-route who made so many hours of a part."""
    noted = (NotedPart(part=part, status=PartStatus.BUSY, minutes=60 * hours),)
    facts = replace(DATED, route=Route.Z)
    return replace(known(facts, today), parts=standings(Group.ASYLUM, Route.Z, noted))


_STATES = ("before", "on", "after", "not applicable", "trigger missing", "done")
#: What everybody has, and so is never "not applicable".
_EVERYBODYS = frozenset({"term_start", "term_end", "pip_due", "route", "consultant", "pvt", "progress_meetings"})
NOBODY = known(TermFacts(), "2026-11-29", open_parts=())
_SIX: dict[Personal, dict[str, tuple[OwnFacts, str | None]]] = {
    "term_start": {
        "before": (known(DATED, "2024-03-01"), "term.term_start 2024-03-02"),
        "on": (known(DATED, "2024-03-02"), "term.term_start.past 2024-03-02"),
        "after": (known(DATED, "2024-03-03"), "term.term_start.past 2024-03-02"),
        "trigger missing": (NOBODY, None),
        "done": (known(DATED, "2026-11-29", open_parts=()), "term.term_start.past 2024-03-02"),
    },
    "term_end": {
        "before": (known(DATED, "2027-02-28"), "term.term_end 2027-03-01"),
        "on": (known(DATED, "2027-03-01"), "term.term_end 2027-03-01"),
        "after": (known(DATED, "2027-03-02"), "term.term_end.past 2027-03-01"),
        "trigger missing": (NOBODY, None),
        "done": (known(DATED, "2027-03-02", open_parts=()), "term.term_end.done"),
    },
    "pip_due": {
        "before": (known(WAITING, "2026-03-15"), "term.pip_due 2026-03-16"),
        "on": (known(WAITING, "2026-03-16"), "term.pip_due 2026-03-16"),
        "after": (known(WAITING, "2026-03-17"), "term.pip_due.past"),
        "trigger missing": (NOBODY, None),
        "done": (known(replace(WAITING, plan_dated_on=date(2026, 3, 1)), "2026-03-15"), "term.pip_due.done"),
    },
    "route_switch_until": {
        "before": (known(DATED, "2025-08-31"), "term.route_switch_until 2025-09-01"),
        "on": (known(DATED, "2025-09-01"), "term.route_switch_until 2025-09-01"),
        "after": (known(DATED, "2025-09-02"), "term.route_switch_until.past 2025-09-01"),
        "not applicable": (known(SCHOOL, "2026-11-29", open_parts=SCHOOL_OPEN), "term.route_switch_until.always"),
        "trigger missing": (NOBODY, None),
        "done": (known(DATED, "2025-08-31", open_parts=()), None),
    },
    "scale_down": {
        "before": (known(replace(START, lesson_hours=600), "2025-09-01", NOTE), "term.scale_down_from 2025-09-02"),
        "on": (known(replace(START, lesson_hours=600), "2025-09-02", NOTE), "term.scale_down_possible"),
        "after": (known(SLOWER, "2024-06-01"), "term.scale_down_possible"),
        "not applicable": (known(replace(SLOWER, route=Route.Z), "2024-06-01"), None),
        "trigger missing": (known(replace(SLOWER, plan_dated_on=None), "2024-06-01"), None),
        "done": (known(SLOWER, "2024-06-01", open_parts=()), None),
    },
    "relief_end": {
        "before": (known(RELIEF, "2026-06-29"), "term.relief_end 2026-06-30"),
        "on": (known(RELIEF, "2026-06-30"), "term.relief_end 2026-06-30"),
        "after": (known(RELIEF, "2026-07-01"), "term.relief_end.past 2026-06-30"),
        "not applicable": (known(replace(RELIEF, has_benefit=False), "2026-03-01"), None),
        "trigger missing": (known(TermFacts(group=Group.ASYLUM, has_benefit=True), "2026-03-01"), None),
        # Relief is about the benefit: being done with the exams does not end it.
        "done": (known(replace(RELIEF, route=Route.B1), "2026-06-30", open_parts=()), "term.relief_end 2026-06-30"),
    },
    "education_max_end": {
        "before": (known(SCHOOL, "2028-12-30", NOTE, SCHOOL_OPEN), "term.education_max_end 2028-12-31"),
        "on": (known(SCHOOL, "2028-12-31", NOTE, SCHOOL_OPEN), "term.education_max_end 2028-12-31"),
        "after": (known(SCHOOL, "2029-01-01", NOTE, SCHOOL_OPEN), None),
        "not applicable": (known(SCHOOL, "2028-12-30", LAW, SCHOOL_OPEN), None),
        "trigger missing": (known(replace(SCHOOL, bridging_started_on=None), "2028-12-30", NOTE, SCHOOL_OPEN), None),
        "done": (known(SCHOOL, "2028-12-30", NOTE, (OpenPart.PVT,)), None),
    },
    "guidance_end": {
        "before": (known(DATED, "2027-08-31"), "term.guidance_end 2027-09-01"),
        "on": (known(DATED, "2027-09-01"), "term.guidance_end 2027-09-01"),
        "after": (known(DATED, "2027-09-02"), None),
        "not applicable": (known(EXTENDED, "2027-08-31"), None),
        "trigger missing": (NOBODY, None),
        "done": (known(DATED, "2027-08-31", open_parts=()), None),
    },
    "pvt": {
        "before": (known(DATED, "2027-02-28"), "term.term_end 2027-03-01"),
        "on": (known(DATED, "2027-03-01"), "term.term_end 2027-03-01"),
        "after": (known(DATED, "2027-03-02"), "term.term_end.past 2027-03-01"),
        "trigger missing": (NOBODY, None),
        "done": (known(DATED, "2027-02-28", open_parts=(OpenPart.EXAM,)), "plan.pvt_done"),
    },
    "map": {
        "before": (known(DATED, "2027-02-28"), "term.term_end 2027-03-01"),
        "on": (known(DATED, "2027-03-01"), "term.term_end 2027-03-01"),
        "after": (known(DATED, "2027-03-02"), "term.term_end.past 2027-03-01"),
        "not applicable": (known(SCHOOL, "2026-11-29", open_parts=SCHOOL_OPEN), None),
        "trigger missing": (NOBODY, None),
        "done": (known(DATED, "2027-02-28", open_parts=(OpenPart.EXAM,)), "plan.map_done"),
    },
    # These have no day of their own: they are so before, on and after any.
    "lesson_hours": {
        "before": (on_z("2024-03-01", PlanPart.LESSONS, 120), "progress.hours"),
        "on": (on_z("2027-03-01", PlanPart.LESSONS, 120), "progress.hours"),
        "after": (on_z("2027-03-02", PlanPart.LESSONS, 120), "progress.hours"),
        "not applicable": (known(DATED, "2026-11-29"), None),
        "trigger missing": (NOBODY, None),
        "done": (on_z("2026-11-29", PlanPart.LESSONS, 800), "progress.done"),
    },
    "participation_hours": {
        "before": (on_z("2024-03-01", PlanPart.PARTICIPATION, 120), "progress.hours"),
        "on": (on_z("2027-03-01", PlanPart.PARTICIPATION, 120), "progress.hours"),
        "after": (on_z("2027-03-02", PlanPart.PARTICIPATION, 120), "progress.hours"),
        "not applicable": (known(DATED, "2026-11-29"), None),
        "trigger missing": (NOBODY, None),
        "done": (on_z("2026-11-29", PlanPart.PARTICIPATION, 800), "progress.done"),
    },
    "progress_meetings": {
        "before": (known(DATED, "2024-03-01", progress_meetings=4), "plan.progress_meetings"),
        "on": (known(DATED, "2027-03-01", progress_meetings=4), "plan.progress_meetings"),
        "after": (known(DATED, "2027-03-02", progress_meetings=4), "plan.progress_meetings"),
        "trigger missing": (NOBODY, None),
        "done": (known(DATED, "2026-11-29", open_parts=(), progress_meetings=4), None),
    },
    "route": {
        "before": (known(DATED, "2024-03-01"), "plan.route"),
        "on": (known(DATED, "2027-03-01"), "plan.route"),
        "after": (known(DATED, "2027-03-02"), "plan.route"),
        "trigger missing": (NOBODY, None),
        "done": (known(DATED, "2026-11-29", open_parts=()), "plan.route"),
    },
    "consultant": {
        "before": (known(DATED, "2024-03-01", consultant="Sanne"), "plan.consultant"),
        "on": (known(DATED, "2027-03-01", consultant="Sanne"), "plan.consultant"),
        "after": (known(DATED, "2027-03-02", consultant="Sanne"), "plan.consultant"),
        "trigger missing": (NOBODY, None),
        "done": (known(DATED, "2026-11-29", open_parts=(), consultant="Sanne"), "plan.consultant"),
    },
}


@pytest.mark.parametrize("state", _STATES)
@pytest.mark.parametrize("name", PERSONAL)
def test_each_sentence_has_its_six_cases(name: Personal, state: str) -> None:
    assert ("not applicable" in _SIX[name]) is (name not in _EVERYBODYS)
    if state == "not applicable" and name in _EVERYBODYS:
        return
    facts, expected = _SIX[name][state]
    assert said(name, facts) == expected


#: How each language says that the day itself counts.
_INCLUSIVE = {
    "nl": "tot en met", "en": "up to and including", "ar": "ضمنًا|محسوب", "am": "መጨረሻ", "ti": "መወዳእታ",
    "tr": "o gün dahil|[Ss]on gün", "fa": "تا پایان", "fa_AF": "تا پایان", "ps": "هم پکې", "so": "way ku jirt",
    "ku": "jî tê de", "ckb": "ڕۆژەش لەگەڵیدا", "uk": "включно|Останній день", "ru": "включительно|Последний день",
    "fr": "inclus",
}  # fmt: skip
_LAST_DAYS = (
    "term.pip_due", "term.term_end", "term.term_end.past", "term.route_switch_until", "term.route_switch_until.past",
    "term.relief_end", "term.relief_end.past", "term.education_max_end", "term.guidance_end",
)  # fmt: skip


@pytest.mark.parametrize("locale", list(LANGUAGES))
def test_a_last_day_is_said_to_count(locale: str) -> None:
    renderer = Renderer(Catalogs(), ZONE)
    for key in _LAST_DAYS:
        text = renderer.say(Text(key, {"on": date(2027, 3, 1)}), locale)
        assert re.search(_INCLUSIVE[locale], text), text


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
