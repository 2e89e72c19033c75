"""How people are reached and where a conversation stands: contacts, link codes, conversations, seen events."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, Encrypted, RowId, vocabulary
from storage.engine.inserts import insert_new
from storage.engine.keys import KeyRing
from storage.engine.one_of_many import among
from storage.people.people import Consultant
from storage.vocabulary import ContactState


class Contact(Base, kw_only=True):
    """One address on one channel: a stranger's, a person's or a consultant's."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("channel", "address_hash"), IDS_NEVER_REUSED)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    channel: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(Encrypted("contact.address"))
    address_hash: Mapped[bytes] = mapped_column(LargeBinary(16))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True, default=None)
    consultant_id: Mapped[int | None] = mapped_column(
        ForeignKey("consultant.id", ondelete="CASCADE"), index=True, default=None
    )
    state: Mapped[ContactState] = mapped_column(vocabulary(ContactState), default=ContactState.ACTIVE)
    # A stranger's language: the channel's hint until the person chooses.
    language: Mapped[str | None] = mapped_column(String(8), default=None)
    linked_at: Mapped[datetime | None] = mapped_column(default=None)
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
    created_at: Mapped[datetime]


class LinkAttempt(Base, kw_only=True):
    """A code that did not fit, by address: guessing is limited and seen."""

    __tablename__ = "link_attempt"
    __table_args__ = (Index("ix_link_attempt_contact_at", "contact_id", "at"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(index=True)


async def contact_at(session: AsyncSession, keys: KeyRing, channel: str, address: str) -> Contact | None:
    """The contact with this address on this channel, found by keyed hash under any key of the ring."""
    hashes = keys.fingerprints(address, f"contact/{channel}")
    return await session.scalar(select(Contact).where(Contact.channel == channel, Contact.address_hash.in_(hashes)))


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


async def channels_of(session: AsyncSession, person_id: int) -> list[str]:
    """The channels on which a person has an address that works, each once, the oldest first."""
    found = await session.scalars(
        select(Contact.channel)
        .where(Contact.person_id == person_id, Contact.state == ContactState.ACTIVE)
        .order_by(Contact.id)
    )
    return list(dict.fromkeys(found))


async def reachable_since(session: AsyncSession, person_ids: Collection[int]) -> dict[int, datetime]:
    """When each of these people last came within reach, by person: linked a way, or wrote over one that works."""
    rows = await session.execute(
        select(
            Contact.person_id,
            func.max(Contact.created_at),
            func.max(Contact.last_heard_at),
            func.max(Contact.last_delivered_at),
        )
        .where(among(Contact.person_id, person_ids), Contact.state == ContactState.ACTIVE)
        .group_by(Contact.person_id)
    )
    return {person_id: max(filter(None, moments)) for person_id, *moments in rows if person_id is not None}


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


async def linked_consultants(session: AsyncSession) -> list[Consultant]:
    """The consultants who have an address that works."""
    linked = select(Contact.consultant_id).where(Contact.state == ContactState.ACTIVE)
    return list(await session.scalars(select(Consultant).where(Consultant.id.in_(linked))))


async def mark_gone(session: AsyncSession, contact_ids: Collection[int]) -> None:
    """These addresses do not exist any more; one that was blocked stays so."""
    await session.execute(
        update(Contact)
        .where(Contact.id.in_(contact_ids), Contact.state == ContactState.ACTIVE)
        .values(state=ContactState.GONE)
    )
