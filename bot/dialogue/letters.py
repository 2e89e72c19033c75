"""Talk to my consultant: what either writes is relayed to the other, questions that were handed over included."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from bot.actions.letters import Words, write_to_consultant
from bot.dialogue import media, menu
from bot.dialogue.answer_words import plain
from bot.dialogue.answers import asked_for_words
from bot.dialogue.memory import UNSENT_WORDS
from bot.dialogue.turn import Turn, button, part, title
from bot.understanding.acts import Understanding
from bot.understanding.reading import reading_of
from locales.rendering.languages import LANGUAGES, SOURCE
from locales.rendering.message import Part, Text
from locales.rendering.render import Renderer
from reminders.intents import Act, Intent, asks
from storage.people.sent_media import SentMedia
from storage.vocabulary import LetterKind

_LONGEST_NAME: Final = 40


async def ask(turn: Turn, args: Sequence[str]) -> None:
    """Ask for the message to the consultant; with "media" the voice note or photo that was just sent is the message,
    with "call" it is that they be called."""
    if list(args[:1]) == ["call"]:
        # In Dutch, which every consultant reads.
        if await send(turn, turn.services.renderer.say(Text("letter.call_me"), SOURCE), LetterKind.MESSAGE):
            await say_sent(turn)
        return
    sent = media.just_sent(turn) if list(args[:1]) == ["media"] else ()
    if sent:
        media.forget(turn)
        reached = [await send(turn, "", LetterKind.MESSAGE, (one,)) for one in sent]
        if any(reached):
            await say_sent(turn)
        return
    if list(args[:1]) == ["words"]:
        unsent = turn.recall(UNSENT_WORDS)
        if unsent is not None:
            turn.forget(UNSENT_WORDS)
            await take(turn, unsent)
            return
    turn.forget(UNSENT_WORDS)
    turn.expect("letter")
    turn.say(
        title("letter.ask"),
        part("letter.how"),
        buttons=[[button("letter.call_me", asks(Act.LETTER, "call"), "📞")], menu.back()],
        card="icon:💬",
    )


async def is_answer(turn: Turn) -> bool:
    """Whether this replies to an e-mail with their consultant's words, which asks for nothing else."""
    asked = await asked_for_words(turn, Act.LETTER, Act.APPOINTMENTS)
    return asked == Intent(Act.LETTER)


async def send(turn: Turn, text: str, kind: LetterKind, sent: tuple[SentMedia, ...] = ()) -> bool:
    """Relay a person's words, with what was sent along, to their consultant. False (and said so): nobody is known."""
    written = await write_to_consultant(turn.acting, kind, words(turn, text, sent))
    turn.expect("")
    if not written.told:
        turn.say(title("letter.kept"), whom_to_call(turn), buttons=[menu.back()])
    return written.told


def whom_to_call(turn: Turn) -> Part:
    """Where no consultant is known: the municipality, by telephone where its number is known."""
    number = turn.services.municipalities.of(turn.person.municipality).telephone
    return part("absence.call_municipality", telephone=number) if number else part("absence.no_consultant")


def words(turn: Turn, text: str, along: tuple[SentMedia, ...] = (), heard: Understanding | None = None) -> Words:
    """What is written, with the language it is in (as far as that shows, else the writer's) and what was understood."""
    if heard is None and text:
        heard = turn.services.door.understand(text, turn.language, turn.now.astimezone(turn.zone))
    language = heard.language if heard is not None else None
    return Words(text, language or turn.language, along, reading_of(heard) if heard is not None else None)


async def tell_late(turn: Turn, text: str, heard: Understanding) -> None:
    """Tell the consultant that the person comes later, in the person's words."""
    sent = await write_to_consultant(turn.acting, LetterKind.LATE, words(turn, text, heard=heard))
    turn.expect("")
    if sent.told:
        await say_sent(turn)
    else:
        turn.say(title("letter.kept"), *telephone(turn), buttons=[menu.back()])


async def say_sent(turn: Turn) -> None:
    """What becomes of a message that `send` took: it was passed on, or waits for a consultant who is not here yet."""
    here = await turn.can_be_heard()
    turn.say(
        title("letter.sent" if here else "letter.kept"),
        part("letter.what_next"),
        *([] if here else telephone(turn)),
        buttons=[menu.back()],
        card="done:✅" if here else "",
    )


def telephone(turn: Turn) -> list[Part]:
    """The municipality's, where it is known: for who cannot wait until their consultant reads along."""
    number = turn.services.municipalities.of(turn.person.municipality).telephone
    return [part("letter.telephone", telephone=number)] if number else []


def asks_what_is_meant(turn: Turn, text: str) -> bool:
    """Whether what is written as a letter is the name of one of our screens, in any language: then it is asked, once,
    what was meant."""
    said = plain(text)
    if (
        turn.recall(UNSENT_WORDS) is not None
        or not said
        or len(said) > _LONGEST_NAME
        or said not in _names_of_screens(turn.services.renderer)
    ):
        return False
    turn.remember(UNSENT_WORDS, text)
    turn.say(
        part("page.menu_or_letter", words=text.strip()),
        buttons=[menu.back(), [button("page.send_words", asks(Act.LETTER, "words"), "💬")]],
    )
    return True


@lru_cache(maxsize=4)
def _names_of_screens(renderer: Renderer) -> frozenset[str]:
    labels = [one.label for row in [*menu.rows(), menu.back()] for one in row]
    return frozenset({"menu", *(plain(renderer.say(label, locale)) for label in labels for locale in LANGUAGES)})


async def take(turn: Turn, text: str, sent: tuple[SentMedia, ...] = ()) -> None:
    """Free text while the letter is open, with what was sent with it."""
    turn.forget(UNSENT_WORDS)
    if await send(turn, text, LetterKind.MESSAGE, sent):
        await say_sent(turn)
