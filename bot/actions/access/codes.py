"""Codes that open a chat: given by a consultant in person, and sent to a consultant's own mailbox.

A consultant's chat in a browser ends after twelve hours. They sign in again by a code that goes to the address that the
municipality gave for them: nobody else reads it, and no operator is needed.
"""

from datetime import timedelta
from typing import Final

from bot.actions.access.challenges import code_message
from bot.actions.acting import Acting
from bot.actions.contacts import Invited, InviteRefused
from storage.people.addresses import address_in
from storage.people.contacts import Contact, every_contact_of
from storage.people.link_codes import codes_since, make_code
from storage.people.people import Person, consultant_by_email
from storage.vocabulary import AddressKind, ContactState

#: As long as somebody looks into their mailbox for it.
SIGN_IN_LASTS: Final = timedelta(minutes=30)
#: Signing in on a few browsers a day; whoever knows the address must not fill its mailbox.
MOST_SIGN_INS_A_DAY: Final = 6


async def give_code(acting: Acting, person_id: int) -> tuple[Person, Invited] | InviteRefused:
    """A link code for one of their people, to be given to them in person; earlier unused ones end."""
    person = await acting.person(person_id)
    if person is None:
        return InviteRefused.NOBODY
    code, expires_at = await make_code(acting.session, acting.parts.keys, acting.now, person_id=person.id)
    acting.audit("invited", f"person:{person.id}")
    return person, Invited(code, expires_at)


async def send_sign_in_code(acting: Acting, text: str, *, once: str) -> bool:
    """Send a sign-in code to the mailbox of the consultant whose address this is; whether the text is an address at
    all. Whether it is anybody's is not told: what is said is the same. `once` makes it one message."""
    address = address_in(AddressKind.EMAIL, text)
    if address is None:
        return False
    session, keys = acting.session, acting.parts.keys
    consultant = await consultant_by_email(session, keys, address)
    if consultant is None:
        return True
    mailbox = next(filter(_is_mailbox, await every_contact_of(session, consultant_id=consultant.id)), None)
    made = await codes_since(session, consultant.id, acting.now - timedelta(days=1))
    if mailbox is None or mailbox.channel not in acting.parts.channels or made >= MOST_SIGN_INS_A_DAY:
        return True
    code, until = await make_code(
        session, keys, acting.now, consultant_id=consultant.id, valid_for=SIGN_IN_LASTS, ends_others=False
    )
    await acting.put(code_message(acting, mailbox, code, until, key=f"sign_in:{once}"))
    acting.audit("sent_sign_in_code", f"consultant:{consultant.id}")
    return True


def _is_mailbox(contact: Contact) -> bool:
    return contact.channel == "email" and contact.state is ContactState.ACTIVE
