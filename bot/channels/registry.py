"""The one list of channels. A new channel is a folder beside this file and a line in `CHANNELS`.

Whatever has to know which channels there are (settings, doctor, links, rules of the configuration file, building, the
dialogue's list of ways, the contract tests) asks here.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from bot.channels.email.kind import EMAIL
from bot.channels.kind import ChannelKind, ChannelParts
from bot.channels.notify.kind import NOTIFY_EMAIL, SMS
from bot.channels.phone.kind import PHONE
from bot.channels.telegram.kind import TELEGRAM
from bot.channels.web.kind import WEB
from bot.channels.whatsapp.kind import WHATSAPP
from bot.configuration.settings import Settings
from storage.vocabulary import AddressKind

if TYPE_CHECKING:
    from bot.channels.base import Channel

#: Of two of one name the first that is set up is taken: a mail server of the municipality's own goes before Notify's.
CHANNELS: Final[tuple[ChannelKind, ...]] = (WEB, TELEGRAM, WHATSAPP, SMS, EMAIL, NOTIFY_EMAIL, PHONE)


def names() -> tuple[str, ...]:
    """The names of all channels that can be set up."""
    return tuple(dict.fromkeys(kind.name for kind in CHANNELS))


def set_up(settings: Settings) -> dict[str, ChannelKind]:
    """The channels of a deployment by name.

    Raises:
        pydantic.ValidationError: one has a wrong setting, or is set up by half.
    """
    found: dict[str, ChannelKind] = {}
    for kind in CHANNELS:
        settings.of(kind.settings)
        if kind.name not in found and kind.is_set_up(settings):
            found[kind.name] = kind
    return found


def ways(settings: Settings) -> dict[str, AddressKind | None]:
    """The channels of a deployment by name, with the kind of address that is typed there, if any."""
    return {name: kind.needs_address for name, kind in set_up(settings).items()}


def build_channels(parts: ChannelParts) -> "dict[str, Channel]":
    """The channels of a deployment, built, by name."""
    return {name: kind.build(parts) for name, kind in set_up(parts.settings).items()}


def typed_addresses() -> Mapping[str, AddressKind]:
    """The channels whose address people type, with what kind of address it is."""
    return {kind.name: kind.needs_address for kind in CHANNELS if kind.needs_address is not None}


def invited_over() -> Mapping[str, AddressKind]:
    """The channels over which a link can be sent to a number or address on record."""
    return {kind.name: kind.needs_address for kind in CHANNELS if kind.needs_address is not None and kind.carries_links}


def call_number(settings: Settings) -> str:
    """The number on which people call the machine, as it is set; "" = nobody can."""
    return next((number for kind in set_up(settings).values() if (number := kind.number(settings))), "")


async def make_links(settings: Settings, code: str) -> dict[str, str]:
    """The links by which somebody opens a chat with a code, by channel, as far as these settings can make them."""
    links: dict[str, str] = {}
    for name, kind in set_up(settings).items():
        if (link := await kind.link(settings, code)) is not None:
            links[name] = link
    return links
