"""What a message said that was sent before, composed again: from what is true now, to be heard instead of read; or as
it was then, to be told from what its reader wrote when they quote it."""

from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import Sent
from locales.rendering.languages import SOURCE
from locales.rendering.message import Body, Text
from locales.rendering.render import Renderer
from reminders.delivery.composing import ClaimedMessage, Composer
from reminders.delivery.degrade import unnumbered
from storage.engine.database import Database
from storage.outbox.message import Message
from storage.people.contacts import Contact
from storage.people.people import Consultant, Person

log = structlog.get_logger(__name__)


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
        body = await self._composed(session, row, now)
        return _for_reader(body, reader) if body is not None else None

    async def _composed(self, session: AsyncSession, row: Message, now: datetime) -> Body | None:
        said = (await self._composer.compose(session, [ClaimedMessage.of(row, row.params)], now)).get(row.id)
        return said if isinstance(said, Body) else None

    async def sent(self, session: AsyncSession, message_id: int) -> tuple[Body, str] | None:
        """A message to whomever, as at the moment when it was sent, and the reader's language; None where it does not
        hold any more."""
        row = await session.get(Message, message_id)
        if row is None or row.sent_at is None:
            return None
        body = await self._composed(session, row, row.sent_at)
        if body is None:
            return None
        person = await session.get(Person, row.person_id) if row.person_id is not None else None
        return _for_reader(body, person), await _language(session, row, person)


def _for_reader(body: Body, reader: Person | Consultant | None) -> Body:
    """With the reader's own wish for how times are told."""
    return replace(body, ethiopian_clock=isinstance(reader, Person) and bool(reader.ethiopian_clock))


async def _language(session: AsyncSession, row: Message, person: Person | None) -> str:
    consultant = await session.get(Consultant, row.consultant_id) if row.consultant_id is not None else None
    if person is not None:
        return person.language
    if consultant is not None:
        return consultant.language
    contact = await session.get(Contact, row.contact_id) if row.contact_id is not None else None
    return (contact.language if contact is not None else None) or SOURCE


class FindsSent:
    """Words messages again that were sent, in each form that they may have had. See bot.channels.base.SentWords."""

    def __init__(self, database: Database, earlier: EarlierMessages, renderer: Renderer) -> None:
        self._database = database
        self._earlier = earlier
        self._renderer = renderer

    async def __call__(self, reference: str) -> Sent | None:
        """The message with this reference; None where it cannot be had.

        Raises:
            OperationalError, InterfaceError: the database is out of reach.
        """
        if not (reference.isascii() and reference.isdecimal() and len(reference) < 19):
            return None
        try:
            async with self._database.reading() as session:
                found = await self._earlier.sent(session, int(reference))
            return _worded(*found, self._renderer) if found is not None else None
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # what cannot be worded any more is told by its form instead
            log.warning("sent_words_not_known", message=reference, error=type(error).__name__)
            return None


def _worded(body: Body, language: str, renderer: Renderer) -> Sent:
    rendered = renderer.render(body, language)
    labels = tuple(unnumbered(button.label) for row in rendered.buttons for button in row)
    numbered = tuple(f"{number}. {label}" for number, label in enumerate(labels, start=1))
    whole = tuple(block.text for block in rendered.blocks)
    renderer = renderer.by_clock(ethiopian=body.ethiopian_clock)
    brief = tuple(renderer.say(text, language) for text in (body.brief or (Text("brief.message"),)))
    hint = renderer.say(Text("consultant.own_words"), language)
    return Sent(((*whole, *numbered, hint), (*whole, hint), (*brief, *numbered), brief), labels)
