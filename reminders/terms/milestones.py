"""What is told about the terms, to whom and on which day, in time to act.

A milestone's key holds the date of the term it is about: when a date is corrected, the milestones get other keys, and
the planner replaces those not yet sent and corrects those that were.
"""

from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from reminders.local_time import AMSTERDAM, QuietHours, to_instant
from reminders.terms.terms import TermFacts, Terms, add_months, guidance_covers_term

SAID_AT = time(10, 0)
_SATURDAY = 5
_DAY = timedelta(days=1)


class Audience(StrEnum):
    """Who is told."""

    PERSON = "person"
    CONSULTANT = "consultant"


class OpenPart(StrEnum):
    """What may still be open within the term (1.5, 1.8, 1.9)."""

    EXAM = "exam"
    BRIDGING = "bridging"
    LESSON_HOURS = "lesson_hours"
    PARTICIPATION_HOURS = "participation_hours"
    PVT = "pvt"
    MAP = "map"


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """One message about one term. `on` is a local day; the term's own date is `term_on`."""

    # "3_months", "2_weeks", "3_days", "possible", "month_9".
    id: str
    audience: Audience
    on: date
    # The id of the term in DOMAIN.md's table.
    about: str
    term_on: date
    months_before: int | None = None
    # The last day on which this says something that the next message, or the term itself, has not made stale.
    useful_until: date
    # For the end of the term: what is still open, in the law's order.
    open_parts: tuple[OpenPart, ...] = ()
    # For the first year: contact moments so far.
    contacts: int | None = None
    # Not to be said before `on`: a right that begins, not a deadline that comes near.
    opens: bool = False

    @property
    def key(self) -> str:
        """Unique among one person's milestones, and the same at every planning with the same dates."""
        return f"{self.about}:{self.term_on.isoformat()}:{self.id}:{self.audience}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneRules:
    """How long before each date it is told: days for the plan, calendar months for the rest."""

    pip_due_days: tuple[int, ...] = (14, 3)
    relief_months: tuple[int, ...] = (1,)
    # Counted from the start of the term; told while there were fewer contacts than required.
    contact_check_months: tuple[int, ...] = (9, 11)
    contacts_required: int = 2
    route_switch_months: tuple[int, ...] = (3, 1)
    term_end_months: tuple[int, ...] = (12, 6, 3, 1)
    guidance_end_months: tuple[int, ...] = (3, 1)
    guidance_end_person_months: tuple[int, ...] = (1,)


_BOTH = (Audience.PERSON, Audience.CONSULTANT)
_CONSULTANT = (Audience.CONSULTANT,)


def milestones(
    terms: Terms,
    facts: TermFacts,
    open_parts: Collection[OpenPart] = (),
    rules: MilestoneRules = MilestoneRules(),
    *,
    contacts: int = 0,
) -> list[Milestone]:
    """Every milestone of one person, past and future, by day; the caller keeps those of today and later.

    `open_parts` is what the person has not finished; `contacts` the contact moments since the start of the term. No
    message about a deadline falls before the term or plan it is about began.
    """
    parts = tuple(part for part in OpenPart if part in open_parts)
    found: list[Milestone] = []
    if facts.plan_signed_on is None and facts.plan_dated_on is None:
        found += _days_before("pip_due", terms.pip_due, rules.pip_due_days)
        # When both fall on one day, the law's own term says it all.
        if terms.pip_due_hbel != terms.pip_due:
            found += _days_before("pip_due_hbel", terms.pip_due_hbel, rules.pip_due_days)
    found += _months_before("relief_end", terms.relief_end, facts.relief_started_on, rules.relief_months, _BOTH)
    start = terms.term_start
    found += _first_year(terms, rules, contacts)
    found += _months_before("route_switch_until", terms.route_switch_until, start, rules.route_switch_months, _BOTH)
    if terms.scale_down_from is not None:
        found.append(
            Milestone(
                id="possible",
                audience=Audience.CONSULTANT,
                on=terms.scale_down_from,
                about="scale_down_from",
                term_on=terms.scale_down_from,
                useful_until=terms.term_end or terms.scale_down_from,
                opens=True,
            )
        )
    found += [
        replace(milestone, open_parts=parts)
        for milestone in _months_before("term_end", terms.term_end, start, rules.term_end_months, _BOTH)
    ]
    end = terms.guidance_end
    found += _months_before("guidance_end", end, start, rules.guidance_end_months, _CONSULTANT)
    if guidance_covers_term(terms):
        found += _months_before("guidance_end", end, start, rules.guidance_end_person_months, (Audience.PERSON,))
    return sorted(_until_next(found), key=lambda milestone: (milestone.on, milestone.key))


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


def _days_before(about: str, term_on: date | None, days: Iterable[int]) -> list[Milestone]:
    if term_on is None:
        return []
    return [
        Milestone(
            id=f"{count // 7}_weeks" if count % 7 == 0 else f"{count}_days",
            audience=Audience.CONSULTANT,
            on=term_on - timedelta(days=count),
            about=about,
            term_on=term_on,
            useful_until=term_on,
        )
        for count in days
    ]


def _months_before(
    about: str, term_on: date | None, began_on: date | None, months: Iterable[int], audiences: Iterable[Audience]
) -> list[Milestone]:
    if term_on is None:
        return []
    return [
        Milestone(
            id=f"{count}_month" if count == 1 else f"{count}_months",
            audience=audience,
            on=on,
            about=about,
            term_on=term_on,
            months_before=count,
            useful_until=term_on,
        )
        for count in months
        if (on := add_months(term_on, -count)) >= (began_on or date.min)
        for audience in audiences
    ]


def _first_year(terms: Terms, rules: MilestoneRules, contacts: int) -> list[Milestone]:
    by, start = terms.first_year_contacts_by, terms.term_start
    if by is None or start is None or contacts >= rules.contacts_required:
        return []
    return [
        Milestone(
            id=f"month_{month}",
            audience=Audience.CONSULTANT,
            on=on,
            about="first_year_contacts_by",
            term_on=by,
            useful_until=by,
            contacts=contacts,
        )
        for month in rules.contact_check_months
        if (on := add_months(start, month)) <= by
    ]


def _until_next(found: Collection[Milestone]) -> list[Milestone]:
    """Each milestone is of use until the day before the next one about the same term for the same reader."""
    return [
        replace(
            milestone,
            useful_until=min(
                (
                    later.on - _DAY
                    for later in found
                    if (later.about, later.audience) == (milestone.about, milestone.audience)
                    and later.on > milestone.on
                ),
                default=milestone.useful_until,
            ),
        )
        for milestone in found
    ]
