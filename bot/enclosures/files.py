"""Files that go with messages, made when they are sent: an appointment's calendar file, a copy of a person's data, and
what a person said or photographed, for their consultant."""

import asyncio
import contextlib
import io
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.configuration.municipality import Municipalities
from bot.configuration.recipients import shared_with
from bot.enclosures.background import Background, StillAtWork
from bot.enclosures.earlier_messages import EarlierMessages
from bot.enclosures.file_check import Checked, FileCheck
from bot.enclosures.person_copy import MEDIA_TYPE as ZIP
from bot.enclosures.person_copy import Fetches, write_copy
from bot.enclosures.picture_and_sound import Illustrations
from bot.enclosures.virus_scan import NoVerdict
from bot.telling import files as told
from locales.rendering.message import Attachment
from locales.rendering.render import File, Renderer
from reminders.delivery.channel import Clock
from reminders.delivery.composing import ClaimedMessage, Enclosure, FileNotYet, FileSoon
from reminders.timetables.calendar_file import MEDIA_TYPE, CalendarEntry, Method, calendar_file
from reminders.wording.appointment import kind_text
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment
from storage.outbox.message import Outgoing
from storage.people.people import Person
from storage.people.relayed import Letter
from storage.privacy.export import export_person, files_of
from storage.vocabulary import AppointmentStatus, MediaKind

log = structlog.get_logger(__name__)

# Other messages of the batch wait meanwhile.
_FETCHED_WITHIN = 5.0
_WITH_MEDIA = ("absence", "letter")
# Name and media type, by the kind of what was sent; a file's own name stays with its channel.
_FORMS = {
    MediaKind.VOICE: ("voice.ogg", "audio/ogg"),
    MediaKind.PHOTO: ("photo.jpg", "image/jpeg"),
    MediaKind.VIDEO: ("video.mp4", "video/mp4"),
    MediaKind.DOCUMENT: ("document", "application/octet-stream"),
}
#: Bytes of files in a copy that goes as a message: mailboxes and messengers take some twenty million.
MOST_COPIED: Final = 10_000_000
# What letters come as, by how such files begin.
_DOCUMENTS = {
    b"%PDF-": ("document.pdf", "application/pdf"),
    b"\xff\xd8\xff": ("document.jpg", "image/jpeg"),
    b"\x89PNG\r\n\x1a\n": ("document.png", "image/png"),
}


#: Puts a message into the outbox, in a transaction of its own.
Tell: TypeAlias = Callable[[Outgoing], Awaitable[None]]


class Attachments:
    """Makes files; see reminders.sending.dispatcher for when."""

    def __init__(
        self,
        renderer: Renderer,
        clock: Clock,
        channels: Mapping[str, Fetches],
        check: FileCheck,
        tell: Tell,
        earlier: EarlierMessages | None = None,
        illustrations: Illustrations | None = None,
        municipalities: Municipalities | None = None,
    ) -> None:
        self._renderer = renderer
        self._clock = clock
        self._channels = channels
        self._check = check
        self._copies: Background[bytes] = Background(most=4)
        self._tell = tell
        self._earlier = earlier
        self._illustrations = illustrations
        self._municipalities = municipalities or Municipalities()

    async def make(
        self, session: AsyncSession, attachment: Attachment, row: ClaimedMessage, locale: str
    ) -> File | Enclosure | None:
        """The file, in the reader's language; None when what it is about is gone. See FileMaker."""
        if attachment.kind in _WITH_MEDIA:
            return await self._media(session, attachment, row)
        number = int(attachment.ref)
        if attachment.kind == "voice":
            return await self._aloud(session, number, row, locale)
        if attachment.kind == "plan":
            return await self._plan(session, number, row, locale)
        if attachment.kind == "calendar":
            appointment = await session.get(Appointment, number)
            return None if appointment is None else self._calendar(appointment, locale)
        # A copy of somebody's data goes to that person and to nobody else, whatever the row says.
        person = await session.get(Person, number) if row.person_id == number else None
        if person is None:
            return None
        held, files = await export_person(session, person), await files_of(session, person)
        held["shared_with"] = shared_with(self._municipalities.of(person.municipality).recipient)

        async def copy() -> bytes:
            made = io.BytesIO()
            await write_copy(made, held, files, self._channels, self._check.scanner, most=MOST_COPIED)
            return made.getvalue()

        try:
            return File("maatje.zip", ZIP, await self._copies.result(str(row.id), copy))
        except StillAtWork as error:
            raise FileSoon from error

    async def _media(self, session: AsyncSession, attachment: Attachment, row: ClaimedMessage) -> Enclosure | None:
        """What was relayed, or why it is not passed on. None when it is gone.

        Raises:
            FileNotYet: its channel does not give it now, or nobody said yet that it is harmless.
        """
        # "5", or "5:2" for what was sent along after the first.
        ref, _, place = attachment.ref.partition(":")
        number = int(ref)
        sent: Absence | Letter | None
        if attachment.kind == "absence":
            sent = await session.get(Absence, number)
        else:
            sent = await session.get(Letter, number)
        # To a consultant, or what a consultant said to this very person.
        meant = row.consultant_id is not None or (sent is not None and sent.person_id == row.person_id)
        along = sent.attachment if sent is not None and meant else ()
        kept = dict(enumerate(along)).get(int(place or 0))
        channel = self._channels.get(kept.channel) if kept is not None else None
        form = _FORMS.get(kept.kind) if kept is not None else None
        if sent is None or kept is None or channel is None or form is None:
            return None
        content = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FETCHED_WITHIN):
                content = await channel.fetch(kept.file)
        if content is None:
            log.warning("media_not_fetched", message=row.id)
            raise FileNotYet
        known = [of_this for begin, of_this in _DOCUMENTS.items() if content.startswith(begin)]
        is_document = kept.kind is MediaKind.DOCUMENT
        file = File(*(known[0] if known and is_document else form), content)
        # What a consultant sends is not drawn anew: people read it with the letters in it.
        as_pictures = is_document and row.consultant_id is not None
        try:
            spoken = await _spoken(session, sent, row) if kept.kind is MediaKind.VOICE else ""
            name = f"{kept.channel} {kept.file}"
            checked = await self._check.look(name, file, as_pictures=as_pictures, spoken=spoken)
        except StillAtWork as error:
            raise FileSoon from error
        except NoVerdict as error:
            if attachment.needed:
                raise FileNotYet from error
            # Words that say something by themselves do not wait for a scanner; the file stays behind, said to be.
            checked = Checked(None)
        if checked.file is None:
            log.warning("file_refused", message=row.id)
            word = await told.refused(session, sent, attachment, self._clock.now())
            if word is not None:
                await self._tell(word)
        return Enclosure(checked.file, told.about_file(checked, to_consultant=row.consultant_id is not None))

    async def _aloud(self, session: AsyncSession, number: int, row: ClaimedMessage, locale: str) -> File | None:
        """An earlier message of this very person as sound."""
        if self._earlier is None or self._illustrations is None or row.person_id is None:
            return None
        person = await session.get(Person, row.person_id)
        body = await self._earlier.body(session, number, person, self._clock.now()) if person is not None else None
        return await self._illustrations.voice(body, locale) if body is not None else None

    async def _plan(self, session: AsyncSession, number: int, row: ClaimedMessage, locale: str) -> File | None:
        """A person's road as a picture, for a consultant."""
        person = await session.get(Person, number) if row.consultant_id is not None else None
        if person is None or self._illustrations is None:
            return None
        return await self._illustrations.plan_file(session, person, locale)

    def _calendar(self, appointment: Appointment, locale: str) -> File:
        cancelled = appointment.status is AppointmentStatus.CANCELLED
        entry = CalendarEntry(
            uid=f"appointment-{appointment.id}@maatje",
            version=appointment.version,
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
            summary=self._renderer.say(kind_text(appointment.kind), locale),
            location=appointment.location or "",
            description=appointment.with_whom or "",
            url=appointment.online_url or "",
        )
        method = Method.CANCEL if cancelled else Method.PUBLISH
        content = calendar_file(entry, method=method, made_at=self._clock.now())
        return File("maatje.ics", MEDIA_TYPE, content)


async def _spoken(session: AsyncSession, sent: Absence | Letter, row: ClaimedMessage) -> str:
    """The language of who said it, for what a person said to a consultant; "" for anything else."""
    person = await session.get(Person, sent.person_id) if row.consultant_id is not None else None
    return person.language or "" if person is not None else ""
