"""What is said to a person next, and what a change of their plan's dates would make of it, shown before it is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.responses import Response

from bot.actions.people import look_at
from bot.actions.progress.plan_dates import WantedPlan, change_plan
from bot.desk.foreseen import DAYS, Foresees, changed_messages
from bot.desk.forms import JustDone, SentForm, not_found, person_path, then
from bot.desk.persons.person import TERMS
from bot.desk.visit import Visit
from locales.rendering.languages import LANGUAGES
from reminders.stored_terms import compute, stored_facts
from reminders.terms.terms import term_faults
from storage.people.people import PLAN_DATES, Person, plan_of
from storage.vocabulary import Route

#: How far ahead the consequences of other dates are looked for: terms speak long before they are over.
_AHEAD_DAYS: Final = 400


@dataclass(frozen=True, slots=True)
class TermMove:
    """A term of the road, by its id in docs/domain.md, as it is and as it would be; None = there is none."""

    name: str
    was: date | None
    will: date | None


class LooksAhead:
    """The pages; `foresees` words what would be said."""

    def __init__(self, foresees: Foresees) -> None:
        self._foresees = foresees

    async def show(self, visit: Visit) -> Response:
        """What is said next, when, as they read it; and the form for the dates of the plan."""
        person = await look_at(visit.acting, visit.row())
        if person is None:
            raise not_found()
        return visit.page(
            "ahead.html",
            person=person,
            messages=await self._foresees.next_for(visit.session, person, visit.acting.now),
            direction=LANGUAGES[person.language].direction.value,
            plan=await plan_of(visit.session, person.id),
            dates=PLAN_DATES,
            routes=list(Route),
            days=DAYS,
        )

    async def preview(self, visit: Visit) -> Response:
        """What would change: terms, and what is said; the act is done and taken back (see DeskDoor.page)."""
        wanted = _wanted(visit.form)
        person = await look_at(visit.acting, visit.row())
        if person is None:
            raise not_found()
        if wanted is None:
            return then(f"{person_path(person.id)}/ahead", JustDone.UNREADABLE, at="dates")
        was = await self._terms(visit, person)
        before = await self._foresees.next_for(visit.session, person, visit.acting.now, _AHEAD_DAYS)
        if await change_plan(visit.acting, person.id, wanted) is None:
            raise not_found()
        will = await self._terms(visit, person)
        after = await self._foresees.next_for(visit.session, person, visit.acting.now, _AHEAD_DAYS)
        facts = (await stored_facts(visit.session, [person.id])).get(person.id)
        rules = visit.acting.parts.municipalities.of(person.municipality).term_rules
        return visit.page(
            "ahead_preview.html",
            person=person,
            direction=LANGUAGES[person.language].direction.value,
            moves=_moves(was, will),
            heard=changed_messages(before, after),
            faults=[fault.message for fault in term_faults(facts.facts, rules)] if facts is not None else [],
            given={name: visit.form.text(name) for name in ("route", *PLAN_DATES)},
        )

    async def save(self, visit: Visit) -> Response:
        """Save it."""
        wanted = _wanted(visit.form)
        if wanted is None:
            return then(f"{person_path(visit.row())}/ahead", JustDone.UNREADABLE, at="dates")
        person = await change_plan(visit.acting, visit.row(), wanted)
        if person is None:
            raise not_found()
        return then(person_path(person.id), JustDone.PLAN_CHANGED, at="plan")

    async def _terms(self, visit: Visit, person: Person) -> Mapping[str, str | None]:
        rules = visit.acting.parts.municipalities.of(person.municipality).term_rules
        return compute(person, await plan_of(visit.session, person.id), rules).as_dict()


def _wanted(form: SentForm) -> WantedPlan | None:
    """What a form asks for; None where a date is none."""
    dates: dict[str, date | None] = {}
    for name in PLAN_DATES:
        written = form.text(name)
        try:
            dates[name] = date.fromisoformat(written) if written else None
        except ValueError:
            return None
    wanted = WantedPlan(form.choice("route", Route), dates)
    return None if wanted.odd else wanted


def _moves(was: Mapping[str, str | None], will: Mapping[str, str | None]) -> Sequence[TermMove]:
    def day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    return [
        TermMove(name, day(was.get(name)), day(will.get(name))) for name in TERMS if was.get(name) != will.get(name)
    ]
