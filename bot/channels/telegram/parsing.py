"""From a Telegram update to an InboundEvent, or None when it is nothing for us. Nothing in an update is trusted."""

import structlog
from telegram import Bot, CallbackQuery, ChatMemberUpdated, Message, Update
from telegram.constants import ChatMemberStatus, ChatType

from bot.events import InboundEvent, Left, Media, MediaKind, Payload, Pressed, Returned, Said, Started, command_in

log = structlog.get_logger(__name__)

CHANNEL = "telegram"
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
LONGEST_TEXT = 4096
LONGEST_INTENT = 64


def update_id_of(raw: object) -> int | None:
    """The number of a raw update, when it has one that can be confirmed."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**62 else None


def parse(raw: object, bot: Bot) -> InboundEvent | None:
    """The event of a raw update; None for what is broken, not for us, or not from a private chat. Never raises."""
    number = update_id_of(raw)
    if number is None or not isinstance(raw, dict):
        log.warning("telegram_update_without_id")
        return None
    try:
        update = Update.de_json(raw, bot)
        return _event(update, number)
    except Exception as error:
        # Wrong types anywhere in the tree: python-telegram-bot trusts what Telegram sends, we do not.
        log.warning("telegram_update_broken", update=number, error=type(error).__name__)
        return None


def _event(update: Update, number: int) -> InboundEvent | None:
    if update.callback_query is not None:
        return _pressed(update.callback_query, number)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member, number)
    message = update.message or update.edited_message
    if message is None or message.chat.type != ChatType.PRIVATE or message.from_user is None:
        return None
    if message.from_user.is_bot:
        return None
    payload = _payload(message, edited=update.edited_message is not None)
    if payload is None:
        return None
    return _made(number, message.chat.id, payload, message.from_user.language_code)


def _made(number: int, chat: int, payload: Payload, language: object, ack: str | None = None) -> InboundEvent:
    # True and False are numbers to Python.
    if type(chat) is not int:
        raise TypeError("a chat id is a number")
    tag = language[:16] if isinstance(language, str) else None
    return InboundEvent(CHANNEL, str(chat), str(number), payload, tag, ack)


def _pressed(query: CallbackQuery, number: int) -> InboundEvent | None:
    message = query.message
    if not isinstance(query.data, str) or message is None or message.chat.type != ChatType.PRIVATE:
        return None
    if len(query.data.encode()) > LONGEST_INTENT:
        return None
    payload = Pressed(query.data, str(message.message_id))
    return _made(number, message.chat.id, payload, query.from_user.language_code, str(query.id))


def _membership(change: ChatMemberUpdated, number: int) -> InboundEvent | None:
    if change.chat.type != ChatType.PRIVATE:
        return None
    gone = change.new_chat_member.status in (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)
    return _made(number, change.chat.id, Left() if gone else Returned(), change.from_user.language_code)


def _payload(message: Message, *, edited: bool) -> Payload | None:
    if message.text is not None:
        return _text(str(message.text), edited=edited)
    if edited:
        return Said(_clean(str(message.caption or "")), edited=True)
    caption = _clean(str(message.caption or ""))
    for kind, file in _media(message):
        return Media(kind, file, caption)
    # Service messages (pinned, title changed …) say nothing to us.
    return None


def _media(message: Message) -> list[tuple[MediaKind, str | None]]:
    found: list[tuple[MediaKind, str | None]] = []
    if message.voice or message.audio:
        sound = message.voice or message.audio
        found.append((MediaKind.VOICE, str(sound.file_id) if sound is not None else None))
    if message.photo:
        found.append((MediaKind.PHOTO, str(message.photo[-1].file_id)))
    moving = message.video or message.video_note or message.animation
    if moving:
        found.append((MediaKind.VIDEO, str(moving.file_id)))
    if message.document:
        found.append((MediaKind.DOCUMENT, str(message.document.file_id)))
    if message.sticker:
        found.append((MediaKind.STICKER, str(message.sticker.file_id)))
    if message.location or message.venue:
        found.append((MediaKind.LOCATION, None))
    if message.contact:
        found.append((MediaKind.CONTACT, None))
    if message.poll or message.dice or message.story or message.game:
        found.append((MediaKind.OTHER, None))
    return found


def _text(text: str, *, edited: bool) -> Payload:
    text = _clean(text)
    command = None if edited else command_in(text)
    if command is None:
        return Said(text, edited=edited)
    return Started(command.rest[:LONGEST_INTENT] or None) if command.name == "start" else command


def _clean(text: str) -> str:
    """At most as long as Telegram allows, without what no database takes: NUL, and halves of surrogate pairs."""
    whole = text[:LONGEST_TEXT].replace("\0", "")
    return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
