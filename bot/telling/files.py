"""What is said of a file that was sent: that it could not be passed on, or what of it is shown."""

from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.message import Attachment, Body, Part, Text, verbatim
from reminders.kinds import Kind
from reminders.wording.appointment import name_of
from storage.appointments.absences import Absence
from storage.outbox.message import Outgoing
from storage.people.people import Person
from storage.people.relayed import Letter
from storage.vocabulary import LetterKind


class Looked(Protocol):
    """What a look at a file found (bot.enclosures.file_check.Checked)."""

    @property
    def file(self) -> object | None:
        """What may be passed on."""

    @property
    def unseen(self) -> bool:
        """It could not be made pictures."""

    @property
    def shown(self) -> int:
        """So many pages are shown."""

    @property
    def pages(self) -> int:
        """So many there are."""

    @property
    def words(self) -> str:
        """A draft of what is said in it."""


def about_file(looked: Looked, *, to_consultant: bool) -> tuple[Part, ...]:
    """What stands under the message that the file came with."""
    if looked.file is None:
        return (Part(Text("consultant.file_refused" if to_consultant else "letter.file_refused")),)
    if looked.unseen:
        return (Part(Text("consultant.file_unseen")),)
    if looked.words and to_consultant:
        return (Part(Text("consultant.voice_draft", {"words": verbatim(looked.words)})),)
    if looked.shown < looked.pages:
        return (Part(Text("consultant.file_pages", {"shown": looked.shown, "pages": looked.pages})),)
    return ()


async def refused(
    session: AsyncSession, sent: Absence | Letter, attachment: Attachment, now: datetime
) -> Outgoing | None:
    """To who sent it: it was not passed on. Once, however often it is tried; None where nobody is there to hear it."""
    person = await session.get(Person, sent.person_id)
    if person is None:
        return None
    key = f"file_refused:{attachment.kind}:{attachment.ref}"
    if isinstance(sent, Absence) or sent.kind is not LetterKind.ANSWER:
        own = Body((Part(Text("letter.own_file_refused")),))
        return Outgoing(key=key, kind=Kind.SAY, due_at=now, params=own.to_json(), person_id=person.id)
    if sent.consultant_id is None:
        return None
    body = Body((Part(Text("consultant.own_file_refused", {"person": name_of(person)})),))
    return Outgoing(
        key=key,
        kind=Kind.SAY,
        due_at=now,
        params=body.to_json(),
        consultant_id=sent.consultant_id,
        about_id=person.id,
    )
