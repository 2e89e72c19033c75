"""The terms of one stored person: what the pure core (terms.py) makes of the person's and the plan's dates."""

from datetime import date

from reminders.terms import Group, Route, TermFacts, TermRules, Terms, compute_terms
from storage.people import Person, Plan


def facts_of(person: Person, plan: Plan | None) -> TermFacts:
    """The dates and words that terms follow from."""
    hours = (plan.progress or {}).get("lesson_hours") if plan is not None else None
    return TermFacts(
        brp_registered_on=person.brp_registered_on,
        housed_on=person.housed_on,
        born_on=person.born_on,
        group=Group(person.group.value),
        route=Route(plan.route.value) if plan is not None and plan.route is not None else None,
        intake_on=plan.intake_on if plan is not None else None,
        plan_signed_on=plan.plan_signed_on if plan is not None else None,
        plan_dated_on=plan.plan_dated_on if plan is not None else None,
        relief_started_on=plan.relief_started_on if plan is not None else None,
        bridging_started_on=plan.bridging_started_on if plan is not None else None,
        term_extended_until=plan.term_extended_until if plan is not None else None,
        lesson_hours=float(hours) if isinstance(hours, (int, float)) else None,
    )


def compute(person: Person, plan: Plan | None, rules: TermRules) -> Terms:
    """The terms of a person."""
    return compute_terms(facts_of(person, plan), rules)


def terms_of(person: Person, plan: Plan | None, rules: TermRules) -> dict[str, date]:
    """The terms that apply and are known, by the ids of DOMAIN.md."""
    return {
        name: date.fromisoformat(day) for name, day in compute(person, plan, rules).as_dict().items() if day is not None
    }
