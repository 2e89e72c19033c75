"""The links by which somebody opens a chat with a code, one a channel."""

from telegram.error import TelegramError

from bot.configuration.settings import Settings
from bot.enclosures.personal_links import log, web_link


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
