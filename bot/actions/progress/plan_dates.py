"""The dates of a person's plan, changed by their consultant: all terms and reminders follow from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.actions.acting import Acting, Role
from storage.people.people import PLAN_DATES, Person, Plan, plan_of
from storage.vocabulary import Route

#: Nobody's plan has a date before this; a later one than the last is a slip of the keyboard.
_FIRST, _LAST = date(2000, 1, 1), date(2060, 1, 1)


@dataclass(frozen=True, slots=True)
class WantedPlan:
    """A plan as it shall be: the route, and each of PLAN_DATES (None = not known)."""

    route: Route | None
    dates: Mapping[str, date | None]

    @property
    def odd(self) -> list[str]:
        """The dates that cannot be meant."""
        return [name for name, day in self.dates.items() if day is not None and not _FIRST <= day <= _LAST]


async def change_plan(acting: Acting, person_id: int, wanted: WantedPlan) -> Person | None:
    """Change the plan of one of their people and plan what is said anew; None when they are nobody of theirs. Terms
    that were told and are others now are told anew by the planner."""
    person = await acting.person(person_id, for_update=True)
    if person is None or acting.by.role not in (Role.CONSULTANT, Role.OPERATOR):
        return None
    acting.audit("looked_at", f"person:{person.id}")
    plan = await plan_of(acting.session, person.id)
    if plan is None:
        plan = Plan(person_id=person.id, updated_at=acting.now)
        acting.session.add(plan)
    changed = {"route": wanted.route, **{name: wanted.dates.get(name) for name in PLAN_DATES}}
    changed = {name: value for name, value in changed.items() if getattr(plan, name) != value}
    if not changed:
        return person
    for name, value in changed.items():
        setattr(plan, name, value)
    plan.updated_at = acting.now
    acting.audit("changed_plan", f"person:{person.id}")
    await acting.replan(person.id)
    return person
