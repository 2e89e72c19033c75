"""Which act needs which proof: the one table, and how it is read (DESIGN.md rule 10).

A sender of SMS, and of mail that answers nothing of ours, can be forged by anybody: `claimed`. It may do what harms
nobody for long and what a person without any other way needs: answer, report, ask. What opens, moves or ends access, or
shows more than times and places, needs a way that only its owner has. What ends, hands out or adds something needs more
of a mail than its secret. A consultant's mail does what the mail that it answers offered, and nothing else: forwards
and copies of it travel.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from bot.actions.acting import Proof, Role
from reminders.intents import Act


class Need(StrEnum):
    """How surely it must be known who acts."""

    ANY = "any"  # whoever says so
    OWN = "own"  # a way that only its owner has: an account, or an answer to our own mail
    # An account, or an answer to our mail whose sender our mail server confirms, or digits that we sent there: the
    # secret of a mail goes along when somebody answers to all.
    SURE = "sure"
    OFFERED = "offered"  # an account, or an answer to the very mail that offered it
    ACCOUNT = "account"  # signed in


#: What people do.
PERSON: Final[Mapping[Act, Need]] = {
    Act.MENU: Need.ANY,
    Act.NOT_THERE: Need.ANY,
    Act.WHOLE_MESSAGE: Need.OWN,
    # What comes of it is seen by whoever has the telephone in hand, and by nobody else: not by who plays its sender.
    Act.HERE: Need.ANY,
    Act.SHARE: Need.ANY,
    Act.ASK_FIRST: Need.ANY,
    # The first minutes, which are the same on every way: a language harms nobody, and consent is given once.
    Act.LANGUAGE: Need.ANY,
    Act.CONSENT: Need.ANY,
    Act.LISTEN: Need.OWN,
    Act.HEAR: Need.OWN,
    Act.APPOINTMENTS: Need.ANY,
    Act.APPOINTMENT: Need.ANY,
    Act.CALENDAR: Need.OWN,
    Act.COME: Need.ANY,
    Act.NOT_COME: Need.ANY,
    Act.OTHER_TIME: Need.ANY,
    Act.DAY_PLAN: Need.ANY,
    Act.TAKE_PROPOSED: Need.ANY,
    Act.ABSENT: Need.ANY,
    Act.ABSENCE: Need.ANY,
    Act.WHY_MISSED: Need.ANY,
    Act.FEEDBACK: Need.ANY,
    Act.CHECK_IN: Need.ANY,
    Act.QUESTION: Need.ANY,
    Act.TOPIC: Need.ANY,
    Act.PASS_ON: Need.ANY,
    Act.HELPED: Need.ANY,
    Act.KEEP_LANGUAGE: Need.ANY,
    # To be called, and words: the consultant sees over which way they came.
    Act.LETTER: Need.ANY,
    Act.PLAN: Need.OWN,
    # Words for the consultant, who sees over which way they came; and lessons that tell nothing of anybody.
    Act.DOUBT: Need.ANY,
    Act.MOVING: Need.ANY,
    Act.MONEY: Need.ANY,
    # What is offered to everybody; nobody must come to it, and letting go harms nobody.
    Act.OFFERS: Need.ANY,
    Act.TAKE_OFFER: Need.ANY,
    Act.LEAVE_OFFER: Need.ANY,
    Act.OTHER_OFFER: Need.ANY,
    Act.SETTINGS: Need.OWN,
    Act.WISHES: Need.OWN,
    Act.CHECK_INS: Need.OWN,
    Act.QUIET_HOURS: Need.OWN,
    Act.CLOCK: Need.OWN,
    Act.CHANNELS: Need.SURE,
    Act.ADDRESS_ON_RECORD: Need.SURE,
    Act.DEVICES: Need.SURE,
    # Ends what is new, and opens nothing: whoever has only SMS must be able to say so.
    Act.NOT_ME: Need.ANY,
    Act.PRIVACY: Need.OWN,
    Act.EXPORT: Need.SURE,
    # All messages on all ways; the word STOP ends the one way it came over, which is `Left`.
    Act.STOP: Need.SURE,
    Act.RESUME: Need.OWN,
    Act.ERASE: Need.SURE,
}
#: What consultants do.
CONSULTANT: Final[Mapping[Act, Need]] = {
    Act.NOT_THERE: Need.OWN,
    Act.WHOLE_MESSAGE: Need.OFFERED,
    Act.SEEN: Need.OFFERED,
    Act.CALL_ME: Need.OFFERED,
    Act.LETTER_SEEN: Need.OFFERED,
    Act.WRITE: Need.OFFERED,
    Act.READY_ANSWER: Need.OFFERED,
    Act.REPLY: Need.OFFERED,
    Act.INVITE_TO_TALK: Need.OFFERED,
    Act.GROUPS: Need.OFFERED,
    Act.GROUP: Need.OFFERED,
    Act.PEOPLE: Need.OFFERED,
    Act.FOUND: Need.OFFERED,
    Act.WHO: Need.OFFERED,
    Act.ROAD: Need.OFFERED,
    Act.PARTS: Need.OFFERED,
    Act.PART: Need.OFFERED,
    Act.NOTE_PART: Need.OFFERED,
    Act.REOPEN: Need.OFFERED,
    Act.MOVED: Need.OFFERED,
    # These open access for somebody.
    Act.ADD: Need.ACCOUNT,
    Act.ADD_LANGUAGE: Need.ACCOUNT,
    Act.ADD_GROUP: Need.ACCOUNT,
    Act.GIVE_CODE: Need.ACCOUNT,
    # These end it.
    Act.END_WAY: Need.OFFERED,
    Act.NOT_ME: Need.OFFERED,
    Act.STAND_IN: Need.ACCOUNT,
    Act.STANDS_IN: Need.OFFERED,
    Act.AGREE_OFFER: Need.OFFERED,
    Act.REFUSE_OFFER: Need.OFFERED,
    Act.WANTED: Need.OFFERED,
    Act.TAKE_UP: Need.OFFERED,
    Act.PICK: Need.OFFERED,
    Act.NEW: Need.OFFERED,
    Act.MAKE: Need.OFFERED,
    Act.MEETINGS: Need.OFFERED,
    Act.MEETING: Need.OFFERED,
    Act.MOVE: Need.OFFERED,
    Act.CANCEL: Need.OFFERED,
    Act.PROPOSE_TIME: Need.OFFERED,
    Act.LIST: Need.OFFERED,
    Act.OVERVIEW: Need.OFFERED,
    Act.TODAY: Need.OFFERED,
    Act.CRIES: Need.OFFERED,
    Act.ABSENCES: Need.OFFERED,
    Act.UNCONFIRMED: Need.OFFERED,
    Act.UNDELIVERED: Need.OFFERED,
    Act.QUESTIONS: Need.OFFERED,
    Act.TERMS: Need.OFFERED,
    Act.TALKS: Need.OFFERED,
    Act.WISHED: Need.OFFERED,
    Act.UNSPOKEN: Need.OFFERED,
    Act.MOODS: Need.OFFERED,
    Act.MORE: Need.OFFERED,
    Act.AWAY: Need.OFFERED,
    Act.CALLS: Need.OFFERED,
    Act.CALL: Need.OFFERED,
    Act.CONTACTED: Need.OFFERED,
    Act.SUMS: Need.OFFERED,
}
#: Using a link code, by whose it is. A code shows who somebody is, and not that an address is theirs.
LINKING: Final[Mapping[Role, Need]] = {Role.PERSON: Need.OWN, Role.CONSULTANT: Need.ACCOUNT}

_ACTS: Final[Mapping[Role, Mapping[Act, Need]]] = {Role.PERSON: PERSON, Role.CONSULTANT: CONSULTANT}
_ENOUGH: Final[Mapping[Need, frozenset[Proof]]] = {
    Need.ANY: frozenset(Proof),
    Need.OWN: frozenset({Proof.REPLY, Proof.ACCOUNT, Proof.DESK}),
    Need.SURE: frozenset({Proof.ACCOUNT, Proof.DESK}),
    Need.OFFERED: frozenset({Proof.ACCOUNT, Proof.DESK}),
    Need.ACCOUNT: frozenset({Proof.ACCOUNT, Proof.DESK}),
}


def need_of(role: Role, act: Act) -> Need:
    """What an act needs in this role; an act that stands in no table needs an account."""
    return _ACTS.get(role, {}).get(act, Need.ACCOUNT)


def is_enough(need: Need, proof: Proof, *, offered: bool = False, sure: bool = False) -> bool:
    """Whether this proof is enough; `offered` = it answers the very message that offered the act, `sure` = of a mail it
    is known besides that its sender wrote it."""
    also = {Need.OFFERED: offered, Need.SURE: sure}.get(need, False)
    return proof in _ENOUGH[need] or (also and proof is Proof.REPLY)
