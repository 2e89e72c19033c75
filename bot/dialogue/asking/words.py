"""What somebody writes of their own accord: each act goes to its screen, with what was said filled in already."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bot.actions.letters import LETTER_LENGTH
from bot.dialogue import letters, menu
from bot.dialogue.answers import yes_and_no
from bot.dialogue.appointments import absence_from_words, coming
from bot.dialogue.asking import cries, feedback, language_offer, questions
from bot.dialogue.gate import guarded
from bot.dialogue.memory import QUESTION
from bot.dialogue.own import preferences
from bot.dialogue.turn import Turn, part
from bot.understanding.acts import Courtesy, SpeechAct, Understanding
from reminders.intents import Act
from storage.vocabulary import GapReason

Screen = Callable[[Turn, str, Understanding], Awaitable[bool]]
_GUARDED = guarded({Act.SETTINGS: preferences.show})


async def understand(turn: Turn, text: str) -> Understanding:
    """What the text says, in the person's language and at their local time."""
    asked = any(await yes_and_no(turn))
    return turn.services.door.understand(text, turn.language, turn.now.astimezone(turn.zone), asked=asked)


async def yes_or_no(turn: Turn, heard: Understanding) -> str:
    """The choice of what was asked last that this yes or no means; "" where it is neither, or no choice says so."""
    if heard.act not in (SpeechAct.YES, SpeechAct.NO):
        return ""
    yes, no = await yes_and_no(turn)
    return yes if heard.act is SpeechAct.YES else no


async def take(turn: Turn, text: str, heard: Understanding) -> None:
    """A free text that is no answer to anything open."""
    turn.expect("")
    turn.remember(QUESTION, text[:LETTER_LENGTH])
    screen = _SCREENS.get(heard.act)
    if screen is None or not await screen(turn, text, heard):
        await feedback.keep_gap(turn, text, GapReason.NOT_FOUND, heard=heard)
        questions.offer(turn, heard)
    if heard.act is not SpeechAct.URGENT:
        language_offer.offer(turn, heard.language if heard.language_sure else None, text)


async def _cry(turn: Turn, text: str, heard: Understanding) -> bool:
    await cries.answer(turn, text, heard)
    return True


async def _absence(turn: Turn, text: str, heard: Understanding) -> bool:
    await questions.answer_beside(turn, heard)
    await absence_from_words.start(turn, text, heard)
    return True


async def _late(turn: Turn, text: str, heard: Understanding) -> bool:
    await letters.tell_late(turn, text, heard)
    return True


async def _coming(turn: Turn, text: str, heard: Understanding) -> bool:
    if await coming.take_back(turn):
        return True
    # "I am not ill" is about a topic where there is nothing to take back.
    return await (_question(turn, text, heard) if heard.topic else coming.shows_next(turn, heard.when))


async def _another_time(turn: Turn, _text: str, heard: Understanding) -> bool:
    # The day that was said may be the one that suits: the next appointment is shown, whatever its day.
    return await coming.shows_next(turn, heard.when)


async def _polite(turn: Turn, _text: str, heard: Understanding) -> bool:
    if heard.courtesy is Courtesy.GREETING:
        await menu.show(turn, ())
    else:
        turn.say(part("question.helped_thanks"), buttons=[menu.back()])
    return True


async def _stop(turn: Turn, _text: str, _heard: Understanding) -> bool:
    await _GUARDED[Act.SETTINGS](turn, ())
    return True


async def _human(turn: Turn, _text: str, _heard: Understanding) -> bool:
    await letters.ask(turn, ())
    return True


async def _question(turn: Turn, text: str, heard: Understanding) -> bool:
    topic = turn.services.faq.topics.get(heard.topic or "")
    if topic is not None:
        await questions.answer(turn, topic, text, in_words=True)
        return True
    if heard.candidates:
        questions.offer_topics(turn, heard)
    return bool(heard.candidates)


_SCREENS: Final[Mapping[SpeechAct, Screen]] = {
    SpeechAct.URGENT: _cry,
    SpeechAct.ABSENCE: _absence,
    SpeechAct.LATE: _late,
    SpeechAct.COMING: _coming,
    SpeechAct.RESCHEDULE: _another_time,
    SpeechAct.COURTESY: _polite,
    SpeechAct.STOP: _stop,
    SpeechAct.HUMAN: _human,
    SpeechAct.QUESTION: _question,
}
