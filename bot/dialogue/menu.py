"""The menu of a linked person."""

from collections.abc import Sequence

from bot.commands import people_commands
from bot.dialogue import media
from bot.dialogue.turn import Rows, Turn, button, part, title
from locales.rendering.message import Button, Text
from reminders.intents import Act, asks

# The menu as a picture: see bot/enclosures/picture_and_sound.py.
CARD = "icon:🏠"


def rows() -> list[list[Button]]:
    """The menu's buttons; an icon before each choice."""
    return [
        [button("menu.appointments", asks(Act.APPOINTMENTS), "📅"), button("menu.absent", asks(Act.ABSENT), "🤒")],
        [button("menu.question", asks(Act.QUESTION), "❓"), button("menu.plan", asks(Act.PLAN), "🧭")],
        [button("menu.consultant", asks(Act.LETTER), "💬"), button("menu.settings", asks(Act.SETTINGS), "⚙️")],
        [button("menu.privacy", asks(Act.PRIVACY), "🔒"), button("menu.offers", asks(Act.OFFERS), "🙋")],
    ]


def back() -> list[Button]:
    """The row that leads back to the menu."""
    return [button("menu.back", asks(Act.MENU), "🏠")]


async def show(turn: Turn, _args: Sequence[str]) -> None:
    """Show the menu; whatever was asked before is let go."""
    turn.expect("")
    media.forget(turn)
    turn.say(title("menu.ask"), buttons=[*rows(), *others(turn)], card=CARD)


def others(turn: Turn) -> list[list[Button]]:
    """The button that leads to whom a telephone is shared with, where it is."""
    return [[button("shared.people", asks(Act.HERE), "👥")]] if turn.contact.shared_as else []


def say_commands(turn: Turn, commands: Sequence[tuple[str, Text]], buttons: Rows) -> None:
    """What can be written with a slash, and what each does."""
    # Of the list itself it need not be said that it is one.
    lines = [part("help.command", command=f"/{name}", what=what) for name, what in commands if name != "help"]
    turn.say(title("command.help"), *lines, buttons=buttons)


async def commands(turn: Turn, _args: Sequence[str]) -> None:
    """The answer to /help."""
    turn.expect("")
    say_commands(turn, people_commands(), [back()])
