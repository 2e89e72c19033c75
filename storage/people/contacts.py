"""How people are reached: contacts, and the codes that link them."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import (
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
    bindparam,
    false,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, Encrypted, RowId, vocabulary
from storage.engine.encryption.kinds import EncryptedCode
from storage.engine.inserts import insert_new
from storage.engine.keys import KeyRing
from storage.engine.one_of_many import among
from storage.people.people import Consultant, Person
from storage.vocabulary import ContactState


class Contact(Base, kw_only=True):
    """One address on one channel: a stranger's, a person's or a consultant's."""

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("channel", "address_hash", "shared_as"),
        UniqueConstraint("channel", "also_hash", "shared_as"),
        IDS_NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    channel: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(Encrypted("contact.address"))
    address_hash: Mapped[bytes] = mapped_column(LargeBinary(16))
    # What the channel calls the same sender as well (WhatsApp: a user's id beside their number): found by either.
    also: Mapped[str | None] = mapped_column(Encrypted("contact.also"), default=None)
    also_hash: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=None)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True, default=None)
    consultant_id: Mapped[int | None] = mapped_column(
        ForeignKey("consultant.id", ondelete="CASCADE"), index=True, default=None
    )
    # Several people may use one telephone, each by a contact of their own (storage.people.senders.shared): its number
    # among them; 0 = it is shared with nobody.
    shared_as: Mapped[int] = mapped_column(default=0, server_default="0")
    # On a shared telephone: since when somebody else is the one who is there; None = this one is.
    absent_since: Mapped[datetime | None] = mapped_column(default=None)
    # Whether it is asked who is there before what is this one's is shown; their own choice.
    asks_first: Mapped[bool] = mapped_column(default=True, server_default=true())
    state: Mapped[ContactState] = mapped_column(vocabulary(ContactState), default=ContactState.ACTIVE)
    # A stranger's language: the channel's hint until the person chooses.
    language: Mapped[str | None] = mapped_column(EncryptedCode("contact.language"), default=None)
    linked_at: Mapped[datetime | None] = mapped_column(default=None)
    # An address that was added in the chat gets no copy of everything and no personal link before this; None = now.
    trusted_at: Mapped[datetime | None] = mapped_column(default=None)
    last_heard_at: Mapped[datetime | None] = mapped_column(default=None)
    last_delivered_at: Mapped[datetime | None] = mapped_column(default=None)
    # When a message did not arrive here, though the provider had taken it.
    last_failed_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]


class LinkCode(Base, kw_only=True):
    """A one-time code that ties an address to a person or a consultant; only its keyed hash is kept."""

    __tablename__ = "link_code"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), default=None)
    consultant_id: Mapped[int | None] = mapped_column(ForeignKey("consultant.id", ondelete="CASCADE"), default=None)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    used_by: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"), default=None)
    # The telephone number or e-mail address the code was sent to: whoever uses it has shown that this is theirs.
    sent_to: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"), default=None)
    # Asked for in the person's own chat, by whoever had it in hand: what it opens is not trusted with a copy at once.
    self_made: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]


# Put together once: each event asks for it.
_HASHES: Final = bindparam("hashes", type_=LargeBinary, expanding=True)
_BY_EITHER = or_(Contact.address_hash.in_(_HASHES), Contact.also_hash.in_(_HASHES))
_HERE: Final = (Contact.channel == bindparam("channel"), _BY_EITHER)
_AT: Final = select(Contact).where(*_HERE)
_WITH_PARTY: Final = (
    select(Contact, Person, Consultant)
    .outerjoin(Person, Contact.person_id == Person.id)
    .outerjoin(Consultant, Contact.consultant_id == Consultant.id)
    .where(*_HERE)
)


async def contact_at(session: AsyncSession, keys: KeyRing, channel: str, address: str) -> Contact | None:
    """The contact with this address on this channel, found by keyed hash under any key of the ring, also by what the
    channel calls them as well; where several people share it, of who is there."""
    hashes = keys.fingerprints(address, f"contact/{channel}")
    found = await session.scalars(_AT, {"channel": channel, "hashes": hashes})
    return min(found, key=_is_there_first, default=None)


def _is_there_first(contact: Contact) -> tuple[bool, bool, int]:
    is_nobodys = contact.person_id is None and contact.consultant_id is None
    return is_nobodys, contact.absent_since is not None, contact.shared_as


class WhoWrote(NamedTuple):
    """A contact with the person or consultant whose it is."""

    contact: Contact
    person: Person | None = None
    consultant: Consultant | None = None


async def sender_made_at(session: AsyncSession, keys: KeyRing, channel: str, address: str, now: datetime) -> WhoWrote:
    """As `contact_made_at`, with whose it is, by one statement where they were there before."""
    hashes = keys.fingerprints(address, f"contact/{channel}")
    rows = await session.execute(_WITH_PARTY, {"channel": channel, "hashes": hashes})
    found = min((WhoWrote(*row) for row in rows), key=lambda one: _is_there_first(one.contact), default=None)
    return found or WhoWrote(await contact_made_at(session, keys, channel, address, now))


async def contact_made_at(
    session: AsyncSession, keys: KeyRing, channel: str, address: str, now: datetime, *, language: str | None = None
) -> Contact:
    """The contact with this address on this channel; where there is none one is made, which is nobody's yet."""
    found = await contact_at(session, keys, channel, address)
    if found is None:
        row = {
            "channel": channel,
            "address": address,
            "address_hash": keys.fingerprint(address, f"contact/{channel}"),
            "state": ContactState.ACTIVE,
            "language": language,
            "created_at": now,
        }
        await insert_new(session, Contact, row)
        found = await contact_at(session, keys, channel, address)
    if found is None:
        raise LookupError("a contact that was just stored is not there")
    return found


async def is_reachable(session: AsyncSession, consultant_id: int, channels: Collection[str]) -> bool:
    """Whether a consultant has an address that works on one of these channels."""
    found = await session.scalar(
        select(Contact.id)
        .where(
            Contact.consultant_id == consultant_id,
            Contact.state == ContactState.ACTIVE,
            Contact.channel.in_(channels),
        )
        .limit(1)
    )
    return found is not None


async def every_contact_of(
    session: AsyncSession, *, person_id: int | None = None, consultant_id: int | None = None
) -> list[Contact]:
    """All addresses of a person or a consultant, working or not, the oldest first."""
    whose = Contact.person_id == person_id if person_id is not None else Contact.consultant_id == consultant_id
    return list(await session.scalars(select(Contact).where(whose).order_by(Contact.id)))


async def contacts_of(session: AsyncSession, person_id: int) -> list[Contact]:
    """A person's addresses that work, the one heard of last first."""
    found = await session.scalars(
        select(Contact).where(Contact.person_id == person_id, Contact.state == ContactState.ACTIVE)
    )
    return sorted(found, key=lambda one: (one.last_heard_at or one.created_at, one.id), reverse=True)


async def way_of_consultant(session: AsyncSession, consultant_id: int) -> Contact | None:
    """A consultant's address that works and was heard of last."""
    found = await session.scalars(
        select(Contact).where(Contact.consultant_id == consultant_id, Contact.state == ContactState.ACTIVE)
    )
    return max(found, key=lambda one: (one.last_heard_at or one.created_at, one.id), default=None)


async def stopped_channels_of(session: AsyncSession, person_id: int) -> list[str]:
    """The channels on which a person said STOP and has no other address that works."""
    found = await session.scalars(
        select(Contact.channel)
        .where(Contact.person_id == person_id, Contact.state == ContactState.BLOCKED)
        .order_by(Contact.id)
    )
    working = await channels_of(session, person_id)
    return [name for name in dict.fromkeys(found) if name not in working]


async def channels_of(session: AsyncSession, person_id: int) -> list[str]:
    """The channels on which a person has an address that works, each once, the oldest first."""
    found = await session.scalars(
        select(Contact.channel)
        .where(Contact.person_id == person_id, Contact.state == ContactState.ACTIVE)
        .order_by(Contact.id)
    )
    return list(dict.fromkeys(found))


async def ways_of_many(
    session: AsyncSession, person_ids: Collection[int], channels: Collection[str]
) -> dict[int, list[str]]:
    """Of these channels those on which each of these people has an address that works, by person, the oldest first."""
    rows = await session.execute(
        select(Contact.person_id, Contact.channel)
        .where(
            among(Contact.person_id, person_ids), Contact.state == ContactState.ACTIVE, Contact.channel.in_(channels)
        )
        .order_by(Contact.id)
    )
    found: dict[int, list[str]] = {}
    for person_id, channel in rows:
        theirs = found.setdefault(person_id or 0, [])
        if channel not in theirs:
            theirs.append(channel)
    return found


async def reachable_since(
    session: AsyncSession, person_ids: Collection[int], open_since: Mapping[str, datetime]
) -> dict[int, datetime]:
    """When each of these people last came within reach, by person: linked a way, wrote over one that works, or has one
    on a channel that may be used again (`open_since`, by channel)."""
    moments_of = (Contact.created_at, Contact.last_heard_at, Contact.last_delivered_at)
    wanted = select(Contact.person_id, Contact.channel, *moments_of)
    works = (among(Contact.person_id, person_ids), Contact.state == ContactState.ACTIVE)
    found: dict[int, datetime] = {}
    for person_id, channel, *moments in await session.execute(wanted.where(*works)):
        if person_id is not None:
            at = max(filter(None, (*moments, open_since.get(channel))))
            found[person_id] = max(at, found.get(person_id, at))
    return found


async def has_contact_on(
    session: AsyncSession, channel: str, *, person_id: int | None = None, consultant_id: int | None = None
) -> bool:
    """Whether a person or consultant has an address on this channel, working or not."""
    whose = Contact.person_id == person_id if person_id is not None else Contact.consultant_id == consultant_id
    return await session.scalar(select(Contact.id).where(Contact.channel == channel, whose).limit(1)) is not None


async def add_mail_addresses(session: AsyncSession, keys: KeyRing, now: datetime) -> list[int]:
    """Make the work address that a municipality gave for each consultant a contact of theirs; for whom it is new.

    It needs no proof: the municipality itself says whose it is.
    """
    known = select(Contact.consultant_id).where(Contact.channel == "email", Contact.consultant_id.is_not(None))
    added = list[int]()
    for consultant in await session.scalars(select(Consultant).where(Consultant.id.not_in(known))):
        address = consultant.email.strip().lower()
        found = await contact_at(session, keys, "email", address)
        if found is None:
            row = {
                "channel": "email",
                "address": address,
                "address_hash": keys.fingerprint(address, "contact/email"),
                "state": ContactState.ACTIVE,
                "consultant_id": consultant.id,
                "linked_at": now,
                "created_at": now,
            }
            added += [consultant.id] if await insert_new(session, Contact, row) else []
        elif found.person_id is None and found.consultant_id is None:
            found.consultant_id, found.linked_at = consultant.id, now
            added.append(consultant.id)
    return added


class LinkedConsultant(NamedTuple):
    """A consultant by number, and when they are away."""

    id: int
    away_from: date | None
    away_until: date | None


async def linked_consultants(session: AsyncSession) -> list[LinkedConsultant]:
    """The consultants who have an address that works; nothing encrypted is read, which may be damaged."""
    linked = select(Contact.consultant_id).where(Contact.state == ContactState.ACTIVE)
    rows = await session.execute(
        select(Consultant.id, Consultant.away_from, Consultant.away_until).where(Consultant.id.in_(linked))
    )
    return [LinkedConsultant(*row) for row in rows]


async def mark_gone(session: AsyncSession, contact_ids: Collection[int]) -> None:
    """These addresses do not exist any more; one that was blocked stays so."""
    await session.execute(
        update(Contact)
        .where(Contact.id.in_(contact_ids), Contact.state == ContactState.ACTIVE)
        .values(state=ContactState.GONE)
    )
