"""Ways to reach somebody: linking with a code, proving an address, inviting, letting go.

A telephone number or e-mail address is used for nothing personal before a code that was sent there came back. Chats are
linked by a code that works once, in a personal link or typed.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

import structlog

from bot.actions.access.challenges import (
    CODE_LASTS,
    Challenge,
    ProofRefused,
    challenge,
    code_message,
    fits,
    wrong_digits,
)
from bot.actions.access.logged_in import TRUSTED_AFTER, tell_code_asked, tell_new_way
from bot.actions.access.shared_phones import share_where_sent, shares_with
from bot.actions.acting import Acting, Actor, Proof, Role
from bot.actions.trust import LINKING, is_enough
from bot.telling import contacts as told
from reminders.kinds import Kind
from storage.outbox.message import Outgoing, send_what_waited
from storage.people.addresses import address_in, address_on_record
from storage.people.contacts import Contact, contact_made_at, every_contact_of
from storage.people.link_codes import (
    VALID_FOR,
    CodeExpired,
    CodeUnknown,
    TooManyAttempts,
    count_attempt,
    find_code,
    make_code,
    tried_too_often,
    use_code,
)
from storage.people.people import Consultant, Person, consultant_by_email, person_by_external_id
from storage.people.senders.shared import can_be_shared, sharers_of
from storage.people.webchat import CONSULTANTS_SESSION_LASTS, shorten_web_sessions
from storage.vocabulary import ContactState

# Nobody needs more; a stranger's telephone must not be rung by codes all day.
MOST_CODES_A_DAY: Final = 4
log = structlog.get_logger(__name__)


class LinkRefused(StrEnum):
    """Why a code does not link an address."""

    UNKNOWN = "unknown"  # or used, or replaced by a newer one: a guesser learns no more than that
    EXPIRED = "expired"
    TOO_MANY = "too_many"  # this address tried too often
    SOMEBODY_ELSES = "somebody_elses"  # the address is linked already, to another
    UNPROVED = "unproved"  # it is not known that the address is the sender's: see `ask_to_prove`
    NOT_HERE = "not_here"  # a consultant's code, on a way that is no account


class AddressRefused(StrEnum):
    """Why no code is sent to an address."""

    NOT_AN_ADDRESS = "not_an_address"
    TOO_MANY_CODES = "too_many_codes"  # today, for this person
    STOPPED = "stopped"  # nothing goes there, whoever sent the STOP, before they write from it themselves


class InviteRefused(StrEnum):
    """Why nobody is invited."""

    NOBODY = "nobody"  # no such person or consultant, or none that they may invite
    NO_ADDRESS = "no_address"  # nothing usable on record to send the link to


@dataclass(frozen=True, slots=True)
class Invited:
    """A link code, and when it expires."""

    code: str
    expires_at: datetime


# --- linking --------------------------------------------------------------------------------------------------------


async def link(acting: Acting, contact: Contact, code: str) -> Person | Consultant | LinkRefused:
    """Tie an address to the owner of a code (or of a pass, the link in our own messages); answers with the owner.

    A code from an address that is linked already must be its own owner's: whoever holds this phone sees what was said
    before, so it must not become somebody else's by typing a code. Nor may it be tried endlessly whether a code is
    somebody's.
    """
    session, keys = acting.session, acting.parts.keys
    owner = (contact.person_id, contact.consultant_id)
    guessed_out = await tried_too_often(session, contact, acting.now)
    known = None if guessed_out else await find_code(session, keys, code)
    if known is not None:
        whose = (known.person_id, known.consultant_id)
        if owner not in ((None, None), whose):
            return LinkRefused.SOMEBODY_ELSES
        role = Role.PERSON if known.person_id is not None else Role.CONSULTANT
        if owner != whose and not is_enough(LINKING[role], acting.by.proof):
            return LinkRefused.UNPROVED if role is Role.PERSON else LinkRefused.NOT_HERE
    had_ways = known is not None and bool(
        await every_contact_of(session, person_id=known.person_id, consultant_id=known.consultant_id)
    )
    try:
        found = await use_code(session, keys, contact, code, acting.now)
    except TooManyAttempts:
        log.warning("link_attempts_exceeded", contact=contact.id, channel=contact.channel)
        return LinkRefused.TOO_MANY
    except CodeExpired:
        return LinkRefused.EXPIRED
    except CodeUnknown:
        log.info("link_code_unknown", contact=contact.id, channel=contact.channel)
        return LinkRefused.UNKNOWN
    await share_where_sent(acting, found)
    is_new = owner != (found.person_id, found.consultant_id)
    if found.person_id is not None:
        _audit_as(acting, Role.PERSON, found.person_id)
        if is_new and had_ways and found.self_made:
            # By somebody who had their telephone for a minute, perhaps.
            contact.trusted_at = acting.now + TRUSTED_AFTER
        elif not found.self_made:
            # The consultant's word, or the municipality's.
            contact.trusted_at = None
        if is_new:
            await tell_new_way(acting, contact, had_ways=had_ways)
        return await session.get_one(Person, found.person_id)
    consultant = await session.get_one(Consultant, found.consultant_id)
    _audit_as(acting, Role.CONSULTANT, consultant.id)
    # The browser was a stranger's until now, and strangers' last longer.
    await shorten_web_sessions(session, contact.id, acting.now + CONSULTANTS_SESSION_LASTS)
    if is_new:
        await tell_new_way(acting, contact, had_ways=had_ways)
    await send_what_waited(session, consultant.id, acting.now)
    return consultant


async def link_proved(
    acting: Acting, contact: Contact, code: str, asked: Challenge, text: str
) -> Person | Consultant | LinkRefused | ProofRefused:
    """Tie an address to the owner of a code once the digits of `challenge` came back from it. Wrong digits count as
    wrong codes do."""
    refused = await came_back(acting, contact, asked, text)
    return refused or await link(proved(acting), contact, code)


def proved(acting: Acting) -> Acting:
    """What went to the address came back from it: that is as good as an answer to our mail."""
    return replace(acting, by=Actor(acting.by.role, Proof.REPLY, acting.by.id))


async def came_back(acting: Acting, contact: Contact, asked: Challenge, text: str) -> ProofRefused | None:
    """Why a text is not the digits that were sent to this address; None where it is."""
    if asked.until <= acting.now or asked.contact_id != contact.id:
        return ProofRefused.OLD
    if await tried_too_often(acting.session, contact, acting.now):
        return ProofRefused.TOO_MANY_TRIES
    if not fits(acting, asked, text):
        count_attempt(acting.session, contact, acting.now)
        return ProofRefused.WRONG
    return None


def _audit_as(acting: Acting, role: Role, number: int) -> None:
    """Whoever links is, from here on, who the code belongs to."""
    by = Actor(role, acting.by.proof, number)
    replace(acting, by=by).audit("linked", by.ref)


async def make_own_code(acting: Acting, here: Contact) -> str:
    """A code by which the person who acts opens another chat of theirs; `here` is where they ask for it."""
    person = await acting.own_person()
    code, _ = await make_code(acting.session, acting.parts.keys, acting.now, person_id=person.id, self_made=True)
    acting.audit("made_code", f"person:{person.id}")
    await tell_code_asked(acting, person, here.id, once=f"{person.id}:{acting.now.isoformat()}")
    return code


async def invite(
    acting: Acting, whom: str, *, by: str | None, link_of: Callable[[str], str]
) -> Invited | InviteRefused:
    """A link code for a person (by external id) or a consultant (by e-mail address); earlier unused ones end.

    With `by` ("sms", "email") the link, made of the code by `link_of`, is also sent to what the municipality has on
    record of the person: who uses it has shown that this address is theirs.
    """
    session, keys = acting.session, acting.parts.keys
    person = await person_by_external_id(session, whom)
    # Consultants' own links are the operator's to make.
    by_email = person is None and acting.by.role is Role.OPERATOR
    consultant = await consultant_by_email(session, keys, whom) if by_email else None
    owner = person if person is not None and await acting.may_act_for(person) else consultant
    if owner is None:
        return InviteRefused.NOBODY
    sent_to = await _on_record(acting, person, by) if by is not None else None
    if by is not None and sent_to is None:
        return InviteRefused.NO_ADDRESS
    code, expires_at = await make_code(
        session,
        keys,
        acting.now,
        person_id=owner.id if isinstance(owner, Person) else None,
        consultant_id=owner.id if isinstance(owner, Consultant) else None,
        sent_to=sent_to.id if sent_to is not None else None,
    )
    if sent_to is not None:
        await acting.put(
            Outgoing(
                key=f"invitation:{sent_to.id}:{hashlib.sha256(code.encode()).hexdigest()[:16]}",
                kind=Kind.SAY,
                due_at=acting.now,
                useful_until=acting.now + VALID_FOR,
                params=told.invitation(link_of(code)).to_json(),
                contact_id=sent_to.id,
            )
        )
    acting.audit("invited", f"{'person' if isinstance(owner, Person) else 'consultant'}:{owner.id}")
    return Invited(code, expires_at)


async def _on_record(acting: Acting, person: Person | None, channel: str) -> Contact | None:
    """The contact of the number or address that the municipality has of a person."""
    address = None if person is None else address_on_record(person, acting.parts.channels.get(channel))
    return None if person is None or address is None else await _asked_for(acting, channel, address, person.language)


# --- proving an address ---------------------------------------------------------------------------------------------


async def send_code(
    acting: Acting, channel: str, text: str, *, sent_before: Sequence[datetime], once: str
) -> Challenge | AddressRefused:
    """Send a code to a number or address as somebody typed it, to be shown by `prove` to be theirs.

    `sent_before` are the moments at which this person was sent codes in the last day; `once` makes it one message.
    """
    person = await acting.own_person()
    address = address_in(acting.parts.channels.get(channel), text)
    if address is None:
        return AddressRefused.NOT_AN_ADDRESS
    if len(sent_before) >= MOST_CODES_A_DAY:
        return AddressRefused.TOO_MANY_CODES
    contact = await _asked_for(acting, channel, address, person.language)
    if contact.state is ContactState.BLOCKED:
        return AddressRefused.STOPPED
    code, asked = challenge(acting, contact, CODE_LASTS)
    await acting.put(code_message(acting, contact, code, asked.until, key=f"channel_code:{once}"))
    acting.audit("sent_code", f"contact:{contact.id}")
    return asked


async def prove(acting: Acting, asked: Challenge, text: str) -> Contact | ProofRefused:
    """The code came back (in any digits): the address is from here on a way to reach the person who acts.

    ANOTHERS: it came back, and the address is another person's too: `take_over`, or `share_proved` of joining.py, says
    what holds. After WRONG the challenge counts one try more.
    """
    if asked.until <= acting.now:
        return ProofRefused.OLD
    person = await acting.own_person()
    contact = await acting.session.get(Contact, asked.contact_id)
    if contact is None or not fits(acting, asked, text):
        return wrong_digits(asked)
    if contact.person_id not in (None, person.id) and can_be_shared(contact):
        mine = await shares_with(acting, contact, person.id)
        if mine is None:
            return ProofRefused.ANOTHERS
        contact = mine
    return await take_over(acting, contact)


async def take_over(acting: Acting, contact: Contact) -> Contact:
    """The address is the way of the person who acts alone: who had it before (a number that was given out anew) has it
    no more."""
    person = await acting.own_person()
    for one in await sharers_of(acting.session, contact) if contact.person_id != person.id else ():
        if one.person_id is not None:
            acting.audit("address_changed_hands", f"person:{one.person_id}")
            one.person_id = None
    return await have(acting, contact, person)


async def have(acting: Acting, contact: Contact, person: Person) -> Contact:
    """An address that was proved is this person's, who hears of it on their other ways."""
    contact.person_id, contact.consultant_id = person.id, None
    contact.state, contact.linked_at, contact.last_failed_at = ContactState.ACTIVE, acting.now, None
    contact.trusted_at = acting.now + TRUSTED_AFTER
    await tell_new_way(acting, contact, had_ways=True)
    acting.audit("verified_channel", f"person:{person.id}")
    return contact


async def _asked_for(acting: Acting, channel: str, address: str, language: str) -> Contact:
    """The contact at this address; it belongs to nobody before it was proved to be theirs."""
    keys = acting.parts.keys
    found = await contact_made_at(acting.session, keys, channel, address, acting.now, language=language)
    if found.state is ContactState.GONE:
        # Asked for by somebody who says that it works: what is sent there will tell.
        found.state = ContactState.ACTIVE
    return found
