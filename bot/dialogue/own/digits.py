"""Digits that show that a mail is its owner's, for what ends, hands out or adds something.

The secret of our mail goes along with "reply all", and a sender can be forged; what is sent to a mailbox is read by who
has it. Where the own mail server confirms the sender nothing is asked.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.actions.access.challenges import Challenge, ProofRefused, answers, challenge
from bot.actions.acting import Proof
from bot.actions.contacts import LinkRefused
from bot.dialogue import menu
from bot.dialogue.memory import DIGITS, DIGITS_SENT, LINK_CODE, LINK_PROOF, SURE_OF, WAITS_FOR_DIGITS, Memory
from bot.dialogue.turn import Turn, part

_REFUSED: Final = {
    LinkRefused.UNKNOWN: "link.unknown",
    LinkRefused.EXPIRED: "link.expired",
    LinkRefused.TOO_MANY: "link.too_many",
    LinkRefused.SOMEBODY_ELSES: "link.somebody_else",
    LinkRefused.NOT_HERE: "consultant.not_here",
}
TOPIC: Final = "digits"
#: Long enough to go through the few questions of one thing by mail.
SURE_FOR: Final = timedelta(hours=1)
#: So many times a day digits go to one address, whoever asks for them in its name.
MOST_A_DAY: Final = 4
# Of six, one may have been left out.
_FEWEST: Final = 5


def is_sure(turn: Turn) -> bool:
    """Whether this mail is known to be its sender's, by the own mail server or by digits that came back."""
    if turn.by.proof is not Proof.REPLY:
        return False
    contact_id, until = turn.recall(SURE_OF) or (0, turn.now)
    return turn.event.checked or (contact_id == turn.contact.id and until > turn.now)


def may_send_digits(turn: Turn) -> bool:
    """Whether digits may go to this address once more today; counts it."""
    return turn.count_today(DIGITS_SENT) <= MOST_A_DAY


def ask_for_digits(turn: Turn, intent: str) -> None:
    """Send digits to where this came from; what was asked for is done when they come back."""
    turn.expect("")
    if not may_send_digits(turn):
        turn.say(part("reach.too_many_codes"), buttons=[menu.back()])
        return
    digits, asked = challenge(turn.acting, turn.contact)
    turn.remember(DIGITS, asked)
    turn.remember(WAITS_FOR_DIGITS, intent)
    turn.expect(TOPIC)
    turn.say(part("link.prove", code=digits), part("safer.not_you"))


def say_refused(turn: Turn, why: LinkRefused) -> None:
    """Why a code does not open anything here."""
    turn.say(part(_REFUSED[why]))


def ask_to_prove(turn: Turn, code: str, topic: str) -> None:
    """Have digits that go to this address come back from it, before a code is used that came over a way that proves
    little; they answer the `topic`."""
    digits, asked = challenge(turn.acting, turn.contact)
    turn.expect(topic)
    turn.remember(LINK_CODE, code)
    turn.remember(LINK_PROOF, asked)
    turn.say(part("link.prove", code=digits), part("safer.not_you"))


def say_not_proved(turn: Turn, why: ProofRefused) -> None:
    """That the digits that came back are not those that were sent for a code."""
    turn.say(part("link.too_many" if why is ProofRefused.TOO_MANY_TRIES else "link.prove_wrong"))


def is_proved(turn: Turn) -> None:
    """The digits for a code came back: nothing waits for them any more."""
    turn.expect("")
    turn.forget(LINK_CODE)
    turn.forget(LINK_PROOF)


def may_be_digits(text: str) -> bool:
    """Whether a text may be meant as the digits; anything else is heard as ever."""
    return sum(char.isdecimal() for char in text) >= _FEWEST and not any(char.isalpha() for char in text)


def ask_again(turn: Turn, what: Memory[Challenge], asked: Challenge) -> None:
    """Wrong digits came back: they are one try more, and may be typed again."""
    turn.remember(what, replace(asked, tries=asked.tries + 1))
    turn.say(part("reach.code_wrong"), buttons=[menu.back()])


def take_digits(turn: Turn, text: str) -> str:
    """What waited for these digits, as a button's intent; "" where they are not right, which is said."""
    asked, intent = turn.recall(DIGITS), turn.recall(WAITS_FOR_DIGITS)
    refused = answers(turn.acting, turn.contact, asked, text) if asked is not None else ProofRefused.OLD
    if asked is not None and refused is ProofRefused.WRONG:
        ask_again(turn, DIGITS, asked)
        return ""
    turn.expect("")
    turn.forget(DIGITS)
    turn.forget(WAITS_FOR_DIGITS)
    if refused is not None or intent is None:
        key = "reach.code_old" if refused is ProofRefused.OLD else "reach.too_many_codes"
        turn.say(part(key), buttons=[menu.back()])
        return ""
    turn.remember(SURE_OF, (turn.contact.id, turn.now + SURE_FOR))
    return intent
