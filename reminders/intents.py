"""What a button asks for: one vocabulary of acts, and the one place where an intent is made, continued and read.

An intent is what a channel carries behind a button: the act's word and its arguments, with ":" between. It stands here
and not with the screens, because reminders put buttons below their messages too. What arrives may be anything:
`Intent.parse` answers with None for what is no act of ours, and screens look at the arguments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import accumulate
from string import ascii_lowercase, digits
from typing import Final

#: Telegram carries so many bytes behind a button.
LONGEST: Final = 64
_BETWEEN: Final = ":"
_PACKED: Final = "+"
_LETTERS: Final = digits + ascii_lowercase


class Act(StrEnum):
    """What is asked for. The words are short, for the sake of `LONGEST`, and stay: buttons of long ago are pressed."""

    # Anybody.
    MENU = "menu"
    WHOLE_MESSAGE = "whole"  # an earlier message with all its choices
    NOT_THERE = "notthere"  # a number that is not among the choices was answered
    LANGUAGE = "lang"
    CONSENT = "consent"
    LISTEN = "listen"  # hear messages from now on, or no more
    HEAR = "hear"  # this message as sound
    # A person on a telephone that several people use.
    HERE = "here"  # who is there
    SHARE = "share"  # whether a telephone is used together
    ASK_FIRST = "askfirst"  # whether who is there is asked before one's messages are shown
    # A person: appointments, and not coming.
    APPOINTMENTS = "appts"
    APPOINTMENT = "appt"
    CALENDAR = "cal"
    COME = "come"
    NOT_COME = "notcome"
    OTHER_TIME = "othertime"
    DAY_PLAN = "dayplan"  # how somebody goes to a meeting of tomorrow
    TAKE_PROPOSED = "prop"
    ABSENT = "absent"  # begin a report
    ABSENCE = "ab"  # a step in a report, or what is done with one that was sent
    WHY_MISSED = "missed"
    FEEDBACK = "howwas"  # how a meeting was
    # A person: questions.
    QUESTION = "ask"
    TOPIC = "faq"
    PASS_ON = "pass"  # noqa: S105 - a button, no password
    HELPED = "helped"
    KEEP_LANGUAGE = "nolang"
    LETTER = "letter"
    # A person: what is their own.
    PLAN = "plan"
    DOUBT = "doubt"  # they doubt their learning route
    MOVING = "moving"  # they move to another municipality
    MONEY = "money"  # three short lessons, and help with money
    OFFERS = "offers"  # what they can take part in
    TAKE_OFFER = "offertake"
    LEAVE_OFFER = "offerleave"
    OTHER_OFFER = "offerwish"  # something else, in their own words
    SETTINGS = "settings"
    WISHES = "wish"
    CHECK_INS = "checkins"  # how often to be asked how it goes
    CHECK_IN = "checkin"  # how it goes
    QUIET_HOURS = "quiet"
    CLOCK = "clock"  # times by the Ethiopian clock too, or only by ours
    CHANNELS = "chan"
    ADDRESS_ON_RECORD = "chanuse"
    DEVICES = "ways"  # where somebody is logged in, and logging out
    NOT_ME = "notme"  # a new way or code was not theirs
    PRIVACY = "privacy"
    EXPORT = "export"
    STOP = "stop"
    RESUME = "resume"
    ERASE = "erase"
    # Somebody beside the municipality, to whom a list of who cannot come went.
    WAS_THERE = "wasthere"
    # A consultant: reports and letters.
    SEEN = "seen"
    CALL_ME = "callme"
    LETTER_SEEN = "lseen"
    WRITE = "write"
    READY_ANSWER = "ready"
    REPLY = "reply"
    INVITE_TO_TALK = "invite"
    GROUPS = "groups"
    GROUP = "group"
    # A consultant: people.
    PEOPLE = "people"
    FOUND = "found"
    WHO = "who"
    ROAD = "road"
    PARTS = "parts"  # how far somebody is with their plan
    PART = "part"  # one part of it: what may be noted
    NOTE_PART = "notepart"
    REOPEN = "reopen"  # the guidance of somebody goes on after all
    MOVED = "moved"  # somebody is guided by another municipality now
    END_WAY = "endway"  # log one of their people out somewhere
    GIVE_CODE = "code"  # a link code for one of their people
    ADD = "add"
    ADD_LANGUAGE = "addlang"
    ADD_GROUP = "addgroup"
    PICK = "pick"
    # A consultant: what somebody wants to take part in.
    AGREE_OFFER = "offeryes"
    REFUSE_OFFER = "offerno"
    WANTED = "wanted"  # one thing that somebody wants or asks for
    TAKE_UP = "takeup"  # somebody does something about it
    # A consultant: meetings.
    NEW = "new"
    MAKE = "make"
    MEETINGS = "move"
    MEETING = "meet"
    MOVE = "mv"
    CANCEL = "cx"
    PROPOSE_TIME = "time"
    # A consultant: the day's lists.
    LIST = "list"
    OVERVIEW = "digest"
    CRIES = "cries"
    TODAY = "today"
    ABSENCES = "absences"
    UNCONFIRMED = "unconfirmed"
    UNDELIVERED = "undelivered"
    QUESTIONS = "questions"
    WISHED = "wishes"
    TERMS = "terms"
    TALKS = "talks"
    UNSPOKEN = "unspoken"
    MOODS = "moods"
    # A consultant: the rest.
    MORE = "more"
    AWAY = "away"
    STAND_IN = "standin"
    STANDS_IN = "standsin"  # the answer of who was asked to
    CALLS = "calls"
    CALL = "call"
    CONTACTED = "contacted"  # a talk is noted
    SUMS = "sums"  # how meetings were, in sums


@dataclass(frozen=True, slots=True)
class Intent:
    """An act and its arguments, as they were carried."""

    act: Act
    args: tuple[str, ...] = ()

    @classmethod
    def parse(cls, carried: str) -> "Intent | None":
        """What was carried behind a button; None for what is no act (any more)."""
        word, *args = carried.split(_BETWEEN)
        try:
            return cls(Act(word), tuple(args))
        except ValueError:
            return None

    def __str__(self) -> str:
        """As a channel carries it.

        Raises:
            ValueError: it is longer than `LONGEST` bytes.
        """
        return asks(self.act, *self.args)


def asks(act: Act, *args: str | int | date) -> str:
    """The intent of a button, as a channel carries it.

    Raises:
        ValueError: it is longer than `LONGEST` bytes.
    """
    carried = _BETWEEN.join([act, *map(str, args)])
    # Three for each reminder: most are short and plain.
    return carried if len(carried) <= LONGEST and carried.isascii() else _fitting(carried)


def asks_more(so_far: str, *args: str | int | date) -> str:
    """An intent with further arguments.

    Raises:
        ValueError: it is longer than `LONGEST` bytes.
    """
    return _fitting(_BETWEEN.join([so_far, *map(str, args)]))


def _fitting(carried: str) -> str:
    if len(carried if carried.isascii() else carried.encode()) > LONGEST:
        raise ValueError(f"an intent of {len(carried.encode())} bytes does not fit behind a button: {act_of(carried)}")
    return carried


def act_of(carried: str) -> Act | None:
    """Only the act; see `Intent.parse`."""
    found = Intent.parse(carried)
    return found.act if found is not None else None


def pack(numbers: Sequence[int]) -> str:
    """Many rows as one argument, in as few letters as their numbers are near to each other; see `packed_in`."""
    ordered = sorted(set(numbers))
    steps = [after - before for before, after in zip([0, *ordered], ordered, strict=False)]
    return _PACKED + ".".join(_in_letters(step) for step in steps)


def packed_in(arg: str) -> list[int]:
    """The rows of an argument that `pack` made; none of anything else."""
    steps = arg.removeprefix(_PACKED).split(".") if arg.startswith(_PACKED) and len(arg) <= LONGEST else []
    if not all(step.isascii() and step.isalnum() and len(step) < 10 for step in steps):
        return []
    return list(accumulate(int(step, len(_LETTERS)) for step in steps))


def _in_letters(number: int) -> str:
    found = ""
    while number:
        number, digit = divmod(number, len(_LETTERS))
        found = _LETTERS[digit] + found
    return found or _LETTERS[0]


def number_in(args: Sequence[str], place: int = 0) -> int:
    """A number among a button's arguments; 0, which is nobody's, for anything else."""
    text = args[place] if len(args) > place else ""
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 12 else 0
