"""A consultant notes that they spoke with somebody."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from bot.actions.acting import Acting, Role
from storage.attention.contact_moments import ContactMoment, noted_since
from storage.people.people import Person
from storage.vocabulary import ContactHow

#: The same again within this is the same talk: a button was pressed twice.
_SAME: Final = timedelta(hours=1)


class NoteRefused(StrEnum):
    """Why nothing was noted."""

    NOT_THEIRS = "not_theirs"  # nobody they may act for: which, is not told


@dataclass(frozen=True, slots=True)
class NotedContact:
    """With whom; `was_noted` = it had been noted already, and nothing was added."""

    person: Person
    was_noted: bool = False


async def note_contact(acting: Acting, person_id: int, how: ContactHow) -> NotedContact | NoteRefused:
    """Note a talk of now; it counts as a contact of the first year (3.7), and what is said of those is planned anew."""
    if acting.by.role is not Role.CONSULTANT:
        return NoteRefused.NOT_THEIRS
    # Locked, so that two taps at once are one talk.
    person = await acting.person(person_id, for_update=True)
    if person is None:
        return NoteRefused.NOT_THEIRS
    lately = await noted_since(acting.session, person.id, acting.now - _SAME)
    if any(one.how is how for one in lately):
        return NotedContact(person, was_noted=True)
    acting.session.add(ContactMoment(person_id=person.id, consultant_id=acting.by.id, how=how, at=acting.now))
    acting.audit("noted_contact", f"person:{person.id}")
    await acting.replan(person.id)
    return NotedContact(person)
