"""The dialogue's door: who is this, and which side of the conversation are they on."""

from bot.dialogue import consultant, menu, person, stranger
from bot.dialogue.turn import Turn
from bot.events import Left, Returned, Said, Started
from storage.contacts import ContactState
from storage.linking import looks_like_code


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
    # Whoever writes can be written to: a block was lifted, or an address came back.
    turn.contact.state = ContactState.ACTIVE
    if turn.person is None and turn.consultant is None:
        await stranger.meet(turn)
    elif _brings_code(turn):
        await _use_again(turn)
    elif turn.consultant is not None:
        await consultant.step(turn)
    else:
        await person.step(turn)


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
    """A code from an address that is linked already: the same person's shows the menu; a new one links anew."""
    payload = turn.event.payload
    code = payload.code if isinstance(payload, Started) else payload.text if isinstance(payload, Said) else None
    if code is None:
        await menu.show(turn, ())
        return
    await stranger.use(turn, code)
