"""Whoever is not linked: learns what this is and how to be linked, and nothing else."""

import re
from collections.abc import Sequence
from typing import Final

from bot.actions.access.challenges import ProofRefused
from bot.actions.access.codes import send_sign_in_code
from bot.actions.access.logged_in import has_others_here
from bot.actions.acting import Proof
from bot.actions.contacts import LinkRefused, link, link_proved
from bot.actions.sharing.absence_lists import NotNoted, note_was_there
from bot.actions.ways import note_language
from bot.dialogue.answers import answered_message, offered_with
from bot.dialogue.consultants import door
from bot.dialogue.memory import LINK_CODE, LINK_PROOF
from bot.dialogue.own import devices, onboarding
from bot.dialogue.own.digits import ask_to_prove, is_proved, may_send_digits, say_not_proved, say_refused
from bot.dialogue.turn import Turn, part, party_of, title
from bot.events import Said, Started
from locales.rendering.languages import find_language
from reminders.intents import Act, Intent, number_in
from reminders.kinds import Kind
from reminders.wording.appointment import name_of
from storage.people.conversations import conversation_of
from storage.people.link_codes import looks_like_code
from storage.people.people import Consultant, Person

#: What can be asked for by somebody who is nobody's: see bot.actions.sharing.
ACTS: Final = frozenset({Act.WAS_THERE})
# An answer to a list is numbers, at the beginning of a mail.
_NUMBER: Final = re.compile(r"\b\d{1,3}\b")
_ANSWER: Final = 60
_PROVE: Final = "link_proof"


async def meet(turn: Turn) -> None:
    """Answer a stranger: use the code they bring, or greet them."""
    note_language(turn.contact, find_language(turn.event.language))
    if await _is_about_a_list(turn):
        return
    code = _code_of(turn)
    if code is None and turn.conversation.topic == _PROVE:
        await _prove(turn)
        return
    if code is None:
        if not await _asks_to_sign_in(turn):
            turn.say(title("stranger.greeting"), part("stranger.how_to_link"))
        return
    await use(turn, code)


async def _is_about_a_list(turn: Turn) -> bool:
    """Whether a school or partner answers the list that they were sent, with the numbers of who was there after all."""
    payload, message = turn.event.payload, await answered_message(turn)
    if not isinstance(payload, Said) or message is None or message.kind != Kind.ABSENCE_LIST:
        return False
    if turn.by.proof is Proof.CLAIMED:
        return False
    offered = await offered_with(turn, message)
    if offered is None:
        turn.say(part("sharing.too_late"))
        return True
    numbers = [int(one) for one in _NUMBER.findall(payload.text[:_ANSWER])]
    asked = [Intent.parse(offered[number - 1]) for number in dict.fromkeys(numbers) if 1 <= number <= len(offered)]
    for one in filter(None, asked):
        await _note_was_there(turn, one.args)
    if not asked:
        turn.say(part("sharing.was_there_how"))
    return True


async def _note_was_there(turn: Turn, args: Sequence[str]) -> None:
    """Somebody on a list of theirs was there after all: the appointment and the person, as the list offered them."""
    noted = await note_was_there(turn.acting, turn.contact, number_in(args), number_in(args, 1))
    match noted:
        case NotNoted.NOT_YET:
            turn.say(part("sharing.not_yet"))
        case NotNoted():
            turn.say(part("sharing.too_late"))
        case (person, appointment):
            turn.say(part("sharing.noted", person=name_of(person), starts_at=appointment.starts_at))


async def _asks_to_sign_in(turn: Turn) -> bool:
    """Whether a mail address was written, by who may be a consultant whose session ended: a code goes there. What is
    said is the same for every address."""
    payload = turn.event.payload
    if not isinstance(payload, Said) or turn.by.proof is not Proof.ACCOUNT:
        return False
    if not await send_sign_in_code(turn.acting, payload.text, once=turn.once):
        return False
    turn.say(part("stranger.code_by_mail"))
    return True


async def use(turn: Turn, code: str) -> None:
    """Link this contact with a code, or say what to do instead."""
    owner = await link(turn.acting, turn.contact, code)
    if owner is LinkRefused.UNPROVED:
        if not may_send_digits(turn):
            # Whoever writes in somebody's name must not ring their telephone all day.
            return
        ask_to_prove(turn, code, _PROVE)
        return
    await _begin(turn, owner)


async def _begin(turn: Turn, owner: Person | Consultant | LinkRefused) -> None:
    if isinstance(owner, LinkRefused):
        say_refused(turn, owner)
        return
    # From here on the conversation is the party's, whatever address it goes over.
    turn.conversation = await conversation_of(turn.session, party_of(turn.contact), turn.now)
    if isinstance(owner, Person):
        turn.linked_person = owner
        await onboarding.begin(turn)
        if owner.consented_at is not None and await has_others_here(turn.acting, turn.contact):
            devices.ask_about_others(turn)
    else:
        turn.linked_consultant = owner
        await door.welcome(turn)


async def _prove(turn: Turn) -> None:
    """The digits that were sent to this address after a code came from it."""
    payload, code, asked = turn.event.payload, turn.recall(LINK_CODE), turn.recall(LINK_PROOF)
    text = payload.text if isinstance(payload, Said) else ""
    if code is None or asked is None:
        turn.say(title("stranger.greeting"), part("stranger.how_to_link"))
        return
    owner = await link_proved(turn.acting, turn.contact, code, asked, text)
    if isinstance(owner, ProofRefused):
        say_not_proved(turn, owner)
        return
    is_proved(turn)
    await _begin(turn, owner)


def _code_of(turn: Turn) -> str | None:
    match turn.event.payload:
        case Started(code=code):
            return code
        case Said(text=text) if looks_like_code(text):
            return text
        case _:
            return None
