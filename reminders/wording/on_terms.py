"""What is said about terms: to the person in simple words with the Dutch beside them, to the consultant in one line."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from locales.rendering.message import Button, Part, Style, Text
from reminders.delivery.composing import ClaimedMessage, Skip
from reminders.intents import Act, asks
from reminders.stored_terms import StoredFacts
from reminders.terms.milestones import TermStanding, holds
from reminders.terms.open_parts import contacts_since, open_parts
from reminders.terms.progress import is_finished
from reminders.terms.rule_sets import NOTE, TermRules
from reminders.terms.speaking import Audience, Says, TermMessage, While
from reminders.terms.spoken import spoken_as
from reminders.terms.terms import TermFacts, Terms, compute_terms
from reminders.wording.appointment import name_of
from reminders.wording.batch import Batch, person_of
from reminders.wording.joined import Buttons, Wording
from reminders.wording.to_consultant import write_to
from storage.people.people import Person

# Before relief ends there are three short lessons about money, for who wants them (3.5).
_LESSONS: Buttons = ((Button(Text("progress.money"), asks(Act.MONEY), "💶"),),)
_TALK: Buttons = (
    (Button(Text("menu.consultant"), asks(Act.LETTER), "💬"),),
    (Button(Text("menu.plan"), asks(Act.PLAN), "🧭"),),
)
# Terms that are told as past ("was", "could") once they are.
_HAS_PAST = frozenset({"term_end", "route_switch_until", "relief_end"})
# Of no use to who did everything that the law asks.
_OF_THE_DUTY = frozenset(
    {"term_end", "route_switch_until", "scale_down_from", "guidance_end", "first_year_contacts_by"}
)
_WHY_NOT: Final = {While.NOT_DONE: "finished", While.FEW_CONTACTS: "enough_contacts", While.NO_PLAN: "plan_is_there"}


def milestone(row: ClaimedMessage, batch: Batch, rules: TermRules) -> Wording | Skip:
    """What the table says about a term. Said only when the term is still what it was when this was planned."""
    person_id, about = person_of(row), row.params.get("about")
    on = _day(row.params.get("on"))
    stored = batch.terms.get(person_id) if person_id is not None else None
    if person_id is None or stored is None or on is None or not isinstance(about, str):
        return Skip("nobody")
    spoken = _spoken(row, about)
    if spoken is None:
        return Skip("not_said_any_more")
    standing = standing_of(stored, rules, batch.moments.get(person_id, ()), batch.zone)
    if spoken.about != "scale_down_from" and getattr(standing.terms, about, None) != on:
        return Skip("term_changed")
    unmet = next((one for one in spoken.said_while if not holds(one, standing)), None)
    if unmet is not None:
        return Skip(_WHY_NOT.get(unmet, "term_changed"))
    if row.consultant_id is not None:
        return _to_consultant(batch.people.get(person_id), spoken, on, standing)
    months = row.params.get("months")
    count = months if isinstance(months, int) else 1
    parts = [_said(says, standing.terms, count) for says in spoken.person if _is_so(says.behind, on, standing.terms)]
    buttons = (*_LESSONS, *_TALK) if about == "relief_end" and on >= batch.today else _TALK
    return Wording((*parts[:-1], *_list_of_open(spoken, standing), parts[-1]), buttons=buttons)


def standing_of(stored: StoredFacts, rules: TermRules, moments: Iterable[datetime], zone: ZoneInfo) -> TermStanding:
    """How somebody stands by these rules; `moments` are their contacts with the consultant."""
    terms = compute_terms(stored.facts, rules)
    return TermStanding(
        facts=stored.facts,
        terms=terms,
        rules=rules,
        open_parts=open_parts(stored.group, stored.facts.route, stored.noted),
        finished=is_finished(stored.group, stored.facts.route, stored.noted),
        contacts=contacts_since(terms.term_start, moments, zone),
    )


def _spoken(row: ClaimedMessage, about: str) -> TermMessage | None:
    audience = Audience.PERSON if row.consultant_id is None else Audience.CONSULTANT
    # An earlier version kept it in the key only.
    id_ = row.params.get("id") or (row.key.split(":") + [""] * 4)[4]
    return spoken_as(about, str(id_), audience)


def _said(says: Says, terms: Terms, count: int) -> Part:
    dates = {name: day for name, term in says.dates if isinstance(day := getattr(terms, term), date)}
    text = Text(says.key, dates, count=count) if says.counts else Text(says.key, dates)
    return Part(text, says.style)


def _is_so(behind: str, on: date, terms: Terms) -> bool:
    if not behind:
        return True
    day: date | None = getattr(terms, behind)
    return day is not None and on > day


def _list_of_open(spoken: TermMessage, standing: TermStanding) -> list[Part]:
    if not spoken.lists_parts or not standing.open_parts:
        return []
    return [
        Part(Text(spoken.lists_parts)),
        *(Part(Text(f"milestone.open.{part.value}")) for part in standing.open_parts),
    ]


def correction(row: ClaimedMessage, batch: Batch, rules: TermRules) -> Wording | Skip:
    """A date that was told before is another one now, or holds no more."""
    person_id, about = person_of(row), row.params.get("about")
    old, new = _day(row.params.get("old")), _day(row.params.get("on"))
    stored = batch.terms.get(person_id) if person_id is not None else None
    if person_id is None or stored is None or old is None or not isinstance(about, str):
        return Skip("nobody")
    terms = compute_terms(stored.facts, rules)
    if getattr(terms, about, None) != new:
        return Skip("term_changed")
    if _is_over(about, stored):
        return Skip("finished")
    was = Part(Text("milestone.corrected.old", {"on": old}))
    # What was told before there were rule sets was told by the note's.
    told_by = batch.told_by.get((person_id, about, old)) or NOTE.rules.mark
    why = [Part(Text("milestone.corrected.rules"))] if told_by != rules.mark else []
    if row.consultant_id is not None:
        person = batch.people.get(person_id)
        if person is None:
            return Skip("nobody")
        title = Part(Text("consultant.milestone.corrected", {"person": name_of(person)}), Style.TITLE)
        now = [Part(_line(about, new))] if new is not None else [Part(Text("consultant.milestone.none"))]
        return Wording((title, *why, was, *now), buttons=write_to(person))
    if about == "term_end" and new is not None and old < new == stored.facts.term_extended_until:
        title = Part(Text("milestone.extended"), Style.TITLE)
        return Wording(
            (title, was, Part(Text("notice.now")), Part(Text("term.term_end", {"on": new}), Style.OFFICIAL)),
            buttons=_TALK,
        )
    title = Part(Text("milestone.corrected"), Style.TITLE)
    if new is None:
        return Wording(
            (title, Part(Text(f"milestone.corrected.{about}")), *why, was, *_none(stored.facts, about, rules)),
            buttons=_TALK,
        )
    if new >= batch.today:
        now = [Part(Text("notice.now")), Part(Text(f"term.{about}", {"on": new}), Style.OFFICIAL)]
    elif about in _HAS_PAST:
        now = [Part(Text(f"term.{about}.past", {"on": new}), Style.OFFICIAL)]
    else:
        now = [Part(Text("milestone.corrected.none"))]
    return Wording((title, Part(Text(f"milestone.corrected.{about}")), *why, was, *now), buttons=_TALK)


def _is_over(about: str, stored: StoredFacts) -> bool:
    """Whether who did everything that the law asks has no use for this term."""
    return about in _OF_THE_DUTY and is_finished(stored.group, stored.facts.route, stored.noted)


def _none(facts: TermFacts, about: str, rules: TermRules) -> list[Part]:
    """That a date holds no more, and what holds instead where it is more than nothing."""
    if about == "route_switch_until" and facts.route in rules.route_switch_always:
        return [Part(Text("term.route_switch_until.always"), Style.OFFICIAL)]
    return [Part(Text("milestone.corrected.none"))]


def _to_consultant(person: Person | None, spoken: TermMessage, on: date, standing: TermStanding) -> Wording | Skip:
    if person is None:
        return Skip("nobody")
    parts = [
        Part(Text("consultant.milestone", {"person": name_of(person)}), Style.TITLE),
        Part(Text(spoken.consultant, {"on": on})),
    ]
    if While.FEW_CONTACTS in spoken.said_while:
        parts.append(Part(Text("consultant.milestone.contacts", {}, count=standing.contacts)))
    if spoken.about == "education_max_end" and _is_so("term_end", on, standing.terms):
        parts.append(Part(Text("consultant.milestone.term_end", {"on": standing.terms.term_end or on})))
    return Wording((*parts, *_list_of_open(spoken, standing)), buttons=write_to(person))


def _line(about: str, on: date) -> Text:
    return Text(f"consultant.milestone.{about}", {"on": on})


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None
