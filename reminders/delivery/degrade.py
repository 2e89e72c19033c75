"""What a channel cannot show, or should not, becomes something it can (DESIGN.md rule 5): buttons become numbered
answers, what others may read becomes short, and what cannot be heard comes without its sound.

The numbers count all buttons in the order shown, as the dialogue counts them when a number comes back.
"""

import re
from dataclasses import replace

from locales.rendering.message import Style
from locales.rendering.render import Block, Rendered, RenderedButton
from reminders.delivery.channel import Capabilities

_KEYCAPS = re.compile("^(?:[0-9]\ufe0f?\u20e3)+ ?")


def degraded(message: Rendered, capabilities: Capabilities, *, brief: bool = False) -> Rendered:
    """The message as this channel can show it; unchanged where it can show all.

    The buttons stay in it where they became numbered answers: a channel may draw them in its own way.
    """
    if brief and message.brief:
        message = replace(message, blocks=message.brief, picture=None, voice=None, body=None)
    if not capabilities.media and (message.picture or message.voice or message.hear):
        message = replace(message, picture=None, voice=None, hear="")
    if not capabilities.dials and _has_calls(message):
        # They come last in a message: the numbers of the other answers stay what they are.
        rows = (tuple(button for button in row if not _calls(button)) for row in message.buttons)
        message = replace(message, buttons=tuple(row for row in rows if row))
    if not message.buttons or not numbers_answers(message, capabilities):
        return message
    lines = []
    for number, button in enumerate((b for row in message.buttons for b in row), start=1):
        lines.append(f"{number}. {unnumbered(button.label)}")
        if button.url:
            lines.append(button.url)
    answers = Block("\n".join(lines), Style.ANSWERS, message.locale)
    return replace(message, blocks=(*message.blocks, answers))


def _has_calls(message: Rendered) -> bool:
    # Asked of each message that is sent, and of hardly any it is so: a plain loop is three times as fast as any().
    for row in message.buttons:
        for button in row:
            if button.url and _calls(button):
                return True
    return False


def _calls(button: RenderedButton) -> bool:
    return button.url.startswith("tel:")


def unnumbered(label: str) -> str:
    """A label without an icon that is a number ("1️⃣"): as an answer it has one of its own."""
    return _KEYCAPS.sub("", label)


def numbers_answers(message: Rendered, capabilities: Capabilities) -> bool:
    """Whether this message's buttons are numbers here."""
    # Most channels show any number of buttons: they are counted only where that matters.
    buttons = 0 if capabilities.most_buttons is None else sum(map(len, message.buttons))
    return not capabilities.buttons or (capabilities.most_buttons is not None and buttons > capabilities.most_buttons)


def may_number(capabilities: Capabilities) -> bool:
    """Whether answers are numbers here, always or at times.

    Then what each message offers is remembered, its buttons too: "2" must never answer an older question.
    """
    return not capabilities.buttons or capabilities.most_buttons is not None
