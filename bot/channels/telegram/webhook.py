"""Our webhook as Telegram sees it: where it is, who is let in, and whether Telegram can bring us updates."""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from telegram import Bot

WEBHOOK_PATH: Final = "/telegram/webhook"
SECRET_HEADER: Final = "x-telegram-bot-api-secret-token"  # noqa: S105 - a header's name
# An error of Telegram's with our webhook that is older than this is over.
_RECENTLY: Final = timedelta(hours=1)


def is_telegram(headers: Mapping[str, str], secret: str) -> bool:
    """Whether a request to the webhook comes from who was told the secret."""
    return bool(secret) and hmac.compare_digest(headers.get(SECRET_HEADER, "").encode(), secret.encode())


async def webhook_fault(bot: Bot, url: str) -> str | None:
    """What keeps Telegram from bringing us what people write to `url`; None when nothing does.

    Raises:
        telegram.error.TelegramError: Telegram is out of reach, or refuses the token.
    """
    told = await bot.get_webhook_info()
    if told.url != url:
        return f"Telegram has {told.url or 'no address'}; it is set when the service starts (maatje run)"
    if told.last_error_date is not None and told.last_error_date > datetime.now(UTC) - _RECENTLY:
        waiting = f", {told.pending_update_count} updates wait" if told.pending_update_count else ""
        return f"Telegram could not reach us lately: {told.last_error_message}{waiting}"
    return None
