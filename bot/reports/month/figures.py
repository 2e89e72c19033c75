"""The figures of one month, in fives: each parts the people in guidance, their lessons or their questions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.reports.month.small_groups import Counted, Figure, figure, in_fives
from reminders.stored_terms import StoredFacts, stored_facts
from reminders.terms.open_parts import contacts_since
from reminders.terms.progress import is_finished
from reminders.terms.speaking import CONTACTS_REQUIRED
from reminders.terms.terms import TermRules, Terms, add_months, compute_terms
from storage.appointments.appointments import day_bounds
from storage.attendance.attendance import Outcome, attendance_of
from storage.attention.contact_moments import contacts_of
from storage.attention.feedback import sums_of
from storage.figures.month import in_guidance, linked, reached, waited, wished
from storage.vocabulary import Mood, Route, WishState

#: A term that ends within so many months and is not done is at risk.
AT_RISK_WITHIN: Final = 6
#: Plans and first years are few in a month: those of the year up to its end are counted.
YEAR: Final = 12
NOT_CONCERNED: Final = "not_concerned"
CATEGORIES: Final[Mapping[str, tuple[str, ...]]] = {
    "people": ("people",),
    "reached": ("reached", "linked_not_reached", "not_linked"),
    "plans": ("within_4_weeks", "within_10_weeks", "later_or_not_yet", NOT_CONCERNED),
    "first_year_contacts": ("two_or_more", "fewer", NOT_CONCERNED),
    "routes": (*(route.value for route in Route), "no_route"),
    "terms": ("at_risk", "not_at_risk", "finished", NOT_CONCERNED),
    "attendance": tuple(outcome.value for outcome in Outcome),
    "answers": ("within_1_day", "within_3_days", "later", "waiting"),
    "offers": ("taken", "not_taken"),
}
#: Counted by town as well; the others everywhere only.
_BY_TOWN: Final = frozenset({"people", "reached", "routes"})


@dataclass(frozen=True, slots=True)
class Month:
    """The figures of a month; `feedback` are sums of whole fives, by kind of appointment (storage/attention)."""

    first: date
    last: date
    figures: tuple[Figure, ...]
    feedback: Mapping[str, Mapping[Mood, int]]


async def figures_of(
    session: AsyncSession,
    first: date,
    zone: ZoneInfo,
    rules: Callable[[str], TermRules],
    now: datetime,
    municipality: str = "",
) -> Month:
    """Those of the month that begins on `first`; of a month that is not over, up to now. Of one municipality's people
    where it is named."""
    last = add_months(first, 1) - timedelta(days=1)
    since, until = day_bounds(first, zone)[0], min(day_bounds(last, zone)[1], now)
    where = {one.person_id: one.municipality for one in await in_guidance(session, since, until, municipality)}
    facts = await stored_facts(session, list(where))
    terms = {number: compute_terms(one.facts, rules(one.municipality)) for number, one in facts.items()}
    moments = await contacts_of(session, list(where), until)
    have_way = await linked(session, list(where))
    arrived = await reached(session, list(where), since, until)
    today = until.astimezone(zone).date()
    year_ago = add_months(last, -YEAR)
    counted: dict[str, list[Counted]] = {name: [] for name in CATEGORIES}
    for number, place in where.items():
        known, term = facts[number], terms[number]

        def put(name: str, category: str, number: int = number, place: str = place) -> None:
            counted[name].append(Counted(number, place, category))

        put("people", "people")
        put("reached", "reached" if number in arrived else "linked_not_reached" if number in have_way else "not_linked")
        put("routes", known.facts.route.value if known.facts.route is not None else "no_route")
        put("plans", _plan(known, term, year_ago, last))
        spoken = contacts_since(term.term_start, moments.get(number, ()), zone)
        put("first_year_contacts", _first_year(term, spoken, year_ago, min(last, today)))
        put("terms", _term(known, term, last))
    for one in await attendance_of(session, since=since, until=until, zone=zone):
        if one.person_id in where:
            counted["attendance"].append(Counted(one.person_id, where[one.person_id], one.outcome.value))
    for letter in await waited(session, list(where), since, until):
        counted["answers"].append(
            Counted(letter.person_id, where[letter.person_id], _waited(letter.written_at, letter.answered_at))
        )
    for number, state in await wished(session, list(where), since, until):
        category = "taken" if state is WishState.TAKEN else "not_taken"
        counted["offers"].append(Counted(number, where[number], category))
    feedback = await sums_of(session, list(where), since, until)
    exact = (figure(name, CATEGORIES[name], counted[name], by_place=name in _BY_TOWN) for name in CATEGORIES)
    return Month(
        first,
        last,
        tuple(in_fives(one) for one in exact),
        {kind.value: moods for kind, moods in feedback.items()},
    )


def _plan(known: StoredFacts, terms: Terms, since: date, until: date) -> str:
    """Whether the plan stood in time (1.4, 3.2), of those that were due in the year."""
    due = terms.pip_due
    if due is None or not since < due <= until:
        return NOT_CONCERNED
    dated = known.facts.plan_dated_on or known.facts.plan_signed_on
    if dated is None or dated > due:
        return "later_or_not_yet"
    within_4 = terms.pip_due_hbel is not None and dated <= terms.pip_due_hbel
    return "within_4_weeks" if within_4 else "within_10_weeks"


def _first_year(terms: Terms, spoken: int, since: date, until: date) -> str:
    by = terms.first_year_contacts_by
    if by is None or not since < by <= until:
        return NOT_CONCERNED
    return "two_or_more" if spoken >= CONTACTS_REQUIRED else "fewer"


def _term(known: StoredFacts, terms: Terms, last: date) -> str:
    if is_finished(known.group, known.facts.route, known.noted):
        return "finished"
    if terms.term_end is None:
        return NOT_CONCERNED
    return "at_risk" if terms.term_end <= add_months(last, AT_RISK_WITHIN) else "not_at_risk"


def _waited(written_at: datetime, answered_at: datetime | None) -> str:
    if answered_at is None:
        return "waiting"
    took = answered_at - written_at
    return "within_1_day" if took <= timedelta(days=1) else "within_3_days" if took <= timedelta(days=3) else "later"


def rows_of(month: Month) -> Sequence[tuple[str, str, str, int | None]]:
    """Every line of the report: figure, place, category, count; None = left out, a group would be too small."""
    rows: list[tuple[str, str, str, int | None]] = []
    for one in month.figures:
        rows += [(one.name, cell.place, cell.category, cell.count) for cell in one.cells]
        if one.is_left_out:
            rows += [(one.name, "all", category, None) for category in CATEGORIES[one.name]]
    for kind, moods in month.feedback.items():
        rows += [("feedback", "all", f"{kind}:{mood.value}", moods.get(mood, 0)) for mood in Mood]
    return rows
