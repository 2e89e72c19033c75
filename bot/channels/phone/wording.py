"""What the lines of a call say: messages as every voice says them, with the keys of their choices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.channels.phone.script import (
    AGAIN,
    CONSULTANT,
    ITS_ME,
    MORE,
    SLOWER,
    STOP,
    CallLine,
    CallState,
    has_more,
    keys_of,
)
from bot.voice.speech import Speech, SpeechWriter
from locales.rendering.message import Body, Part, Text, verbatim
from locales.rendering.render import Rendered
from reminders.intents import Act, Intent, act_of

#: A code that proves a telephone to be somebody's; it is said digit by digit.
CODE: Final = "reach.code"


# The steps of a report that are not its end.
_IN_A_REPORT: Final = frozenset({"w", "r", "d", "more", "why", "today", "from", "until", "open", "send"})


@dataclass(frozen=True, slots=True)
class Callee:
    """Who is called: what may be said before they said who they are. `name` is "" where that is not known yet."""

    name: str
    municipality: str
    locale: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of a message, and what it means."""

    label: Text
    intent: str


def choices_of(message: Rendered) -> tuple[Choice, ...]:
    """The choices that can be made by a key: a page is not opened on a telephone, and the way back to the menu, which
    stands under everything elsewhere, would make each question longer."""
    if message.body is not None:
        buttons = [button for row in message.body.buttons for button in row]
        found = [Choice(button.label, button.intent) for button in buttons if not button.url]
    else:
        shown = [button for row in message.buttons for button in row]
        found = [Choice(verbatim(button.label), button.intent) for button in shown if not button.url]
    return tuple(choice for choice in found if act_of(choice.intent) not in (None, Act.MENU))


def is_in_a_report(choices: Sequence[Choice]) -> bool:
    """Whether a report of absence is being asked about that is not sent yet."""
    asked = [Intent.parse(choice.intent) for choice in choices]
    steps = [one.args[1] for one in asked if one is not None and one.act is Act.ABSENCE and len(one.args) > 1]
    return not _IN_A_REPORT.isdisjoint(steps)


def is_code(message: Rendered) -> bool:
    """Whether this is a code that proves a number: asked for just now, and for nobody's number yet."""
    return message.body is not None and any(part.text.key == CODE for part in message.body.parts)


class CallWriter:
    """Writes the lines of calls for a voice."""

    def __init__(self, writer: SpeechWriter) -> None:
        self._writer = writer

    def speech(
        self, lines: Sequence[CallLine], call: CallState, callee: Callee, message: Rendered | None, locale: str
    ) -> Speech:
        """What these lines say in a language."""
        sentences = [
            sentence
            for line in lines
            for speech in self._line(line, call, callee, message, locale)
            for sentence in speech.sentences
        ]
        return Speech(locale, tuple(sentences))

    def texts(self, texts: Sequence[Text], locale: str) -> Speech:
        """Loose texts of the catalogs."""
        return self._writer.speech(Body(tuple(Part(text) for text in texts)), locale)

    def _line(
        self, line: CallLine, call: CallState, callee: Callee, message: Rendered | None, locale: str
    ) -> Iterator[Speech]:
        if line is CallLine.MESSAGE and message is not None:
            yield self._message(message, locale)
        else:
            yield self.texts(list(_texts(line, call, callee, message)), locale)

    def _message(self, message: Rendered, locale: str) -> Speech:
        if message.body is None:
            return self._writer.read(message)
        return self._writer.speech(_spelled(message.body), locale)


#: What is said in words that are always the same.
_FIXED: Final = {
    CallLine.NOT_OFFERED: Text("call.not_offered"),
    CallLine.NEUTRAL: Text("call.neutral"),
    CallLine.STOPPED: Text("call.stopped"),
    CallLine.TROUBLE: Text("call.trouble"),
    CallLine.GOODBYE: Text("call.goodbye"),
}


def _texts(line: CallLine, call: CallState, callee: Callee, message: Rendered | None) -> Iterator[Text]:
    match line:
        case CallLine.HELLO:
            yield Text("call.hello", {"municipality": callee.municipality})
        case CallLine.WHO if callee.name:
            yield Text("call.who", {"name": callee.name, "key": int(ITS_ME)})
        case CallLine.WHO:
            yield Text("call.who_code", {"key": int(ITS_ME)})
        case CallLine.CHOICES if message is not None:
            choices = choices_of(message)
            for key, place in keys_of(call.choices, call.page).items():
                yield Text("call.choice", {"choice": choices[place].label, "key": int(key)})
            if has_more(call.choices):
                yield Text("call.more", {"key": int(MORE)})
        case CallLine.KEYS:
            yield Text("call.again", {"key": int(AGAIN)})
            yield Text("call.slower", {"key": int(SLOWER)})
            if callee.name:
                yield Text("call.consultant", {"key": int(CONSULTANT)})
            yield Text("call.stop", {"key": int(STOP)})
        case _ if line in _FIXED:
            yield _FIXED[line]


def _spelled(body: Body) -> Body:
    """The message with its code digit by digit, twice: it is written down, or typed in another chat."""
    parts = []
    for part in body.parts:
        code = part.text.params.get("code")
        if part.text.key == CODE and isinstance(code, str):
            spelled = Text(CODE, {"code": verbatim(", ".join(code))})
            parts += [Part(spelled, part.style), Part(spelled, part.style)]
        else:
            parts.append(part)
    return replace(body, parts=tuple(parts), buttons=())
