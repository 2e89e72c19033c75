"""What a text answers: the open question, or an earlier message, by a number or the words on a button.

Where there are no buttons, a number answers the message that offered it: "1" is its first button.

A reply to an e-mail names the message that it answers, so its buttons can be named by their words too, and own words
are for whom the message asks them for.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot.dialogue import menu
from bot.dialogue.turn import Turn
from bot.events import InboundEvent, Pressed, Said
from locales.rendering.message import Body, Button
from reminders.intents import Act, Intent
from storage.outbox.message import Message
from storage.people.conversations import Offer

# What stands around a number: "1.", "(1)", "#1", "1 =", "nr. 1" is words already.
_AROUND = " \t\r\n.,:;)(=#!-"


def number_in_text(text: str) -> int | None:
    """The number that a text is, in any digits (Arabic, Persian, Ge'ez, a keycap), with or without a full stop.

    None for any other text. Marks that are not seen, as Arabic keyboards write them, do not count.
    """
    if len(text) > 40:
        return None
    shown = "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Mn", "Me")).strip(_AROUND)
    digits = [unicodedata.digit(char, -1) for char in shown]
    if not 0 < len(digits) <= 2 or -1 in digits:
        return None
    return int("".join(str(digit) for digit in digits))


def plain(text: str) -> str:
    """Words only, so that an icon, a full stop or capitals make no difference."""
    return " ".join("".join(char if char.isalnum() else " " for char in text.casefold()).split())


async def read_answer(turn: Turn) -> InboundEvent:
    """The event as the button it names, by number or (in a reply to one of our e-mails) by its words; any other event
    as it is.

    A reply answers that very message, anything else what was offered to this address last.
    """
    event = turn.event
    if not isinstance(event.payload, Said):
        return event
    message = await _answered(turn)
    number = number_in_text(event.payload.text)
    if number is None:
        return _pressed(event, await _named(turn, event.payload.text, message) if message is not None else "")
    # What was composed at sending might come out in another order by now; then what was shown last is safer.
    intents = [one.intent for one in _kept(message)] or await _offered(turn.session, turn.contact.id)
    return _pressed(event, intents[number - 1] if 1 <= number <= len(intents) else "")


async def asked_for_words(turn: Turn, *acts: Act) -> Intent | None:
    """What own words in a reply are meant for: the answered message's own button with one of these
    acts. None where it has none: then they are a question like any."""
    message = await _answered(turn)
    for one in await _buttons(turn, message) if message is not None else ():
        asked = Intent.parse(one.intent)
        if asked is not None and asked.act in acts:
            return asked
    return None


def _pressed(event: InboundEvent, intent: str) -> InboundEvent:
    return replace(event, payload=Pressed(intent)) if intent else event


async def _named(turn: Turn, text: str, message: Message) -> str:
    wanted = plain(text)
    for one in await _buttons(turn, message):
        if wanted and wanted == plain(turn.services.renderer.say(one.label, turn.language)):
            return one.intent
    return ""


async def _answered(turn: Turn) -> Message | None:
    """The message that this is a reply to, when it went to this contact."""
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
    return [one for row in said.buttons for one in row] if said is not None else []


def _kept(message: Message | None) -> list[Button]:
    """The buttons that a message carries itself."""
    if message is None or not isinstance(message.params.get("buttons"), list):
        return []
    return [one for row in Body.from_json({**message.params, "parts": []}).buttons for one in row]


async def _offered(session: AsyncSession, contact_id: int) -> list[str]:
    offer = await session.get(Offer, contact_id)
    kept = offer.intents.get("intents") if offer is not None else None
    return [value for value in kept if isinstance(value, str)] if isinstance(kept, list) else []


def open_buttons(turn: Turn) -> list[Button]:
    """The buttons of the last reply, in the order in which they were shown."""
    rows = turn.recall("choices")
    if not isinstance(rows, list):
        return []
    return [button for row in Body.from_json({"parts": [], "buttons": rows}).buttons for button in row]


def chosen_by_text(turn: Turn, text: str) -> str | None:
    """The intent of the open button that a text names by number (any digits) or by its words; None otherwise."""
    buttons = open_buttons(turn)
    number = number_in_text(text)
    if number is not None and 1 <= number <= len(buttons):
        return buttons[number - 1].intent or None
    wanted = plain(text)
    # The menu's words work at any time, open question or not.
    always = [button for row in menu.rows() for button in row] if turn.linked_person is not None else []
    for button in [*buttons, *always]:
        if wanted and wanted == plain(turn.services.renderer.say(button.label, turn.language)):
            return button.intent or None
    return None
