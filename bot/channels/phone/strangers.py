"""Who calls us from a number that we do not know: how to reach the municipality, and a code that opens what is theirs.

The words are those of everybody: they tell nobody whether a code is somebody's, is old, or was guessed at too often.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from bot.channels.phone.carrier import HungUp, OpenLine
from bot.channels.phone.records import Known
from bot.channels.phone.script import ITS_ME, OPENING, CallLine, CallState
from bot.channels.phone.voice import CallVoice
from locales.rendering.languages import SOURCE
from locales.rendering.message import Text

T = TypeVar("T")

# Seconds to say that it is oneself, before the next one is asked for.
_WHO_WAIT: Final = 4.0
# How often a code can be typed in a call.
_TRIES: Final = 3
# Seconds for its first digit: after the Dutch, and after the other languages or what was wrong.
_AT_FIRST, _LATER = 2.0, 7.0


async def say_who_to_call(line: OpenLine, voice: CallVoice, telephone: str) -> None:
    """Say it, and hang up. `telephone` is the municipality's own number, "" where it is not set."""
    try:
        await line.ask(await voice.texts(_who_to_call(telephone), SOURCE), 0.0, lambda _key: False)
    except HungUp:
        return
    finally:
        await line.hang_up()


async def who_calls(line: OpenLine, voice: CallVoice, callers: Sequence[Known]) -> Known | None:
    """Which of those who share this telephone is calling: each is asked for by name, in their own language. None where
    nobody said that it is they, who has heard nothing else. Who has it alone is asked in the call itself."""
    if len(callers) == 1:
        return callers[0]
    try:
        for known in callers:
            sound = await voice.lines(OPENING, CallState(), known.callee, None)
            if await line.ask(sound, _WHO_WAIT, lambda key: key.digit == ITS_ME) is not None:
                return known
        neutral = await voice.lines((CallLine.NEUTRAL,), CallState(), callers[0].callee, None)
        await line.ask(neutral, 0.0, lambda _key: False)
    except HungUp:
        pass
    await line.hang_up()
    return None


async def ask_for_code(
    line: OpenLine, voice: CallVoice, telephone: str, opens: Callable[[str], Awaitable[T | None]]
) -> T | None:
    """Say how to reach the municipality, and ask for a code: what it `opens`, or None where nobody typed one that opens
    anything, who has heard once more how to reach the municipality.

    The Dutch comes first, the other languages after it; whoever has a code need not wait for them.
    """
    ask, wrong = [Text("phone_code.ask")], [Text("phone_code.wrong")]
    try:
        typed = await line.ask_number(await voice.texts([*_who_to_call(telephone), *ask], SOURCE), _AT_FIRST)
        if not typed:
            typed = await line.ask_number(await voice.in_every_language(ask, but=SOURCE), _LATER)
        for left in reversed(range(_TRIES)):
            if typed and (found := await opens(typed)) is not None:
                return found
            if not typed or not left:
                break
            typed = await line.ask_number(await voice.texts(wrong, SOURCE), _AT_FIRST)
            if not typed:
                typed = await line.ask_number(await voice.in_every_language(wrong, but=SOURCE), _LATER)
    except HungUp:
        await line.hang_up()
        return None
    await say_who_to_call(line, voice, telephone)
    return None


def _who_to_call(telephone: str) -> list[Text]:
    texts = [Text("call.hello", {"municipality": "de gemeente"}), Text("call.unknown_number")]
    return [*texts, Text("letter.telephone", {"telephone": telephone})] if telephone else texts
