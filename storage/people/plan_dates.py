"""The dates and words of people and their plans that terms follow from, read without names and addresses."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine.one_of_many import among_those
from storage.people.people import Person, Plan
from storage.vocabulary import Group, Route


@dataclass(frozen=True, slots=True)
class PlanDates:
    """One person's; without a plan everything of the plan is None. `benefit` None = not known."""

    person_id: int
    municipality: str
    group: Group
    duty_notified_on: date | None
    benefit: bool | None
    brp_registered_on: date | None
    housed_on: date | None
    born_on: date | None
    route: Route | None
    intake_on: date | None
    plan_signed_on: date | None
    plan_dated_on: date | None
    relief_started_on: date | None
    relief_continued_until: date | None
    bridging_started_on: date | None
    term_extended_until: date | None


_DATES = (
    select(
        Person.id,
        Person.municipality,
        Person.group,
        Person.duty_notified_on,
        Person.benefit,
        Person.brp_registered_on,
        Person.housed_on,
        Person.born_on,
        Plan.route,
        Plan.intake_on,
        Plan.plan_signed_on,
        Plan.plan_dated_on,
        Plan.relief_started_on,
        Plan.relief_continued_until,
        Plan.bridging_started_on,
        Plan.term_extended_until,
    )
    .outerjoin(Plan, Plan.person_id == Person.id)
    .where(among_those(Person.id, "ids"))
)


async def plan_dates_of(session: AsyncSession, person_ids: Collection[int]) -> list[PlanDates]:
    """Those of many people; unknown ones are absent. One query."""
    return [PlanDates(*tuple(row)) for row in await session.execute(_DATES, {"ids": person_ids})]
