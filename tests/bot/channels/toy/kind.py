"""The toy as one of the channels."""

from collections.abc import Sequence

from bot.channels.kind import ChannelKind, ChannelParts, Diagnosis
from bot.configuration.settings import Settings, SettingsGroup
from tests.bot.channels.toy.channel import ToyChannel


class ToySettings(SettingsGroup):
    """The playground's name; without one there is no toy."""

    toy_playground: str = ""


def _build(parts: ChannelParts) -> ToyChannel:
    return ToyChannel(parts.settings.of(ToySettings).toy_playground)


async def _check(_settings: Settings) -> Sequence[Diagnosis]:
    return [Diagnosis("toy", "ok", "ready to play")]


async def _link(settings: Settings, code: str) -> str:
    return f"https://{settings.of(ToySettings).toy_playground}/{code}"


TOY = ChannelKind(
    name="toy",
    settings=ToySettings,
    is_set_up=lambda settings: bool(settings.of(ToySettings).toy_playground),
    build=_build,
    check=_check,
    link=_link,
)
