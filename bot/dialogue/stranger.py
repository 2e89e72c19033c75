"""Whoever is not linked: learns what this is and how to be linked, and nothing else."""

import structlog

from bot.dialogue.consultants import door
from bot.dialogue.own import onboarding
from bot.dialogue.turn import Turn, part, party_of, title
from bot.events import Said, Started
from locales.rendering.languages import find_language
from storage.outbox.message import send_what_waited
from storage.people.conversations import conversation_of
from storage.people.link_codes import CodeExpired, CodeUnknown, TooManyAttempts, looks_like_code, use_code
from storage.people.people import Consultant, Person

log = structlog.get_logger(__name__)


async def meet(turn: Turn) -> None:
    """Answer a stranger: use the code they bring, or greet them."""
    if turn.contact.language is None:
        turn.contact.language = find_language(turn.event.language)
    code = _code_of(turn)
    if code is None:
        turn.say(title("stranger.greeting"), part("stranger.how_to_link"))
        return
    await use(turn, code)


async def use(turn: Turn, code: str) -> None:
    """Link this contact with a code, or say what to do instead."""
    try:
        found = await use_code(turn.session, turn.services.keys, turn.contact, code, turn.now)
    except TooManyAttempts:
        log.warning("link_attempts_exceeded", contact=turn.contact.id, channel=turn.contact.channel)
        turn.say(part("link.too_many"))
        return
    except CodeExpired:
        turn.say(part("link.expired"))
        return
    except CodeUnknown:
        log.info("link_code_unknown", contact=turn.contact.id, channel=turn.contact.channel)
        turn.say(part("link.unknown"))
        return
    # From here on the conversation is the party's, whatever address it goes over.
    turn.conversation = await conversation_of(turn.session, party_of(turn.contact), turn.now)
    if found.person_id is not None:
        turn.linked_person = await turn.session.get_one(Person, found.person_id)
        turn.audit("linked", f"person:{found.person_id}")
        await onboarding.begin(turn)
    elif found.consultant_id is not None:
        turn.linked_consultant = await turn.session.get_one(Consultant, found.consultant_id)
        turn.audit("linked", f"consultant:{found.consultant_id}")
        await send_what_waited(turn.session, found.consultant_id, turn.now)
        await door.welcome(turn)


def _code_of(turn: Turn) -> str | None:
    match turn.event.payload:
        case Started(code=code):
            return code
        case Said(text=text) if looks_like_code(text):
            return text
        case _:
            return None
