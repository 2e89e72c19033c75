"""The dialogue's door: who is this, and which side of the conversation are they on."""

from bot.dialogue import person, stranger
from bot.dialogue.answers import read_answer
from bot.dialogue.consultants import door
from bot.dialogue.turn import Turn, part
from bot.events import Left, Moved, Returned, Said, Started
from storage.people.link_codes import find_code, looks_like_code, tried_too_often
from storage.vocabulary import ContactState


async def step(turn: Turn) -> None:
    """Take one step of the conversation: change rows through the turn's session, say things through the turn."""
    turn.contact.last_heard_at = turn.now
    match turn.event.payload:
        case Left():
            turn.contact.state = ContactState.BLOCKED
            return
        case Returned():
            turn.contact.state = ContactState.ACTIVE
            return
        case Moved():
            _let_go(turn)
            return
    # Whoever writes can be written to: a block was lifted, or an address came back.
    turn.contact.state = ContactState.ACTIVE
    turn.event = await read_answer(turn)
    if turn.linked_person is None and turn.linked_consultant is None:
        await stranger.meet(turn)
    elif _brings_code(turn):
        await _use_again(turn)
    elif turn.linked_consultant is not None:
        await door.step(turn)
    else:
        await person.step(turn)


def _let_go(turn: Turn) -> None:
    """Whoever writes from this address next is a stranger: they must hear nothing of who had it before."""
    if turn.linked_person is not None:
        turn.audit("address_let_go", f"person:{turn.linked_person.id}")
    turn.contact.person_id = turn.contact.consultant_id = turn.contact.linked_at = None
    turn.contact.state = ContactState.GONE


def _brings_code(turn: Turn) -> bool:
    match turn.event.payload:
        case Started(code=code):
            return code is not None
        case Said(text=text):
            # Somebody who opened a new letter with a code in it; an open question goes first.
            return looks_like_code(text) and not turn.conversation.topic
        case _:
            return False


async def _use_again(turn: Turn) -> None:
    """A code from an address that is linked already: its own owner's is fine, another's is refused.

    Whoever holds this phone sees what was said before; it must not become somebody else's by typing a code.
    """
    payload = turn.event.payload
    code = payload.code if isinstance(payload, Started) else payload.text if isinstance(payload, Said) else ""
    # Nor may it be tried endlessly whether a code is somebody's.
    guessed_out = await tried_too_often(turn.session, turn.contact, turn.now)
    found = None if guessed_out else await find_code(turn.session, turn.services.keys, code or "")
    mine = (turn.contact.person_id, turn.contact.consultant_id)
    if found is not None and (found.person_id, found.consultant_id) != mine:
        turn.say(part("link.somebody_else"))
        return
    await stranger.use(turn, code or "")
