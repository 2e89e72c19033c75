"""A message that was claimed for sending, and what a composer may say about it: a body, or why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.message import Attachment, Body, Json, Part
from locales.rendering.render import File, Rendered
from storage.outbox.claimed_row import ClaimedRow
from storage.outbox.heard import ToldOf
from storage.outbox.message import Message
from storage.vocabulary import MessageState


class ClaimedMessage(NamedTuple):
    """One row of the outbox, its parameters decrypted; see storage.outbox.message.Message for the fields."""

    id: int
    key: str
    kind: str
    params: Mapping[str, Json]
    person_id: int | None = None
    consultant_id: int | None = None
    contact_id: int | None = None
    appointment_id: int | None = None
    appointment_version: int | None = None
    priority: int = 3
    due_at: datetime | None = None
    useful_until: datetime | None = None
    attempts: int = 0
    # Its composer put it off already; see Skip.
    put_off: bool = False

    @classmethod
    def of(cls, row: ClaimedRow | Message, params: Mapping[str, Json], *, put_off: bool = False) -> "ClaimedMessage":
        """A row of the outbox with its parameters in plain."""
        return cls(
            row.id,
            row.key,
            row.kind,
            params,
            row.person_id,
            row.consultant_id,
            row.contact_id,
            row.appointment_id,
            row.appointment_version,
            row.priority,
            row.due_at,
            row.useful_until,
            row.attempts,
            put_off,
        )


@dataclass(frozen=True, slots=True)
class Skip:
    """Not said after all. `reason` is a short word for tables ("appointment_cancelled"), never somebody's text.

    With the state PENDING it is put off for a quarter of an hour; a composer does that once to a message, and again
    only for what happens at that very moment.
    """

    reason: str
    state: MessageState = MessageState.CANCELLED


@dataclass(frozen=True, slots=True)
class Telling(Body):
    """A message that tells of appointments; `told` is what its reader has heard once it is sent."""

    told: tuple[ToldOf, ...] = ()


@dataclass(frozen=True, slots=True)
class Merged:
    """Said within another claimed message of the same recipient, whose fate it shares. `into` is that row's id."""

    into: int
    told: tuple[ToldOf, ...] = ()


@dataclass(frozen=True, slots=True)
class OfNewer:
    """Of a kind that this version does not know: a worker of the newer version, which stored it, says it."""


Composed: TypeAlias = Body | Skip | Merged | OfNewer


def told_by(composed: Mapping[int, object], rows: Sequence[ClaimedRow]) -> dict[int, tuple[ToldOf, ...]]:
    """What these rows tell of appointments, by row; most replies tell of none."""
    told: dict[int, tuple[ToldOf, ...]] = {}
    for row in rows:
        said = composed.get(row.id)
        if isinstance(said, (Telling, Merged)) and said.told:
            told[row.id] = said.told
    return told


class Composer(Protocol):
    """Says what claimed messages mean now, many at a time."""

    async def compose(
        self, session: AsyncSession, rows: Sequence[ClaimedMessage], now: datetime
    ) -> Mapping[int, Composed]:
        """What each row says, by row id; a row that is left out has failed. `session` is for reading only.

        An exception costs only the rows that raise it: the dispatcher then asks row by row.
        """


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file, and what is said of it under the message; without a file, why there is none."""

    file: File | None
    says: tuple[Part, ...] = ()


class FileNotYet(Exception):
    """A file is there, but cannot be had at this moment."""


class FileSoon(FileNotYet):
    """It is being made: a message waits for it, whatever else it says."""


class FileMaker(Protocol):
    """Makes the file that goes with a message, when it is sent."""

    async def make(
        self, session: AsyncSession, attachment: Attachment, row: ClaimedMessage, locale: str
    ) -> File | Enclosure | None:
        """The file in the reader's language, and what is to be said of it; None when there is nothing to show any more.

        Raises:
            FileNotYet: what holds it does not give it now.
        """


class Illustrator(Protocol):
    """Makes a message one that can be seen and heard by who does not read."""

    async def illustrated(self, rendered: Rendered, body: Body, row: ClaimedMessage) -> Rendered:
        """The message with its picture and its sound, or with what of them could be made. Never raises."""


class LinkMaker(Protocol):
    """Makes the personal link by which a person reads in the web chat what a channel should not say."""

    def personal_link(self, message: ClaimedMessage, now: datetime) -> str | None:
        """The link for whom this message is for; None for who is no person."""
