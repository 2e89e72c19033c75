"""The commands of a channel's menu and of /help: for people in every language that has texts, and for consultants."""

from typing import Final

from locales.rendering.message import Text
from locales.rendering.render import Renderer

COMMANDS: Final = (
    "help",
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


#: The consultants', with the text that says what each is.
CONSULTANT_COMMANDS: Final = (
    ("help", "command.help"),
    ("today", "consultant.list.today"),
    ("absences", "consultant.list.absences"),
    ("unconfirmed", "consultant.list.unconfirmed"),
    ("questions", "consultant.list.questions"),
    ("wishes", "consultant.list.wishes"),
    ("digest", "consultant.overview"),
    ("who", "consultant.people"),
    ("find", "consultant.find_how"),
    ("new", "consultant.new"),
    ("move", "consultant.meetings"),
    ("group", "consultant.to_group"),
    ("calls", "consultant.calls"),
    ("contact", "consultant.contacted"),
    ("undelivered", "consultant.list.undelivered"),
    ("terms", "consultant.list.terms"),
    ("talks", "consultant.list.talks"),
    ("moods", "consultant.list.moods"),
    ("unspoken", "consultant.list.unspoken"),
    ("feedback", "consultant.feedback"),
    ("add", "consultant.add"),
    ("away", "consultant.away"),
    ("standin", "consultant.stand_in"),
)


def people_commands() -> list[tuple[str, Text]]:
    """Command and what it is for, as people read it."""
    return [(name, Text(f"command.{name}")) for name in COMMANDS]


def consultants_commands() -> list[tuple[str, Text]]:
    """Command and what it is for, as consultants read it."""
    return [(name, Text(text)) for name, text in CONSULTANT_COMMANDS]


def menu_commands(renderer: Renderer) -> dict[str, list[tuple[str, str]]]:
    """Command and description, by locale."""
    return {
        locale: [(name, renderer.say(text, locale)) for name, text in people_commands()]
        for locale in renderer.catalogs.available
    }


def consultant_commands(renderer: Renderer, locale: str) -> list[tuple[str, str]]:
    """Command and description, in a consultant's language."""
    return [(name, renderer.say(text, locale)) for name, text in consultants_commands()]
