"""What a text answers: the open question, or an earlier message, by a number or the words on a button.

Where there are no buttons, a number answers the message that offered it: "1" is its first button. What was offered is
remembered by address (`Offer`), with each reply and with each message that is sent unasked. Where there are buttons,
the last reply's are remembered with the conversation: whoever types one's words or number means it.

A reply to an e-mail names the message that it answers, so its buttons can be named by their words too, and own words
are for whom the message asks them for.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.dialogue import menu
from bot.dialogue.answer_words import Numbered, number_in_text, numbered, plain, sign_says, word_says
from bot.dialogue.memory import ASKED_IN, CHOICES
from bot.dialogue.turn import Turn, part
from bot.events import InboundEvent, Pressed, Reacted, Said
from locales.rendering.message import Body, Button
from reminders.intents import Act, Intent, act_of, asks
from reminders.kinds import Kind
from reminders.wording.appointment import answer_buttons
from storage.appointments.appointments import appointment_for
from storage.outbox.answering import latest_to, message_sent_as
from storage.outbox.message import Message
from storage.people.conversations import Offer
from storage.vocabulary import Priority

# So long somebody is in the middle of what they were asked last.
_MOMENTS_AGO = timedelta(minutes=15)
# The menus, and what stands below what is said and done: they ask nothing, what comes after them is the question.
_OFFERS = frozenset(
    {
        *(act_of(one.intent) for row in (*menu.rows(), menu.back()) for one in row),
        *(Act.TODAY, Act.ABSENCES, Act.OVERVIEW, Act.PEOPLE, Act.MORE),
        *(Act.CALENDAR, Act.APPOINTMENT, Act.LISTEN, Act.HEAR, Act.HELPED, Act.WHOLE_MESSAGE),
        *(Act.WRITE, Act.WHO, Act.NEW, Act.MEETINGS, Act.ROAD, Act.CALLS),
    }
)
# No button's words, and no yes or no, are longer.
_LONGEST_LABEL = 60


def asks_nothing(intent: str) -> bool:
    """Whether this is a way to something, and answers nothing that was asked."""
    return act_of(intent) in _OFFERS


async def read_answer(turn: Turn) -> InboundEvent:
    """The event as the button it names: by number, by yes, no or a sign, or by its words; any other event as it is.

    A reply answers that very message, anything else what was asked last. A number that is not offered there is said to
    be not there: it never answers an older message.
    """
    event = turn.event
    if isinstance(event.payload, Reacted):
        message = await answered_message(turn)
        says = sign_says(event.payload.sign)
        if message is None or says is None:
            return event
        intents = [one.intent for one in await _buttons(turn, message)]
        return _pressed(event, _meaning(intents, yes=says), message_ref=event.payload.message_ref)
    if not isinstance(event.payload, Said) or event.payload.edited:
        return event
    text, message = event.payload.text, await answered_message(turn)
    if (answer := numbered(text)) is not None:
        return await _by_number(turn, answer, message)
    if len(text) > _LONGEST_LABEL or (message is None and turn.conversation.topic):
        # Somebody writes to somebody: the words are theirs.
        return event
    if intent := await _named(turn, text, message):
        return _pressed(event, intent)
    return await _by_yes_or_no(turn, text, message)


async def _by_number(turn: Turn, answer: Numbered, message: Message | None) -> InboundEvent:
    event = turn.event
    intents = await _choices(turn, message)
    if not 1 <= answer.number <= len(intents):
        is_answer = answer.alone and not answer.words and bool(intents) and not turn.conversation.topic
        return _pressed(event, asks(Act.NOT_THERE, answer.number)) if is_answer else event
    intent = intents[answer.number - 1]
    said = plain(answer.words)
    if not said:
        return _pressed(event, intent)
    if (says := word_says(said)) is not None:
        # "1 no" says two things at once.
        return event if _says(intent, yes=not says) else _pressed(event, intent)
    if said == await _label(turn, intent, message):
        return _pressed(event, intent)
    # "1, but later", and "1" above a text: the answer counts, and the words go on. "2 maart kan ik niet" is a sentence.
    return _pressed(event, intent, answer.words) if answer.alone or answer.marked else event


async def _choices(turn: Turn, message: Message | None) -> list[str]:
    """What the numbers 1, 2, 3 … mean: in the message that is answered, or else in what was shown last."""
    if message is None and turn.linked_person is None and not await _offered(turn.session, turn.contact.id):
        # Where a consultant has buttons, a number is a word like any.
        return []
    if kept := _kept(message) or (await _in_the_middle(turn) if message is None else []):
        return [one.intent for one in kept]
    latest = await _latest(turn) if message is not None else []
    if message is None or (latest and latest[0].id == message.id):
        # What was composed at sending might come out in another order by now; then what was shown is safer.
        offered = await _offered(turn.session, turn.contact.id)
        if offered or (message is None and turn.linked_person is None):
            return offered
    return [one.intent for one in await _shown(turn, message)]


async def _label(turn: Turn, intent: str, message: Message | None) -> str:
    labels = {one.intent: one.label for one in await _shown(turn, message)}
    return plain(turn.words(labels[intent])) if intent in labels else ""


async def _by_yes_or_no(turn: Turn, text: str, message: Message | None) -> InboundEvent:
    """Yes, no, ok or a thumb, as the answer to the message that is answered, or else to the newest question."""
    says = sign_says(text)
    if says is None:
        says = word_says(plain(text))
    if says is None or (message is None and turn.linked_person is None):
        return turn.event
    intents = [one.intent for one in await _shown(turn, message)] or await _offered(turn.session, turn.contact.id)
    return _pressed(turn.event, _meaning(intents, yes=says))


async def yes_and_no(turn: Turn) -> tuple[str, str]:
    """The choices of what was asked last that say yes and no; "" where none does."""
    intents = [one.intent for one in await _shown(turn, None)] or await _offered(turn.session, turn.contact.id)
    return _meaning(intents, yes=True), _meaning(intents, yes=False)


async def _shown(turn: Turn, message: Message | None) -> Sequence[Button]:
    """The buttons of the message that is answered, or of the newest one to this address."""
    if message is None:
        if asked := await _in_the_middle(turn):
            return asked
        message = next(iter(await _latest(turn)), None)
    return await _buttons(turn, message) if message is not None else []


async def _latest(turn: Turn) -> Sequence[Message]:
    """What went here last, newest first; asked once in a turn, in which nothing leaves."""
    if turn.latest is None and (turn.linked_person or turn.linked_consultant):
        turn.latest = await latest_to(turn.session, turn.contact)
    return turn.latest or ()


async def _in_the_middle(turn: Turn) -> Sequence[Button]:
    """What a reply of moments ago asks here, where something came unasked in between: that is not what a number, a word
    or a sign without a message of its own answers. [] where nothing is open, or nothing came in between."""
    latest = await _latest(turn)
    if not latest or latest[0].priority == Priority.REPLY or latest[0].kind == Kind.ASKS_FIRST:
        # Who is there is asked before anything else is.
        return []
    for message in latest:
        kept = _kept(message) if message.priority == Priority.REPLY else []
        if not kept:
            continue
        recent = turn.now - (message.sent_at or message.created_at) <= _MOMENTS_AGO
        asks_something = bool(turn.conversation.topic) or any(act_of(one.intent) not in _OFFERS for one in kept)
        return kept if recent and asks_something else []
    return []


def _meaning(intents: Sequence[str], *, yes: bool) -> str:
    """The choice that says yes (or no); "" where none does. Where several do, the one that asks which."""
    found = {intent for intent in intents if _says(intent, yes=yes)}
    if not found and not yes and any(_says(intent, yes=True) for intent in intents):
        found = {intent for intent in intents if act_of(intent) is Act.MENU}
    which = Act.APPOINTMENTS if yes else Act.ABSENT
    about_coming = {act_of(intent) for intent in found} <= {Act.COME, Act.NOT_COME}
    if found and about_coming and (len(found) > 1 or any(act_of(intent) is which for intent in intents)):
        return asks(which)
    return found.pop() if len(found) == 1 else ""


def _says(intent: str, *, yes: bool) -> bool:
    asked = Intent.parse(intent)
    if asked is None:
        return False
    return asked.act is (Act.COME if yes else Act.NOT_COME) or ("yes" if yes else "no") in asked.args


async def asked_for_words(turn: Turn, *acts: Act) -> Intent | None:
    """What own words in a reply are meant for: the answered message's own button with one of these
    acts. None where it has none: then they are a question like any."""
    message = await answered_message(turn)
    for one in await _buttons(turn, message) if message is not None else ():
        asked = Intent.parse(one.intent)
        if asked is not None and asked.act in acts:
            return asked
    return None


def _pressed(event: InboundEvent, intent: str, words: str = "", message_ref: str | None = None) -> InboundEvent:
    return replace(event, payload=Pressed(intent, message_ref, words)) if intent else event


async def say_not_there(turn: Turn, args: Sequence[str]) -> None:
    """That a number is not among the choices, and which are."""
    number = int(args[0]) if args and args[0].isascii() and args[0].isdecimal() and len(args[0]) < 4 else 0
    choices = await _shown(turn, None)
    turn.say(part("answer.not_there", number=number), buttons=[[one] for one in choices] or [menu.back()])


async def _named(turn: Turn, text: str, message: Message | None) -> str:
    wanted = plain(text)
    for one in await _shown(turn, message) if wanted else ():
        if wanted == plain(turn.words(one.label)):
            return one.intent
    return ""


async def answered_message(turn: Turn) -> Message | None:
    """The message that this answers, or whose button it presses, when the channel says so and it went to this
    contact."""
    payload = turn.event.payload
    by_ref = payload.message_ref if isinstance(payload, Reacted | Pressed) else None
    provider_ref = by_ref or turn.event.answers_ref
    if turn.event.answers is None and provider_ref is not None:
        return await message_sent_as(turn.session, turn.contact, provider_ref)
    number = turn.event.answers or ""
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    message = await turn.session.get(Message, int(number))
    if message is None or turn.contact.id not in (message.sent_contact_id, message.contact_id):
        return None
    return message


async def _buttons(turn: Turn, message: Message) -> Sequence[Button]:
    reader = turn.linked_person or turn.linked_consultant
    if (kept := _kept(message)) or reader is None:
        return kept
    said = await turn.services.earlier_message(turn.session, message.id, reader, turn.now)
    if said is not None:
        return [one for row in said.buttons for one in row]
    # It does not hold any more: what it asked about has an answer all the same, and is asked about anew.
    person, about = turn.linked_person, message.appointment_id
    appointment = (
        await appointment_for(turn.session, person.id, about, zone=turn.zone)
        if person is not None and about is not None
        else None
    )
    return [one for row in answer_buttons(appointment) for one in row] if appointment is not None else []


def _kept(message: Message | None) -> list[Button]:
    """The buttons that a message carries itself."""
    if message is None or not isinstance(message.params.get("buttons"), list):
        return []
    return [one for row in Body.from_json({**message.params, "parts": []}).buttons for one in row]


async def _offered(session: AsyncSession, contact_id: int) -> list[str]:
    offer = await session.get(Offer, contact_id)
    kept = offer.intents.get("intents") if offer is not None else None
    return [value for value in kept if isinstance(value, str)] if isinstance(kept, list) else []


async def chosen_by_text(turn: Turn, text: str) -> str | None:
    """The intent of the button that a text names by its words, or of the last reply's by number; None otherwise.

    Where answers are numbers, `read_answer` has looked already: a number that the last message did not offer names
    nothing, and never a button of an older question.
    """
    buttons = _last_said(turn)
    number = number_in_text(text)
    if number is not None and 1 <= number <= len(buttons) and not await _offered(turn.session, turn.contact.id):
        return buttons[number - 1].intent or None
    wanted = plain(text)
    # The menu's words work at any time, open question or not.
    always = [button for row in menu.rows() for button in row] if turn.linked_person is not None else []
    for button in [*buttons, *always]:
        if wanted and wanted == plain(turn.words(button.label)):
            return button.intent or None
    return None


def _last_said(turn: Turn) -> list[Button]:
    """The buttons of the last reply that had any, in the order in which they were shown."""
    return [button for row in turn.recall(CHOICES) or () for button in row]


async def is_offered(turn: Turn, intent: str) -> bool:
    """Whether the very message that this replies to had this choice."""
    message = await answered_message(turn)
    if message is None:
        return False
    if intent in [one.intent for one in await _buttons(turn, message)]:
        return True
    # What was composed at sending may come out otherwise by now: what was shown is noted with the moment of sending.
    return intent in (await offered_with(turn, message) or ())


async def offered_with(turn: Turn, message: Message) -> list[str] | None:
    """What this very message offered, in its order, as noted when it was sent; None where another was sent since."""
    offer = await turn.session.get(Offer, turn.contact.id)
    if offer is None or offer.at not in (message.sent_at, message.created_at):
        return None
    return await _offered(turn.session, turn.contact.id)


async def asks_for_this(turn: Turn) -> bool:
    """Whether the message that this replies to is the one that asked for what is written now (the open topic)."""
    message, asked_in = await answered_message(turn), turn.recall(ASKED_IN)
    return message is not None and asked_in is not None and message.key.startswith(asked_in)
