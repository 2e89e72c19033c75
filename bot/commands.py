"""The commands of a channel's menu, in every language that has texts."""

from locales.message import Text
from locales.render import Renderer

COMMANDS = (
    "menu",
    "appointments",
    "absent",
    "question",
    "plan",
    "consultant",
    "settings",
    "language",
    "privacy",
    "stop",
)


def menu_commands(renderer: Renderer) -> dict[str, list[tuple[str, str]]]:
    """Command and description, by locale."""
    return {
        locale: [(name, renderer.say(Text(f"command.{name}"), locale)) for name in COMMANDS]
        for locale in renderer.catalogs.available
    }
