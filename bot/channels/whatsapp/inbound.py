"""What WhatsApp's webhook brings: messages, presses, and what became of ours."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from bot.actions.acting import Proof
from bot.channels.base import News, NewsState
from bot.channels.whatsapp.errors import failure_of
from bot.events import (
    InboundEvent,
    Media,
    Moved,
    Payload,
    Pressed,
    Reacted,
    Renamed,
    Said,
    Started,
    Withdrawn,
    command_in,
)
from storage.people.link_codes import looks_like_code, normalise_code
from storage.vocabulary import MediaKind

CHANNEL: Final = "whatsapp"
# Meta brings a webhook again for up to seven days.
STALE_AFTER: Final = timedelta(days=7)
_MEDIA: Final[Mapping[str, MediaKind]] = {
    "audio": MediaKind.VOICE,
    "image": MediaKind.PHOTO,
    "video": MediaKind.VIDEO,
    "document": MediaKind.DOCUMENT,
    "sticker": MediaKind.STICKER,
    "location": MediaKind.LOCATION,
    "contacts": MediaKind.CONTACT,
}
_STATES: Final = {"delivered": NewsState.DELIVERED, "read": NewsState.READ}

_NUMBER: Final = re.compile(r"[0-9]{6,19}")
# A user's id for one business: their country, perhaps "ENT", and up to 128 letters and digits.
_USER_ID: Final = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")


@dataclass(frozen=True, slots=True)
class LeftAside:
    """Something in a webhook that is for nobody here; `why` is a word for logs and counts."""

    why: str


Item: TypeAlias = InboundEvent | News | LeftAside


def is_user_id(address: str) -> bool:
    """Whether an address is a user's id, and not a number."""
    return _USER_ID.fullmatch(address) is not None


def items_of(raw: object, phone_number_id: str, now: datetime) -> Iterator[Item]:
    """The events and news in one webhook, in order, and what is left aside; what is another number's is passed over."""
    for value in _values(raw):
        if _text(_object(value.get("metadata")).get("phone_number_id")) != phone_number_id:
            continue
        ids = {
            _text(contact.get("wa_id")): _text(contact.get("user_id"))
            for contact in _objects(value.get("contacts"))
            if contact.get("user_id")
        }
        for message in _objects(value.get("messages")):
            yield _event(message, ids, now)
        for status in _objects(value.get("statuses")):
            news = _news(status, now)
            if news is not None:
                yield news


def _values(raw: object) -> Iterator[Mapping[str, object]]:
    for entry in _objects(_object(raw).get("entry")):
        for change in _objects(entry.get("changes")):
            if change.get("field") == "messages":
                yield _object(change.get("value"))


def _event(message: Mapping[str, object], ids: Mapping[str, str], now: datetime) -> InboundEvent | LeftAside:
    if _is_stale(message, now):
        return LeftAside("stale")
    if message.get("group_id") or _text(message.get("recipient_type")) == "group":
        return LeftAside("group")
    payload = _payload(message)
    if payload is None:
        return LeftAside(f"type_{_text(message.get('type'))[:20] or 'none'}")
    number, user_id = _sender(message, ids)
    if isinstance(payload, Renamed):
        # Known by what they were called before; that the id is another is for who keeps addresses.
        user_id = payload.was or user_id
        payload = Renamed(user_id or "", payload.to)
    address, event_id = number or user_id, _text(message.get("id"))
    if not address or not 0 < len(event_id) <= 120:
        return LeftAside("no_id" if address else "no_sender")
    answers = _text(_object(message.get("context")).get("id"))[:120] or None
    also = (user_id or None) if number is not None else None
    return InboundEvent(CHANNEL, address, event_id, payload, answers_ref=answers, also=also, proof=Proof.ACCOUNT)


def _sender(message: Mapping[str, object], ids: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Their number, and their id for this business: either may be missing.

    `ids` are those of the webhook's contacts by number; one without a number is the sender's, who came without too.
    """
    given = _text(message.get("from"))
    number = _fitting(_NUMBER, given)
    user_id = _fitting(_USER_ID, _text(message.get("from_user_id")) or ids.get(number or "") or given)
    if number is None and user_id is not None:
        number = next((_fitting(_NUMBER, one) for one, theirs in ids.items() if theirs == user_id), None)
    return number, user_id


def _fitting(pattern: re.Pattern[str], text: str) -> str | None:
    return text if pattern.fullmatch(text) is not None else None


def _payload(message: Mapping[str, object]) -> Payload | None:
    kind = _text(message.get("type"))
    reference = _text(_object(message.get("context")).get("id")) or None
    match kind:
        case "text":
            return _said(_text(_object(message.get("text")).get("body")))
        case "button":
            return _pressed(_text(_object(message.get("button")).get("payload")), reference)
        case "interactive":
            interactive = _object(message.get("interactive"))
            reply = _object(interactive.get("button_reply")) or _object(interactive.get("list_reply"))
            return _pressed(_text(reply.get("id")), reference)
        case "request_welcome":
            return Started(None)
        case "edit":
            return _edited(_object(_object(message.get("edit")).get("message")))
        case "revoke" | "delete" | "deleted":
            return Withdrawn()
        case "reaction":
            reaction = _object(message.get("reaction"))
            emoji, about = _text(reaction.get("emoji")), _text(reaction.get("message_id"))
            return Reacted(emoji[:16], about[:120]) if emoji and about else None
        case "system":
            return _system(_object(message.get("system")))
        case "":
            return None
        case _:
            content = _object(message.get(kind))
            file, caption = _text(content.get("id")), _text(content.get("caption"))
            return Media(_MEDIA.get(kind, MediaKind.OTHER), file[:100] or None, caption)


def _edited(message: Mapping[str, object]) -> Payload | None:
    """A message that was changed, whatever it was before: its new words."""
    body = _text(_object(message.get("text")).get("body"))
    captions = (_text(_object(content).get("caption")) for content in message.values())
    words = body or next((caption for caption in captions if caption), "")
    text = words.replace("\0", "").strip()
    return Said(text, edited=True) if text else None


def _system(system: Mapping[str, object]) -> Payload | None:
    match _text(system.get("type")):
        case "user_changed_number" | "customer_changed_number":
            return Moved()
        case "user_changed_user_id":
            to = _fitting(_USER_ID, _text(system.get("user_id")))
            return Renamed(_fitting(_USER_ID, _text(system.get("previous_user_id"))) or "", to) if to else None
        case _:
            return None


def _said(text: str) -> Payload | None:
    text = text.replace("\0", "").strip()
    if not text:
        return None
    return Started(normalise_code(text)) if looks_like_code(text) else command_in(text) or Said(text)


def _pressed(intent: str, reference: str | None) -> Payload | None:
    return Pressed(intent, reference) if 0 < len(intent) <= 256 else None


def _news(status: Mapping[str, object], now: datetime) -> News | None:
    state, provider_ref = _text(status.get("status")), _text(status.get("id"))
    reference = _text(status.get("biz_opaque_callback_data")) or None
    if not provider_ref or len(provider_ref) > 200 or _is_stale(status, now):
        return None
    if state in _STATES:
        return News(CHANNEL, _STATES[state], provider_ref[:120], reference)
    if state == "failed":
        errors = list(_objects(status.get("errors")))
        code = errors[0].get("code") if errors else None
        failure = failure_of(code if isinstance(code, int) else 0)
        return News(
            CHANNEL,
            NewsState.FAILED,
            provider_ref[:120],
            reference,
            reason=failure.reason,
            gone=failure.gone,
            again=failure.again,
            at=_moment(status),
        )
    return None


def _is_stale(item: Mapping[str, object], now: datetime) -> bool:
    moment = _moment(item)
    return moment is None or moment < now - STALE_AFTER


def _moment(item: Mapping[str, object]) -> datetime | None:
    stamp = _text(item.get("timestamp"))
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 11):
        return None
    return datetime.fromtimestamp(int(stamp), UTC)


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, list):
        yield from (item for item in value[:1000] if isinstance(item, dict))


def _text(value: object) -> str:
    # JSON can hold halves of letters, which no database takes.
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""
