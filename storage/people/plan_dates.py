"""The dates and words of people and their plans that terms follow from, read without names and addresses."""

from collections.abc import Collection, Mapping
from datetime import date
from operator import attrgetter
from typing import NamedTuple, Protocol, cast

from sqlalchemy import Table, outerjoin, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine.one_of_many import among_those
from storage.people.people import PLAN_DATES, Person, Plan
from storage.vocabulary import Group, Route


class PlanSaid(Protocol):
    """What a plan says of dates and words: the mapped class, or a row of the plans table."""

    @property
    def route(self) -> Route | None: ...  # noqa: D102
    @property
    def intake_on(self) -> date | None: ...  # noqa: D102
    @property
    def plan_signed_on(self) -> date | None: ...  # noqa: D102
    @property
    def plan_dated_on(self) -> date | None: ...  # noqa: D102
    @property
    def relief_started_on(self) -> date | None: ...  # noqa: D102
    @property
    def relief_continued_until(self) -> date | None: ...  # noqa: D102
    @property
    def bridging_started_on(self) -> date | None: ...  # noqa: D102
    @property
    def term_extended_until(self) -> date | None: ...  # noqa: D102


class PlanDates(NamedTuple):
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


_PERSON = cast(Table, Person.__table__).c
_PLAN = cast(Table, Plan.__table__).c
_OF_PERSON = (
    _PERSON.id,
    _PERSON.municipality,
    _PERSON.participant_group,
    _PERSON.duty_notified_on,
    _PERSON.benefit,
    _PERSON.brp_registered_on,
    _PERSON.housed_on,
    _PERSON.born_on,
)
_OF_PLAN = ("route", *PLAN_DATES)
# Of the tables, not of the mapped classes, which make each row twice.
_DATES = (
    select(*_OF_PERSON, *(_PLAN[name] for name in _OF_PLAN))
    .select_from(outerjoin(Person.__table__, Plan.__table__, _PLAN.person_id == _PERSON.id))
    .where(among_those(_PERSON.id, "ids"))
)
_OF_PEOPLE = select(*_OF_PERSON).where(among_those(_PERSON.id, "ids"))
_of_plan = attrgetter(*_OF_PLAN)


async def plan_dates_of(
    session: AsyncSession, person_ids: Collection[int], plans: Mapping[int, PlanSaid] | None = None
) -> list[PlanDates]:
    """Those of many people; unknown ones are absent. One query.

    `plans` are their plans where they are at hand (an import has just written them): they are not read then.
    """
    if plans is None:
        return [PlanDates(*row) for row in await session.execute(_DATES, {"ids": person_ids})]
    return [PlanDates(*row, *_of_plan(plans[row.id])) for row in await session.execute(_OF_PEOPLE, {"ids": person_ids})]
