"""Six digits that are sent to an address: whoever answers with them reads what arrives there.

A sender of SMS or mail can be forged, and a mail's secret travels with "reply all"; what is sent to an address is read
by who has it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.actions.acting import Acting
from bot.telling import contacts as told
from reminders.kinds import Kind
from storage.outbox.message import Outgoing
from storage.people.contacts import Contact
from storage.vocabulary import Priority

CODE_LASTS: Final = timedelta(minutes=30)
# A telephone that is not in one's hand all day, a mailbox that is looked into in the evening.
LINK_PROOF_LASTS: Final = timedelta(days=1)
MOST_TRIES: Final = 5
_CONTEXT: Final = "channel_code"


class ProofRefused(StrEnum):
    """Why a code does not show that an address is the person's."""

    OLD = "old"
    WRONG = "wrong"
    TOO_MANY_TRIES = "too_many_tries"
    ANOTHERS = "anothers"  # it does, and is another person's as well


@dataclass(frozen=True, slots=True)
class Challenge:
    """A code that was sent to an address and did not come back yet; the code itself is not kept."""

    contact_id: int
    mark: str
    until: datetime
    tries: int = 0


def challenge(acting: Acting, contact: Contact, lasts: timedelta = LINK_PROOF_LASTS) -> tuple[str, Challenge]:
    """Six digits to be sent to an address, and what shows that they came back from it."""
    digits = f"{secrets.randbelow(1_000_000):06}"
    mark = acting.parts.keys.sign(f"{contact.id}:{digits}", _CONTEXT)
    return digits, Challenge(contact.id, mark, acting.now + lasts)


def code_message(acting: Acting, contact: Contact, code: str, until: datetime, *, key: str) -> Outgoing:
    """A code on its way to an address, of use until then; `key` makes it one message."""
    return Outgoing(
        key=key,
        kind=Kind.SAY,
        due_at=acting.now,
        useful_until=until,
        params=told.code(code).to_json(),
        contact_id=contact.id,
        priority=Priority.REPLY,
    )


def fits(acting: Acting, asked: Challenge, text: str) -> bool:
    """Whether a text is the digits, written in any script."""
    digits = "".join(str(int(char)) for char in text if char.isdecimal())
    return acting.parts.keys.verify(f"{asked.contact_id}:{digits}", _CONTEXT, asked.mark)


def answers(acting: Acting, contact: Contact, asked: Challenge, text: str) -> ProofRefused | None:
    """Why a text from this address does not answer a challenge there; None where it does. After WRONG the challenge
    counts one try more."""
    if asked.until <= acting.now or asked.contact_id != contact.id:
        return ProofRefused.OLD
    if fits(acting, asked, text):
        return None
    return wrong_digits(asked)


def wrong_digits(asked: Challenge) -> ProofRefused:
    """What wrong digits come to: that they are wrong, or one try too many."""
    return ProofRefused.TOO_MANY_TRIES if asked.tries + 1 >= MOST_TRIES else ProofRefused.WRONG
