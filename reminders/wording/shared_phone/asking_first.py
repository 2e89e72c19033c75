"""The question who is at a telephone that several people use, before what is one person's is shown there."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.message import Body, Button, Part, Style, Text
from reminders.delivery.composing import ClaimedMessage, Composed, Skip
from reminders.intents import Act, asks
from storage.people.contacts import Contact
from storage.people.people import Person
from storage.vocabulary import ContactState


class AsksFirstComposer:
    """Asks for somebody by their first name, and tells nothing else; not where they are there by now."""

    async def compose(
        self, session: AsyncSession, rows: Sequence[ClaimedMessage], now: datetime
    ) -> Mapping[int, Composed]:
        """See Composer."""
        return {row.id: await self._ask(session, row) for row in rows}

    async def _ask(self, session: AsyncSession, row: ClaimedMessage) -> Composed:
        contact = await session.get(Contact, row.contact_id) if row.contact_id is not None else None
        person = await session.get(Person, row.person_id) if row.person_id is not None else None
        if contact is None or person is None or contact.person_id != person.id:
            return Skip("not_theirs")
        if contact.absent_since is None or not contact.asks_first or contact.state is not ContactState.ACTIVE:
            return Skip("is_here")
        asked = Text("shared.message", {"name": person.given_name})
        yes = Button(Text("shared.yes", {"name": person.given_name}), asks(Act.HERE, contact.id, "yes"), "✅")
        no = Button(Text("consent.no"), asks(Act.HERE, contact.id, "no"), "❌")
        # In short it says no more and no less.
        return Body((Part(asked, Style.TITLE),), ((yes,), (no,)), brief=(asked,))
