"""Notify's refusals as the channel's: retry later, the address is gone, or never as it is.

Notify answers {"status_code": 400, "errors": [{"error": "ValidationError", "message": "…"}]}; what is wrong stands only
in the words (alphagov/notifications-api, app/v2/errors.py, app/notifications/validators.py, app/schema_validation).
Its messages can have the address in them, so none of them goes into a log or into an exception.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from bot.channels.base import AddressGone, DeliveryError, Rejected, RetryLater

KEY_PAUSE = timedelta(minutes=10)
RATE_PAUSE = timedelta(seconds=60)

# The address itself is wrong: "phone_number Not enough digits", "email_address Not a valid email address".
_INVALID_KINDS = frozenset({"InvalidPhoneError", "InvalidEmailError", "InvalidRecipientError"})
_INVALID = ("phone_number ", "email_address ")
_OURS = ("is a required property", "is not of type")
# By a word in the message: the reason. The first that holds counts.
_REJECTED = (
    ("team-only", "team_key"),
    ("trial mode", "trial_mode"),
    ("international", "no_international_sms"),
    ("not allowed to send", "no_permission"),
    ("personalisation", "template_fields"),
    ("template", "template"),
    ("too long", "too_long"),
    ("empty", "empty"),
    ("sms_sender_id", "sender_id"),
    ("email_reply_to_id", "reply_to_id"),
)


@dataclass(frozen=True, slots=True)
class _ApiFault:
    kind: str
    words: str


def delivery_error(status: int, body: bytes, now: datetime) -> DeliveryError:
    """Ours for an answer of Notify that is no success; `now` is an aware instant."""
    faults = _faults(body)
    if status in (401, 403):
        clock_wrong = any("system clock" in fault.words for fault in faults)
        return RetryLater("clock_wrong" if clock_wrong else "key_refused", KEY_PAUSE)
    if status == 429:
        if any(fault.kind == "TooManyRequestsError" for fault in faults):
            return RetryLater("daily_limit", next_midnight(now) - now)
        return RetryLater("rate_limited", RATE_PAUSE)
    if status == 400:
        return _bad_request(faults)
    if status >= 500 or status == 408:
        return RetryLater("unavailable")
    # A wrong base URL, or something that stands between us and Notify.
    return RetryLater("unexpected_answer", KEY_PAUSE)


def next_midnight(now: datetime) -> datetime:
    """When Notify's daily limit begins anew: midnight UTC."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)


def _bad_request(faults: list[_ApiFault]) -> DeliveryError:
    if any(_is_invalid_address(fault) for fault in faults):
        return AddressGone("invalid")
    for word, reason in _REJECTED:
        if any(word in fault.words for fault in faults):
            return Rejected(reason)
    return Rejected("bad_request")


def _is_invalid_address(fault: _ApiFault) -> bool:
    if fault.kind in _INVALID_KINDS:
        return True
    return fault.words.startswith(_INVALID) and not any(words in fault.words for words in _OURS)


def _faults(body: bytes) -> list[_ApiFault]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return []
    errors = read.get("errors") if isinstance(read, dict) else None
    return [
        _ApiFault(str(error.get("error", "")), str(error.get("message", "")).lower())
        for error in (errors if isinstance(errors, list) else [])
        if isinstance(error, dict)
    ]
