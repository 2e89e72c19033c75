"""The commands of a channel's menu: the people's in every language that has texts, and the consultants'."""

from locales.rendering.message import Text
from locales.rendering.render import Renderer

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


#: The consultants', with the text that says what each is.
CONSULTANT_COMMANDS = (
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


def menu_commands(renderer: Renderer) -> dict[str, list[tuple[str, str]]]:
    """Command and description, by locale."""
    return {
        locale: [(name, renderer.say(Text(f"command.{name}"), locale)) for name in COMMANDS]
        for locale in renderer.catalogs.available
    }


def consultant_commands(renderer: Renderer, locale: str) -> list[tuple[str, str]]:
    """Command and description, in a consultant's language."""
    return [(name, renderer.say(Text(text), locale)) for name, text in CONSULTANT_COMMANDS]
