"""Telegram's errors as the channel's: retry later, the address is gone, or never as it is."""

from datetime import timedelta

from telegram.error import (
    BadRequest,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.base import AddressGone, DeliveryError, Rejected, RetryLater

# What Telegram says in a 400 when nothing will ever arrive at a chat (there are no codes for it).
_GONE = ("chat not found", "user is deactivated", "peer_id_invalid", "user not found", "have no rights to send")


def delivery_error(error: TelegramError) -> DeliveryError:
    """Ours for Telegram's; the order counts, since BadRequest and TimedOut are NetworkErrors in python-telegram-bot."""
    match error:
        case RetryAfter():
            after = error.retry_after
            return RetryLater("flood_limit", after if isinstance(after, timedelta) else timedelta(seconds=after))
        case Forbidden():
            return AddressGone("blocked")
        # What is no token leads to no method.
        case InvalidToken() | EndPointNotFound():
            return RetryLater("token_refused", timedelta(minutes=5))
        case BadRequest():
            words = error.message.lower()
            return AddressGone("chat_gone") if any(said in words for said in _GONE) else Rejected("bad_request")
        case TimedOut():
            return RetryLater("timed_out")
        case NetworkError():
            return RetryLater("network")
        case _:
            return RetryLater("telegram")
