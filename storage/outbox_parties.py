"""Who claimed messages are for: language, order of channels and addresses of many recipients in a few look-ups."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, LargeBinary, select, type_coerce
from sqlalchemy.sql import ColumnElement

from storage.among import among
from storage.contacts import Contact, ContactState
from storage.keys import KeyRing, Undecryptable
from storage.outbox_rows import ClaimedRow
from storage.people import Consultant, Person


@dataclass(frozen=True, slots=True)
class Address:
    """One contact. `address` is None when it cannot be decrypted under the present keys."""

    contact_id: int
    channel: str
    address: str | None
    person_id: int | None
    consultant_id: int | None
    state: ContactState
    language: str | None
    last_heard_at: datetime | None
    last_delivered_at: datetime | None = None
    last_failed_at: datetime | None = None


class Reader(NamedTuple):
    """A person or consultant as far as sending needs to know them."""

    language: str
    stopped: bool = False
    channel_order: tuple[str, ...] = ()
    listens: bool = False


@dataclass(slots=True)
class Parties:
    """Everybody a batch of messages is for, by id."""

    people: dict[int, Reader] = field(default_factory=dict)
    consultants: dict[int, Reader] = field(default_factory=dict)
    contacts: dict[int, Address] = field(default_factory=dict)
    of_person: dict[int, list[Address]] = field(default_factory=dict)
    of_consultant: dict[int, list[Address]] = field(default_factory=dict)


_CONTACT = (
    Contact.id,
    Contact.channel,
    # Decrypted here, one by one: an address under a lost key must not cost the batch.
    type_coerce(Contact.address, LargeBinary).label("address"),
    Contact.person_id,
    Contact.consultant_id,
    Contact.state,
    Contact.language,
    Contact.last_heard_at,
    Contact.last_delivered_at,
    Contact.last_failed_at,
)


def parties_of(connection: Connection, keys: KeyRing, rows: Sequence[ClaimedRow]) -> Parties:
    """The recipients of these rows; people, consultants and contacts that are gone are absent."""
    parties = Parties()
    contact_ids = {row.contact_id for row in rows if row.contact_id is not None}
    if contact_ids:
        _add_contacts(connection, keys, parties, among(Contact.id, contact_ids))
    recipients: tuple[ClaimedRow | Address, ...] = (*rows, *parties.contacts.values())
    person_ids = {one.person_id for one in recipients if one.person_id is not None}
    consultant_ids = {one.consultant_id for one in recipients if one.consultant_id is not None}
    if person_ids:
        people = select(Person.id, Person.language, Person.stopped_at, Person.channel_order, Person.listens).where(
            among(Person.id, person_ids)
        )
        for person_id, language, stopped_at, order, listens in connection.execute(people):
            channels = tuple(name for name in order.split(",") if name) if order else ()
            parties.people[person_id] = Reader(language, stopped_at is not None, channels, listens)
        _add_contacts(connection, keys, parties, among(Contact.person_id, person_ids))
    if consultant_ids:
        consultants = select(Consultant.id, Consultant.language).where(among(Consultant.id, consultant_ids))
        for consultant_id, language in connection.execute(consultants):
            parties.consultants[consultant_id] = Reader(language)
        _add_contacts(connection, keys, parties, among(Contact.consultant_id, consultant_ids))
    for contact in parties.contacts.values():
        if contact.person_id is not None:
            parties.of_person.setdefault(contact.person_id, []).append(contact)
        if contact.consultant_id is not None:
            parties.of_consultant.setdefault(contact.consultant_id, []).append(contact)
    return parties


def _add_contacts(connection: Connection, keys: KeyRing, parties: Parties, which: ColumnElement[bool]) -> None:
    for row in connection.execute(select(*_CONTACT).where(which)):
        contact_id, channel, token, person_id, consultant_id, state, language, *moments = row
        try:
            address = keys.decrypt(token, "contact.address").decode()
        except Undecryptable:
            address = None
        parties.contacts[contact_id] = Address(
            contact_id, channel, address, person_id, consultant_id, state, language, *moments
        )
