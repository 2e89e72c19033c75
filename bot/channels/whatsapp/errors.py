"""What the Cloud API's errors mean for a message.

https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from bot.channels.base import AddressGone, DeliveryError, Rejected, RetryLater

log = structlog.get_logger(__name__)

OUTSIDE_WINDOW: Final = frozenset({131047, 470})
MEDIA_REFUSED: Final = frozenset({131051, 131052, 131053})
# Undeliverable (not on WhatsApp, blocked us, an old version), not allowed in a test account, themselves, opted out.
_GONE: Final = frozenset({131026, 131030, 131021, 131050})
# The pauses that each limit needs before a message has a chance again.
_LATER: Final[dict[int, tuple[str, timedelta]]] = {
    4: ("rate_limited", timedelta(minutes=1)),
    80007: ("rate_limited", timedelta(minutes=1)),
    130429: ("rate_limited", timedelta(seconds=5)),
    131048: ("spam_limited", timedelta(hours=1)),
    131056: ("pair_limited", timedelta(seconds=10)),
    133004: ("server_down", timedelta(seconds=30)),
    131000: ("provider_fault", timedelta(seconds=5)),
    131016: ("provider_fault", timedelta(seconds=30)),
    1: ("provider_fault", timedelta(seconds=5)),
    2: ("provider_fault", timedelta(seconds=5)),
}
# The whole account may not send (locked, restricted, unpaid, number not registered or deleted, maintenance): nothing is
# wrong with the message, which may go once somebody mended that.
_ACCOUNT: Final = frozenset({33, 368, 131005, 131031, 131042, 131045, 131057, 133010})
# Meta holds back messages to people who get many, or to compare; another channel may do at once.
_HELD_BACK: Final[dict[int, str]] = {131049: "held_back_by_meta", 130472: "in_an_experiment"}
_OPERATORS_PAUSE: Final = timedelta(minutes=10)
# What passes within this time is waited for; with a longer pause another channel is quicker.
_SOON: Final = timedelta(minutes=1)
WINDOW_CLOSED: Final = "window_closed"


class OutsideWindow(Exception):
    """Nobody wrote for 24 hours: only an approved template may be sent."""


class MediaRefused(Exception):
    """WhatsApp does not take the picture or sound; the words may still go."""


def error_of(status: int, code: int) -> DeliveryError | OutsideWindow | MediaRefused:
    """The error of an answer: HTTP status, and the API's own code (0 = none was given)."""
    if code in OUTSIDE_WINDOW:
        return OutsideWindow()
    if code in MEDIA_REFUSED:
        return MediaRefused()
    if code in _GONE:
        return AddressGone("undeliverable" if code == 131026 else "refused_by_person")
    if code in _LATER:
        return RetryLater(*_LATER[code])
    if code in _ACCOUNT:
        log.error("whatsapp_account_refused", code=code, hint="WhatsApp Manager shows what the account lacks")
        return RetryLater("account_refused", _OPERATORS_PAUSE)
    if code in (0, 10, 190) or 200 <= code < 300 or status in (401, 403):
        if status >= 500 or status == 429:
            return RetryLater("provider_fault", timedelta(seconds=5))
        log.error("whatsapp_token_refused", code=code, hint="check MAATJE_WHATSAPP_TOKEN and its permissions")
        return RetryLater("token_refused", _OPERATORS_PAUSE)
    if status >= 500 or status == 429:
        return RetryLater("provider_fault", timedelta(seconds=5))
    if 132000 <= code < 133000:
        log.error(
            "whatsapp_template_refused", code=code, hint="run maatje whatsapp templates and submit what is missing"
        )
        return Rejected("template_refused")
    log.warning("whatsapp_refused", code=code)
    return Rejected(_HELD_BACK.get(code, f"refused_{code}"))


@dataclass(frozen=True, slots=True)
class Failure:
    """What a failed status means: a word, whether the address is to be given up, and when it may be tried again."""

    reason: str
    gone: bool = False
    again: timedelta | None = None


def failure_of(code: int) -> Failure:
    """What the code of a failed status means; as `error_of`, but of a message that was taken first."""
    if code in OUTSIDE_WINDOW:
        return Failure(WINDOW_CLOSED, again=timedelta(seconds=5))
    if code in _GONE:
        return Failure("undeliverable", gone=True)
    if code in _LATER:
        reason, pause = _LATER[code]
        return Failure(reason, again=pause if pause <= _SOON else None)
    return Failure(_HELD_BACK.get(code, f"failed_{code}"))
