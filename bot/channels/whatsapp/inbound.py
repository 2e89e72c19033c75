"""What WhatsApp's webhook brings: messages, presses, and what became of ours."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from bot.channels.base import News, NewsState
from bot.channels.whatsapp.errors import failure_of
from bot.events import InboundEvent, Media, MediaKind, Moved, Payload, Pressed, Said, Started, command_in
from storage.people.link_codes import looks_like_code, normalise_code

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

Item: TypeAlias = InboundEvent | News


def items_of(raw: object, phone_number_id: str, now: datetime) -> Iterator[Item]:
    """The events and news in one webhook, in order; what is none of ours, old or unreadable is passed over."""
    for value in _values(raw):
        if _text(_object(value.get("metadata")).get("phone_number_id")) != phone_number_id:
            continue
        for message in _objects(value.get("messages")):
            event = _event(message, now)
            if event is not None:
                yield event
        for status in _objects(value.get("statuses")):
            news = _news(status, now)
            if news is not None:
                yield news


def _values(raw: object) -> Iterator[Mapping[str, object]]:
    for entry in _objects(_object(raw).get("entry")):
        for change in _objects(entry.get("changes")):
            if change.get("field") == "messages":
                yield _object(change.get("value"))


def _event(message: Mapping[str, object], now: datetime) -> InboundEvent | None:
    address, event_id = _text(message.get("from")), _text(message.get("id"))
    if not (address.isascii() and address.isdecimal() and 5 < len(address) < 20) or not 0 < len(event_id) <= 120:
        return None
    if _is_stale(message, now):
        return None
    payload = _payload(message)
    return InboundEvent(CHANNEL, address, event_id, payload) if payload is not None else None


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
        case "reaction" | "":
            return None
        case "system":
            changed = _text(_object(message.get("system")).get("type"))
            return Moved() if changed in ("user_changed_number", "customer_changed_number") else None
        case _:
            content = _object(message.get(kind))
            file, caption = _text(content.get("id")), _text(content.get("caption"))
            return Media(_MEDIA.get(kind, MediaKind.OTHER), file[:100] or None, caption)


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
