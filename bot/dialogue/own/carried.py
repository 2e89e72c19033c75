"""Who carries what is written, besides the municipality: said before consent and under privacy, by channel."""

from collections.abc import Iterable, Iterator
from typing import Final

from bot.dialogue.turn import part
from locales.rendering.message import Part, Text

# Their company reads what goes through it, by its own account.
_APPS: Final = frozenset({"telegram", "whatsapp"})
_OTHERS: Final = frozenset({"sms", "email", "web", "phone"})


def carried_by(channels: Iterable[str]) -> Iterator[Part]:
    """One sentence for each of these channels, each once."""
    for name in dict.fromkeys(channels):
        if name in _APPS:
            yield part("carried.app", channel=Text(f"channel.{name}"))
        elif name in _OTHERS:
            yield part(f"carried.{name}")
