"""An earlier message once more, whole and with its choices, where only part of it fitted: WhatsApp's templates."""

from collections.abc import Sequence

from bot.dialogue import menu
from bot.dialogue.consultants.common import menu_rows
from bot.dialogue.turn import Turn, part
from reminders.intents import number_in


async def repeat_message(turn: Turn, args: Sequence[str]) -> None:
    """The message as it is true now: "whole:<message>"; the menu where it does not hold any more, or was another's."""
    number = number_in(args)
    reader = turn.linked_person or turn.linked_consultant
    body = await turn.services.earlier_message(turn.session, number, reader, turn.now) if reader is not None else None
    if body is not None:
        turn.say(*body.parts, buttons=body.buttons, attachment=body.attachment, card=body.card, aloud=body.aloud)
    elif turn.linked_consultant is not None:
        turn.say(part("consultant.unknown_button"), buttons=menu_rows())
    else:
        await menu.show(turn, ())
