"""The web chat as one of the channels (bot/channels/registry.py). It is always there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.channels.kind import ChannelKind, ChannelParts, Diagnosis
from bot.configuration.settings import Settings, SettingsGroup
from bot.enclosures.personal_links import web_link

if TYPE_CHECKING:
    from bot.channels.base import Channel
    from bot.channels.web.routes import Speaks
    from bot.voice.speaking import Speaker
    from locales.rendering.message import Body
    from locales.rendering.render import File


class WebSettings(SettingsGroup):
    """The page is where our server is (MAATJE_PUBLIC_URL)."""

    # The private key by which browsers hear that there is a message (VAPID); "" = they do not. maatje doctor makes one.
    web_push_key: SecretStr = SecretStr("")


def _build(parts: ChannelParts) -> "Channel":
    from bot.channels.web.channel import WebChannel

    return WebChannel(
        parts.database,
        parts.clock,
        parts.renderer,
        public_url=parts.public_url,
        phones=parts.phones,
        web_push_key=parts.settings.of(WebSettings).web_push_key.get_secret_value(),
        speaks=_speaks(parts),
    )


def _speaks(parts: ChannelParts) -> "Speaks":
    """Says what the page itself asks; the voice is made when somebody who listens is asked first."""
    speakers: list[Speaker] = []

    async def speak(body: "Body", locale: str) -> "File | None":
        from bot.voice.sound import VoiceFailed
        from bot.voice.studio import build_speaker

        settings = parts.settings
        if not speakers:
            speakers.append(build_speaker(parts.renderer, settings.recordings, unreviewed=settings.unreviewed_voices))
        try:
            spoken = await speakers[0].spoken(body, locale, with_choices=True)
        except VoiceFailed:
            return None
        return spoken.file if spoken is not None else None

    return speak


async def _check(settings: Settings) -> Sequence[Diagnosis]:
    if not settings.public_url:
        text = "not set: Telegram is polled, and web links lead to this machine only"
        return [Diagnosis("public address", "warning", text)]
    if not settings.public_url.startswith("https://"):
        return [Diagnosis("public address", "fault", "must begin with https:// (Telegram and browsers require it)")]
    return [Diagnosis("public address", "ok", settings.public_url), _check_notices(settings)]


def _check_notices(settings: Settings) -> Diagnosis:
    from bot.channels.web.notices import new_key, public_key_of

    key = settings.of(WebSettings).web_push_key.get_secret_value()
    if not key:
        text = (
            "off: the web chat tells nobody of a message while its page is closed. To turn them on, set "
            f"MAATJE_WEB_PUSH_KEY={new_key()} (made now, for you) and keep it"
        )
        return Diagnosis("notices", "warning", text)
    try:
        public_key_of(key)
    except ValueError as error:
        return Diagnosis("notices", "fault", str(error))
    return Diagnosis("notices", "ok", "browsers hear that there is a message")


async def _link(settings: Settings, code: str) -> str:
    return web_link(settings.own_url, code)


WEB = ChannelKind(name="web", settings=WebSettings, is_set_up=lambda _: True, build=_build, check=_check, link=_link)
