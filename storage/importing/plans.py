"""The plans table: one row a person, the dates from which the terms follow."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import NamedTuple, Protocol, TypeAlias

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.changes import OnPeople, plan_later
from storage.engine.inserts import insert_all
from storage.importing import cells as cell
from storage.importing.run import Border, Parsed, RowOutcome
from storage.people.people import PLAN_DATES, Plan, person_ids
from storage.people.plan_dates import PlanSaid
from storage.vocabulary import Route


class PlanRow(NamedTuple):
    """One row of the plans table."""

    person_external_id: str
    route: Route | None
    intake_on: date | None
    plan_signed_on: date | None
    plan_dated_on: date | None
    relief_started_on: date | None
    relief_continued_until: date | None
    bridging_started_on: date | None
    term_extended_until: date | None
    progress_meetings_per_year: int | None
    goal: str | None


_FIELDS = (
    "route",
    *PLAN_DATES,
    "progress_meetings_per_year",
    "goal",
)


_said = attrgetter(*_FIELDS)
_NOTHING = (None,) * len(_FIELDS)


class PlanFault(Protocol):
    """Something implausible about a person's dates: which field, and an English sentence on what to check."""

    @property
    def field(self) -> str: ...  # noqa: D102
    @property
    def message(self) -> str: ...  # noqa: D102


# What looks mistyped of these people's plans, by person's id, beside what is stored of the people.
FaultsOf: TypeAlias = Callable[[AsyncSession, Mapping[int, PlanSaid]], Awaitable[Mapping[int, Sequence[PlanFault]]]]


async def _no_faults(_session: AsyncSession, _plans: Mapping[int, PlanSaid]) -> Mapping[int, Sequence[PlanFault]]:
    return {}


def _is_dated_anew(before: date | None, now: date | None) -> bool:
    return before is not None and now is not None and now > before


class PlansImporter:
    """Imports plans by the person's external id; a column that the file lacks leaves the stored value alone."""

    required = frozenset({"person_external_id"})
    known = required | frozenset(_FIELDS)
    key_field = "person_external_id"

    def __init__(self, border: Border, on_people: OnPeople = plan_later, faults_of: FaultsOf = _no_faults) -> None:
        self._border = border
        self._on_people = on_people
        self._faults_of = faults_of

    def parse(self, cells: Mapping[str, str], _warn: Callable[[str, str], None]) -> PlanRow:
        """See Importer."""
        return PlanRow(
            person_external_id=cell.required(cells, "person_external_id", longest=80),
            route=cell.word(cells, "route", Route),
            intake_on=cell.day(cells, "intake_on"),
            plan_signed_on=cell.day(cells, "plan_signed_on"),
            plan_dated_on=cell.day(cells, "plan_dated_on"),
            relief_started_on=cell.day(cells, "relief_started_on"),
            relief_continued_until=cell.day(cells, "relief_continued_until"),
            bridging_started_on=cell.day(cells, "bridging_started_on"),
            term_extended_until=cell.day(cells, "term_extended_until"),
            progress_meetings_per_year=cell.whole_number(cells, "progress_meetings_per_year", most=60),
            goal=cell.text(cells, "goal"),
        )

    def key(self, value: PlanRow) -> str:
        """See Importer."""
        return value.person_external_id

    async def save(
        self, session: AsyncSession, rows: Sequence[Parsed[PlanRow]], reject: Callable[[int, str, str], None]
    ) -> list[RowOutcome]:
        """See Importer."""
        people = await person_ids(session, [row.value.person_external_id for row in rows])
        plans = {p.person_id: p for p in await session.scalars(select(Plan).where(Plan.person_id.in_(people.values())))}
        outcomes: list[RowOutcome] = []
        now = self._border.now
        stored: dict[int, Parsed[PlanRow]] = {}
        said_of: dict[int, PlanSaid] = {}
        made: list[dict[str, object]] = []
        touched: set[int] = set()
        for row in rows:
            person_id = people.get(row.value.person_external_id)
            if person_id is None:
                reject(row.number, "person_external_id", "is nobody we know; import people first, or mend the id")
                continue
            stored[person_id] = row
            plan = plans.get(person_id)
            said_of[person_id] = plan or row.value
            if plan is None:
                # A column that the file lacks is empty in each row.
                said = _said(row.value)
                made.append({"person_id": person_id, "updated_at": now, **dict(zip(_FIELDS, said, strict=True))})
                outcomes.append(RowOutcome.CREATED)
                if said != _NOTHING:
                    touched.add(person_id)
                continue
            changed = False
            if _is_dated_anew(plan.plan_dated_on, row.value.plan_dated_on):
                row.warn(
                    "plan_dated_on",
                    f"is later than the {plan.plan_dated_on} of before: for a changed plan, give the date on the first "
                    "one again, for the term does not start anew",
                )
            for name in _FIELDS:
                if name in row.columns and getattr(plan, name) != getattr(row.value, name):
                    setattr(plan, name, getattr(row.value, name))
                    changed = True
            if changed:
                plan.updated_at = now
                touched.add(person_id)
            outcomes.append(RowOutcome.UPDATED if changed else RowOutcome.UNCHANGED)
        await session.flush()
        await insert_all(session, Plan, made)
        for person_id, faults in (await self._faults_of(session, said_of)).items():
            for fault in faults:
                stored[person_id].warn(fault.field, fault.message)
        await self._on_people(session, touched)
        return outcomes
