"""From a raw Telegram update to an InboundEvent, or None when it is nothing for us.

Nothing in an update is trusted, and no more of it is read than an event needs: python-telegram-bot's own Update refuses
a whole message for one odd or missing field in a corner that means nothing to us (a poll, a quoted message), and the
person who wrote it would hear nothing.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

import structlog

from bot.actions.acting import Proof
from bot.events import (
    InboundEvent,
    Left,
    Media,
    Payload,
    Pressed,
    Reacted,
    Returned,
    Said,
    Started,
    command_in,
)
from storage.vocabulary import MediaKind

log = structlog.get_logger(__name__)

CHANNEL: Final = "telegram"
ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member", "message_reaction")
LONGEST_TEXT: Final = 4096
LONGEST_INTENT: Final = 64
_LONGEST_ID: Final = 256
# "This number may have more than 32 significant bits … but it has at most 52" (Bot API, Chat).
_LARGEST_CHAT: Final = 2**52
_LEFT: Final = ("kicked", "left")
# By the fields of a message; an animation has a document beside it, for older clients, and goes before that.
_FILES: Final = {
    "voice": MediaKind.VOICE,
    "audio": MediaKind.VOICE,
    "photo": MediaKind.PHOTO,
    "video": MediaKind.VIDEO,
    "video_note": MediaKind.VIDEO,
    "animation": MediaKind.VIDEO,
    "document": MediaKind.DOCUMENT,
    "sticker": MediaKind.STICKER,
}
_NO_FILES: Final = {
    "location": MediaKind.LOCATION,
    "venue": MediaKind.LOCATION,
    "contact": MediaKind.CONTACT,
    **dict.fromkeys(("poll", "dice", "story", "game", "paid_media", "checklist", "giveaway"), MediaKind.OTHER),
}

_Json: TypeAlias = Mapping[str, object]


class _Broken(Exception):
    """A field that is needed is not there, or not what Telegram says that it is."""


def update_id_of(raw: object) -> int | None:
    """The number of a raw update, when it has one that can be confirmed."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**62 else None


def parse(raw: object) -> InboundEvent | None:
    """The event of a raw update; None for what is broken, not for us, or not from a private chat, which the log counts
    with a word. Never raises."""
    number = update_id_of(raw)
    if number is None or not isinstance(raw, dict):
        log.warning("telegram_update_without_id")
        return None
    try:
        found = _event(raw, str(number))
    except _Broken as error:
        log.warning("telegram_update_broken", update=number, field=str(error))
        return None
    if isinstance(found, str):
        log.info("telegram_update_left_aside", update=number, why=found)
        return None
    return found


def _event(update: _Json, number: str) -> InboundEvent | str:
    """The event; or why there is none, in a word."""
    kind = next((name for name in ALLOWED_UPDATES if update.get(name) is not None), None)
    if kind is None:
        return "kind"
    content = _object(update, kind)
    sender = _object(content, "user" if kind == "message_reaction" else "from")
    ack: str | None = None
    payload: Payload | None
    match kind:
        case "callback_query":
            payload, ack = Pressed(_intent(content), _number_of(content.get("message"))), _id(content.get("id"))
            # Without a message it hangs in somebody's chat with somebody else: we send no such buttons.
            content = _object(content, "message")
        case "message_reaction":
            payload = _reacted(content)
        case "my_chat_member":
            payload = Left() if _object(content, "new_chat_member").get("status") in _LEFT else Returned()
        case _:
            payload = _said(content, edited=kind == "edited_message")
    address = _address(_object(content, "chat"), sender)
    if address is None:
        return "not_private"
    if payload is None:
        return "nothing_said"
    tag = sender.get("language_code")
    return InboundEvent(
        CHANNEL,
        address,
        number,
        payload,
        tag[:16] if isinstance(tag, str) else None,
        ack,
        answers_ref=_number_of(content.get("reply_to_message")),
        proof=Proof.ACCOUNT,
    )


def _address(chat: _Json, sender: _Json) -> str | None:
    """The private chat of this very sender; None for groups, channels and bots."""
    if chat.get("type") != "private" or sender.get("is_bot") is True:
        return None
    number = chat.get("id")
    # True and False are numbers to Python.
    if type(number) is not int or not 0 < number < _LARGEST_CHAT:
        raise _Broken("chat.id")
    # A private chat is its person: nobody else speaks or presses there.
    if sender.get("id") != number:
        raise _Broken("from.id")
    return str(number)


def _intent(query: _Json) -> str:
    intent = _text(query, "data")
    if len(_clean(intent).encode()) > LONGEST_INTENT:
        raise _Broken("data")
    return _clean(intent)


def _number_of(message: object) -> str | None:
    number = message.get("message_id") if isinstance(message, dict) else None
    return str(number) if type(number) is int else None


def _reacted(reaction: _Json) -> Payload | None:
    """The sign that was put; None where one was only taken away, and for signs that are pictures of somebody's own."""
    signs = reaction.get("new_reaction")
    found = [sign for sign in signs if isinstance(sign, dict)] if isinstance(signs, list) else []
    emoji = next((sign["emoji"] for sign in found if isinstance(sign.get("emoji"), str)), None)
    about = _number_of(reaction)
    return Reacted(_clean(emoji)[:16], about) if emoji and about is not None else None


def _said(message: _Json, *, edited: bool) -> Payload | None:
    if message.get("text") is not None:
        text = _clean(_text(message, "text"))
        command = None if edited else command_in(text)
        if command is None:
            return Said(text, edited=edited)
        return Started(command.rest[:LONGEST_INTENT] or None) if command.name == "start" else command
    caption = _clean(_text(message, "caption")) if message.get("caption") is not None else ""
    if edited:
        # A place that is shared live is edited every few seconds, without a word.
        return Said(caption, edited=True) if caption else None
    for field, kind in _FILES.items():
        if message.get(field):
            return Media(kind, _file_id(message[field]), caption, _id(message.get("media_group_id")) or "")
    for field, kind in _NO_FILES.items():
        if message.get(field):
            return Media(kind, None, caption)
    # Service messages (pinned, title changed …) say nothing to us.
    return None


def _file_id(file: object) -> str | None:
    # A photo comes in several sizes, the largest last.
    largest = file[-1] if isinstance(file, list) else file
    return _id(largest.get("file_id")) if isinstance(largest, dict) else None


def _id(found: object) -> str | None:
    """An identifier that Telegram wants to have back."""
    whole = str(found) if isinstance(found, str) or type(found) is int else ""
    return whole if whole.isascii() and whole.isprintable() and 0 < len(whole) <= _LONGEST_ID else None


def _object(of: _Json, name: str) -> _Json:
    found = of.get(name)
    if not isinstance(found, dict):
        raise _Broken(name)
    return found


def _text(of: _Json, name: str) -> str:
    found = of.get(name)
    if not isinstance(found, str):
        raise _Broken(name)
    return found


def _clean(text: str) -> str:
    """At most as long as Telegram allows, without what no database takes: NUL, and halves of surrogate pairs."""
    whole = text[:LONGEST_TEXT].replace("\0", "")
    return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
