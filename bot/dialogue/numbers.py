"""Where there are no buttons, a number answers the message that offered it: "1" is its first button."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot.dialogue.turn import Turn
from bot.events import InboundEvent, Pressed, Said
from storage.columns import Json
from storage.contacts import Offer
from storage.outbox import Message

_DIGITS = {
    ord(digit): str(value) for zero in "٠۰०" for value, digit in enumerate(chr(ord(zero) + i) for i in range(10))
}


def number_in_text(text: str) -> int | None:
    """The number that a text is, in any digits, with or without a full stop; None for any other text."""
    digits = text.strip().rstrip(".)=").strip().translate(_DIGITS)
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 2 else None


async def read_number(turn: Turn) -> InboundEvent:
    """The event as the button it names by number; any other event as it is.

    A reply to one of our e-mails answers that very message, anything else what was offered to this address last.
    """
    event = turn.event
    number = number_in_text(event.payload.text) if isinstance(event.payload, Said) else None
    if number is None or number < 1:
        return event
    intents = await _answered(turn.session, event, turn.contact.id) or await _offered(turn.session, turn.contact.id)
    if number > len(intents) or not intents[number - 1]:
        return event
    return replace(event, payload=Pressed(intents[number - 1]))


async def _offered(session: AsyncSession, contact_id: int) -> list[str]:
    offer = await session.get(Offer, contact_id)
    return _strings(offer.intents.get("intents")) if offer is not None else []


async def _answered(session: AsyncSession, event: InboundEvent, contact_id: int) -> list[str]:
    """The buttons of the message that this is a reply to, when it carries them itself and went to this contact."""
    number = event.answers or ""
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return []
    message = await session.get(Message, int(number))
    if message is None or contact_id not in (message.sent_contact_id, message.contact_id):
        return []
    rows = message.params.get("buttons")
    if not isinstance(rows, list):
        return []
    return [
        str(one[1]) for row in rows if isinstance(row, list) for one in row if isinstance(one, list) and len(one) > 1
    ]


def _strings(values: Json) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
