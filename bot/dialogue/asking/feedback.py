"""Did this help? What did not is kept, for the municipality to learn from."""

from collections.abc import Sequence

from bot.actions import questions
from bot.dialogue import menu
from bot.dialogue.asking import cries
from bot.dialogue.memory import QUESTION
from bot.dialogue.turn import Turn, button, part
from bot.understanding.acts import Understanding
from locales.rendering.message import Button
from reminders.intents import Act, asks
from storage.vocabulary import GapReason


def ask(topic: str) -> list[Button]:
    """The row of buttons under an answer."""
    return [
        button("question.helped_yes", asks(Act.HELPED, "yes", topic), "👍"),
        button("question.helped_no", asks(Act.HELPED, "no", topic), "👎"),
    ]


async def take(turn: Turn, args: Sequence[str]) -> None:
    """Thanks, or the offer to pass the question on."""
    verdict, topic = (*args, "", "")[:2]
    asked = turn.recall(QUESTION)
    if verdict != "no" or topic not in turn.services.faq.topics:
        turn.forget(QUESTION)
        turn.say(part("question.helped_thanks"), buttons=[menu.back()])
        return
    if asked:
        await keep_gap(turn, asked, GapReason.NOT_HELPED, topic)
        turn.say(
            part("question.not_helped"),
            part("question.offer"),
            cries.emergency_line(),
            buttons=[
                [button("question.pass_on", asks(Act.PASS_ON, "yes"), "✅")],
                [button("question.no", asks(Act.MENU), "❌")],
            ],
        )
    else:
        # Chosen from a list, so that there are no words to pass on.
        turn.say(
            part("question.not_helped"), buttons=[[button("menu.consultant", asks(Act.LETTER), "💬")], menu.back()]
        )


async def keep_gap(
    turn: Turn, question: str, reason: GapReason, topic: str | None = None, *, heard: Understanding | None = None
) -> None:
    """Keep a question for the municipality to learn from, in the language that its words are in; `heard` is what they
    were understood as already."""
    heard = heard or turn.services.door.understand(question, turn.language)
    await questions.keep_gap(turn.acting, question, heard.language or turn.language, reason, topic)
