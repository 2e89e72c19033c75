"""What the database knows of who is called, and what is written down of each call."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.phone.wording import Callee
from locales.rendering.languages import LANGUAGES, SOURCE
from storage.calls.phone_calls import PhoneCall, calls_since, end_call
from storage.calls.phone_codes import CodeTried, try_phone_code
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.outbox.message import Message, send_waiting
from storage.people.contacts import Contact, contact_at, contacts_of
from storage.people.people import Person
from storage.people.senders.shared import sharers_of
from storage.privacy.audit import AuditEntry
from storage.vocabulary import CallOutcome, Priority

log = structlog.get_logger(__name__)

CHANNEL: Final = "phone"
#: Nobody is called in vain more often than this in DAY.
MOST_TRIES: Final = 2
DAY: Final = timedelta(hours=24)
#: A call that was under way when its process died may have been answered: so long nobody is called again.
MAY_HAVE_BEEN: Final = timedelta(hours=1)
_TOLD: Final = frozenset({CallOutcome.TALKED})
# Why a message waits for another call.
_IN_VAIN: Final = frozenset({*(outcome.value for outcome in CallOutcome), "called_before", "not_heard"})


@dataclass(frozen=True, slots=True)
class Known:
    """Who has a number. `is_answer`: the message answers what they did; `was_told`: it was told in a call
    already, of which nobody heard in time. `calls` are those of the last day, newest
    first."""

    contact_id: int
    person_id: int | None
    callee: Callee
    is_answer: bool
    was_told: bool
    calls: tuple[tuple[datetime, CallOutcome], ...]

    def in_vain(self) -> list[datetime]:
        """When calls of the last day were in vain, the newest first; a talk since then ends the count."""
        found = []
        for at, outcome in self.calls:
            if outcome is CallOutcome.TALKED:
                break
            if outcome not in (CallOutcome.FAILED, CallOutcome.GONE):
                found.append(at)
        return found

    def under_way(self, now: datetime) -> datetime | None:
        """When a call began that may be going on, as far as is written down."""
        return next(
            (at for at, outcome in self.calls if outcome is CallOutcome.UNDER_WAY and at > now - MAY_HAVE_BEEN), None
        )


@dataclass(frozen=True, slots=True)
class OpenedByCode:
    """Somebody who is known by a code: their own number, over which they are answered, and who they are."""

    number: str
    known: Known


async def known_at(
    session: AsyncSession, keys: KeyRing, number: str, now: datetime, *, reference: str = ""
) -> Known | None:
    """Who has this number, and what a message (by our reference) is to them; None = nobody was ever told of it. Where
    several people share the telephone, it is whom the message is for."""
    contact = await contact_at(session, keys, CHANNEL, number)
    if contact is None:
        return None
    message = await session.get(Message, int(reference)) if reference.isdecimal() and len(reference) < 19 else None
    if message is not None and message.person_id is not None:
        sharers = await sharers_of(session, contact)
        contact = next((one for one in sharers if one.person_id == message.person_id), contact)
    return await _known(session, contact, now, message)


async def _known(session: AsyncSession, contact: Contact, now: datetime, message: Message | None = None) -> Known:
    person = await session.get(Person, contact.person_id) if contact.person_id is not None else None
    calls = await calls_since(session, contact.id, now - DAY)
    return Known(
        contact.id,
        contact.person_id,
        _callee(contact, person),
        message is not None and message.priority == Priority.REPLY,
        message is not None and any(call.message_id == message.id and call.outcome in _TOLD for call in calls),
        tuple((call.at, call.outcome) for call in calls),
    )


def _callee(contact: Contact, person: Person | None) -> Callee:
    language = (person.language if person is not None else contact.language) or SOURCE
    locale = language if language in LANGUAGES else SOURCE
    if person is None:
        return Callee("", "de gemeente", locale)
    # In Dutch, whatever the language: it is a name.
    return Callee(person.given_name, f"gemeente {person.municipality}", locale)


class CallLog:
    """Writes down calls."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, number: str, now: datetime, reference: str = "") -> Known | None:
        """See `known_at`."""
        async with self._database.reading() as session:
            return await known_at(session, self._database.keys, number, now, reference=reference)

    async def callers(self, number: str, now: datetime) -> list[Known]:
        """Who may be calling from this number: everybody who shares the telephone, who was there last first."""
        async with self._database.reading() as session:
            contact = await contact_at(session, self._database.keys, CHANNEL, number) if number else None
            found = await sharers_of(session, contact) if contact is not None else []
            found.sort(key=lambda one: one.absent_since is not None)
            return [await _known(session, one, now) for one in found if one.person_id is not None]

    async def begin(self, contact_id: int, reference: str, now: datetime, *, incoming: bool = False) -> int:
        """A call begins; its number. On disk before it is dialled."""
        async with self._database.writing() as session:
            message = await session.get(Message, int(reference)) if reference.isdecimal() else None
            call = PhoneCall(
                contact_id=contact_id, message_id=message.id if message is not None else None, at=now, incoming=incoming
            )
            session.add(call)
            await session.flush()
            return call.id

    async def release(self, person_id: int, now: datetime) -> int:
        """Have what waits for a person after a call in vain sent now, since they are here; how much that is."""
        async with self._database.writing() as session:
            return await send_waiting(session, person_id, _IN_VAIN, now)

    async def by_code(self, typed: str, caller: str, now: datetime) -> OpenedByCode | None:
        """Whose messages a code opens that was typed on an unknown telephone (`caller`, "" = withheld); None =
        nobody's, which is counted, or somebody's who is not called any more."""
        async with self._database.writing() as session:
            keys = self._database.keys
            tried = await try_phone_code(session, keys, typed, caller, now)
            whose = f"person:{tried.person_id}"
            if tried.how is CodeTried.LOCKED:
                session.add(AuditEntry(at=now, actor="system", action="phone_code_locked", subject=whose))
            if tried.how is not CodeTried.RIGHT or tried.person_id is None:
                log.warning("phone_code_refused", reason=tried.how.value)
                return None
            session.add(AuditEntry(at=now, actor=whose, action="phone_code_right", subject=whose))
            ways = await contacts_of(session, tried.person_id)
            own = next((one for one in ways if one.channel == CHANNEL), None)
            return OpenedByCode(own.address, await _known(session, own, now)) if own is not None else None

    async def end(self, call_id: int, outcome: CallOutcome, now: datetime) -> None:
        """How it came out."""
        async with self._database.writing() as session:
            await end_call(session, call_id, outcome, now)
