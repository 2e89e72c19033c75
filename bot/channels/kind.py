"""What a channel tells of itself: one `ChannelKind` a channel, in its own folder; bot/channels/registry.py lists them.

The folder of a channel is imported by everything that asks which channels there are (the command line too), so a
`kind.py` imports what is heavy inside the functions that need it: what a municipality does not use costs its service no
time and no memory.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from bot.configuration.settings import Settings, SettingsGroup
from locales.rendering.render import Renderer
from storage.vocabulary import AddressKind

if TYPE_CHECKING:
    from bot.channels.base import Channel, Report
    from reminders.delivery.channel import Clock
    from storage.engine.database import Database


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that `maatje doctor` looked at; `text` says what to do when it is no ok."""

    about: str
    state: Literal["ok", "warning", "fault"]
    text: str

    def as_dict(self) -> dict[str, str]:
        """For --json."""
        return asdict(self)


def no_number(_called: str) -> str:
    """Where no municipality's number is known."""
    return ""


@dataclass(frozen=True, slots=True)
class ChannelParts:
    """What a channel is built from. `report` takes what providers tell later; `public_url` is where our server is
    reached; `phones` is the demo's: several people in one browser."""

    settings: Settings
    database: "Database"
    clock: "Clock"
    renderer: Renderer
    report: "Report"
    public_url: str
    phones: bool = False
    # The municipality's own telephone number, by the number on which people call the machine; "" = not known.
    telephone: Callable[[str], str] = no_number


async def no_link(_settings: Settings, _code: str) -> str | None:
    """A channel that is not opened by a link."""
    return None


def all_encrypted(_settings: Settings, _is_here: Callable[[str], bool]) -> str | None:
    """A channel whose provider takes nothing but https."""
    return None


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """A channel, before any is built.

    `settings` is its group; `is_set_up` whether these settings have the channel; `build` makes it; `check` asks the
    provider whether we are let in; `link` is the link that opens it with a code, made without a running service (None =
    no link). `needs_address`: people are reached at a number or address that is typed and proved by a code, instead of
    opening a chat. `needs_public_url`: what people write arrives by webhook only. `when_off` says how it is set up.
    """

    name: str
    settings: type[SettingsGroup]
    is_set_up: Callable[[Settings], bool]
    build: Callable[[ChannelParts], "Channel"]
    check: Callable[[Settings], Awaitable[Sequence[Diagnosis]]]
    link: Callable[[Settings, str], Awaitable[str | None]] = no_link
    needs_address: AddressKind | None = None
    needs_public_url: bool = False
    # Whether a link can be read there: nobody is called to be told one.
    carries_links: bool = True
    # What of it anybody on the way could read, given which hosts are this machine; None = nothing.
    plain: Callable[[Settings, Callable[[str], bool]], str | None] = all_encrypted
    # The number on which people call us there, by the settings.
    number: Callable[[Settings], str] = lambda _settings: ""
    when_off: str = "off; docs/settings.md, Channels, says how to set it up"
