"""A telephone that several people use: who is there, one more who joins, and whether it is asked.

What is written on such a telephone is somebody's answer where it names the message that it answers. Anything else is
that of who was there last, for as long as they may be taken to be there still; after that it is kept until whoever
wrote says who they are, and taken up then.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.actions.access.challenges import ProofRefused
from bot.actions.access.joining import link_here_too, link_here_too_proved, share_proved
from bot.actions.access.shared_phones import choose_asking, come, shares_with
from bot.actions.contacts import LinkRefused, take_over
from bot.dialogue import menu
from bot.dialogue.answers import asks_nothing, read_answer
from bot.dialogue.gate import is_urgent
from bot.dialogue.memory import HELD, LINK_CODE, LINK_PROOF, PROVED, SaidBefore
from bot.dialogue.own import onboarding
from bot.dialogue.own.digits import ask_to_prove, is_proved, may_send_digits, say_not_proved, say_refused
from bot.dialogue.turn import Turn, button, part, title
from bot.events import Pressed, Reacted, Said
from locales.rendering.message import Button, Text, verbatim
from reminders.intents import Act, act_of, asks, number_in
from storage.outbox.answering import message_sent_as
from storage.people.contacts import Contact
from storage.people.link_codes import find_code
from storage.people.people import Person
from storage.people.senders.shared import can_be_shared, offered_last, settle, sharers_of

#: Digits that were sent to a telephone before somebody joins it.
TOPIC: Final = "share_proof"
#: So long after something was heard whoever writes is taken to be the same person.
THERE_FOR: Final = timedelta(minutes=30)
# What was said meanwhile is kept for the answer, up to so much and so long.
_MOST_HELD: Final = 5
_HELD_FOR: Final = timedelta(hours=1)
# These say who is there, or whose the telephone is, and are what is asked.
_SAYS_WHO: Final = frozenset({Act.HERE, Act.SHARE})


async def knows_who(turn: Turn, heard_before: datetime | None) -> bool:
    """Whether it is known which of those who use this telephone it is, whose turn it is then; else they are asked.

    `heard_before` is when something was last heard from there before this.
    """
    there = turn.contact
    sharers = await sharers_of(turn.session, there)
    if len(sharers) < 2:
        await settle(turn.session, [there])
        return True
    at, held = turn.recall(HELD) or (turn.now, ())
    # They were asked, and did not answer yet.
    waits = bool(held) and turn.now - at <= _HELD_FOR
    if turn.event.contact_id is not None:
        asked = next((one for one in sharers if one.id == turn.event.contact_id), there)
        await turn.speak_as(asked)
        return True
    meant = await _answered(turn, sharers)
    if meant is not there:
        await turn.speak_as(meant)
    turn.event = await read_answer(turn)
    payload = turn.event.payload
    if isinstance(payload, Pressed) and act_of(payload.intent) in _SAYS_WHO:
        return True
    is_answer = isinstance(payload, Reacted) or (isinstance(payload, Pressed) and not asks_nothing(payload.intent))
    is_recent = heard_before is not None and turn.now - heard_before <= THERE_FOR and not waits
    if meant.absent_since is None and (is_answer or is_recent):
        return True
    if isinstance(payload, Said) and is_urgent(turn, payload):
        # It outranks the question; whoever it is, the number is there.
        return True
    if meant is not there:
        await turn.speak_as(there)
    _hold(turn, SaidBefore.of(payload))
    if meant is not there and isinstance(payload, Pressed):
        await _ask_for(turn, meant)
    else:
        await _ask_who(turn, sharers)
    return False


async def _answered(turn: Turn, sharers: Sequence[Contact]) -> Contact:
    """Whose message this answers: by the channel's own word, or because that was offered last where answers are bare
    numbers; who was there last where it answers none."""
    payload = turn.event.payload
    by_ref = payload.message_ref if isinstance(payload, Reacted | Pressed) else None
    ref = by_ref or turn.event.answers_ref
    if ref is not None:
        for one in sharers:
            if await message_sent_as(turn.session, one, ref) is not None:
                return one
    if isinstance(payload, Said) and not payload.edited:
        newest = await offered_last(turn.session, sharers, turn.contact)
        return next((one for one in sharers if one.id == newest), turn.contact)
    return turn.contact


def _hold(turn: Turn, held: SaidBefore | None) -> None:
    """Keep what was said for whoever says that it was they."""
    at, before = turn.recall(HELD) or (turn.now, ())
    kept = before if turn.now - at <= _HELD_FOR else ()
    if held is not None:
        turn.remember(HELD, (turn.now, (*kept, held)[-_MOST_HELD:]))


def _take_held(turn: Turn) -> tuple[SaidBefore, ...]:
    at, held = turn.recall(HELD) or (turn.now, ())
    turn.forget(HELD)
    return held if turn.now - at <= _HELD_FOR else ()


async def _ask_for(turn: Turn, contact: Contact) -> None:
    """Whether it is this one, whose message was answered."""
    name = (await turn.session.get_one(Person, contact.person_id)).given_name
    turn.say(title("shared.sure", name=name), buttons=[[_yes(contact, name)], [_no(contact)]])


async def _ask_who(turn: Turn, sharers: Sequence[Contact]) -> None:
    people = [await turn.session.get_one(Person, one.person_id) for one in sharers if one.person_id is not None]
    firsts = [one.given_name for one in people]
    # Two of one first name go by both.
    named = {
        one.id: one.given_name if firsts.count(one.given_name) == 1 else f"{one.given_name} {one.family_name}"
        for one in people
    }
    rows = [
        [Button(verbatim(named[one.person_id]), asks(Act.HERE, one.id, "is"), "👤")]
        for one in sharers
        if one.person_id is not None
    ]
    turn.say(title("shared.people"), buttons=rows)


def _yes(contact: Contact, name: str) -> Button:
    return button("shared.yes", asks(Act.HERE, contact.id, "yes"), "✅", name=name)


def _no(contact: Contact) -> Button:
    return button("consent.no", asks(Act.HERE, contact.id, "no"), "❌")


async def here(turn: Turn, args: Sequence[str]) -> None:
    """Who is there: "here" asks, "here:<contact>:is|yes|no" is the answer."""
    there = turn.contact
    sharers = await sharers_of(turn.session, there)
    chosen = next((one for one in sharers if one.id == number_in(args) and one.person_id is not None), None)
    if len(sharers) < 2 or (args and chosen is None):
        await menu.show(turn, ())
    elif chosen is None:
        await _ask_who(turn, sharers)
    elif args[1:2] == ["no"]:
        await _is_not(turn, chosen, sharers)
    else:
        await _is(turn, chosen, sharers)


async def _is_not(turn: Turn, chosen: Contact, sharers: Sequence[Contact]) -> None:
    present = next((one for one in sharers if one.absent_since is None), turn.contact)
    name = (await turn.session.get_one(Person, chosen.person_id)).given_name
    if present is not turn.contact:
        await turn.speak_as(present)
    _take_held(turn)
    if present is chosen:
        await _ask_who(turn, sharers)
    else:
        turn.say(part("shared.waits", name=name))


async def _is(turn: Turn, chosen: Contact, sharers: Sequence[Contact]) -> None:
    present = next((one for one in sharers if one.absent_since is None), turn.contact)
    if present is not turn.contact:
        await turn.speak_as(present)
    held = _take_held(turn)
    await turn.speak_as(chosen)
    waited = await come(turn.acting, chosen)
    if turn.person.consented_at is None:
        await onboarding.begin(turn)
        return
    turn.then = [one.payload() for one in held]
    if not turn.then:
        hello = part("shared.now", name=turn.person.given_name)
        turn.say(hello, buttons=() if waited else [*menu.rows(), *menu.others(turn)], card="" if waited else menu.CARD)


# --- one more who joins ---------------------------------------------------------------------------------------------


async def use_code(turn: Turn, code: str) -> bool:
    """A code of another person's on this telephone: whether they use it together is asked. False where it is none, or
    this is nothing that people share."""
    known = await find_code(turn.session, turn.services.keys, code)
    if known is None or known.person_id is None or not can_be_shared(turn.contact):
        return False
    if known.person_id == turn.contact.person_id:
        return False
    if await shares_with(turn.acting, turn.contact, known.person_id) is not None:
        await _join(turn, code)
        return True
    turn.remember(LINK_CODE, code)
    _ask_whether_shared(turn)
    return True


def ask_about_proved(turn: Turn) -> None:
    """The number that was just proved to be theirs is another's too: together, or theirs alone from now on."""
    _ask_whether_shared(turn)


def _ask_whether_shared(turn: Turn) -> None:
    turn.say(
        title("shared.link_ask"),
        buttons=[
            [button("shared.link_yes", asks(Act.SHARE, "yes"), "👥")],
            [button("consent.no", asks(Act.SHARE, "no"), "❌")],
        ],
    )


async def answer_sharing(turn: Turn, args: Sequence[str]) -> None:
    """Whether the telephone is used together: "share:yes", "share:no"."""
    together, proved, code = list(args[:1]) == ["yes"], turn.recall(PROVED), turn.recall(LINK_CODE)
    turn.forget(PROVED)
    turn.forget(LINK_CODE)
    if proved is not None and proved.until > turn.now:
        contact = await turn.session.get(Contact, proved.contact_id)
        if contact is not None:
            had = await (share_proved if together else take_over)(turn.acting, contact)
            _say_added(turn, had)
            return
    if code is None or not together:
        if code is not None:
            say_refused(turn, LinkRefused.SOMEBODY_ELSES)
        else:
            await menu.show(turn, ())
        return
    await _join(turn, code)


def _say_added(turn: Turn, had: Contact | None) -> None:
    if had is None:
        say_refused(turn, LinkRefused.SOMEBODY_ELSES)
        return
    turn.say(
        title("reach.added", channel=Text(f"channel.{had.channel}")),
        buttons=[[button("settings.channels", asks(Act.CHANNELS), "📱")], menu.back()],
    )


async def _join(turn: Turn, code: str) -> None:
    joined = await link_here_too(turn.acting, turn.contact, code)
    if joined is LinkRefused.UNPROVED:
        if may_send_digits(turn):
            ask_to_prove(turn, code, TOPIC)
    else:
        await _begin(turn, joined)


async def take_digits(turn: Turn, text: str) -> None:
    """The digits that were sent to this telephone before somebody joins it."""
    code, asked = turn.recall(LINK_CODE), turn.recall(LINK_PROOF)
    if code is None or asked is None:
        turn.expect("")
        await menu.show(turn, ())
        return
    joined = await link_here_too_proved(turn.acting, turn.contact, code, asked, text)
    if isinstance(joined, ProofRefused):
        say_not_proved(turn, joined)
        return
    is_proved(turn)
    await _begin(turn, joined)


async def _begin(turn: Turn, joined: Contact | LinkRefused) -> None:
    if isinstance(joined, LinkRefused):
        say_refused(turn, joined)
        return
    await turn.speak_as(joined)
    await come(turn.acting, joined)
    await onboarding.begin(turn)


# --- whether it is asked --------------------------------------------------------------------------------------------


async def ask_first(turn: Turn, args: Sequence[str]) -> None:
    """Ask who is there before one's messages are shown, or show them: "askfirst:yes", "askfirst:no"."""
    asks_now = list(args[:1]) != ["no"]
    await choose_asking(turn.acting, turn.contact, asks=asks_now)
    turn.say(part("shared.asks_now" if asks_now else "shared.shows_now"), buttons=[menu.back()])


def asking_row(turn: Turn) -> list[list[Button]]:
    """The other of the two in the settings, where several people use this telephone."""
    if not turn.contact.shared_as:
        return []
    if turn.contact.asks_first:
        return [[button("shared.show_at_once", asks(Act.ASK_FIRST, "no"), "👁️")]]
    return [[button("shared.ask_first", asks(Act.ASK_FIRST, "yes"), "🙈")]]
