"""Lives of years on a moving clock: what happens to somebody, and what the table of docs/domain.md says that they and
their consultant hear of it.

The expectation is made from that page and the terms alone, with arithmetic of its own: nothing here reads the table
that the program reads.
"""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import holidays

from reminders.terms.rule_sets import LAW, RuleSet
from reminders.terms.terms import TermFacts, Terms, compute_terms
from storage.vocabulary import Group, Route
from tests.reminders.planning.planning_world import ZONE

PAGE = Path(__file__).parents[3] / "docs" / "domain.md"
NOON, TEN, FIVE = time(12, 0), time(10, 0), time(17, 0)
HOLIDAYS = holidays.country_holidays("NL")
PERSON, CONSULTANT = "person", "consultant"
#: What each route asks, by the names of tests/progress.py.
ASKED: Mapping[Route, frozenset[str]] = {
    Route.B1: frozenset({"exam", "pvt", "map"}),
    Route.EDUCATION: frozenset({"bridging", "pvt", "knm"}),
    Route.Z: frozenset({"lesson_hours", "participation_hours", "pvt", "map"}),
}
#: How each is called where it is said to be open; KNM is an exam.
CALLED = {
    "exam": "Examens",
    "knm": "Examens",
    "bridging": "Taalschakeltraject (naar",
    "lesson_hours": "Lesuren",
    "participation_hours": "Uren meedoen",
    "pvt": "PVT (waarden",
    "map": "MAP (werk",
}
# How long after its day a message is still said when its date becomes known late: the start is of use for longer.
FRESH, FRESH_START = 14, 60
# Of no use to who is finished, a correction neither.
OF_THE_DUTY = {"term_end", "route_switch_until", "scale_down_from", "guidance_end", "first_year_contacts_by"}


@dataclass(frozen=True, kw_only=True)
class Event:
    """What becomes known at noon of a day: dates of the plan, what was done (hours are added), a talk, an evening of
    others, that the person agrees to be written to."""

    on: date
    plan: Mapping[str, date | Route] = field(default_factory=dict)
    did: Mapping[str, str | float] = field(default_factory=dict)
    talk: bool = False
    evening: bool = False
    agrees: bool = False


@dataclass(frozen=True, kw_only=True)
class Life:
    """Somebody, with what is known of them from the first day on, and what happens."""

    name: str
    group: Group
    known: TermFacts
    events: tuple[Event, ...]
    until: date
    rules: RuleSet = LAW

    @property
    def days(self) -> tuple[Event, ...]:
        """The events by day."""
        return tuple(sorted(self.events, key=lambda event: event.on))


@dataclass(frozen=True, order=True)
class Heard:
    """A message about a term: when (wall time), to whom, of which date, and which; "correction" puts one right."""

    at: datetime
    to: str
    about: str
    which: str
    on: str


@dataclass(frozen=True)
class Row:
    """One line of the page."""

    term: str
    which: str
    when: str
    to: tuple[str, ...]
    only_while: tuple[str, ...]

    @property
    def told(self) -> str:
        """The term whose date is told: who hears that the term began hears when it ends."""
        return "term_end" if self.term == "term_start" else self.term


@dataclass(frozen=True)
class Standing:
    """How things stand from a moment on."""

    since: datetime
    facts: TermFacts
    terms: Terms
    done: frozenset[str]
    hours: float
    talks: int
    agreed: bool
    rules: RuleSet

    def asked(self) -> frozenset[str]:
        """What the route asks of this group."""
        route, group = self.facts.route, self.facts.group
        asked = ASKED[route] if route is not None else frozenset[str]()
        return asked - {"participation_hours"} if group is Group.MIGRANT else asked

    @property
    def finished(self) -> bool:
        """Whether nothing is open; never without a route."""
        return self.facts.route is not None and self.asked() <= self.done

    def holds(self, condition: str) -> bool:
        """Whether a condition of the page is met."""
        facts, terms = self.facts, self.terms
        match condition:
            case "always":
                return True
            case "no_plan":
                return facts.plan_signed_on is None and facts.plan_dated_on is None
            case "own_day":
                return terms.pip_due != terms.pip_due_hbel
            case "few_contacts":
                return self.talks < 2
            case "not_done":
                return not self.finished
            case "bridging_open":
                return facts.route is Route.EDUCATION and "bridging" not in self.done
            case "enough_hours":
                return facts.route is Route.B1 and terms.term_start is not None and self.hours >= 600
            case "extended":
                return facts.term_extended_until is not None and terms.term_end == facts.term_extended_until
            case "guidance_covers":
                return terms.guidance_end is None or terms.term_end is None or terms.guidance_end >= terms.term_end
        raise LookupError(condition)


@cache
def page() -> tuple[Row, ...]:
    """The table of docs/domain.md."""
    table = PAGE.read_text(encoding="utf-8").partition("<!-- spoken -->")[2].partition("<!-- /spoken -->")[0]
    cells = [[cell.strip() for cell in line.strip(" |").split("|")] for line in table.strip().splitlines()[2:]]
    return tuple(Row(c[0].strip("`"), c[1], c[2], tuple(c[3].split(", ")), tuple(c[4].split(", "))) for c in cells)


def standings(life: Life) -> Iterator[Standing]:
    """How things stand after each event."""
    facts, done, hours, talks, agreed = life.known, frozenset[str](), dict[str, float](), list[date](), False
    for event in life.days:
        facts = changed(facts, event.plan)
        for part, what in event.did.items():
            if isinstance(what, str):
                done |= {part}
            else:
                hours[part] = hours.get(part, 0) + what
        done |= {part for part, made in hours.items() if made >= 800}
        talks += [event.on] if event.talk else []
        agreed |= event.agrees
        lessons = hours.get("lesson_hours")
        facts = replace(facts, lesson_hours=lessons)
        terms = compute_terms(facts, life.rules.rules)
        since = terms.term_start
        count = sum(since is not None and day >= since for day in talks)
        yield Standing(at(event.on, NOON), facts, terms, done, lessons or 0, count, agreed, life.rules)


def changed(facts: TermFacts, changes: Mapping[str, date | Route]) -> TermFacts:
    """The facts with these in place of theirs."""
    values = {one.name: getattr(facts, one.name) for one in fields(facts)}
    values.update(changes)
    return TermFacts(**values)


def expected(life: Life) -> list[Heard]:
    """Everything about terms that this person and their consultant hear, by the page."""
    found: list[Heard] = []
    told: dict[tuple[str, str], date | None] = {}
    stands = list(standings(life))
    ends = [one.since for one in stands[1:]] + [at(life.until, NOON)]
    for now, end in zip(stands, ends, strict=True):
        said = [(one.to, one.about, one.which, one.on) for one in found]
        found += _corrections(now, told)
        coming = [
            heard
            for row in page()
            for to in row.to
            if (to == CONSULTANT or now.agreed)
            for heard in _of(row, to, now, said)
            if heard.at < end
        ]
        for heard in sorted(coming):
            if heard.which == "extended" and told.get((heard.about, heard.to)) is not None:
                continue
            found.append(heard)
            if heard.which != "hours":
                told[heard.about, heard.to] = date.fromisoformat(heard.on)
    return sorted(found)


def _corrections(now: Standing, told: dict[tuple[str, str], date | None]) -> list[Heard]:
    """Dates that were told and are other ones now."""
    found: list[Heard] = []
    today = now.since.date()
    for (about, to), old in list(told.items()):
        new: date | None = getattr(now.terms, about)
        over = about.startswith("pip_due") and not now.holds("no_plan")
        past = old is None or (old < today and (new is None or new < today))
        if over or past or new == old or (now.finished and about in OF_THE_DUTY):
            continue
        found.append(Heard(now.since, to, about, "correction", new.isoformat() if new else "none"))
        told[about, to] = new
    return found


def _of(row: Row, to: str, now: Standing, said: list[tuple[str, str, str, str]]) -> Iterator[Heard]:
    """The message of one line of the page to one reader, while things stand so."""
    if not all(now.holds(condition) for condition in row.only_while):
        return
    on: date | None = getattr(now.terms, row.told)
    if row.term == "scale_down_from" and on is None:
        on = now.terms.term_start
    if on is None:
        return
    once = any((to, row.told, row.which) == one[:3] for one in said)
    same = (to, row.told, row.which, on.isoformat()) in said
    if same or (once and row.which in ("start", "hours")):
        return
    if row.when == "when it has become so":
        moment = _next_hours(now.since)
        if row.which == "hours" and at(on, TEN) > now.since:
            moment = at(working(on, ahead=True), TEN)
        if moment.date() <= (now.terms.term_end or on):
            yield Heard(moment, to, row.told, row.which, on.isoformat())
        return
    day = day_of(row, now)
    if day is None:
        return
    due = at(working(day, ahead=_begins(row)), TEN)
    fresh = FRESH_START if row.which == "start" else FRESH
    if due >= now.since:
        yield Heard(due, to, row.told, row.which, on.isoformat())
    elif now.since - due <= timedelta(days=fresh) and now.since.date() <= _useful_until(row, to, day, on, now):
        yield Heard(now.since, to, row.told, row.which, on.isoformat())


def day_of(row: Row, now: Standing) -> date | None:
    """The day that the page names; None where it lies before what the term is about began."""
    start, on = now.terms.term_start, getattr(now.terms, row.told)
    words = row.when.removesuffix(" the term began").split()
    counted_from = start if "term" in row.when else on
    if counted_from is None or on is None:
        return None
    if words[0] == "on":
        day: date = counted_from
    else:
        count = int(words[0]) * (-1 if words[2] == "before" else 1)
        day = (
            months_later(counted_from, count) if words[1].startswith("month") else counted_from + timedelta(days=count)
        )
    facts = now.facts
    began = {
        "relief_end": facts.relief_started_on,
        "education_max_end": facts.bridging_started_on,
        "self_reliance_goal": facts.housed_on,
    }.get(row.term, start)
    return None if began is not None and day < began else day


def _useful_until(row: Row, to: str, day: date, on: date, now: Standing) -> date:
    """Until the day before the next about the same for the same reader; what comes before a date, until that date."""
    until = on if row.when.endswith("before") or "began" in row.when else day + timedelta(days=90)
    for other in page():
        if other.told == row.told and to in other.to and all(now.holds(condition) for condition in other.only_while):
            later = None if other.when == "when it has become so" else day_of(other, now)
            if later is not None and later > day:
                until = min(until, later - timedelta(days=1))
    return until


def _begins(row: Row) -> bool:
    return row.when.endswith("after") or row.when.startswith("on the")


def working(day: date, *, ahead: bool) -> date:
    """The working day that it moves to."""
    while day.weekday() >= 5 or day in HOLIDAYS:
        day += timedelta(days=1 if ahead else -1)
    return day


def _next_hours(moment: datetime) -> datetime:
    day = moment.date()
    if working(day, ahead=True) == day and TEN <= moment.time() < FIVE:
        return moment
    return at(working(day + timedelta(days=moment.time() >= FIVE), ahead=True), TEN)


def months_later(day: date, months: int) -> date:
    """Calendar months, to the month's last day where it is shorter."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def at(day: date, hour: time) -> datetime:
    """The instant, in wall time."""
    return datetime.combine(day, hour, ZONE)


def dates_of(facts: TermFacts) -> dict[str, date]:
    """The dates that are known."""
    return {one.name: day for one in fields(facts) if isinstance(day := getattr(facts, one.name), date)}
