"""Text that answers an open question: its number, or the words on one of its buttons, in the person's language."""

from bot.dialogue import menu
from bot.dialogue.numbers import number_in_text
from bot.dialogue.turn import Turn
from locales.message import Body, Button


def plain(text: str) -> str:
    """Words only, so that an icon, a full stop or capitals make no difference."""
    return " ".join("".join(char if char.isalnum() else " " for char in text.casefold()).split())


def open_buttons(turn: Turn) -> list[Button]:
    """The buttons of the last reply, in the order in which they were shown."""
    rows = turn.recall("choices")
    if not isinstance(rows, list):
        return []
    return [button for row in Body.from_json({"parts": [], "buttons": rows}).buttons for button in row]


def chosen_by_text(turn: Turn, text: str) -> str | None:
    """The intent of the open button that a text names by number (any digits) or by its words; None otherwise."""
    buttons = open_buttons(turn)
    number = number_in_text(text)
    if number is not None and 1 <= number <= len(buttons):
        return buttons[number - 1].intent or None
    wanted = plain(text)
    # The menu's words work at any time, open question or not.
    always = [button for row in menu.rows() for button in row] if turn.person is not None else []
    for button in [*buttons, *always]:
        if wanted and wanted == plain(turn.services.renderer.say(button.label, turn.language)):
            return button.intent or None
    return None
