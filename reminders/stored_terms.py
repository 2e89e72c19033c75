"""The terms of stored people: what the pure core (terms.py) makes of a person's and a plan's dates."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from reminders.terms.progress import hours_of
from reminders.terms.terms import Group, TermFacts, TermRules, Terms, compute_terms
from storage.people.people import Person, Plan
from storage.people.plan_dates import PlanSaid, plan_dates_of
from storage.progress.noted import NotedPart
from storage.progress.parts import noted_of
from storage.vocabulary import PlanPart


def facts_of(person: Person, plan: Plan | None, noted: Sequence[NotedPart] = ()) -> TermFacts:
    """The dates and words that terms follow from; `noted` are the person's parts, of which the hours of lessons are."""
    return TermFacts(
        duty_notified_on=person.duty_notified_on,
        brp_registered_on=person.brp_registered_on,
        housed_on=person.housed_on,
        born_on=person.born_on,
        group=person.group,
        has_benefit=person.benefit,
        route=plan.route if plan is not None else None,
        intake_on=plan.intake_on if plan is not None else None,
        plan_signed_on=plan.plan_signed_on if plan is not None else None,
        plan_dated_on=plan.plan_dated_on if plan is not None else None,
        relief_started_on=plan.relief_started_on if plan is not None else None,
        relief_continued_until=plan.relief_continued_until if plan is not None else None,
        bridging_started_on=plan.bridging_started_on if plan is not None else None,
        term_extended_until=plan.term_extended_until if plan is not None else None,
        lesson_hours=hours_of(PlanPart.LESSONS, noted),
    )


def compute(person: Person, plan: Plan | None, rules: TermRules) -> Terms:
    """The terms of a person."""
    return compute_terms(facts_of(person, plan), rules)


def terms_of(person: Person, plan: Plan | None, rules: TermRules) -> dict[str, date]:
    """The terms that apply and are known, by the ids of DOMAIN.md."""
    return {
        name: date.fromisoformat(day) for name, day in compute(person, plan, rules).as_dict().items() if day is not None
    }


@dataclass(frozen=True, slots=True)
class StoredFacts:
    """What terms follow from, with the municipality whose rules hold and what is finished of the plan."""

    facts: TermFacts
    group: Group
    municipality: str
    noted: tuple[NotedPart, ...] = ()


async def stored_facts(
    session: AsyncSession, person_ids: Collection[int], plans: Mapping[int, PlanSaid] | None = None
) -> dict[int, StoredFacts]:
    """The facts of many people, by id; names and addresses are not read, nor plans that are at hand."""
    found: dict[int, StoredFacts] = {}
    known = await noted_of(session, person_ids)
    for row in await plan_dates_of(session, person_ids, plans):
        noted = known.get(row.person_id, ())
        facts = TermFacts(
            duty_notified_on=row.duty_notified_on,
            brp_registered_on=row.brp_registered_on,
            housed_on=row.housed_on,
            born_on=row.born_on,
            group=row.group,
            has_benefit=row.benefit,
            route=row.route,
            intake_on=row.intake_on,
            plan_signed_on=row.plan_signed_on,
            plan_dated_on=row.plan_dated_on,
            relief_started_on=row.relief_started_on,
            relief_continued_until=row.relief_continued_until,
            bridging_started_on=row.bridging_started_on,
            term_extended_until=row.term_extended_until,
            lesson_hours=hours_of(PlanPart.LESSONS, noted),
        )
        found[row.person_id] = StoredFacts(facts, row.group, row.municipality, noted)
    return found
