"""The menu of a linked person."""

from collections.abc import Sequence

from bot.dialogue import media
from bot.dialogue.turn import Turn, button, title
from locales.rendering.message import Button

# The menu as a picture: see bot/enclosures/picture_and_sound.py.
CARD = "icon:🏠"


def rows() -> list[list[Button]]:
    """The menu's buttons; an icon before each choice."""
    return [
        [button("menu.appointments", "appts", "📅"), button("menu.absent", "absent", "🤒")],
        [button("menu.question", "ask", "❓"), button("menu.plan", "plan", "🧭")],
        [button("menu.consultant", "letter", "💬"), button("menu.settings", "settings", "⚙️")],
        [button("menu.privacy", "privacy", "🔒")],
    ]


def back() -> list[Button]:
    """The row that leads back to the menu."""
    return [button("menu.back", "menu", "🏠")]


async def show(turn: Turn, _args: Sequence[str]) -> None:
    """Show the menu; whatever was asked before is let go."""
    turn.expect("")
    media.forget(turn)
    turn.say(title("menu.ask"), buttons=rows(), card=CARD)
