"""A cry for help: the numbers at once, the right one first, and an urgent note to the consultant; never a FAQ answer.

Whatever is not surely understood carries `emergency_line`, because a cry that was not heard must find the number too.
"""

from typing import Final

from bot.actions.letters import write_to_consultant
from bot.dialogue import letters, menu
from bot.dialogue.turn import Turn, button, part, title
from bot.understanding.acts import CryNeed, Understanding
from locales.rendering.message import Button, Part, Text
from reminders.intents import Act, asks
from storage.vocabulary import LetterKind

#: Each number: the text that says what it is for, as it is shown, and as it is dialled.
_CALL_112: Final = ("urgent.call_112", "112", "112")
_CALL_113: Final = ("urgent.call_113", "113", "113")
_CALL_VEILIG_THUIS: Final = ("urgent.call_veilig_thuis", "0800-2000", "08002000")
_NOW_OR_NEVER: Final = (_CALL_112, _CALL_113, _CALL_VEILIG_THUIS)
_FIRST: Final = {
    CryNeed.SELF_HARM: (_CALL_113, _CALL_112, _CALL_VEILIG_THUIS),
    CryNeed.VIOLENCE: (_CALL_VEILIG_THUIS, _CALL_112, _CALL_113),
}


async def answer(turn: Turn, text: str, heard: Understanding) -> None:
    """The numbers for this kind of danger, and the person's words to who can do something."""
    sent = await write_to_consultant(turn.acting, LetterKind.URGENT, letters.words(turn, text, heard=heard))
    numbers = _FIRST.get(heard.need or CryNeed.EMERGENCY, _NOW_OR_NEVER)
    # No food or no bed, and nobody who reads along: the municipality is who can help.
    helps = heard.need in (CryNeed.HUNGER, CryNeed.SHELTER) or not sent.reachable
    turn.say(
        title(numbers[0][0]),
        *(part(key) for key, _, _ in numbers[1:]),
        part("urgent.title"),
        *([part("urgent.consultant")] if sent.reachable else []),
        *(letters.telephone(turn) if helps else []),
        buttons=[
            [button("menu.consultant", asks(Act.LETTER), "💬")],
            menu.back(),
            *([_dial(shown, number)] for _, shown, number in numbers),
        ],
    )


def emergency_line() -> Part:
    """One line with the emergency number."""
    return part("urgent.call_112")


def _dial(shown: str, number: str) -> Button:
    return Button(Text("urgent.dial", {"number": shown}), icon="📞", url=f"tel:{number}")
