"""Who claimed messages are for: language, order of channels and addresses of many recipients in a few look-ups."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Executable, LargeBinary, select, type_coerce

from storage.engine.encryption.row_binding import row_name
from storage.engine.keys import KeyRing, Undecryptable
from storage.engine.one_of_many import among_those
from storage.outbox.claimed_row import ClaimedRow
from storage.people.contacts import Contact
from storage.people.people import Consultant, Person
from storage.vocabulary import ContactState


class Address(NamedTuple):
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
    # Whether several people use this telephone; since when another of them is there, and whether who is there is then
    # asked before this one's messages are shown.
    is_shared: bool = False
    absent_since: datetime | None = None
    asks_first: bool = False


# Whose language cannot be read hears the one that everything is written in first.
_SOURCE = "nl"


class Recipient(NamedTuple):
    """A person or consultant as far as sending needs to know them."""

    language: str
    stopped: bool = False
    channel_order: tuple[str, ...] = ()
    listens: bool = False
    # Their own, as a span "21:00-08:00"; None = the deployment's.
    quiet_hours: str | None = None
    # Whether times are told by the Ethiopian clock too.
    ethiopian_clock: bool = False
    # Known only of whom a telephone is shared with.
    given_name: str = ""
    # A consultant's.
    away_from: date | None = None
    away_until: date | None = None
    stand_in_id: int | None = None


@dataclass(slots=True)
class Recipients:
    """Everybody a batch of messages is for, by id."""

    people: dict[int, Recipient] = field(default_factory=dict)
    consultants: dict[int, Recipient] = field(default_factory=dict)
    contacts: dict[int, Address] = field(default_factory=dict)
    of_person: dict[int, list[Address]] = field(default_factory=dict)
    of_consultant: dict[int, list[Address]] = field(default_factory=dict)


_CONTACTS = select(
    Contact.id,
    Contact.channel,
    # Decrypted here, one by one: an address or language under a lost key must not cost the batch.
    type_coerce(Contact.address, LargeBinary).label("address"),
    Contact.person_id,
    Contact.consultant_id,
    Contact.state,
    type_coerce(Contact.language, LargeBinary).label("language"),
    Contact.last_heard_at,
    Contact.last_delivered_at,
    Contact.last_failed_at,
    (Contact.shared_as != 0).label("is_shared"),
    Contact.absent_since,
    Contact.asks_first,
)
# Put together once: they are asked for each batch of messages.
_CONTACTS_BY_ID = _CONTACTS.where(among_those(Contact.id, "ids"))
_CONTACTS_OF_PEOPLE = _CONTACTS.where(among_those(Contact.person_id, "ids"))
_CONTACTS_OF_CONSULTANTS = _CONTACTS.where(among_those(Contact.consultant_id, "ids"))
_PEOPLE = select(
    Person.id,
    type_coerce(Person.language, LargeBinary).label("language"),
    Person.stopped_at,
    Person.channel_order,
    Person.listens,
    Person.quiet_hours,
    type_coerce(Person.ethiopian_clock, LargeBinary).label("ethiopian_clock"),
).where(among_those(Person.id, "ids"))
_NAMES = select(Person.id, type_coerce(Person.given_name, LargeBinary)).where(among_those(Person.id, "ids"))


def recipients_of(connection: Connection, keys: KeyRing, rows: Sequence[ClaimedRow]) -> Recipients:
    """The recipients of these rows; people, consultants and contacts that are gone are absent."""
    recipients = Recipients()
    contact_ids = {row.contact_id for row in rows if row.contact_id is not None}
    if contact_ids:
        _add_contacts(connection, keys, recipients, _CONTACTS_BY_ID, contact_ids)
    either: tuple[ClaimedRow | Address, ...] = (*rows, *recipients.contacts.values())
    person_ids = {one.person_id for one in either if one.person_id is not None}
    consultant_ids = {one.consultant_id for one in either if one.consultant_id is not None}
    if person_ids:
        people = connection.execute(_PEOPLE, {"ids": person_ids}).fetchall()
        for person_id, token, stopped_at, order, listens, quiet_hours, clock in people:
            language = _read(keys, token, "person.language", person_id) or _SOURCE
            both_clocks = _read(keys, clock, "person.ethiopian_clock", person_id) == "1"
            recipients.people[person_id] = Recipient(
                language, stopped_at is not None, _names(order), listens, quiet_hours, both_clocks
            )
        _add_contacts(connection, keys, recipients, _CONTACTS_OF_PEOPLE, person_ids)
    if consultant_ids:
        _add_consultants(connection, recipients, consultant_ids)
        _add_contacts(connection, keys, recipients, _CONTACTS_OF_CONSULTANTS, recipients.consultants.keys())
    _add_names(connection, keys, recipients)
    for contact in recipients.contacts.values():
        if contact.person_id is not None:
            recipients.of_person.setdefault(contact.person_id, []).append(contact)
        if contact.consultant_id is not None:
            recipients.of_consultant.setdefault(contact.consultant_id, []).append(contact)
    return recipients


def known_recipients(contact: Contact, person: Person | None, consultant: Consultant | None) -> Recipients:
    """Who has this contact, as a transaction that just ended knows them: as `recipients_of`, without asking. Other
    contacts of theirs are not among them."""
    address = Address(
        contact.id,
        contact.channel,
        contact.address,
        contact.person_id,
        contact.consultant_id,
        contact.state,
        contact.language,
        contact.last_heard_at,
        contact.last_delivered_at,
        contact.last_failed_at,
        bool(contact.shared_as),
        # Who writes is there.
        None,
        contact.asks_first,
    )
    recipients = Recipients(contacts={contact.id: address})
    if person is not None:
        recipients.people[person.id] = Recipient(
            person.language,
            person.stopped_at is not None,
            _names(person.channel_order),
            person.listens,
            person.quiet_hours,
            bool(person.ethiopian_clock),
        )
        recipients.of_person[person.id] = [address]
    if consultant is not None:
        recipients.consultants[consultant.id] = Recipient(
            consultant.language,
            away_from=consultant.away_from,
            away_until=consultant.away_until,
            stand_in_id=consultant.stand_in_id,
        )
        recipients.of_consultant[consultant.id] = [address]
    return recipients


def _add_consultants(connection: Connection, recipients: Recipients, ids: Collection[int | None]) -> None:
    """These consultants, and those who stand in for them."""
    wanted = set(ids)
    while wanted:
        found = connection.execute(
            select(
                Consultant.id,
                Consultant.language,
                Consultant.away_from,
                Consultant.away_until,
                Consultant.stand_in_id,
            ).where(Consultant.id.in_(wanted))
        )
        for consultant_id, language, away_from, away_until, stand_in_id in found:
            recipients.consultants[consultant_id] = Recipient(
                language, away_from=away_from, away_until=away_until, stand_in_id=stand_in_id
            )
        stand_ins = {consultant.stand_in_id for consultant in recipients.consultants.values()}
        wanted = stand_ins - recipients.consultants.keys() - wanted - {None}


def _add_contacts(
    connection: Connection, keys: KeyRing, recipients: Recipients, which: Executable, ids: Collection[int]
) -> None:
    for row in connection.execute(which, {"ids": ids}).fetchall():
        contact_id, channel, token, person_id, consultant_id, state, spoken, *moments = row
        address = _read(keys, token, "contact.address", contact_id)
        language = None if spoken is None else _read(keys, spoken, "contact.language", contact_id)
        recipients.contacts[contact_id] = Address(
            contact_id,
            channel,
            address,
            person_id,
            consultant_id,
            state,
            language,
            *moments,
        )


def _add_names(connection: Connection, keys: KeyRing, recipients: Recipients) -> None:
    """The first names of those who share a telephone: what is theirs is said to be so."""
    sharing = {one.person_id for one in recipients.contacts.values() if one.is_shared and one.person_id is not None}
    if not sharing:
        return
    for person_id, token in connection.execute(_NAMES, {"ids": sharing}).fetchall():
        if (known := recipients.people.get(person_id)) is not None:
            name = _read(keys, token, "person.given_name", person_id) or ""
            recipients.people[person_id] = known._replace(given_name=name)


def _names(channel_order: str) -> tuple[str, ...]:
    return tuple(name for name in channel_order.split(",") if name) if channel_order else ()


def _read(keys: KeyRing, token: bytes | None, context: str, row: int) -> str | None:
    """What stands there; None also for what cannot be read."""
    try:
        return None if token is None else keys.decrypt(token, context, row_name(row)).decode().rstrip(" ")
    except Undecryptable:
        return None
