"""The terms of the law: every row of DOMAIN.md's table, computed from the dates of one person, never typed in.

Group and Route are the words of storage.vocabulary, named here too so that who computes terms needs this module only.
"""

import calendar
from dataclasses import dataclass, fields
from datetime import date, timedelta

from reminders.terms.rule_sets import LAW, TermRules, TermTrigger
from storage.vocabulary import Group, Route

__all__ = [
    "Group",
    "HoursRequired",
    "Route",
    "TermFacts",
    "TermFault",
    "TermRules",
    "TermTrigger",
    "Terms",
    "add_months",
    "compute_terms",
    "end_of_months",
    "guidance_covers_term",
    "hours_required",
    "scale_down_possible",
    "term_faults",
]


_IN_EVERY_MONTH = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class TermFacts:
    """What is known of one person; None = not known (yet)."""

    # DUO's written notice of the duty.
    duty_notified_on: date | None = None
    brp_registered_on: date | None = None
    intake_on: date | None = None
    plan_signed_on: date | None = None
    # The date ON the first plan (dagtekening): what starts the term by the law (Wi2021 art. 11).
    plan_dated_on: date | None = None
    relief_started_on: date | None = None
    # Agreed in the plan as an exception: relief goes on until then (3.5).
    relief_continued_until: date | None = None
    housed_on: date | None = None
    born_on: date | None = None
    # Start of the language bridging year (taalschakeltraject).
    bridging_started_on: date | None = None
    route: Route | None = None
    group: Group | None = None
    # None = unknown; a status holder is then taken to have one, because relief starts with the benefit (1.7).
    has_benefit: bool | None = None
    lesson_hours: float | None = None
    # What DUO granted, when it did: by the law it replaces the end of the term, also where it is the earlier
    # of the two. DUO's letter is what counts, and a date that is told too early harms nobody; see `term_faults`.
    term_extended_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The ids of DOMAIN.md's table; None where the trigger is missing or the row does not apply to this person.

    `…_end`, `…_until` and `…_by` are the last day on which it is still so, or still in time.
    """

    pip_due: date | None = None
    pip_due_hbel: date | None = None
    term_start: date | None = None
    term_end: date | None = None
    guidance_end: date | None = None
    route_switch_until: date | None = None
    scale_down_from: date | None = None
    first_year_contacts_by: date | None = None
    relief_end: date | None = None
    education_max_end: date | None = None
    self_reliance_goal: date | None = None

    def as_dict(self) -> dict[str, str | None]:
        """Every id with its date in ISO form, or None."""
        found: dict[str, str | None] = {}
        for field in fields(self):
            value: date | None = getattr(self, field.name)
            found[field.name] = None if value is None else value.isoformat()
        return found


def add_months(day: date, months: int) -> date:
    """The same day of the month, so many calendar months later (or earlier); clipped to the month's last day.

    Raises:
        ValueError: when that is before the year 1 or after the year 9999.
    """
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise ValueError(f"{day.isoformat()} and {months} months is outside the calendar")
    # Most days are in every month; the calendar's own look costs more than all else here.
    in_month = day.day if day.day <= _IN_EVERY_MONTH else min(day.day, calendar.monthrange(year, month0 + 1)[1])
    return date(year, month0 + 1, in_month)


def end_of_months(start: date, months: int) -> date:
    """Last day of a period of so many months that starts on `start`, that day included.

    Source: DOMAIN.md, "Terms". 29 February + years gives 28 February before the −1: from 29 February 2028, three
    years end on 27 February 2031.
    """
    return add_months(start, months) - timedelta(days=1)


def compute_terms(facts: TermFacts, rules: TermRules = LAW.rules) -> Terms:
    """All terms of one person. Dates in an impossible order are computed as they are: see `term_faults`.

    Raises:
        ValueError, OverflowError: when a date lies so far off that a term leaves the calendar (year 9999).
    """
    start = _term_start(facts, rules)
    asylum = facts.group is Group.ASYLUM
    pip_due = _pip_due(facts, rules)
    return Terms(
        pip_due=pip_due,
        pip_due_hbel=_earliest(_days_after(facts.intake_on, rules.pip_due_hbel_days), pip_due),
        term_start=start,
        term_end=_term_end(facts, rules),
        guidance_end=_end(start, rules.guidance_months),
        route_switch_until=None if facts.route in rules.route_switch_always else _end(start, rules.route_switch_months),
        scale_down_from=_scale_down_from(start, facts, rules),
        first_year_contacts_by=_end(start, rules.first_year_months),
        relief_end=_relief_end(facts, rules),
        education_max_end=_end(facts.bridging_started_on, rules.education_max_months)
        if facts.route is Route.EDUCATION
        else None,
        self_reliance_goal=add_months(facts.housed_on, rules.self_reliance_months)
        if asylum and facts.housed_on is not None
        else None,
    )


def scale_down_possible(
    terms: Terms,
    facts: TermFacts,
    on: date,
    rules: TermRules = LAW.rules,
) -> bool:
    """Whether the dates and the hours allow exam parts at A2 on a day; whether the effort was enough, people judge.

    Source: 1.8, Besluit art. 5.5. Hours are of lessons, literacy included; unknown hours are not enough. Only within
    the B1 route and once the term began.
    """
    if facts.route is not Route.B1 or facts.lesson_hours is None or terms.term_start is None:
        return False
    waits_until = terms.scale_down_from or terms.term_start
    return on >= waits_until and facts.lesson_hours >= rules.scale_down_hours


def guidance_covers_term(terms: Terms) -> bool:
    """Whether the guidance of the start note (3.1) lasts as long as the term: DUO may extend that by up to two years.

    Where it does not, nobody is told that guidance ends: the municipality guides until the duty is met.
    """
    return terms.guidance_end is None or terms.term_end is None or terms.guidance_end >= terms.term_end


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursRequired:
    """Hours to be made within the term; None = the law sets no number for this route."""

    pvt: int = 12
    lessons: int | None = None
    # Activation and participation, PVT and MAP included.
    participation: int | None = None


def hours_required(route: Route | None, group: Group | None) -> HoursRequired:
    """The hours of a route (1.8, 1.9). Migrants in the Z-route need the lessons only, and PVT and MAP without hours."""
    if route is not Route.Z:
        return HoursRequired()
    return HoursRequired(lessons=800, participation=800 if group is Group.ASYLUM else None)


@dataclass(frozen=True, slots=True)
class TermFault:
    """An implausible date, for importers: which field, a stable code, and an English sentence on what to check."""

    field: str
    code: str
    message: str


# (earlier, later): pairs that come in this order in every file that is right. The intake may come before or after the
# registration (it is preferably held in the reception centre, 1.3), so that pair is not here.
_ORDER: tuple[tuple[str, str], ...] = (
    ("intake_on", "plan_signed_on"),
    ("intake_on", "plan_dated_on"),
    ("brp_registered_on", "plan_signed_on"),
    ("brp_registered_on", "plan_dated_on"),
    ("relief_started_on", "relief_continued_until"),
)
_DAYS: tuple[str, ...] = tuple(field.name for field in fields(TermFacts) if field.type == (date | None))
_EARLIEST_EVENT = date(2000, 1, 1)
_LATEST_EVENT = date(2100, 1, 1)


def term_faults(facts: TermFacts, rules: TermRules = LAW.rules) -> list[TermFault]:
    """What looks mistyped. Nothing here stops the terms from being computed; no clock: the future is no fault."""
    faults: list[TermFault] = []
    dates = {name: day for name in _DAYS if (day := getattr(facts, name)) is not None}
    events = {name: day for name, day in dates.items() if name != "born_on"}
    for name, day in events.items():
        if not _EARLIEST_EVENT <= day < _LATEST_EVENT:
            faults.append(TermFault(name, "out_of_range", f"{name} is {day.isoformat()}: check the year"))
        elif facts.born_on is not None and day < facts.born_on:
            faults.append(
                TermFault(name, "before_birth", f"{name} is before born_on {facts.born_on.isoformat()}: check both")
            )
    for earlier, later in _ORDER:
        before, after = events.get(earlier), events.get(later)
        if before is not None and after is not None and after < before:
            faults.append(
                TermFault(
                    later,
                    f"before_{earlier}",
                    f"{later} {events[later].isoformat()} is before {earlier} {events[earlier].isoformat()}",
                )
            )
    if facts.lesson_hours is not None and not 0 <= facts.lesson_hours <= 10_000:
        faults.append(TermFault("lesson_hours", "out_of_range", "lesson_hours must lie between 0 and 10000"))
    if not any(fault.code == "out_of_range" for fault in faults):
        faults += _contradictions(facts, rules)
    return faults


def _contradictions(facts: TermFacts, rules: TermRules) -> list[TermFault]:
    faults: list[TermFault] = []
    granted = facts.term_extended_until
    end = None if granted is None else _end(_term_start(facts, rules), rules.term_months)
    if granted is not None and end is not None and granted <= end:
        faults.append(
            TermFault(
                "term_extended_until",
                "not_later_than_term_end",
                f"term_extended_until {granted.isoformat()} is not later than the term itself, {end.isoformat()}",
            )
        )
    if facts.group is Group.MIGRANT and facts.relief_started_on is not None:
        faults.append(
            TermFault(
                "relief_started_on",
                "not_for_migrants",
                "relief is for group asylum only (1.7); family of somebody with asylum belongs to it",
            )
        )
    if facts.route not in (None, Route.EDUCATION) and facts.bridging_started_on is not None:
        faults.append(
            TermFault(
                "bridging_started_on", "not_on_this_route", "a bridging year belongs to the education route (1.8)"
            )
        )
    return faults


def _pip_due(facts: TermFacts, rules: TermRules) -> date | None:
    registered, notified = facts.brp_registered_on, facts.duty_notified_on
    if registered is None:
        # Who is not registered in the municipality yet has no date yet, whenever DUO's notice came.
        return None
    if rules.pip_due_from == "notice_or_registration" and notified is not None:
        return _days_after(max(notified, registered), rules.pip_due_days)
    return _days_after(registered, rules.pip_due_days)


def _term_start(facts: TermFacts, rules: TermRules) -> date | None:
    match rules.term_trigger:
        case "signed":
            trigger = facts.plan_signed_on
        case "dated":
            trigger = facts.plan_dated_on
        case "dated_or_signed":
            trigger = facts.plan_dated_on or facts.plan_signed_on
    return _days_after(trigger, 1)


def _term_end(facts: TermFacts, rules: TermRules) -> date | None:
    granted = facts.term_extended_until if rules.extension_replaces_end else None
    return granted or _end(_term_start(facts, rules), rules.term_months)


def _relief_end(facts: TermFacts, rules: TermRules) -> date | None:
    """Only of who has (had) relief: relatives of somebody with asylum, on a regular permit, are of the group too."""
    if facts.group is not Group.ASYLUM or facts.has_benefit is False or facts.relief_started_on is None:
        return None
    end = end_of_months(facts.relief_started_on, rules.relief_months)
    return max(end, facts.relief_continued_until or end)


def _scale_down_from(start: date | None, facts: TermFacts, rules: TermRules) -> date | None:
    if start is None or facts.route is not Route.B1 or rules.scale_down_months is None:
        return None
    return add_months(start, rules.scale_down_months)


def _days_after(day: date | None, days: int) -> date | None:
    return None if day is None else day + timedelta(days=days)


def _end(start: date | None, months: int | None) -> date | None:
    return None if start is None or months is None else end_of_months(start, months)


def _earliest(day: date | None, limit: date | None) -> date | None:
    return day if day is None or limit is None else min(day, limit)
