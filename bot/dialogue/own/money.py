"""Three short lessons about money, by choice, for who will pay their own bills again (1.7, 3.5), and help with it."""

from collections.abc import Sequence
from typing import Final

from bot.dialogue import letters, menu
from bot.dialogue.own.route import tell
from bot.dialogue.turn import Turn, button, part, title
from reminders.intents import Act, asks, number_in
from storage.vocabulary import LetterKind

LESSONS: Final = 3
# What the FAQ says of help with money.
HELP_TOPIC: Final = "budget_help"


async def show(turn: Turn, args: Sequence[str]) -> None:
    """A lesson: "money[:<number>]"; "money:help" asks the consultant for help."""
    if list(args[:1]) == ["help"]:
        if await tell(turn, LetterKind.MONEY, "progress.money.help"):
            await letters.say_sent(turn)
        return
    lesson = min(max(number_in(args), 1), LESSONS)
    following = (
        [button("progress.money.next", asks(Act.MONEY, lesson + 1), "➡️")]
        if lesson < LESSONS
        else [button(f"faq.question.{HELP_TOPIC}", asks(Act.TOPIC, HELP_TOPIC), "💶")]
    )
    turn.say(
        title(f"progress.money.{lesson}"),
        part(f"progress.money.{lesson}.text"),
        buttons=[following, [button("progress.money.help", asks(Act.MONEY, "help"), "💬")], menu.back()],
        card="icon:💶",
    )
