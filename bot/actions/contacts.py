"""Telephone numbers and e-mail addresses: read as people write them, shown so that only their owner knows them."""

from datetime import datetime

import phonenumbers
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine.inserts import insert_new
from storage.engine.keys import KeyRing
from storage.people.contacts import Contact, contact_at
from storage.vocabulary import ContactState


def address_in(channel: str, text: str) -> str | None:
    """The address as the channel writes it (E.164, lower case); None for what is none."""
    text = text.strip()
    if channel == "email":
        name, at, domain = text.lower().rpartition("@")
        well = (
            bool(name and at)
            and "." in domain
            and len(text) <= 254
            and not any(c.isspace() or c in '<>,;"' for c in text)
        )
        return text.lower() if well else None
    try:
        number = phonenumbers.parse(text, "NL")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def hidden(address: str) -> str:
    """Enough of an address to know one's own by: "…34", "a…@example.org"."""
    if "@" in address:
        name, _, domain = address.rpartition("@")
        return f"{name[:1]}…@{domain}"
    return f"…{address[-2:]}"


async def contact_for(
    session: AsyncSession, keys: KeyRing, channel: str, address: str, language: str, now: datetime
) -> Contact:
    """The contact at this address, made where there is none; it belongs to nobody before it was proved to be theirs."""
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
    if found.state is ContactState.GONE:
        # Asked for by somebody who says that it works: what is sent there will tell.
        found.state = ContactState.ACTIVE
    return found
