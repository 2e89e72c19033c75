"""The figures of one month, in fives: each parts the people in guidance, their lessons, meetings, messages or
questions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.reports.month.small_groups import EVERYWHERE, Counted, Figure, figure, in_fives
from reminders.stored_terms import StoredFacts, stored_facts
from reminders.terms.open_parts import contacts_since
from reminders.terms.progress import is_finished
from reminders.terms.speaking import CONTACTS_REQUIRED
from reminders.terms.terms import TermRules, Terms, add_months, compute_terms
from storage.appointments.absence_reports import is_same_day
from storage.appointments.appointments import day_bounds
from storage.attendance.attendance import Outcome, attendance_of
from storage.attention.contact_moments import contacts_of
from storage.attention.feedback import sums_of
from storage.figures.month import in_guidance, linked, waited, wished
from storage.figures.reach import (
    ARRIVED,
    OpenQuestions,
    SumOver,
    languages_of,
    open_questions,
    own_meetings,
    seen_after,
    sent_over,
    told_of,
)
from storage.vocabulary import Answer, GapReason, MessageState, Mood, Route, WishState

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
    "seen": ("within_4_hours", "within_1_day", "later", "waiting"),
    "delivered": ("arrived", "sent", "not_told"),
    "confirmed": (*(answer.value for answer in Answer), "no_answer"),
    "reached_language": ("reached", "linked_not_reached", "not_linked"),
    "reached_channel": ("reached",),
    "messages": ("arrived", "sent"),
    "faq_gaps": tuple(reason.value for reason in GapReason),
    "faq_topics": (GapReason.NOT_HELPED.value,),
    "offers": ("taken", "not_taken"),
}


class CountedBy(StrEnum):
    """By what a figure is counted besides everywhere: what its places are."""

    TOWN = "town"
    LANGUAGE = "language"
    CHANNEL = "channel"
    TOPIC = "topic"


#: The others are counted everywhere only.
PLACES_OF: Final[Mapping[str, CountedBy]] = {
    "people": CountedBy.TOWN,
    "reached": CountedBy.TOWN,
    "routes": CountedBy.TOWN,
    "reached_language": CountedBy.LANGUAGE,
    "reached_channel": CountedBy.CHANNEL,
    "messages": CountedBy.CHANNEL,
    "faq_gaps": CountedBy.LANGUAGE,
    "faq_topics": CountedBy.TOPIC,
}


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
    sent = await sent_over(session, list(where), since, until)
    arrived = {one.person_id for one in sent if one.arrived}
    languages = await languages_of(session, list(where))
    today = until.astimezone(zone).date()
    year_ago = add_months(last, -YEAR)
    counted: dict[str, list[Counted]] = {name: [] for name in CATEGORIES}
    for number, place in where.items():
        known, term = facts[number], terms[number]

        def put(name: str, category: str, number: int = number, place: str = place) -> None:
            counted[name].append(Counted(number, place, category))

        put("people", "people")
        reach = "reached" if number in arrived else "linked_not_reached" if number in have_way else "not_linked"
        put("reached", reach)
        counted["reached_language"].append(Counted(number, languages.get(number, ""), reach))
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
    counted |= _over_channels(sent)
    counted |= await _of_meetings(session, list(where), since, until, zone)
    for report in await seen_after(session, list(where), since, until):
        counted["seen"].append(
            Counted(report.person_id, where[report.person_id], _seen(report.reported_at, report.seen_at))
        )
    counted |= _open(await open_questions(session, since, until, municipality))
    feedback = await sums_of(session, list(where), since, until)
    exact = (figure(name, CATEGORIES[name], counted[name], by_place=name in PLACES_OF) for name in CATEGORIES)
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


def _seen(reported_at: datetime, seen_at: datetime | None) -> str:
    if seen_at is None:
        return "waiting"
    took = seen_at - reported_at
    return "within_4_hours" if took <= timedelta(hours=4) else "within_1_day" if took <= timedelta(days=1) else "later"


def _over_channels(sent: Sequence[SumOver]) -> dict[str, list[Counted]]:
    """Each message by its channel, and each person who was reached under the channel that reached them last."""
    messages: list[Counted] = []
    last: dict[int, SumOver] = {}
    for one in sent:
        if one.channel is None:
            continue
        messages.append(Counted(one.person_id, one.channel, "arrived" if one.arrived else "sent", one.many))
        if one.arrived and (one.person_id not in last or last[one.person_id].last_at < one.last_at):
            last[one.person_id] = one
    reached = [Counted(number, one.channel, "reached") for number, one in last.items() if one.channel is not None]
    return {"messages": messages, "reached_channel": reached}


async def _of_meetings(
    session: AsyncSession, person_ids: Sequence[int], since: datetime, until: datetime, zone: ZoneInfo
) -> dict[str, list[Counted]]:
    """Of each meeting of one person's: whether what Maatje said of it arrived, and what they answered for its day."""
    meetings = await own_meetings(session, person_ids, since, until)
    told = await told_of(session, [one.id for one in meetings])
    delivered, confirmed = list[Counted](), list[Counted]()
    for one in meetings:
        states = told.get(one.id, set())
        how = "arrived" if states & set(ARRIVED) else "sent" if MessageState.SENT in states else "not_told"
        holds = one.answer is not None and is_same_day(one.answered_for, one.starts_at, zone)
        answer = one.answer.value if one.answer is not None and holds else "no_answer"
        delivered.append(Counted(one.person_id, EVERYWHERE, how))
        confirmed.append(Counted(one.person_id, EVERYWHERE, answer))
    return {"delivered": delivered, "confirmed": confirmed}


def _open(questions: Sequence[OpenQuestions]) -> dict[str, list[Counted]]:
    """Questions that stayed open; each is counted for itself, since nobody knows who asked."""
    number = count()
    gaps, topics = list[Counted](), list[Counted]()
    for one in questions:
        for _ in range(one.many):
            gaps.append(Counted(next(number), one.language, one.reason.value))
            if one.topic is not None and one.reason is GapReason.NOT_HELPED:
                topics.append(Counted(next(number), one.topic, one.reason.value))
    return {"faq_gaps": gaps, "faq_topics": topics}


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
