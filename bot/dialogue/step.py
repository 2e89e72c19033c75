"""The dialogue's door: who is this, and which side of the conversation are they on."""

from collections.abc import Collection
from dataclasses import replace

from bot.actions.acting import Proof
from bot.actions.ways import call_otherwise, let_go, resume_channel, stop_channel
from bot.dialogue import menu, person, stranger
from bot.dialogue.answers import read_answer
from bot.dialogue.consultants import door
from bot.dialogue.gate import is_within_quota
from bot.dialogue.own import shared_phone
from bot.dialogue.turn import Turn, part, title
from bot.events import Command, Left, Moved, Reacted, Renamed, Returned, Said, Started, Unheard, Withdrawn
from reminders.intents import Act
from storage.people.link_codes import looks_like_code
from storage.vocabulary import ContactState


def check_screens(known: Collection[Act]) -> None:
    """Every act has a screen: told when the program starts, not when somebody presses its button.

    Raises:
        LookupError: which acts have none.
    """
    if forgotten := set(Act) - set(known):
        raise LookupError(f"acts without a screen: {', '.join(sorted(forgotten))}")


check_screens(person.ACTS | door.ACTS | stranger.ACTS)


async def step(turn: Turn) -> None:
    """Take one step of the conversation: to whoever it concerns, on which side they are."""
    if await _is_of_the_way(turn):
        return
    heard_before = turn.contact.last_heard_at
    stays_stopped = _stays_stopped(turn)
    if not stays_stopped:
        await resume_channel(turn.acting, turn.contact, once=turn.event.event_id)
    if isinstance(turn.event.payload, Returned):
        return
    if not is_within_quota(turn):
        return
    if stays_stopped:
        # It is heard and answered, and nothing else goes there.
        turn.say(part("stop.here", start="START"))
    if turn.contact.shared_as and not _brings_code(turn) and not await shared_phone.knows_who(turn, heard_before):
        return
    await _answer(turn)
    for number, payload in enumerate(turn.then):
        # Each is an event of its own, so that none is taken for the other.
        turn.event = replace(turn.event, event_id=f"{turn.event.event_id}.{number}", payload=payload)
        await _answer(turn)


async def _answer(turn: Turn) -> None:
    """The turn of who is known to be there."""
    turn.event = await read_answer(turn)
    if isinstance(turn.event.payload, Reacted | Withdrawn):
        # A sign that answers nothing is how people are kind; what was taken back may have been read before.
        if isinstance(turn.event.payload, Withdrawn) and turn.linked_person is not None:
            turn.say(part("error.withdrawn"), buttons=[menu.back()])
        return
    if turn.linked_person is None and turn.linked_consultant is None:
        await stranger.meet(turn)
    elif _brings_code(turn):
        await _use_again(turn)
    elif turn.linked_consultant is not None:
        await door.step(turn)
    else:
        await person.step(turn)


async def _is_of_the_way(turn: Turn) -> bool:
    """Whether what came is about the address alone, not from who has it; it is done then."""
    match turn.event.payload:
        case Unheard(why=why):
            _say_unheard(turn, why)
        case Renamed(was=was, to=to):
            await call_otherwise(turn.acting, turn.contact, was, to)
        case Moved():
            await let_go(turn.acting, turn.contact)
        case Left(said=said):
            await _stop_here(turn, said=said)
        case _:
            return False
    return True


def _stays_stopped(turn: Turn) -> bool:
    """Whether STOP was said here, and what came now is no word to go on: over a way on which anybody can write in
    somebody's name, words alone do not lift it."""
    is_word = isinstance(turn.event.payload, Command | Started | Returned)
    is_stopped = turn.contact.state is ContactState.BLOCKED
    return is_stopped and turn.by.proof is Proof.CLAIMED and not is_word


async def _stop_here(turn: Turn, *, said: bool) -> None:
    """Nothing goes here any more; who said so in words is answered once."""
    is_new = await stop_channel(turn.acting, turn.contact, once=turn.event.event_id)
    if said and is_new:
        turn.say(part("stop.here", start="START"))


def _say_unheard(turn: Turn, why: str) -> None:
    """What to do, to whoever wrote something that cannot be used. A stranger is told what any stranger is."""
    if why == "unproved" and turn.linked_person is None and turn.linked_consultant is None:
        turn.say(title("stranger.greeting"), part("stranger.how_to_link"))
    elif why in ("unproved", "too_large"):
        turn.say(part(f"email.unheard_{why}"))
    else:
        turn.say(part("email.unheard_empty"))


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
    """A code from an address that is linked already: its own owner's is fine, another's may be that of one more who
    uses this telephone, and is refused elsewhere."""
    payload = turn.event.payload
    code = payload.code if isinstance(payload, Started) else payload.text if isinstance(payload, Said) else ""
    if not await shared_phone.use_code(turn, code or ""):
        await stranger.use(turn, code or "")
