"""The web chat as one of the channels (bot/channels/registry.py). It is always there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.channels.kind import ChannelKind, ChannelParts, Diagnosis
from bot.configuration.settings import Settings, SettingsGroup
from bot.enclosures.personal_links import web_link

if TYPE_CHECKING:
    from bot.channels.base import Channel


class WebSettings(SettingsGroup):
    """Nothing of its own: the page is where our server is (MAATJE_PUBLIC_URL)."""


def _build(parts: ChannelParts) -> "Channel":
    from bot.channels.web.channel import WebChannel

    return WebChannel(parts.database, parts.clock, parts.renderer, public_url=parts.public_url, phones=parts.phones)


async def _check(settings: Settings) -> Sequence[Diagnosis]:
    if not settings.public_url:
        text = "not set: Telegram is polled, and web links lead to this machine only"
        return [Diagnosis("public address", "warning", text)]
    if not settings.public_url.startswith("https://"):
        return [Diagnosis("public address", "fault", "must begin with https:// (Telegram and browsers require it)")]
    return [Diagnosis("public address", "ok", settings.public_url)]


async def _link(settings: Settings, code: str) -> str:
    return web_link(settings.own_url, code)


WEB = ChannelKind(name="web", settings=WebSettings, is_set_up=lambda _: True, build=_build, check=_check, link=_link)
