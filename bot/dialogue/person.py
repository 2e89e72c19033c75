"""A linked person's turn: buttons to screens, free text to whatever is open, everything else to the FAQ."""

from collections.abc import Sequence

from bot.dialogue import letters, media, menu
from bot.dialogue.again import repeat_message
from bot.dialogue.answers import chosen_by_text, say_not_there
from bot.dialogue.appointments import absence_draft, appointments, day_plan, missed, proposals
from bot.dialogue.asking import feedback, language_offer, questions, words
from bot.dialogue.attention import faces
from bot.dialogue.gate import guarded, may, refuse
from bot.dialogue.memory import QUESTION
from bot.dialogue.offers import looking
from bot.dialogue.own import (
    channels,
    devices,
    digits,
    money,
    onboarding,
    plan,
    preferences,
    privacy,
    route,
    shared_phone,
)
from bot.dialogue.turn import Screen, Turn, button, part
from bot.events import Command, Media, Pressed, Said, Started
from bot.understanding.acts import SpeechAct
from reminders.intents import Act, Intent, act_of, asks
from storage.people.sent_media import SentMedia
from storage.vocabulary import LetterKind, MediaKind

_UNGUARDED: dict[Act, Screen] = {
    Act.MENU: menu.show,
    Act.APPOINTMENTS: appointments.show_all,
    Act.TAKE_PROPOSED: proposals.choose,
    Act.WHY_MISSED: missed.answer,
    Act.FEEDBACK: faces.how_it_was,
    Act.CHECK_IN: faces.how_it_goes,
    Act.CHECK_INS: faces.how_often,
    Act.APPOINTMENT: appointments.show_one,
    Act.CALENDAR: appointments.calendar,
    Act.COME: appointments.come,
    Act.NOT_COME: appointments.not_come,
    Act.OTHER_TIME: appointments.other_time,
    Act.DAY_PLAN: day_plan.answer,
    Act.ABSENT: absence_draft.start,
    Act.ABSENCE: absence_draft.press,
    Act.QUESTION: questions.ask,
    Act.TOPIC: questions.choose,
    Act.PASS_ON: questions.pass_on,
    Act.HELPED: feedback.take,
    Act.KEEP_LANGUAGE: language_offer.refuse,
    Act.PLAN: plan.show,
    Act.DOUBT: route.doubt,
    Act.MOVING: route.moving,
    Act.MONEY: money.show,
    Act.OFFERS: looking.show,
    Act.TAKE_OFFER: looking.take,
    Act.LEAVE_OFFER: looking.leave,
    Act.OTHER_OFFER: looking.ask,
    Act.LETTER: letters.ask,
    Act.SETTINGS: preferences.show,
    Act.WISHES: preferences.wishes,
    Act.QUIET_HOURS: preferences.quiet_hours,
    Act.CLOCK: preferences.clock,
    Act.WHOLE_MESSAGE: repeat_message,
    Act.NOT_THERE: say_not_there,
    Act.CHANNELS: channels.show,
    Act.ADDRESS_ON_RECORD: channels.use_known,
    Act.ASK_FIRST: shared_phone.ask_first,
    Act.DEVICES: devices.show,
    Act.NOT_ME: devices.not_me,
    Act.PRIVACY: privacy.show,
    Act.EXPORT: privacy.export,
    Act.STOP: privacy.stop,
    Act.RESUME: privacy.resume,
    Act.ERASE: privacy.erase,
}
_SCREENS = guarded(_UNGUARDED)
# What may be done before consent was given: nothing that keeps or shows personal data.
_BEFORE_CONSENT: dict[Act, Screen] = guarded(
    {
        Act.HERE: shared_phone.here,
        Act.SHARE: shared_phone.answer_sharing,
        Act.CONSENT: onboarding.answer_consent,
        Act.LISTEN: preferences.listen,
        Act.HEAR: preferences.hear,
    }
)
#: What people can ask for.
ACTS = frozenset({Act.LANGUAGE, *_SCREENS, *_BEFORE_CONSENT})
# Who has the question read to them answers it afterwards.
_LEAVE_OPEN = frozenset({Act.HEAR})
_COMMANDS: dict[str, Act] = {
    "menu": Act.MENU,
    "start": Act.MENU,
    "appointments": Act.APPOINTMENTS,
    "absent": Act.ABSENT,
    "question": Act.QUESTION,
    "plan": Act.PLAN,
    "consultant": Act.LETTER,
    "settings": Act.SETTINGS,
    "privacy": Act.PRIVACY,
    "stop": Act.STOP,
}


async def step(turn: Turn) -> None:
    """One event of a linked person."""
    if turn.person.stopped_at is not None and isinstance(turn.event.payload, Said | Media | Started):
        # Who stopped and writes again is answered, and told that nothing else comes by itself.
        privacy.say_stopped(turn)
    match turn.event.payload:
        case Pressed(intent=intent, words=said):
            await press(turn, intent)
            if said.strip() and turn.person.consented_at is not None:
                await _pass_on_words(turn, said)
        case Command(name="language"):
            await onboarding.ask_language(turn, ())
        case _ if turn.person.consented_at is None:
            await _before_consent(turn)
        case Command(name="help"):
            await menu.commands(turn, ())
        case Command(name=name):
            turn.expect("")
            await _SCREENS[_COMMANDS.get(name, Act.MENU)](turn, ())
        case Said(text=text, edited=edited):
            await _free_text(turn, text, edited=edited)
        case Media() as sent:
            await _media(turn, sent)
        case Started():
            await menu.show(turn, ())
        case _:
            return


async def _pass_on_words(turn: Turn, said: str) -> None:
    """What was said with an answer: to the consultant, unless it is a cry for help, which goes before all else."""
    heard = await words.understand(turn, said)
    if heard.act is SpeechAct.URGENT:
        await words.take(turn, said, heard)
        return
    open_topic = turn.conversation.topic
    if await letters.send(turn, said, LetterKind.MESSAGE):
        turn.say(part("letter.passed_on_too"))
    turn.expect(open_topic)


async def press(turn: Turn, intent: str) -> None:
    """A button's intent, checked on arrival: it may be anything, and so may its arguments."""
    asked = Intent.parse(intent)
    act = asked.act if asked is not None else None
    args = list(asked.args) if asked is not None else []
    if act not in _LEAVE_OPEN:
        # What was being written is let go: a later text is a question again, and not by mistake for the consultant.
        turn.expect("")
    if act is Act.LANGUAGE:
        await _language(turn, args)
    elif act in _BEFORE_CONSENT:
        await _BEFORE_CONSENT[act](turn, args)
    elif turn.person.consented_at is None:
        await _before_consent(turn)
    elif act in _SCREENS:
        await _SCREENS[act](turn, args)
    else:
        turn.say(part("error.unknown_button"), buttons=menu.rows())


async def _language(turn: Turn, args: Sequence[str]) -> None:
    await (onboarding.choose_language(turn, args) if args else onboarding.ask_language(turn, args))


async def _before_consent(turn: Turn) -> None:
    text = turn.event.payload.text if isinstance(turn.event.payload, Said) else ""
    intent = await chosen_by_text(turn, text)
    if intent is not None and act_of(intent) in (Act.LANGUAGE, *_BEFORE_CONSENT):
        await press(turn, intent)
    else:
        await onboarding.begin(turn)


async def _free_text(turn: Turn, text: str, *, edited: bool) -> None:
    if edited:
        # An edit is the person's later word, but what the first one started may have been sent already: say so.
        turn.say(part("error.edited"), buttons=[menu.back()])
        return
    if not text.strip():
        await menu.show(turn, ())
        return
    topic, _, number = turn.conversation.topic.partition(":")
    if topic in ("letter", "other_time") and letters.asks_what_is_meant(turn, text):
        return
    intent = await chosen_by_text(turn, text)
    if intent is not None:
        await press(turn, intent)
        return
    heard = await words.understand(turn, text)
    if heard.act is SpeechAct.URGENT and topic not in (channels.TOPIC_ADDRESS, channels.TOPIC_CODE):
        # Before whatever is open: a cry in the middle of a letter is no letter.
        await words.take(turn, text, heard)
    elif await _is_answered(turn, topic, number, text):
        return
    elif await letters.is_answer(turn):
        await letters.take(turn, text)
    elif answer := await words.yes_or_no(turn, heard):
        await press(turn, answer)
    else:
        await words.take(turn, text, heard)


async def _is_answered(turn: Turn, topic: str, number: str, text: str) -> bool:
    """Whether a text answered the open question, which is done."""
    if topic == digits.TOPIC and digits.may_be_digits(text):
        if waited := digits.take_digits(turn, text):
            await press(turn, waited)
    elif topic == shared_phone.TOPIC and digits.may_be_digits(text):
        await shared_phone.take_digits(turn, text)
    elif topic in ("letter", "other_time"):
        await letters.take(turn, text)
    elif topic == looking.TOPIC:
        await looking.take_words(turn, text)
    elif topic in (channels.TOPIC_ADDRESS, channels.TOPIC_CODE) and not await may(turn, Act.CHANNELS):
        await refuse(turn, Act.CHANNELS)
    elif topic == channels.TOPIC_ADDRESS:
        await channels.take_address(turn, number, text)
    elif topic == channels.TOPIC_CODE:
        await channels.take_code(turn, text)
    else:
        return topic == "absence_note" and await absence_draft.take_note(turn, int(number), text)
    return True


async def _media(turn: Turn, sent: Media) -> None:
    kept = media.kept(turn, sent)
    topic, _, number = turn.conversation.topic.partition(":")
    went = media.goes_on(turn, sent)
    if went == "letter":
        # Of an album, each picture is an event of its own: what holds for the first holds for all, and is said once.
        await letters.send(turn, sent.caption, LetterKind.MESSAGE, kept)
    elif topic == "absence_note" and await absence_draft.take_note(turn, int(number), "", sent):
        return
    elif went and not sent.caption.strip():
        media.keep(turn, sent)
    elif topic in ("letter", "other_time"):
        await _media_as_letter(turn, sent, kept)
    elif sent.caption.strip():
        media.keep(turn, sent)
        media.began(turn, sent, "question")
        await _free_text(turn, sent.caption, edited=False)
    elif media.keep(turn, sent):
        media.began(turn, sent, "question")
        turn.forget(QUESTION)
        turn.say(
            part("media.cannot_voice" if sent.kind is MediaKind.VOICE else "media.cannot"),
            buttons=[
                [button("menu.absent", asks(Act.ABSENT), "🤒")],
                [button("menu.consultant", asks(Act.LETTER, "media"), "💬")],
                menu.back(),
            ],
        )
    else:
        await menu.show(turn, ())


async def _media_as_letter(turn: Turn, sent: Media, kept: tuple[SentMedia, ...]) -> None:
    if not kept and not sent.caption.strip():
        turn.say(part("letter.how"), buttons=[menu.back()])
        return
    media.began(turn, sent, "letter")
    await letters.take(turn, sent.caption, kept)
