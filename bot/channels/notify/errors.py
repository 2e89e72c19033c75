"""Notify's refusals as the channel's: retry later, the address is gone, or never as it is.

Notify answers {"status_code": 400, "errors": [{"error": "ValidationError", "message": "…"}]}; what is wrong stands only
in the words (alphagov/notifications-api, app/v2/errors.py, app/notifications/validators.py, app/schema_validation).
Its messages can have the address in them, so none of them goes into a log or into an exception.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from bot.channels.base import AddressGone, DeliveryError, Rejected, RetryLater

KEY_PAUSE = timedelta(minutes=10)
RATE_PAUSE = timedelta(seconds=60)

#: What an operator has to mend, by reason: the key's, the service's, the template's.
TO_MEND: Final[dict[str, str]] = {
    "key_refused": "copy the API key again, check the base URL",
    "clock_wrong": "set this machine's clock (NTP)",
    "daily_limit": "ask Notify for a higher daily limit",
    "team_key": "make a live API key in Notify",
    "trial_mode": "ask Notify to make the service live",
    "no_permission": "switch this kind of message on in the service's settings",
    "no_international_sms": "switch messages to other countries on in the service's settings",
    "template": "check the ids of the templates, and that none was deleted",
    "template_fields": "give the templates the fields of docs/administrators.md",
    "sender_id": "check the id of the sender in the service's settings",
    "reply_to_id": "check the id of the reply address in the service's settings",
}
# The address itself is wrong: "phone_number Not enough digits", "email_address Not a valid email address".
_INVALID_KINDS = frozenset({"InvalidPhoneError", "InvalidEmailError", "InvalidRecipientError"})
_INVALID = ("phone_number ", "email_address ")
_OURS = ("is a required property", "is not of type")
# The same where the words stand alone, in English and as NotifyNL has them (Worth-NL/notifynl-utils,
# notifications_utils/recipient_validation/errors.py).
_SAYS_INVALID = (
    "not enough digits",
    "too many digits",
    "must not contain letters or symbols",
    "not a valid country prefix",
    "not a valid email address",
    "not a valid recipient",
    "not a dutch mobile number",
    "het telefoonnummer is ongeldig",
    "het mobiele telefoonnummer is te",
    "mobiele nummers mogen alleen",
    "landcode niet gevonden",
    "geen nederlands mobiel",
    "mag geen alarmnummer zijn",
    "geen geldig e-mailadres",
)
# A service that may not send abroad takes our numbers for foreign ones: its settings are wrong, and no number.
_ABROAD = ("not a uk mobile number", "geen brits mobiel")
# By a word in the message: the reason. The first that holds counts.
_REJECTED = (
    ("team-only", "team_key"),
    ("trial mode", "trial_mode"),
    ("international", "no_international_sms"),
    ("not allowed to send", "no_permission"),
    ("niet toegestaan", "no_permission"),
    ("personalisation", "template_fields"),
    ("template", "template"),
    ("too long", "too_long"),
    ("bericht is te lang", "too_long"),
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
    if any(words in fault.words for fault in faults for words in _ABROAD):
        return Rejected("no_international_sms")
    if any(_is_invalid_address(fault) for fault in faults):
        return AddressGone("invalid")
    for word, reason in _REJECTED:
        if any(word in fault.words for fault in faults):
            return Rejected(reason)
    return Rejected("bad_request")


def _is_invalid_address(fault: _ApiFault) -> bool:
    if fault.kind in _INVALID_KINDS:
        return True
    if any(words in fault.words for words in _SAYS_INVALID):
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
