"""Who writes in another language than the one that is set is asked, in that language, whether to go on in it."""

from collections.abc import Sequence
from typing import Final

from bot.dialogue import menu
from bot.dialogue.memory import LANGUAGES_REFUSED
from bot.dialogue.turn import Turn, button
from locales.rendering.languages import LANGUAGES
from locales.rendering.message import Button, Part, Text, verbatim
from reminders.intents import Act, asks

# So short a text says little about its language, unless the script says it.
_FEWEST_WORDS: Final = 3
# Close enough to be taken for each other, and to be read by each other's readers.
_ALIKE: Final = (frozenset({"fa", "fa_AF"}), frozenset({"uk", "ru"}), frozenset({"ti", "am"}))


def offer(turn: Turn, written: str | None, text: str) -> None:
    """Ask, when the text is surely in another language that Maatje speaks, and this was not refused before."""
    present = turn.language
    if written is None or written == present or written not in turn.services.renderer.catalogs.available:
        return
    if written in (turn.recall(LANGUAGES_REFUSED) or ()):
        return
    same_script = LANGUAGES[written].script == LANGUAGES[present].script
    if same_script and (len(text.split()) < _FEWEST_WORDS or frozenset({written, present}) in _ALIKE):
        return
    say = turn.services.renderer.say
    turn.say(
        Part(verbatim(say(Text("language.offer"), written))),
        buttons=[
            [Button(verbatim(say(Text("language.offer_yes"), written)), asks(Act.LANGUAGE, written), "✅")],
            [button("language.offer_no", asks(Act.KEEP_LANGUAGE, written), "❌")],
        ],
    )


async def refuse(turn: Turn, args: Sequence[str]) -> None:
    """Stay with the present language, and do not ask about this one again."""
    if args and args[0] in LANGUAGES:
        turn.remember(LANGUAGES_REFUSED, (*(turn.recall(LANGUAGES_REFUSED) or ()), args[0]))
    await menu.show(turn, ())
