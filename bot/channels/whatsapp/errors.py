"""What the Cloud API's errors mean for a message.

https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.channels.base import AddressGone, DeliveryError, Rejected, RetryLater

OUTSIDE_WINDOW: Final = frozenset({131047, 470})
MEDIA_REFUSED: Final = frozenset({131051, 131052, 131053})
# The address's: not on WhatsApp, blocked us, an old version, terms not accepted; or the number is our own.
_GONE: Final = frozenset({131026, 131021})
# The address's as well, and no reason to give it up: who stopped marketing reads the rest, a number that is not on the
# list of an account in test is on it tomorrow, and a user id that one kind of message does not take has others.
_NOT_THIS: Final[dict[int, str]] = {
    131050: "stopped_marketing",
    131030: "not_on_the_test_list",
    131062: "not_to_a_user_id",
    131043: "expired",
}
# Passing: the pauses that each limit needs before a message has a chance again.
_LATER: Final[dict[int, tuple[str, timedelta]]] = {
    4: ("rate_limited", timedelta(minutes=1)),
    80007: ("rate_limited", timedelta(minutes=1)),
    130429: ("rate_limited", timedelta(seconds=5)),
    131048: ("spam_limited", timedelta(hours=1)),
    131056: ("pair_limited", timedelta(seconds=10)),
    133004: ("server_down", timedelta(seconds=30)),
    131000: ("provider_fault", timedelta(seconds=5)),
    131016: ("provider_fault", timedelta(seconds=30)),
    131057: ("maintenance", timedelta(minutes=5)),
    1: ("provider_fault", timedelta(seconds=5)),
    2: ("provider_fault", timedelta(seconds=5)),
}
# The account's: locked, restricted (in a country), unpaid, a number or its name that is not registered, verified or
# approved. Nothing is wrong with the message, which may go once somebody mended that.
_ACCOUNT: Final = frozenset({33, 368, 130497, 131005, 131031, 131037, 131042, 131044, 131045, 131064, 2388103}) | {
    code for code in range(133000, 133100) if code != 133004
}
# The template's: missing, not approved, paused, disabled, with other variables.
_TEMPLATE: Final = range(132000, 133000)
# Meta holds back messages to people who get many, or to compare; another channel may do at once.
_HELD_BACK: Final[dict[int, str]] = {131049: "held_back_by_meta", 130472: "in_an_experiment"}
_OPERATORS_PAUSE: Final = timedelta(minutes=10)
# What passes within this time is waited for; with a longer pause another channel is quicker.
_SOON: Final = timedelta(minutes=1)
WINDOW_CLOSED: Final = "window_closed"
ACCOUNT_REFUSED: Final = "account_refused"
TEMPLATE_REFUSED: Final = "template_refused"
TOKEN_REFUSED: Final = "token_refused"  # noqa: S105 - a word for tables
#: What an operator has to mend, by reason: said once, until a message is taken again.
TO_MEND: Final[dict[str, str]] = {
    ACCOUNT_REFUSED: "WhatsApp Manager shows what the account lacks",
    TEMPLATE_REFUSED: "run maatje whatsapp templates and submit what is missing",
    TOKEN_REFUSED: "check MAATJE_WHATSAPP_TOKEN and its permissions",
    "not_on_the_test_list": "the account is in test: take it into use, or put the numbers on its list",
}


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
        return RetryLater(ACCOUNT_REFUSED, _OPERATORS_PAUSE)
    if code in (0, 3, 10, 190) or 200 <= code < 300 or status in (401, 403):
        if status >= 500 or status == 429:
            return RetryLater("provider_fault", timedelta(seconds=5))
        return RetryLater(TOKEN_REFUSED, _OPERATORS_PAUSE)
    if status >= 500 or status == 429:
        return RetryLater("provider_fault", timedelta(seconds=5))
    if code in _TEMPLATE:
        return Rejected(TEMPLATE_REFUSED)
    return Rejected(_word(code, "refused"))


def _word(code: int, otherwise: str) -> str:
    return _HELD_BACK.get(code) or _NOT_THIS.get(code) or f"{otherwise}_{code}"


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
    if code in _ACCOUNT or code in (190, 10):
        return Failure(ACCOUNT_REFUSED)
    if code in _TEMPLATE:
        return Failure(TEMPLATE_REFUSED)
    return Failure(_word(code, "failed"))
