"""The personal links of an invitation: Telegram's deep link and the web chat's address."""

import structlog
from telegram.error import TelegramError

from bot.settings import Settings

log = structlog.get_logger(__name__)


def web_link(base_url: str, code: str) -> str:
    """The web chat's link. The code stands behind "#", so it reaches no server log, proxy or link preview."""
    return f"{base_url}/chat#{code}"


async def make_links(settings: Settings, code: str) -> dict[str, str]:
    """The links that can be made with these settings; Telegram's needs the bot's name, which Telegram is asked for."""
    links = {}
    if settings.public_url:
        links["web"] = web_link(settings.public_url, code)
    else:
        links["web"] = web_link(f"http://{settings.host}:{settings.port}", code)
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
