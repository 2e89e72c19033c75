"""One telephone of several people: a contact for each of them at the same address, and which of them is there now.

Everything that is kept by contact (what was offered, calls, receipts) is so each person's own. Who is at the telephone
is known by what was said last: the others are `absent_since` then.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.people.contacts import Contact
from storage.people.conversations import Offer
from storage.vocabulary import ContactState

#: More people than this do not share one telephone.
MOST_SHARERS: Final = 5
# A browser keeps the chats that were opened in it apart by itself, and a mailbox is proved by secrets in its mails.
_NOT_SHARED: Final = frozenset({"web", "email"})


def can_be_shared(contact: Contact) -> bool:
    """Whether what is at this address may be several people's."""
    return contact.channel not in _NOT_SHARED and contact.person_id is not None


async def all_at(session: AsyncSession, contact: Contact) -> list[Contact]:
    """Every contact at this one's address, nobody's too; asks the database only where there may be others."""
    if not contact.shared_as:
        return [contact]
    here = (Contact.channel == contact.channel, Contact.address_hash == contact.address_hash)
    return list(await session.scalars(select(Contact).where(*here).order_by(Contact.shared_as, Contact.id)))


async def sharers_of(session: AsyncSession, contact: Contact) -> list[Contact]:
    """The people's contacts at this one's address, who shared it first coming first; itself where it is not shared."""
    return [one for one in await all_at(session, contact) if one.person_id is not None or one is contact]


async def share(session: AsyncSession, contact: Contact, now: datetime) -> Contact:
    """A contact for one more person at this address; nobody's yet, and not the one who is there."""
    if not contact.shared_as:
        here = (Contact.channel == contact.channel, Contact.address_hash == contact.address_hash)
        taken = await session.scalars(select(Contact.shared_as).where(*here))
        contact.shared_as = max(taken) + 1
        await session.flush()
    others = await all_at(session, contact)
    added = Contact(
        channel=contact.channel,
        address=contact.address,
        address_hash=contact.address_hash,
        also=contact.also,
        also_hash=contact.also_hash,
        shared_as=max(one.shared_as for one in others) + 1,
        absent_since=now,
        state=ContactState.ACTIVE,
        last_heard_at=contact.last_heard_at,
        created_at=now,
    )
    session.add(added)
    await session.flush()
    return added


async def is_here(session: AsyncSession, contact: Contact, now: datetime) -> None:
    """This one is at the telephone from now on, and none of the others."""
    for one in await sharers_of(session, contact):
        one.absent_since = None if one.id == contact.id else one.absent_since or now
    await session.flush()


async def settle(session: AsyncSession, contacts: Collection[Contact]) -> None:
    """After people left these telephones: who is left alone with one shares it no more."""
    await session.flush()
    for contact in contacts:
        left = [one for one in await all_at(session, contact) if one.person_id is not None]
        if len(left) == 1:
            left[0].shared_as, left[0].absent_since = 0, None
            await session.flush()


async def offered_last(session: AsyncSession, contacts: Collection[Contact], there: Contact) -> int | None:
    """Which of these contacts was given numbered answers last, who is `there` rather than another at the same moment;
    None where none was."""
    wanted = select(Offer.contact_id).where(Offer.contact_id.in_([one.id for one in contacts]))
    return await session.scalar(wanted.order_by(Offer.at.desc(), Offer.contact_id != there.id).limit(1))
