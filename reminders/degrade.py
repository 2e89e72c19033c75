"""What a channel cannot show, or should not, becomes something it can (DESIGN.md rule 5): buttons become numbered
answers, what others may read becomes short, and what cannot be heard comes without its sound.

The numbers count all buttons in the order shown, as the dialogue counts them when a number comes back.
"""

from dataclasses import replace

from locales.message import Style
from locales.render import Block, Rendered
from reminders.delivery import Capabilities


def degraded(message: Rendered, capabilities: Capabilities, *, brief: bool = False) -> Rendered:
    """The message as this channel can show it; unchanged where it can show all.

    The buttons stay in it where they became numbered answers: a channel may draw them in its own way.
    """
    if brief and message.brief:
        message = replace(message, blocks=message.brief, picture=None, voice=None)
    if not capabilities.media and (message.picture or message.voice or message.hear):
        message = replace(message, picture=None, voice=None, hear="")
    if not message.buttons or not numbers_answers(message, capabilities):
        return message
    lines = []
    for number, button in enumerate((b for row in message.buttons for b in row), start=1):
        lines.append(f"{number}. {button.label}")
        if button.url:
            lines.append(button.url)
    answers = Block("\n".join(lines), Style.ANSWERS, message.locale)
    return replace(message, blocks=(*message.blocks, answers))


def numbers_answers(message: Rendered, capabilities: Capabilities) -> bool:
    """Whether this message's buttons are numbers here."""
    # Most channels show any number of buttons: they are counted only where that matters.
    buttons = 0 if capabilities.most_buttons is None else sum(map(len, message.buttons))
    return are_numbers(buttons, capabilities)


def are_numbers(buttons: int, capabilities: Capabilities) -> bool:
    """Whether so many buttons are numbers here."""
    return not capabilities.buttons or (capabilities.most_buttons is not None and buttons > capabilities.most_buttons)
