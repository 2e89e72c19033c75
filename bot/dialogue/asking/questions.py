"""Ask a question: an answer from the FAQ when sure, choices when nearly, otherwise the offer to pass it on.

A wrong answer about a fine is worse than none: nothing is guessed here, the finder says how sure it is.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.actions.acting import Proof
from bot.dialogue import letters, media, menu
from bot.dialogue.appointments import absence_draft, appointments
from bot.dialogue.asking import cries, feedback
from bot.dialogue.asking.answering import Asker, is_for_migrants, said_on, topic_for
from bot.dialogue.gate import guarded
from bot.dialogue.memory import QUESTION
from bot.dialogue.own import onboarding, plan, preferences, privacy
from bot.dialogue.own.facts import known_of
from bot.dialogue.turn import Screen, Turn, button, part, title
from bot.understanding.acts import TOPIC_OF, SpeechAct, Understanding
from locales.faq.content import Action, Topic
from locales.rendering.languages import SOURCE
from locales.rendering.message import Button, Part, Text
from reminders.intents import Act, asks
from storage.vocabulary import GapReason, Group, LetterKind

MOST_CHOICES = 3


async def ask(turn: Turn, _args: Sequence[str]) -> None:
    """Ask for the question; free text is understood anywhere, so nothing else is kept."""
    turn.expect("question")
    turn.say(title("question.ask"), part("question.how"), buttons=[menu.back()])


async def answer_beside(turn: Turn, heard: Understanding) -> None:
    """The answer to a question that was asked beside something else, before what that starts."""
    asked = [one for one in heard.candidates if one.topic != TOPIC_OF.get(heard.act)]
    topic = turn.services.faq.topics.get(asked[0].topic) if asked and SpeechAct.QUESTION in heard.also else None
    topic = topic_for(turn.services.faq, topic, turn.person.group) if topic is not None else None
    if topic is not None and topic.action is None:
        turn.say(*await _said_on(turn, topic))


def offer_topics(turn: Turn, heard: Understanding) -> None:
    """The topics that may be meant, to choose from; whoever meant something else, and needs it now, has the number."""
    choices = [
        [Button(Text(f"faq.question.{candidate.topic}"), asks(Act.TOPIC, candidate.topic), "❓")]
        for candidate in heard.candidates[:MOST_CHOICES]
    ]
    turn.say(
        title("question.did_you_mean"),
        cries.emergency_line(),
        buttons=[
            *_family(migrants=_may_be_of_family(turn, heard)),
            *choices,
            [button("question.something_else", asks(Act.PASS_ON, "ask"), "💬")],
        ],
    )


def _may_be_of_family(turn: Turn, heard: Understanding) -> bool:
    """Whether a migrant wrote of something nearest to what holds for migrants only: who came to family with asylum is
    of the other group, and their consultant looks at that."""
    nearest = heard.candidates[0].topic if heard.candidates else heard.nearest
    topic = turn.services.faq.topics.get(nearest or "")
    return turn.person.group is Group.MIGRANT and topic is not None and topic.applies_to == Group.MIGRANT.value


def _family(*, migrants: bool) -> list[list[Button]]:
    # Who came to family with asylum gets what they get (Wet inburgering 2021, art. 13): the consultant looks at it.
    return [[button("question.family_asylum", asks(Act.PASS_ON, "family"), "👪")]] if migrants else []


def offer(turn: Turn, heard: Understanding | None = None) -> None:
    """Offer to pass the remembered question on; honest that it was not understood."""
    family = heard is not None and _may_be_of_family(turn, heard)
    turn.say(
        title("question.not_understood"),
        part("question.offer"),
        cries.emergency_line(),
        buttons=[
            *_family(migrants=family),
            [button("question.pass_on", asks(Act.PASS_ON, "yes"), "✅")],
            [button("question.no", asks(Act.MENU), "❌")],
        ],
    )


async def pass_on(turn: Turn, args: Sequence[str]) -> None:
    """Pass the remembered question on to the consultant."""
    question = turn.recall(QUESTION)
    if list(args[:1]) == ["family"]:
        await _tell_of_family(turn, question or "")
        return
    if not question:
        await letters.ask(turn, ())
        return
    if list(args[:1]) == ["ask"]:
        await feedback.keep_gap(turn, question, GapReason.NONE_OF_THESE)
        offer(turn)
        return
    turn.forget(QUESTION)
    sent = media.just_sent(turn)
    media.forget(turn)
    if await letters.send(turn, question, LetterKind.QUESTION, sent):
        await letters.say_sent(turn)


async def _tell_of_family(turn: Turn, asked: str) -> None:
    """A migrant whose family has asylum: the consultant hears it, with what was asked, and looks whose rules hold."""
    turn.forget(QUESTION)
    said = turn.services.renderer.say(Text("question.family_asylum"), SOURCE)
    if await letters.send(turn, "\n".join(filter(None, (said, asked))), LetterKind.QUESTION):
        await letters.say_sent(turn)


async def choose(turn: Turn, args: Sequence[str]) -> None:
    """A topic chosen by a button."""
    asked = turn.recall(QUESTION)
    topic = turn.services.faq.topics.get(args[0]) if args else None
    if topic is None:
        await ask(turn, ())
        return
    await answer(turn, topic, asked or "")


async def answer(turn: Turn, topic: Topic, asked: str, *, in_words: bool = False) -> None:
    """The answer to a topic, as it holds for the person's group; what holds for others only is said to be so.

    `in_words` answers where a report would begin, too.
    """
    person = turn.person
    topic = topic_for(turn.services.faq, topic, person.group)
    if topic.action == "absence" and not in_words:
        await absence_draft.start_from_text(turn, asked)
        return
    if topic.action is not None and topic.action in _ACTS:
        await _SCREENS[_ACTS[topic.action]](turn, ())
        return
    parts = await _said_on(turn, topic)
    # Distress that is no emergency: the consultant hears it too, and the person is told so.
    heard = topic.action == "note" and asked and await letters.send(turn, asked, LetterKind.QUESTION)
    if heard and await turn.can_be_heard():
        parts.append(part("letter.passed_on_too"))
    turn.say(*parts, buttons=_below(topic, migrants=is_for_migrants(turn.services.faq, topic, person.group)))


async def _said_on(turn: Turn, topic: Topic) -> list[Part]:
    is_sure = turn.by.proof is not Proof.CLAIMED
    asker = Asker(turn.person.group, turn.person.benefit, await known_of(turn), is_sure)
    return said_on(turn.services.faq, topic, asker)


def _below(topic: Topic, *, migrants: bool) -> list[list[Button]]:
    related = [[Button(Text(f"faq.question.{other}"), asks(Act.TOPIC, other), "❓")] for other in topic.related[:2]]
    report = [[button("menu.absent", asks(Act.ABSENT), "🤒")]] if topic.action == "absence" else []
    # Who came to family with asylum gets what they get (Wet inburgering 2021, art. 13): the consultant looks at it.
    held = [[button("menu.privacy", asks(Act.PRIVACY), "🔒")]] if topic.group == "privacy" else []
    return [
        *_family(migrants=migrants),
        feedback.ask(topic.id),
        *report,
        *held,
        *([[_OWN_CHANGE[topic.id]]] if topic.id in _OWN_CHANGE else []),
        *related,
        [button("menu.consultant", asks(Act.LETTER), "💬")],
        menu.back(),
    ]


# What somebody may want to do about it, beside asking.
_OWN_CHANGE: Final[Mapping[str, Button]] = {
    "switch_route": button("progress.doubt", asks(Act.DOUBT), "🔀"),
    "moving_municipality": button("progress.moving.tell", asks(Act.MOVING, "yes"), "🚌"),
    "budget_help": button("progress.money", asks(Act.MONEY), "💶"),
    "ontzorgen_duration": button("progress.money", asks(Act.MONEY), "💶"),
}
# What a topic starts instead of an answer.
_ACTS: dict[Action, Act] = {
    "appointments": Act.APPOINTMENTS,
    "plan": Act.PLAN,
    "settings": Act.SETTINGS,
    "language": Act.LANGUAGE,
    "privacy": Act.PRIVACY,
    "menu": Act.MENU,
    "handover": Act.LETTER,
}
_SCREENS: dict[Act, Screen] = guarded(
    {
        Act.APPOINTMENTS: appointments.show_all,
        Act.PLAN: plan.show,
        Act.SETTINGS: preferences.show,
        Act.LANGUAGE: onboarding.ask_language,
        Act.PRIVACY: privacy.show,
        Act.MENU: menu.show,
        Act.LETTER: letters.ask,
    }
)
