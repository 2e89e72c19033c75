"""What may change a plan: doubts about the learning route, and moving to another municipality."""

from collections.abc import Sequence

from bot.actions.acting import Proof
from bot.actions.letters import Words, write_to_consultant
from bot.dialogue import letters, menu
from bot.dialogue.own.facts import known_of
from bot.dialogue.own.lines import line
from bot.dialogue.turn import Turn, button, part, title
from bot.telling.progress import MOVING_TOPIC
from locales.rendering.languages import SOURCE
from locales.rendering.message import Part, Style, Text
from reminders.intents import Act, asks
from storage.vocabulary import LetterKind


async def doubt(turn: Turn, _args: Sequence[str]) -> None:
    """The consultant hears that they doubt their route, and plans a talk about it; until when it can change is said."""
    if not await tell(turn, LetterKind.ROUTE, "progress.doubt"):
        return
    # A date of their own plan goes only over a way that is surely theirs.
    is_sure = turn.by.proof is not Proof.CLAIMED
    until = line("route_switch_until", await known_of(turn)) if is_sure else None
    turn.say(
        title("progress.doubt.heard"),
        *([Part(until, Style.OFFICIAL)] if until is not None else []),
        *([] if await turn.can_be_heard() else letters.telephone(turn)),
        buttons=[menu.back()],
        card="icon:🔀",
    )


async def moving(turn: Turn, args: Sequence[str]) -> None:
    """What changes with another municipality; with "yes" the consultant hears of it."""
    if list(args[:1]) == ["yes"]:
        if await tell(turn, LetterKind.MOVING, "progress.moving"):
            await letters.say_sent(turn)
        return
    turn.say(
        title("progress.moving"),
        part(f"faq.answer.{MOVING_TOPIC}", Style.OFFICIAL),
        buttons=[[button("progress.moving.tell", asks(Act.MOVING, "yes"), "💬")], menu.back()],
    )


async def tell(turn: Turn, kind: LetterKind, key: str) -> bool:
    """Tell the consultant what a button says, in Dutch, which every consultant reads. False (and said so): nobody is
    known."""
    words = Words(turn.services.renderer.say(Text(key), SOURCE), SOURCE)
    written = await write_to_consultant(turn.acting, kind, words)
    turn.expect("")
    if not written.told:
        turn.say(title("letter.kept"), letters.whom_to_call(turn), buttons=[menu.back()])
    return written.told
