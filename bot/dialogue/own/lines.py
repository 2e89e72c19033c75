"""What is said of a person's own plan and dates, as they stand today: one sentence each, or nothing.

"My plan" and the answers of the FAQ say these, so that both say the same. Each sentence lives in time: before its day,
on it (deadlines hold up to and including theirs), after it, once it is done, and not at all where its trigger is not
known or the law has no such date for this person.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from locales.faq.content import Personal
from locales.rendering.message import Text
from reminders.progress.lines import hours_made, standing_text, standing_texts
from reminders.terms.milestones import OpenPart
from reminders.terms.progress import PartStanding
from reminders.terms.rule_sets import TermRules
from reminders.terms.terms import TermFacts, Terms, guidance_covers_term, scale_down_possible
from storage.vocabulary import PlanPart, Route


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFacts:
    """What the sentences follow from. `today` is the local day; `open_parts` is () while no route is known."""

    facts: TermFacts
    terms: Terms
    rules: TermRules
    open_parts: Collection[OpenPart] = ()
    # How every part stands that is asked, and what is known of hours that are not.
    parts: tuple[PartStanding, ...] = ()
    made: Mapping[PlanPart, int] = field(default_factory=dict)
    progress_meetings: int | None = None
    consultant: str | None = None
    today: date

    @property
    def has_plan(self) -> bool:
        """Whether the plan is there: dated or signed, today or before."""
        days = (self.facts.plan_dated_on, self.facts.plan_signed_on)
        return any(day is not None and day <= self.today for day in days)

    @property
    def has_finished(self) -> bool:
        """Whether nothing is open of what the law asks within the term."""
        return self.facts.route is not None and not self.open_parts


# Of these, hours that were made are told where they are not done.
_SHOWN_HOURS: Final[Mapping[OpenPart, PlanPart]] = {OpenPart.PVT: PlanPart.PVT}


def line(name: Personal, known: OwnFacts) -> Text | None:
    """The sentence of this name as it holds today; None when there is nothing to say."""
    return _LINES[name](known)


def parts_lines(known: OwnFacts) -> list[Text]:
    """How far the person is: every part that is asked, and hours of lessons where no number of them is required."""
    found = standing_texts(known.parts)
    lessons = _lessons(known)
    return found if lessons is None or _asked(PlanPart.LESSONS, known) is not None else [*found, lessons]


def plan_line(known: OwnFacts) -> Text | None:
    """Until the plan is there: when it is to be ready by the municipality's own norm, else by the law's."""
    if known.has_plan:
        return None
    goal = known.terms.pip_due_hbel
    if goal is not None and known.today <= goal:
        return Text("term.pip_due_hbel", {"on": goal})
    return _pip_due(known)


def _until(key: str, on: date | None, known: OwnFacts, past: str | None) -> Text | None:
    if on is None:
        return None
    if known.today <= on:
        return Text(key, {"on": on})
    return Text(past, {"on": on}) if past is not None else None


def _pip_due(known: OwnFacts) -> Text | None:
    if known.has_plan:
        return Text("term.pip_due.done")
    due = known.terms.pip_due
    if due is not None and known.today > due:
        return Text("term.pip_due.past")
    return _until("term.pip_due", due, known, None)


def _term_start(known: OwnFacts) -> Text | None:
    start = known.terms.term_start
    if start is None:
        return None
    return Text("term.term_start" if known.today < start else "term.term_start.past", {"on": start})


def _term_end(known: OwnFacts) -> Text | None:
    if known.has_finished:
        return Text("term.term_end.done")
    return _until("term.term_end", known.terms.term_end, known, "term.term_end.past")


def _part(part: OpenPart, done: str) -> Callable[[OwnFacts], Text | None]:
    def said(known: OwnFacts) -> Text | None:
        asked = not (part is OpenPart.MAP and known.facts.route is Route.EDUCATION)
        if not asked:
            return None
        if known.facts.route is not None and part not in known.open_parts:
            return Text(done)
        begun = _asked(_SHOWN_HOURS[part], known) if part in _SHOWN_HOURS else None
        return standing_text(begun) if begun is not None and begun.minutes else _term_end(known)

    return said


def _asked(part: PlanPart, known: OwnFacts) -> PartStanding | None:
    return next((one for one in known.parts if one.part is part), None)


def _lessons(known: OwnFacts) -> Text | None:
    """The hours of lessons so far, against the number where the route has one."""
    asked, made = _asked(PlanPart.LESSONS, known), known.made.get(PlanPart.LESSONS)
    if asked is not None:
        return standing_text(asked)
    return None if made is None else hours_made(PlanPart.LESSONS, made)


def _participation(known: OwnFacts) -> Text | None:
    asked = _asked(PlanPart.PARTICIPATION, known)
    return None if asked is None else standing_text(asked)


def _route_switch(known: OwnFacts) -> Text | None:
    if known.has_finished:
        return None
    if known.facts.route in known.rules.route_switch_always:
        return Text("term.route_switch_until.always")
    return _until("term.route_switch_until", known.terms.route_switch_until, known, "term.route_switch_until.past")


def _scale_down(known: OwnFacts) -> Text | None:
    """Hours first: a date alone promises nothing (1.8, Besluit art. 5.5)."""
    facts, start = known.facts, known.terms.scale_down_from
    if facts.route is not Route.B1 or known.terms.term_start is None or known.has_finished:
        return None
    if start is not None and known.today < start:
        return Text("term.scale_down_from", {"on": start})
    if facts.lesson_hours is None:
        return None
    if scale_down_possible(known.terms, facts, known.today, known.rules):
        return Text("term.scale_down_possible")
    return Text("term.scale_down_hours", {"needed": known.rules.scale_down_hours}, count=int(facts.lesson_hours))


def _relief_end(known: OwnFacts) -> Text | None:
    return _until("term.relief_end", known.terms.relief_end, known, "term.relief_end.past")


def _education_max_end(known: OwnFacts) -> Text | None:
    if known.facts.route is not None and OpenPart.BRIDGING not in known.open_parts:
        return None
    return _until("term.education_max_end", known.terms.education_max_end, known, None)


def _guidance_end(known: OwnFacts) -> Text | None:
    """The norm of the start note (3.1); not said where DUO extended the term beyond it."""
    if known.has_finished or not guidance_covers_term(known.terms):
        return None
    return _until("term.guidance_end", known.terms.guidance_end, known, None)


def _progress_meetings(known: OwnFacts) -> Text | None:
    count = known.progress_meetings
    return Text("plan.progress_meetings", {}, count=count) if count and not known.has_finished else None


def _route(known: OwnFacts) -> Text | None:
    route = known.facts.route
    return None if route is None else Text("plan.route", {"route": Text(f"route.{route.value}")})


def _consultant(known: OwnFacts) -> Text | None:
    return None if known.consultant is None else Text("plan.consultant", {"consultant": known.consultant})


_LINES: Mapping[Personal, Callable[[OwnFacts], Text | None]] = {
    "term_start": _term_start,
    "term_end": _term_end,
    "pip_due": _pip_due,
    "route": _route,
    "route_switch_until": _route_switch,
    "scale_down": _scale_down,
    "relief_end": _relief_end,
    "education_max_end": _education_max_end,
    "guidance_end": _guidance_end,
    "progress_meetings": _progress_meetings,
    "consultant": _consultant,
    "pvt": _part(OpenPart.PVT, "plan.pvt_done"),
    "map": _part(OpenPart.MAP, "plan.map_done"),
    "lesson_hours": _lessons,
    "participation_hours": _participation,
}
