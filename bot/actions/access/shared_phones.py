"""One telephone that several people use: another one joins it, who is there, and whether that is asked.

Nobody joins by knowing a number: a code of their own was typed there, or digits that were sent there came back. Whoever
had it before is told by name who joined.
"""

from dataclasses import replace

from bot.actions.acting import Acting, Actor, Role
from bot.telling import ways as told
from reminders.delivery.asking_first import ASKED
from reminders.kinds import Kind
from storage.outbox.message import Outgoing, send_waiting
from storage.people.contacts import Contact, LinkCode
from storage.people.people import Person
from storage.people.senders.shared import MOST_SHARERS, all_at, can_be_shared, is_here, settle, share, sharers_of


async def shares_with(acting: Acting, contact: Contact, person_id: int | None) -> Contact | None:
    """The contact of this person among those who share the telephone; None where they are none of them."""
    found = await sharers_of(acting.session, contact)
    return next((one for one in found if one.person_id == person_id), None) if person_id is not None else None


async def share_for(acting: Acting, contact: Contact, person: Person) -> Contact | None:
    """A contact at this address for one more person, not linked yet; None where too many share it, or nobody can."""
    if not can_be_shared(contact):
        return None
    there = await sharers_of(acting.session, contact)
    if len(there) >= MOST_SHARERS:
        return None
    added = await share(acting.session, contact, acting.now)
    acting.audit("shares_telephone", f"person:{person.id}")
    await acting.put(
        *(
            Outgoing(
                key=f"also_here:{added.id}:{one.id}",
                kind=Kind.SAY,
                due_at=acting.now,
                params=told.also_here(person).to_json(),
                person_id=one.person_id,
                contact_id=one.id,
            )
            for one in there
        )
    )
    return added


async def share_where_sent(acting: Acting, code: LinkCode) -> None:
    """A link that the municipality sent to the number it has of somebody was used: the number is theirs too, where it
    was another's before."""
    sent_to = await acting.session.get(Contact, code.sent_to) if code.sent_to is not None else None
    if sent_to is None or code.person_id is None or sent_to.person_id in (None, code.person_id):
        return
    if await shares_with(acting, sent_to, code.person_id) is not None:
        return
    person = await acting.session.get_one(Person, code.person_id)
    them = replace(acting, by=Actor(Role.PERSON, acting.by.proof, person.id))
    added = await share_for(them, sent_to, person)
    if added is not None:
        added.person_id, added.linked_at = person.id, acting.now


async def come(acting: Acting, contact: Contact) -> int:
    """Whoever is at this telephone says that they are this contact's person; how much that waited is sent now."""
    await is_here(acting.session, contact, acting.now)
    acting.audit("is_here", f"contact:{contact.id}")
    if contact.person_id is None:
        return 0
    return await send_waiting(acting.session, contact.person_id, [ASKED], acting.now)


async def choose_asking(acting: Acting, contact: Contact, *, asks: bool) -> None:
    """Whether it is asked who is there before this person's messages are shown on this telephone."""
    contact.asks_first = asks
    acting.audit("asks_first" if asks else "shows_at_once", f"contact:{contact.id}")
    if not asks and contact.person_id is not None:
        await send_waiting(acting.session, contact.person_id, [ASKED], acting.now)


async def forget_added(acting: Acting, added: Contact) -> None:
    """Somebody did not join after all."""
    there = await all_at(acting.session, added)
    await acting.session.delete(added)
    await settle(acting.session, [one for one in there if one.id != added.id])
