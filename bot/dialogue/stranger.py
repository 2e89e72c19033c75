"""Whoever is not linked: learns what this is and how to be linked, and nothing else."""

from bot.actions.contacts import LinkRefused, link, note_language
from bot.dialogue.consultants import door
from bot.dialogue.own import onboarding
from bot.dialogue.turn import Turn, part, party_of, title
from bot.events import Said, Started
from locales.rendering.languages import find_language
from storage.people.conversations import conversation_of
from storage.people.link_codes import looks_like_code
from storage.people.people import Person

_REFUSED = {
    LinkRefused.UNKNOWN: "link.unknown",
    LinkRefused.EXPIRED: "link.expired",
    LinkRefused.TOO_MANY: "link.too_many",
    LinkRefused.SOMEBODY_ELSES: "link.somebody_else",
}


async def meet(turn: Turn) -> None:
    """Answer a stranger: use the code they bring, or greet them."""
    note_language(turn.contact, find_language(turn.event.language))
    code = _code_of(turn)
    if code is None:
        turn.say(title("stranger.greeting"), part("stranger.how_to_link"))
        return
    await use(turn, code)


async def use(turn: Turn, code: str) -> None:
    """Link this contact with a code, or say what to do instead."""
    owner = await link(turn.acting, turn.contact, code)
    if isinstance(owner, LinkRefused):
        turn.say(part(_REFUSED[owner]))
        return
    # From here on the conversation is the party's, whatever address it goes over.
    turn.conversation = await conversation_of(turn.session, party_of(turn.contact), turn.now)
    if isinstance(owner, Person):
        turn.linked_person = owner
        await onboarding.begin(turn)
    else:
        turn.linked_consultant = owner
        await door.welcome(turn)


def _code_of(turn: Turn) -> str | None:
    match turn.event.payload:
        case Started(code=code):
            return code
        case Said(text=text) if looks_like_code(text):
            return text
        case _:
            return None
