"""The personal links of an invitation, and of what a channel should not say itself."""

from datetime import datetime

import structlog
from telegram.error import TelegramError

from bot.settings import Settings
from reminders.claimed import ClaimedMessage
from storage.keys import KeyRing
from storage.linking import make_pass

log = structlog.get_logger(__name__)


def web_link(base_url: str, code: str) -> str:
    """The web chat's link. The code stands behind "#", so it reaches no server log, proxy or link preview."""
    return f"{base_url}/chat#{code}"


class PersonalLinks:
    """Makes links to the web chat that open it as one person; see reminders.claimed.LinkMaker."""

    def __init__(self, base_url: str, keys: KeyRing) -> None:
        self._base_url = base_url
        self._keys = keys

    def personal_link(self, message: ClaimedMessage, now: datetime) -> str | None:
        """The link, good for a few days; None for a message to somebody who is no person of ours."""
        if message.person_id is None:
            return None
        return web_link(self._base_url, make_pass(self._keys, message.person_id, now))


async def make_links(settings: Settings, code: str) -> dict[str, str]:
    """The links that can be made with these settings; Telegram's needs the bot's name, which Telegram is asked for."""
    links = {}
    if settings.public_url:
        links["web"] = web_link(settings.public_url, code)
    else:
        links["web"] = web_link(f"http://{settings.host}:{settings.port}", code)
    digits = "".join(char for char in settings.whatsapp_number if char.isdecimal())
    if "whatsapp" in settings.channels and digits:
        links["whatsapp"] = f"https://wa.me/{digits}?text={code}"
    if settings.telegram_token.get_secret_value():
        from bot.channels.telegram import TelegramChannel

        channel = TelegramChannel.from_settings(settings)
        try:
            username = await channel.username()
        except TelegramError as error:
            log.warning("telegram_unreachable", error=type(error).__name__)
        else:
            links["telegram"] = f"https://t.me/{username}?start={code}"
        finally:
            await channel.close()
    return links
