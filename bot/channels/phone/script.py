"""How a call goes, as a pure function: what is the case + what came = what is said, and what is done.

Nothing here knows a text, a carrier or a clock: times are seconds since the call was answered, and come with the keys.

The keys mean the same throughout a call: 3 says it again, 4 says it slower, 9 asks to be called by the consultant, 0
ends calls, 8 has further choices. A question's choices are on what is left: 1, 2, 5, 6, 7.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias

AGAIN, SLOWER, MORE, CONSULTANT, STOP = "3", "4", "8", "9", "0"
#: The keys of a question's choices, in their order; further ones are on the next page, under the same keys.
CHOICE_KEYS: Final = ("1", "2", "5", "6", "7")
PAGE: Final = len(CHOICE_KEYS)
#: Every key that a telephone has.
ALL_KEYS: Final = tuple("0123456789*#")
#: Whoever it is says so with this key.
ITS_ME: Final = "1"

# How often the opening, and a question, are said when no key comes; a machine and a busy person are not asked for ever.
_OPENINGS: Final = 2
_ASKINGS: Final = 2
# Wrong keys in a row after which the call ends.
_MOST_WRONG: Final = 3
#: A key that comes twice within so many seconds was pressed once.
BOUNCE: Final = 0.3


class Stage(StrEnum):
    """Where a call is."""

    OPENING = "opening"  # is it the person?
    ASKING = "asking"  # a message is told, and an answer waited for
    WAITING = "waiting"  # an answer was given and is being written down
    OVER = "over"


class CallLine(StrEnum):
    """What is said; the words are bot/channels/phone/wording.py's."""

    HELLO = "hello"
    WHO = "who"
    MESSAGE = "message"
    CHOICES = "choices"
    KEYS = "keys"  # the keys that always work
    NOT_OFFERED = "not_offered"
    NEUTRAL = "neutral"
    STOPPED = "stopped"
    TROUBLE = "trouble"
    GOODBYE = "goodbye"


class Do(StrEnum):
    """What is done, besides speaking."""

    NOTHING = "nothing"
    ANSWER = "answer"  # the choice `CallStep.choice` was made
    CALL_ME = "call_me"
    STOP = "stop"  # no calls any more
    HANG_UP = "hang_up"


@dataclass(frozen=True, slots=True)
class Key:
    """A key that was pressed, `at` so many seconds after the call was answered."""

    digit: str
    at: float


@dataclass(frozen=True, slots=True)
class Quiet:
    """No key came in time."""


@dataclass(frozen=True, slots=True)
class NextUp:
    """There is something to tell, with so many choices: the answer to what was pressed, or a further message.

    `asks`: it waits for an answer, and is asked again when none comes; what is only offered is not.
    """

    choices: int = 0
    asks: bool = True


@dataclass(frozen=True, slots=True)
class NothingCame:
    """What was pressed has no answer: it could not be written down, or nothing is left to tell."""

    failed: bool = False


Event: TypeAlias = Key | Quiet | NextUp | NothingCame


@dataclass(frozen=True, slots=True)
class CallState:
    """What is the case in a call.

    `known`: the person said who they are. `asked_at`: when what is being asked began to be said; what was pressed
    before that is no answer to it. `told` says how many messages were told so far, `heard` whether the last one was.
    """

    stage: Stage = Stage.OPENING
    choices: int = 0
    page: int = 0
    slow: bool = False
    known: bool = False
    asked: int = 1
    wrong: int = 0
    told: int = 0
    heard: bool = False
    asked_at: float = 0.0
    last: Key | None = None


@dataclass(frozen=True, slots=True)
class CallStep:
    """What comes of an event: the call from here on, what is said, and what is done after that was said.

    `choice` is the place (from 0) of the choice that was made. `ignored`: nothing changed, and what is being said goes
    on.
    """

    call: CallState
    say: tuple[CallLine, ...] = ()
    do: Do = Do.NOTHING
    choice: int | None = None
    ignored: bool = False


#: How a call begins; its first key is waited for after this.
OPENING: Final = (CallLine.HELLO, CallLine.WHO)


def keys_of(choices: int, page: int) -> dict[str, int]:
    """The keys of the choices that a page offers, each with the choice's place."""
    start = page * PAGE
    return {key: start + at for at, key in enumerate(CHOICE_KEYS) if start + at < choices}


def has_more(choices: int) -> bool:
    """Whether the choices go over more than one page."""
    return choices > PAGE


def began(call: CallState, at: float) -> CallState:
    """The call, when what it asks begins to be said."""
    return replace(call, asked_at=at)


def step(call: CallState, event: Event) -> CallStep:
    """What comes of an event. A call that is over stays so."""
    match event:
        case _ if call.stage is Stage.OVER:
            return CallStep(call, ignored=True)
        case Key():
            return _key(call, event)
        case Quiet():
            return _quiet(call)
        case NextUp():
            return _told(call, event)
        case NothingCame(failed=failed):
            return _over(call, CallLine.TROUBLE if failed else CallLine.GOODBYE)


def _key(call: CallState, key: Key) -> CallStep:
    bounced = call.last is not None and call.last.digit == key.digit and key.at - call.last.at < BOUNCE
    too_early = key.at < call.asked_at
    if key.digit not in ALL_KEYS or bounced or too_early or call.stage is Stage.WAITING:
        return CallStep(call, ignored=True)
    call = replace(call, last=key)
    if key.digit == STOP:
        return CallStep(replace(call, stage=Stage.OVER), (CallLine.STOPPED,), Do.STOP)
    if key.digit in (AGAIN, SLOWER):
        call = replace(call, slow=call.slow or key.digit == SLOWER, asked=1, wrong=0)
        return CallStep(_heard(call), _question(call, anew=True))
    return _to_opening(call, key.digit) if call.stage is Stage.OPENING else _to_question(_heard(call), key.digit)


def _to_opening(call: CallState, digit: str) -> CallStep:
    if digit == ITS_ME:
        return CallStep(replace(call, stage=Stage.WAITING, known=True, wrong=0))
    return _wrong(call, CallLine.NEUTRAL)


def _to_question(call: CallState, digit: str) -> CallStep:
    if digit == CONSULTANT:
        return CallStep(replace(call, stage=Stage.WAITING, wrong=0), do=Do.CALL_ME)
    if digit == MORE and has_more(call.choices):
        pages = -(-call.choices // PAGE)
        call = replace(call, page=(call.page + 1) % pages, asked=1, wrong=0)
        return CallStep(call, (CallLine.CHOICES,))
    choice = keys_of(call.choices, call.page).get(digit)
    if choice is None:
        return _wrong(call, CallLine.GOODBYE)
    return CallStep(replace(call, stage=Stage.WAITING, wrong=0), do=Do.ANSWER, choice=choice)


def _wrong(call: CallState, last_word: CallLine) -> CallStep:
    call = replace(call, wrong=call.wrong + 1, asked=1)
    if call.wrong >= _MOST_WRONG:
        return _over(call, last_word)
    return CallStep(call, (CallLine.NOT_OFFERED, *_question(call, anew=False)))


def _quiet(call: CallState) -> CallStep:
    if call.stage is Stage.WAITING:
        return CallStep(call, ignored=True)
    call = _heard(call)
    if call.stage is Stage.OPENING:
        if call.asked >= _OPENINGS:
            return _over(call, CallLine.NEUTRAL)
        return CallStep(replace(call, asked=call.asked + 1), OPENING)
    if call.choices and call.asked < _ASKINGS:
        return CallStep(replace(call, asked=call.asked + 1), _question(call, anew=False))
    # Whoever lets a question pass may have more to hear.
    return CallStep(replace(call, stage=Stage.WAITING))


def _told(call: CallState, found: NextUp) -> CallStep:
    if call.stage is not Stage.WAITING:
        return CallStep(call, ignored=True)
    call = replace(
        call,
        stage=Stage.ASKING,
        choices=found.choices,
        page=0,
        asked=1 if found.asks else _ASKINGS,
        wrong=0,
        told=call.told + 1,
        heard=False,
    )
    return CallStep(call, _question(call, anew=True, keys=call.told == 1))


def _over(call: CallState, last_word: CallLine) -> CallStep:
    return CallStep(replace(call, stage=Stage.OVER), (last_word,), Do.HANG_UP)


def _heard(call: CallState) -> CallState:
    return replace(call, heard=True) if call.stage is Stage.ASKING else call


def _question(call: CallState, *, anew: bool, keys: bool = True) -> tuple[CallLine, ...]:
    """What is asked, with the message itself when it is asked `anew`."""
    if call.stage is Stage.OPENING:
        return OPENING if anew else (CallLine.WHO,)
    choices = (CallLine.CHOICES,) if call.choices else ()
    always = (CallLine.KEYS,) if keys and call.page == 0 else ()
    return (*((CallLine.MESSAGE,) if anew else ()), *choices, *always)
