"""What is told about the terms of one person, and on which day: the table of spoken.py, in their dates.

A milestone's key holds the date of the term it is about: when a date is corrected, the milestones get other keys, and
the planner replaces those not yet sent and corrects those that were.
"""

from collections.abc import Callable, Collection, Container, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple

from reminders.local_time import AMSTERDAM, QuietHours, to_instant
from reminders.terms.rule_sets import LAW, TermRules
from reminders.terms.speaking import CONTACTS_REQUIRED, Audience, From, TermMessage, While
from reminders.terms.spoken import SPOKEN
from reminders.terms.terms import TermFacts, Terms, add_months, end_of_months, guidance_covers_term
from storage.vocabulary import Route

__all__ = [
    "Audience",
    "Milestone",
    "OpenPart",
    "TermStanding",
    "due_at",
    "due_now",
    "holds",
    "milestones",
    "milestones_of",
]

SAID_AT = time(10, 0)
#: What became so is said until then, on the day itself.
SAID_UNTIL = time(17, 0)
_SATURDAY = 5
_DAY = timedelta(days=1)


class OpenPart(StrEnum):
    """What may still be open within the term (1.5, 1.8, 1.9)."""

    EXAM = "exam"
    BRIDGING = "bridging"
    LESSON_HOURS = "lesson_hours"
    PARTICIPATION_HOURS = "participation_hours"
    PVT = "pvt"
    MAP = "map"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermStanding:
    """How somebody stands: what the table's conditions are looked up in. `finished` = nothing is open that the law
    asks; `contacts` are those with the consultant since the term began."""

    facts: TermFacts
    terms: Terms
    rules: TermRules = LAW.rules
    open_parts: Collection[OpenPart] = ()
    finished: bool = False
    contacts: int = 0


class Milestone(NamedTuple):
    """One message about one term. `on` is a local day; the term's own date is `term_on`.

    No dataclass, which takes three times as long to make: everybody's are made every quarter of an hour.
    """

    # "3_months", "2_weeks", "late": as in the table.
    id: str
    audience: Audience
    on: date
    # The id of the term in DOMAIN.md's table whose date is told.
    about: str
    term_on: date
    # The last day on which this says something that the next message, or the term itself, has not made stale.
    useful_until: date
    months_before: int | None = None
    # For the term: what is still open, in the law's order.
    open_parts: tuple[OpenPart, ...] = ()
    # For the first year: contact moments so far.
    contacts: int | None = None
    # Not to be said before `on`: a right that begins or a day that has passed, not a deadline that comes near.
    opens: bool = False
    # It has no day of its own: it is said when it has become so.
    when_known: bool = False
    fresh_days: int = 14

    @property
    def key(self) -> str:
        """Unique among one person's milestones, and the same at every planning with the same dates."""
        return f"{self.about}:{self.term_on.isoformat()}:{self.id}:{self.audience}"


def milestones(
    terms: Terms,
    facts: TermFacts,
    open_parts: Collection[OpenPart] = (),
    *,
    contacts: int = 0,
    rules: TermRules = LAW.rules,
) -> list[Milestone]:
    """Every milestone of one person who is not finished; see `milestones_of`."""
    return milestones_of(TermStanding(facts=facts, terms=terms, rules=rules, open_parts=open_parts, contacts=contacts))


def milestones_of(
    standing: TermStanding,
    to: Collection[Audience] = tuple(Audience),
    *,
    useful_on: date = date.min,
    until: date = date.max,
) -> list[Milestone]:
    """Every milestone of one person as they stand for these readers, by day, but those that are of no use any more on a
    day and those whose own day comes after `until`.

    No message about a deadline falls before the term or plan it is about began. Each is of use until the day before the
    next one about the same term for the same reader; what has no day of its own says something else, and stands beside
    them.
    """
    so = {condition: holds(condition, standing) for condition in While}
    begins = _begins(standing)
    dated: list[tuple[TermMessage, str, bool, date, date]] = []
    days: dict[tuple[str, Audience], list[date]] = {}
    for row in SPOKEN:
        for condition in row.said_while:
            if not so[condition]:
                break
        else:
            told, when_known = row.told, row.when_known
            if (found := _days_of(row, told, standing, begins)) is None:
                continue
            dated.append((row, told, when_known, *found))
            if not when_known:
                for audience in row.to:
                    days.setdefault((told, audience), []).append(found[0])
    open_parts = tuple(part for part in OpenPart if part in standing.open_parts)
    made = [
        Milestone(
            id=row.id,
            audience=audience,
            on=on,
            about=told,
            term_on=term_on,
            useful_until=useful_until,
            months_before=-row.months if row.months and row.since is From.TERM else None,
            open_parts=open_parts if row.lists_parts else (),
            contacts=standing.contacts if While.FEW_CONTACTS in row.said_while else None,
            opens=row.opens,
            when_known=when_known,
            fresh_days=row.fresh_days,
        )
        for row, told, when_known, on, term_on in dated
        if on <= until or when_known
        for audience in row.to
        if audience in to
        for useful_until in [_useful_until(row, on, standing, () if when_known else days[told, audience])]
        if useful_until >= useful_on
    ]
    return sorted(made, key=lambda milestone: (milestone.on, milestone.key))


def holds(condition: While, standing: TermStanding) -> bool:
    """Whether this is so of somebody."""
    return _HOLDS[condition](standing)


def _has_hours(standing: TermStanding) -> bool:
    """Whether the hours allow exam parts at A2, on the day from which they may (1.8, Besluit art. 5.5)."""
    hours = standing.facts.lesson_hours
    is_b1 = standing.facts.route is Route.B1 and standing.terms.term_start is not None
    return is_b1 and hours is not None and hours >= standing.rules.scale_down_hours


def _is_extended(standing: TermStanding) -> bool:
    granted, start = standing.facts.term_extended_until, standing.terms.term_start
    if granted is None or granted != standing.terms.term_end:
        return False
    return start is None or granted > end_of_months(start, standing.rules.term_months)


_HOLDS: Mapping[While, Callable[[TermStanding], bool]] = {
    While.NO_PLAN: lambda one: one.facts.plan_signed_on is None and one.facts.plan_dated_on is None,
    # When both fall on one day, the law's own term says it all.
    While.OWN_DAY: lambda one: one.terms.pip_due_hbel != one.terms.pip_due,
    While.FEW_CONTACTS: lambda one: one.contacts < CONTACTS_REQUIRED,
    While.NOT_DONE: lambda one: not one.finished,
    While.BRIDGING_OPEN: lambda one: OpenPart.BRIDGING in one.open_parts,
    While.ENOUGH_HOURS: _has_hours,
    While.EXTENDED: _is_extended,
    While.GUIDANCE_COVERS: lambda one: guidance_covers_term(one.terms),
}


def due_at(
    milestone: Milestone,
    quiet_hours: QuietHours | None = None,
    *,
    zone: tzinfo = AMSTERDAM,
    holidays: Container[date] = frozenset(),
) -> datetime:
    """The instant (UTC) at which a milestone is said: 10:00 local on its day.

    On a weekend or holiday a deadline's message moves back to the working day before, so that the consultant can still
    act; what only begins moves on to the next. In quiet hours likewise: earlier, and for what begins later, on the
    same day where there is room.
    """
    step = _DAY if milestone.opens else -_DAY
    day = milestone.on
    while day.weekday() >= _SATURDAY or day in holidays:
        day += step
    instant = to_instant(datetime.combine(day, SAID_AT), zone).instant
    if quiet_hours is None:
        return instant
    return quiet_hours.later_than_quiet(instant) if milestone.opens else quiet_hours.earlier_than_quiet(instant)


def due_now(
    now: datetime,
    quiet_hours: QuietHours | None = None,
    *,
    zone: tzinfo = AMSTERDAM,
    holidays: Container[date] = frozenset(),
) -> datetime:
    """When what has become so is said: now, on a working day between ten and five, or at ten on the next."""
    wall = now.astimezone(zone)
    day, instant = wall.date(), now
    working = day.weekday() < _SATURDAY and day not in holidays
    if not working or not SAID_AT <= wall.time() < SAID_UNTIL:
        if wall.time() >= SAID_UNTIL:
            day += _DAY
        while day.weekday() >= _SATURDAY or day in holidays:
            day += _DAY
        instant = to_instant(datetime.combine(day, SAID_AT), zone).instant
    return instant if quiet_hours is None else quiet_hours.later_than_quiet(instant)


def _begins(standing: TermStanding) -> Mapping[str, date | None]:
    """When what some terms are about began; of the others, the term did."""
    facts = standing.facts
    return {
        "relief_end": facts.relief_started_on,
        "education_max_end": facts.bridging_started_on,
        "self_reliance_goal": facts.housed_on,
    }


def _days_of(
    row: TermMessage, told: str, standing: TermStanding, begins: Mapping[str, date | None]
) -> tuple[date, date] | None:
    """The day of one row of the table, and the date that it tells; None where it says nothing to them."""
    terms = standing.terms
    term_on: date | None = getattr(terms, told)
    if row.about == "scale_down_from" and term_on is None:
        # By the law no date is waited for: from the first day of the term (Besluit art. 5.5).
        term_on = terms.term_start
    counted_from = terms.term_start if row.since is From.START else term_on
    if term_on is None or counted_from is None:
        return None
    on = add_months(counted_from, row.months) if row.months else counted_from
    if row.days:
        on += timedelta(days=row.days)
    if on < (begins.get(row.about, terms.term_start) or date.min) or (row.since is From.START and on > term_on):
        return None
    return on, term_on


def _useful_until(row: TermMessage, on: date, standing: TermStanding, days: Collection[date]) -> date:
    """Until when it says something: its own end, or the day before the first of these days that is later."""
    if row.useful_days is not None:
        until = on + timedelta(days=row.useful_days)
    elif row.when_known:
        until = standing.terms.term_end or on
    else:
        until = getattr(standing.terms, row.told)
    for day in days:
        if on < day <= until:
            until = day - _DAY
    return until
