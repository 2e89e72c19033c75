"""Telegram as one of the channels (bot/channels/registry.py): its settings, and how it is built and checked."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import structlog
from pydantic import SecretStr

from bot.channels.kind import ChannelKind, ChannelParts, Diagnosis
from bot.configuration.settings import Settings, SettingsGroup, Url
from storage.people.contacts import contact_at
from storage.people.link_codes import hashes_of_consultants
from storage.people.people import Consultant

if TYPE_CHECKING:
    from bot.channels.base import Channel
    from bot.channels.telegram.channel import TelegramChannel
    from bot.channels.telegram.command_menu import HadOwn, Menu, MenuOf

log = structlog.get_logger(__name__)


class TelegramSettings(SettingsGroup):
    """The bot's token, as @BotFather gives it. Without a webhook secret one is derived from the secret key."""

    telegram_token: SecretStr = SecretStr("")
    telegram_api_url: Url = "https://api.telegram.org"
    telegram_webhook_secret: SecretStr = SecretStr("")


def telegram_channel(
    settings: Settings,
    *,
    commands: "Mapping[str, Menu] | None" = None,
    menu_of: "MenuOf | None" = None,
    had_own: "HadOwn | None" = None,
) -> "TelegramChannel":
    """The channel of these settings."""
    # python-telegram-bot alone costs half a second that a web chat need not wait.
    from bot.channels.telegram.channel import TelegramChannel
    from bot.channels.telegram.webhook import WEBHOOK_PATH

    own = settings.of(TelegramSettings)
    secret = own.telegram_webhook_secret.get_secret_value()
    if settings.public_url and not secret:
        secret = settings.keys().sign(settings.public_url, "telegram_webhook")
    return TelegramChannel(
        own.telegram_token.get_secret_value(),
        api_url=own.telegram_api_url,
        webhook_url=settings.public_url + WEBHOOK_PATH if settings.public_url else None,
        webhook_secret=secret,
        commands=commands,
        menu_of=menu_of,
        had_own=had_own,
    )


def _is_set_up(settings: Settings) -> bool:
    return bool(settings.of(TelegramSettings).telegram_token.get_secret_value())


def _build(parts: ChannelParts) -> "Channel":
    from bot.commands import consultant_commands, menu_commands

    consultants: frozenset[bytes] | None = None

    async def consultants_menu(address: str) -> "Menu | None":
        """Consultants have other commands than the people: a menu of their own."""
        async with parts.database.reading() as session:
            contact = await contact_at(session, parts.database.keys, "telegram", address)
            if contact is None or (contact.person_id is None and contact.consultant_id is None):
                return None
            consultant = await session.get(Consultant, contact.consultant_id) if contact.consultant_id else None
        return consultant_commands(parts.renderer, consultant.language) if consultant is not None else ()

    async def had_own(address: str) -> bool:
        """Consultants are few: those of the beginning are known by heart, and spare every new chat a look."""
        nonlocal consultants
        if consultants is None:
            async with parts.database.reading() as session:
                consultants = await hashes_of_consultants(session, "telegram")
        return not consultants.isdisjoint(parts.database.keys.fingerprints(address, "contact/telegram"))

    return telegram_channel(
        parts.settings, commands=menu_commands(parts.renderer), menu_of=consultants_menu, had_own=had_own
    )


async def _check(settings: Settings) -> Sequence[Diagnosis]:
    from telegram.error import InvalidToken, TelegramError

    channel = telegram_channel(settings)
    try:
        found = [Diagnosis("telegram", "ok", f"@{await channel.username()}")]
        if (what := await channel.webhook_fault()) is not None:
            found.append(Diagnosis("telegram webhook", "fault", what))
        return found
    except InvalidToken:
        return [Diagnosis("telegram", "fault", "the token is not accepted; copy it again from @BotFather")]
    except TelegramError as error:
        return [Diagnosis("telegram", "fault", f"cannot be reached ({type(error).__name__}); look at the network")]
    finally:
        await channel.close()


async def _link(settings: Settings, code: str) -> str | None:
    """Telegram's link has the bot's name in it, which Telegram is asked for."""
    from telegram.error import TelegramError

    channel = telegram_channel(settings)
    try:
        return f"https://t.me/{await channel.username()}?start={code}"
    except TelegramError as error:
        log.warning("telegram_unreachable", error=type(error).__name__)
        return None
    finally:
        await channel.close()


TELEGRAM = ChannelKind(
    name="telegram",
    settings=TelegramSettings,
    is_set_up=_is_set_up,
    build=_build,
    check=_check,
    link=_link,
    when_off="off; set MAATJE_TELEGRAM_TOKEN to the token that @BotFather gives",
)
