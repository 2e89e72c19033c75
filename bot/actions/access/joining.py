"""One more person joins a telephone that is another person's, who has said that they use it together."""

from dataclasses import replace

from bot.actions.access.challenges import Challenge, ProofRefused
from bot.actions.access.shared_phones import forget_added, share_for, shares_with
from bot.actions.acting import Acting, Actor, Role
from bot.actions.contacts import LinkRefused, came_back, have, link, proved
from bot.actions.trust import LINKING, is_enough
from storage.people.contacts import Contact
from storage.people.link_codes import find_code
from storage.people.people import Person


async def link_here_too(acting: Acting, contact: Contact, code: str) -> Contact | LinkRefused:
    """Tie the telephone of another person to the owner of a code as well, who has said that they share it; answers with
    the owner's own contact there."""
    known = await find_code(acting.session, acting.parts.keys, code)
    if known is None or known.person_id is None:
        return LinkRefused.UNKNOWN
    person = await acting.session.get_one(Person, known.person_id)
    mine = await shares_with(acting, contact, person.id)
    if mine is None and not is_enough(LINKING[Role.PERSON], acting.by.proof):
        return LinkRefused.UNPROVED
    added = mine or await share_for(acting, contact, person)
    if added is None:
        return LinkRefused.SOMEBODY_ELSES
    owner = await link(replace(acting, by=Actor(Role.STRANGER, acting.by.proof, added.id)), added, code)
    if not isinstance(owner, LinkRefused):
        return added
    if mine is None:
        await forget_added(acting, added)
    return owner


async def link_here_too_proved(
    acting: Acting, contact: Contact, code: str, asked: Challenge, text: str
) -> Contact | LinkRefused | ProofRefused:
    """As `link_here_too`, once the digits came back."""
    refused = await came_back(acting, contact, asked, text)
    return refused or await link_here_too(proved(acting), contact, code)


async def share_proved(acting: Acting, contact: Contact) -> Contact | None:
    """The address is the way of the person who acts as well; None where too many use it already."""
    person = await acting.own_person()
    added = await share_for(acting, contact, person)
    return await have(acting, added, person) if added is not None else None
