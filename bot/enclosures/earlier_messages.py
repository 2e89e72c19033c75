"""What a message said that was sent before, composed again from what is true now: to be heard instead of read."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.message import Body
from reminders.delivery.composing import ClaimedMessage, Composer
from storage.outbox.message import Message
from storage.people.people import Consultant, Person


class EarlierMessages:
    """Finds and composes messages of the outbox; `composer` is the dispatcher's."""

    def __init__(self, composer: Composer) -> None:
        self._composer = composer

    async def body(
        self, session: AsyncSession, message_id: int, reader: Person | Consultant, now: datetime
    ) -> Body | None:
        """The message, when it was this reader's and still holds; None otherwise, whatever the id."""
        row = await session.get(Message, message_id)
        if row is None or reader.id != (row.person_id if isinstance(reader, Person) else row.consultant_id):
            return None
        message = ClaimedMessage(
            row.id,
            row.key,
            row.kind,
            row.params,
            row.person_id,
            row.consultant_id,
            row.contact_id,
            row.appointment_id,
            row.appointment_version,
            row.priority,
            row.due_at,
            row.useful_until,
            row.attempts,
        )
        composed = (await self._composer.compose(session, [message], now)).get(row.id)
        return composed if isinstance(composed, Body) else None
