"""What is said about terms: to the person in simple words with the Dutch beside them, to the consultant in one line."""

from datetime import date

from locales.rendering.message import Button, Part, Style, Text
from reminders.delivery.composing import ClaimedMessage, Skip
from reminders.intents import Act, asks
from reminders.stored_terms import StoredFacts
from reminders.terms.milestones import MilestoneRules
from reminders.terms.open_parts import contacts_since, open_parts
from reminders.terms.progress import is_finished
from reminders.terms.rule_sets import NOTE, TermRules
from reminders.terms.terms import TermFacts, compute_terms
from reminders.wording.appointment import name_of
from reminders.wording.batch import Batch, person_of
from reminders.wording.joined import Buttons, Wording
from reminders.wording.to_consultant import write_to
from storage.people.people import Person

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
_ENOUGH = MilestoneRules().contacts_required


def milestone(row: ClaimedMessage, batch: Batch, rules: TermRules) -> Wording | Skip:
    """A term that comes near. Said only when the term is still what it was when this was planned."""
    person_id, about = person_of(row), row.params.get("about")
    on = _day(row.params.get("on"))
    stored = batch.terms.get(person_id) if person_id is not None else None
    if person_id is None or stored is None or on is None or not isinstance(about, str):
        return Skip("nobody")
    terms = compute_terms(stored.facts, rules)
    if getattr(terms, about, None) != on:
        return Skip("term_changed")
    contacts = contacts_since(terms.term_start, batch.moments.get(person_id, ()), batch.zone)
    if about == "first_year_contacts_by" and contacts >= _ENOUGH:
        return Skip("enough_contacts")
    open_now = [part.value for part in open_parts(stored.group, stored.facts.route, stored.noted)]
    if _is_over(about, stored):
        return Skip("finished")
    months = row.params.get("months")
    if row.consultant_id is not None:
        return _to_consultant(batch.people.get(person_id), about, on, contacts, open_now)
    official = Part(Text(f"term.{about}", {"on": on}), Style.OFFICIAL)
    count = months if isinstance(months, int) else 1
    if about == "term_end":
        parts = [Part(Text("milestone.term_end", {}, count=count), Style.TITLE), official]
        if open_now:
            parts.append(Part(Text("milestone.open")))
            parts.extend(Part(Text(f"milestone.open.{part}")) for part in open_now)
        parts.append(Part(Text("milestone.term_end.help")))
    else:
        parts = [Part(Text(f"milestone.{about}"), Style.TITLE), official]
        if about == "relief_end":
            parts.append(Part(Text("milestone.relief_end.then"), Style.OFFICIAL))
        parts.append(Part(Text(f"milestone.{about}.help")))
    return Wording(tuple(parts), buttons=_TALK)


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


def _to_consultant(person: Person | None, about: str, on: date, contacts: int, still_open: list[str]) -> Wording | Skip:
    if person is None:
        return Skip("nobody")
    parts = [
        Part(Text("consultant.milestone", {"person": name_of(person)}), Style.TITLE),
        Part(_line(about, on)),
    ]
    if about == "first_year_contacts_by":
        parts.append(Part(Text("consultant.milestone.contacts", {}, count=contacts)))
    if about == "term_end" and still_open:
        parts.append(Part(Text("milestone.open")))
        parts.extend(Part(Text(f"milestone.open.{part}")) for part in still_open)
    return Wording(tuple(parts), buttons=write_to(person))


def _line(about: str, on: date) -> Text:
    return Text(f"consultant.milestone.{about}", {"on": on})


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None
