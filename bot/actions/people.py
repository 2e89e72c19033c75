"""People and their consultants: looking at somebody, adding one, being away."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.actions.acting import Acting
from storage.people.link_codes import make_code
from storage.people.people import Consultant, Person
from storage.vocabulary import Group

#: Letters of a person's name, first and last together.
NAME_LENGTH: Final = 80
#: As far ahead as somebody can say that they are away, and as long as they can be.
_LONGEST_AWAY: Final = timedelta(days=400)
_EXTERNAL_ID_LENGTH: Final = 80


class PersonRefused(StrEnum):
    """Why nobody was added."""

    NO_NAME = "no_name"


class AwayRefused(StrEnum):
    """Why somebody is not noted as away."""

    IMPOSSIBLE = "impossible"  # in the past, far away, or the last day before the first


@dataclass(frozen=True, slots=True)
class Added:
    """A person who was added, and the code that they link with until `expires_at`."""

    person: Person
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What is known of somebody to be added: names (one text, the given name first), a language code, whose rules."""

    name: str
    language: str
    group: Group


async def look_at(acting: Acting, person_id: int) -> Person | None:
    """The person, when whoever acts may do so for them now, with the look in the audit log; None otherwise, whatever
    the id."""
    person = await acting.person(person_id)
    if person is not None:
        acting.audit("looked_at", f"person:{person.id}")
    return person


def looked_at_list(acting: Acting, name: str, person_ids: Iterable[int] = ()) -> None:
    """A consultant looked at a list of their people ("people", "calls"), and at what is told there of these."""
    acting.audit(f"looked_at_{name}", acting.by.ref)
    for person_id in dict.fromkeys(person_ids):
        acting.audit("looked_at", f"person:{person_id}")


async def add_person(acting: Acting, new: NewPerson, *, external_id: str) -> Added | PersonRefused:
    """Add a person to the caseload of the consultant who acts; `external_id` is theirs until the municipality's own.

    Raises:
        LookupError: no consultant acts.
    """
    given, _, family = " ".join(new.name.split())[:NAME_LENGTH].partition(" ")
    if not given:
        return PersonRefused.NO_NAME
    consultant = await acting.consultant()
    person = Person(
        external_id=external_id[:_EXTERNAL_ID_LENGTH],
        given_name=given,
        family_name=family,
        language=new.language,
        group=new.group,
        municipality=consultant.municipality,
        consultant_id=consultant.id,
        created_at=acting.now,
        updated_at=acting.now,
    )
    acting.session.add(person)
    await acting.session.flush()
    code, expires_at = await make_code(acting.session, acting.parts.keys, acting.now, person_id=person.id)
    acting.audit("added_person", f"person:{person.id}")
    return Added(person, code, expires_at)


def can_be_away(today: date, first: date, last: date | None = None) -> bool:
    """Whether somebody can be away from this day on, until this one where it is known; local days, both included."""
    starts = today <= first <= today + _LONGEST_AWAY
    return starts and (last is None or first <= last <= first + _LONGEST_AWAY)


async def be_away(acting: Acting, first: date, last: date) -> Consultant | AwayRefused | None:
    """The consultant who acts is away on these local days, both included; answers with who stands in, if anybody."""
    if not can_be_away(acting.today, first, last):
        return AwayRefused.IMPOSSIBLE
    consultant = await acting.consultant()
    consultant.away_from, consultant.away_until = first, last
    acting.audit("is_away", f"consultant:{consultant.id}")
    chosen = consultant.stand_in_id
    return await acting.session.get(Consultant, chosen) if chosen is not None else None


async def be_back(acting: Acting) -> None:
    """The consultant who acts is at work again."""
    consultant = await acting.consultant()
    consultant.away_from = consultant.away_until = None
    acting.audit("is_back", f"consultant:{consultant.id}")
