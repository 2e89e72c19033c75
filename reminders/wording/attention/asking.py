"""What "how does it go" and "how was it" say when they are sent: a question and three faces."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.message import Body, Button, Part, Style, Text
from reminders.delivery.composing import ClaimedMessage, Composed, Skip
from reminders.intents import Act, asks, asks_more
from reminders.kinds import Kind
from reminders.wording.appointment import appointment_line
from storage.appointments.schedule import appointment_rows
from storage.people.people import Person
from storage.vocabulary import AppointmentStatus, CheckIns, Mood

FACES: Final[Mapping[Mood, str]] = {Mood.GOOD: "🙂", Mood.SO_SO: "😐", Mood.BAD: "🙁"}


def faces(asked: str) -> tuple[tuple[Button, ...], ...]:
    """The three faces, each a row of its own: words beside them are longer in some languages than in others."""
    return tuple(
        (Button(Text(f"mood.{mood.value}"), asks_more(asked, mood.value), icon),) for mood, icon in FACES.items()
    )


class AttentionComposer:
    """Says what these messages say when they are sent; to who still wants to hear it."""

    async def compose(
        self, session: AsyncSession, rows: Sequence[ClaimedMessage], now: datetime
    ) -> Mapping[int, Composed]:
        """See Composer."""
        return {row.id: await self._say(session, row) for row in rows}

    async def _say(self, session: AsyncSession, row: ClaimedMessage) -> Composed:
        person = await session.get(Person, row.person_id) if row.person_id is not None else None
        if (
            person is None
            or person.stopped_at is not None
            or person.consented_at is None
            or person.closed_at is not None
        ):
            return Skip("stopped")
        if row.kind == Kind.FEEDBACK:
            return await self._how_was(session, row)
        week = row.params.get("week")
        if person.check_ins is CheckIns.NEVER or not isinstance(week, str):
            return Skip("not_wanted")
        talk = (Button(Text("menu.consultant"), asks(Act.LETTER), "💬"),)
        return Body((Part(Text("check_in.ask"), Style.TITLE),), (*faces(asks(Act.CHECK_IN, week)), talk))

    async def _how_was(self, session: AsyncSession, row: ClaimedMessage) -> Composed:
        number = row.appointment_id or 0
        appointment = (await appointment_rows(session, [number])).get(number)
        if appointment is None or appointment.status is not AppointmentStatus.PLANNED:
            return Skip("appointment_cancelled")
        parts = (
            Part(Text("feedback.ask"), Style.TITLE),
            Part(appointment_line(appointment)),
            Part(Text("feedback.sums")),
        )
        return Body(parts, faces(asks(Act.FEEDBACK, number)))
