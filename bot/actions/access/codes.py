"""Codes that a consultant gives in person, to who has no safe way of their own."""

from bot.actions.acting import Acting
from bot.actions.contacts import Invited, InviteRefused
from storage.people.link_codes import make_code
from storage.people.people import Person


async def give_code(acting: Acting, person_id: int) -> tuple[Person, Invited] | InviteRefused:
    """A link code for one of their people, to be given to them in person; earlier unused ones end."""
    person = await acting.person(person_id)
    if person is None:
        return InviteRefused.NOBODY
    code, expires_at = await make_code(acting.session, acting.parts.keys, acting.now, person_id=person.id)
    acting.audit("invited", f"person:{person.id}")
    return person, Invited(code, expires_at)
