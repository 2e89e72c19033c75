"""What a channel calls a sender: another name beside the address, or another one than before."""

from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine.keys import KeyRing
from storage.people.contacts import Contact, contact_at
from storage.people.senders.shared import all_at


async def know_as(session: AsyncSession, keys: KeyRing, contact: Contact, address: str, also: str | None) -> Contact:
    """The contact that wrote, known by the address that it wrote from, and by what came along (`also`), where it did.

    Two contacts that turn out to be one sender become one: nobody's gives way to a linked one. Where both are linked
    each stays as it is. Who shares a telephone is called the same.
    """
    if also is not None:
        contact, is_free = await _made_one(session, keys, contact, also)
        if not is_free:
            return contact
    if contact.address != address:
        # What is said back goes where they wrote from.
        for one in await all_at(session, contact):
            _call_also(one, keys, one.address)
            one.address, one.address_hash = address, keys.fingerprint(address, f"contact/{one.channel}")
        await session.flush()
    if also is not None and contact.also != also:
        for one in await all_at(session, contact):
            _call_also(one, keys, also)
    return contact


async def rename(session: AsyncSession, keys: KeyRing, contact: Contact, was: str, to: str) -> None:
    """A contact is called `to` from now on where it was called `was`; beside its address, where it was not."""
    contact, is_free = await _made_one(session, keys, contact, to)
    if not is_free or to in (contact.address, contact.also):
        return
    for one in await all_at(session, contact):
        if one.address == was:
            one.address, one.address_hash = to, keys.fingerprint(to, f"contact/{one.channel}")
        else:
            _call_also(one, keys, to)


async def _made_one(session: AsyncSession, keys: KeyRing, contact: Contact, called: str) -> tuple[Contact, bool]:
    """The contact, with another one that is called so as well; and whether it can be called so from now on."""
    other = await contact_at(session, keys, contact.channel, called)
    if other is None or other.address_hash == contact.address_hash:
        return contact, True
    if contact.person_id is None and contact.consultant_id is None:
        contact, other = other, contact
    if other.person_id is not None or other.consultant_id is not None:
        return contact, False
    await session.delete(other)
    await session.flush()
    return contact, True


def _call_also(contact: Contact, keys: KeyRing, name: str) -> None:
    contact.also, contact.also_hash = name, keys.fingerprint(name, f"contact/{contact.channel}")
