"""Files that go with messages, made when they are sent: an appointment's calendar file, a copy of a person's data."""

import json

from sqlalchemy.ext.asyncio import AsyncSession

from locales.message import Attachment
from locales.render import File, Renderer
from reminders.calendar_file import MEDIA_TYPE, CalendarEntry, Method, calendar_file
from reminders.claimed import ClaimedMessage
from reminders.delivery import Clock
from reminders.wording import kind_text
from storage.appointments import Appointment, AppointmentStatus
from storage.export import export_person
from storage.people import Person


class Attachments:
    """Makes files; see reminders.dispatcher for when."""

    def __init__(self, renderer: Renderer, clock: Clock) -> None:
        self._renderer = renderer
        self._clock = clock

    async def make(
        self, session: AsyncSession, attachment: Attachment, row: ClaimedMessage, locale: str
    ) -> File | None:
        """The file, in the reader's language; None when what it is about is gone. See FileMaker."""
        number = int(attachment.ref)
        if attachment.kind == "calendar":
            appointment = await session.get(Appointment, number)
            return None if appointment is None else self._calendar(appointment, locale)
        # A copy of somebody's data goes to that person and to nobody else, whatever the row says.
        person = await session.get(Person, number) if row.person_id == number else None
        if person is None:
            return None
        content = json.dumps(await export_person(session, person), ensure_ascii=False, indent=2)
        return File("maatje.json", "application/json", content.encode())

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
