"""What a channel cannot show becomes something it can: buttons become numbered lines (DESIGN.md rule 5).

The numbers count all buttons in the order shown, as the dialogue counts them when a number comes back.
"""

from dataclasses import replace

from locales.message import Style
from locales.render import Block, Rendered
from reminders.delivery import Capabilities


def degraded(message: Rendered, capabilities: Capabilities) -> Rendered:
    """The message as this channel can show it; unchanged where it can show all."""
    if capabilities.buttons or not message.buttons:
        return message
    lines = []
    for number, button in enumerate((b for row in message.buttons for b in row), start=1):
        lines.append(f"{number}. {button.label}")
        if button.url:
            lines.append(button.url)
    answers = Block("\n".join(lines), Style.NORMAL, message.locale)
    return replace(message, blocks=(*message.blocks, answers), buttons=())
