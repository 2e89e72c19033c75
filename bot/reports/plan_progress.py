"""How far somebody is with their plan, as JSON: what `maatje plan --json` and a handover to a colleague show."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from locales.rendering.message import Json
from reminders.stored_terms import compute, facts_of
from reminders.terms.open_parts import open_parts
from reminders.terms.progress import PartStanding, asked_parts, hours_of, is_finished, standing
from reminders.terms.rule_sets import TermRules
from reminders.terms.terms import hours_required, scale_down_possible
from storage.people.people import Person, Plan
from storage.progress.noted import NotedPart
from storage.progress.parts import Progress
from storage.vocabulary import STEPS, PlanPart


def progress_as_json(
    person: Person,
    plan: Plan | None,
    noted: Sequence[NotedPart],
    rows: Sequence[Progress],
    rules: TermRules,
    today: date,
) -> dict[str, Json]:
    """Every part that is asked of this person or known of them, with its lines; what is open; hours."""
    facts = facts_of(person, plan, noted)
    asked = asked_parts(person.group, facts.route, noted)
    known = dict.fromkeys((*asked, *(line.part for line in noted if line.part not in STEPS)))
    required = asdict(hours_required(facts.route, person.group))
    return {
        "progress": [
            _part(standing(part, person.group, facts.route, noted), asked=part in asked, lines=_lines(rows, part))
            for part in known
        ],
        "open": [part.value for part in open_parts(person.group, facts.route, noted)],
        "finished": is_finished(person.group, facts.route, noted),
        "closed": None if person.closed_as is None else person.closed_as.value,
        "hours": {
            "required": required,
            "lessons": facts.lesson_hours,
            "pvt": hours_of(PlanPart.PVT, noted),
            "participation": hours_of(PlanPart.PARTICIPATION, noted),
        },
        "scale_down_possible": scale_down_possible(compute(person, plan, rules), facts, today, rules),
    }


def _part(one: PartStanding, *, asked: bool, lines: list[Json]) -> dict[str, Json]:
    return {
        "part": one.part.value,
        "asked": asked,
        "status": one.status.value,
        "on": _day(one.on),
        "hours": _hours(one.minutes),
        "hours_required": _hours(one.required_minutes),
        "attempts": one.attempts,
        "free_attempts_left": one.free_left,
        "lines": lines,
    }


def _lines(rows: Sequence[Progress], part: PlanPart) -> list[Json]:
    """What is stored of a part and of its steps, as a file of progress would have it."""
    return [
        {
            "part": row.part.value,
            "status": row.status.value,
            "on": _day(row.status_on),
            "hours": _hours(row.minutes),
            "attended_hours": _hours(row.attended_minutes),
            "attempt": row.attempt,
            "note": row.note,
            "source": row.source.value,
        }
        for row in rows
        if part in (row.part, STEPS.get(row.part))
    ]


def _hours(minutes: int | None) -> float | None:
    return None if minutes is None else minutes / 60


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
