"""Invitations on paper: a link code for everybody who is reached nowhere yet, to be printed and given to them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.actions.acting import Acting
from bot.actions.contacts import Invited
from storage.people.contacts import ways_of_many
from storage.people.link_codes import make_code
from storage.people.people import Person

#: Paper takes its time: printed, sent, and taken along to somebody who reads it.
LETTER_LASTS: Final = timedelta(days=30)


async def invite_by_letter(acting: Acting, people: Sequence[Person]) -> list[tuple[Person, Invited]]:
    """A code for each of these people for whom whoever acts may act and who has no way that works; codes of before end.

    Who said STOP, or whose guidance is over, gets none.
    """
    ways = await ways_of_many(acting.session, [person.id for person in people], acting.parts.channels)
    found: list[tuple[Person, Invited]] = []
    for person in people:
        is_left_alone = person.stopped_at is not None or person.closed_at is not None
        if ways.get(person.id) or is_left_alone or not await acting.may_act_for(person):
            continue
        code, expires_at = await make_code(
            acting.session, acting.parts.keys, acting.now, person_id=person.id, valid_for=LETTER_LASTS
        )
        acting.audit("invited", f"person:{person.id}")
        found.append((person, Invited(code, expires_at)))
    return found
