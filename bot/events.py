"""What arrives, whatever the channel: an InboundEvent with one of a few payloads."""

from dataclasses import dataclass, field
from typing import TypeAlias

from bot.actions.acting import Proof
from storage.vocabulary import MediaKind


@dataclass(frozen=True, slots=True)
class Started:
    """Somebody opened the conversation, with a code when a personal link was used."""

    code: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """A text was written; `edited` when an earlier one was changed."""

    text: str
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button was pressed. `message_ref` is the channel's id of the message that had it, `words` what was said with
    it (a comment to an invitation, "1, but later"): it is for whoever hears this person."""

    intent: str
    message_ref: str | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the menu, without slash: "menu", "language" …; `rest` is what was written behind it."""

    name: str
    rest: str = ""


# What may stand behind a command: a name.
_LONGEST_REST = 200


def command_in(text: str) -> Command | None:
    """The command that a text is ("/find Amina", and "/menu@MaatjeBot" where several bots are); None = a text."""
    first, _, rest = text.partition(" ")
    name = first[1:].partition("@")[0].lower()
    if not text.startswith("/") or not name.replace("_", "").isalnum():
        return None
    return Command(name[:32], rest.strip()[:_LONGEST_REST])


@dataclass(frozen=True, slots=True)
class Media:
    """Something that is no text; `file` is the channel's own id of it, `caption` what was written with it, `album` the
    channel's id of the album it is part of."""

    kind: MediaKind
    file: str | None = None
    caption: str = ""
    album: str = ""


@dataclass(frozen=True, slots=True)
class Reacted:
    """A sign was put under a message of ours; `message_ref` is the channel's id of it."""

    sign: str
    message_ref: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A message that was sent to us was taken back; we may have read it."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """The channel calls the sender something else from now on: `to` instead of `was`."""

    was: str
    to: str


@dataclass(frozen=True, slots=True)
class Unheard:
    """Something came from this address that cannot be used; `why` is a word of the channel's. Its sender is told what
    to do, and nothing of what we know of them."""

    why: str


@dataclass(frozen=True, slots=True)
class Left:
    """The person blocked the bot or closed the chat for good; `said` = with a word (STOP), which is answered once."""

    said: bool = False


@dataclass(frozen=True, slots=True)
class Returned:
    """The person lifted the block."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The person has another number now; this one is nobody's, or soon somebody else's."""


Payload: TypeAlias = (
    Started | Said | Pressed | Command | Media | Reacted | Withdrawn | Renamed | Unheard | Left | Returned | Moved
)


@dataclass(frozen=True, slots=True)
class InboundEvent:
    """One event from one address of one channel.

    `event_id` is the channel's id of the event: with the channel's name it is unique, and handled once.
    `language` is the channel's hint at the person's language (a tag), if it gives one. `ack` is what the channel needs
    to close the event (Telegram: the callback query's id); it is not stored. `proof` is how surely the sender is known.
    """

    channel: str
    address: str
    event_id: str
    payload: Payload
    language: str | None = None
    ack: str | None = None
    # The message of ours that this answers, by its reference, where the channel knows (a reply to an e-mail).
    answers: str | None = None
    # The same by the channel's own id of that message (a quoted message in a chat).
    answers_ref: str | None = None
    # Another address of the same sender, which came along (WhatsApp: a user's id beside their number).
    also: str | None = None
    # Where several people use a telephone: which of them it is, where the channel asked (a call).
    contact_id: int | None = None
    # Seconds that it may wait in line for a place, where its channel waits less than others; it is not stored.
    patience: float | None = field(default=None, compare=False)
    # No channel is trusted because it forgot to say how far it can be.
    proof: Proof = field(kw_only=True)
    # Of a reply by mail: whether our own mail server confirms its sender (DMARC); consultants' mail needs it.
    checked: bool = False


def words_of(event: InboundEvent) -> str:
    """What the sender wrote, as far as it is words."""
    match event.payload:
        case Said(text=words) | Media(caption=words) | Pressed(words=words) | Command(rest=words):
            return words
        case _:
            return ""
