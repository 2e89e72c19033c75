"""What a conversation remembers between two turns: each value by its name and its type, in one list.

It is stored as JSON (storage.people.conversations). What is stored and is not of its type any more, because an older
version wrote it, counts as not remembered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeAlias, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from bot.actions.access.challenges import Challenge
from bot.events import Command, Media, Payload, Pressed, Said
from locales.rendering.message import Body, Button
from storage.engine.columns import Json
from storage.people.sent_media import SentMedia
from storage.vocabulary import MediaKind

T = TypeVar("T")

ButtonRows: TypeAlias = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Memory(Generic[T]):
    """One value: the name it is stored under, and how it is written and read."""

    name: str
    write: Callable[[T], Json]
    read: Callable[[Json], T | None]


def _typed(name: str, type_: type[T]) -> Memory[T]:
    adapter = TypeAdapter(type_)

    def write(value: T) -> Json:
        return cast(Json, adapter.dump_python(value, mode="json"))

    def read(stored: Json) -> T | None:
        try:
            return adapter.validate_python(stored)
        except ValidationError:
            return None

    return Memory(name, write, read)


def _rows_written(rows: ButtonRows) -> Json:
    return Body((), rows).to_json()["buttons"]


def _rows_read(stored: Json) -> ButtonRows | None:
    return Body.from_json({"parts": [], "buttons": stored}).buttons if isinstance(stored, list) else None


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """A person who is being added, as far as was said."""

    name: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class SaidBefore:
    """Something that was said or pressed: which kind of payload it was, with what is kept of it."""

    kind: str
    text: str = ""
    file: str | None = None
    media: MediaKind | None = None
    album: str = ""

    @classmethod
    def of(cls, payload: Payload) -> "SaidBefore | None":
        """What is kept of it; None for what answers nothing and asks nothing."""
        match payload:
            case Said(text=text, edited=False):
                return cls("said", text)
            case Pressed(intent=intent):
                return cls("pressed", intent)
            case Command(name=name):
                return cls("command", name)
            case Media(kind=media, file=file, caption=caption, album=album):
                return cls("media", caption, file, media, album)
            case _:
                return None

    def payload(self) -> Payload:
        """As it came."""
        if self.media is not None:
            return Media(self.media, self.file, self.text, self.album)
        if self.kind == "pressed":
            return Pressed(self.text)
        return Command(self.text) if self.kind == "command" else Said(self.text)


# Anybody.
#: The buttons of the last reply: what a number or a button's words answer.
CHOICES: Final[Memory[ButtonRows]] = Memory("choices", _rows_written, _rows_read)
#: How the key begins of the messages that asked for what may be written now.
ASKED_IN: Final = _typed("asked_in", str)
#: The local day on which words and files came last, and how many came on it (bot.dialogue.gate).
HEARD_TODAY: Final = _typed("heard_today", tuple[str, int])
# A stranger.
#: The link code that came over a way that proves little, and the digits that were sent there.
LINK_CODE: Final = _typed("link_code", str)
LINK_PROOF: Final = _typed("link_proof", Challenge)
#: The local day on which digits were last sent there, and how many times on it.
DIGITS_SENT: Final = _typed("digits_sent", tuple[str, int])
# A person.
#: What was said on a telephone that several people use before it was known who says it, and when.
HELD: Final = _typed("held", tuple[datetime, tuple[SaidBefore, ...]])
#: The address that was proved to be theirs, and is another's too.
PROVED: Final = _typed("proved", Challenge)
#: What waits for the digits that were sent to a mailbox, and those digits.
WAITS_FOR_DIGITS: Final = _typed("waits_for_digits", str)
DIGITS: Final = _typed("digits", Challenge)
#: The contact from which digits came back, and until when its mail is known to be theirs.
SURE_OF: Final = _typed("sure_of", tuple[int, datetime])
#: What was asked in free text, until it is answered or passed on.
QUESTION: Final = _typed("question", str)
#: What was written to the consultant and may mean one of our screens, until that is said.
UNSENT_WORDS: Final = _typed("unsent_words", str)
LANGUAGES_REFUSED: Final = _typed("languages_refused", tuple[str, ...])
#: What was sent and not passed on yet, oldest first.
MEDIA: Final = _typed("media", tuple[SentMedia, ...])
#: The album whose first picture came, and where it went: "letter", "question", "absence".
ALBUM: Final = _typed("album", tuple[str, str])
#: The report to which another appointment is being added.
ADDING_TO: Final = _typed("adding", int)
#: The report whose days were said in words: how long is not asked again.
DAYS_SAID_IN: Final = _typed("days_said_in", int)
#: When codes were sent to new addresses, and the last one that did not come back.
CODES_SENT: Final = _typed("channel_codes", tuple[datetime, ...])
CODE: Final = _typed("channel_code", Challenge)
# A consultant.
#: The letter that the next words answer.
ANSWERS: Final = _typed("answers", int)
#: The name that was looked for.
FINDING: Final = _typed("finding", str)
NEW_PERSON: Final = _typed("new_person", PersonDraft)
#: Places that were offered, and the intent that the chosen one completes.
PLACES: Final = _typed("places", tuple[str, ...])
PLACING: Final = _typed("placing", str)
