"""Telephone numbers and e-mail addresses: read as people write them, shown so that only their owner knows them."""

from storage.people.people import Person
from storage.people.telephone import NoTelephone, read_telephone
from storage.vocabulary import AddressKind


def address_in(kind: AddressKind | None, text: str) -> str | None:
    """The address as channels write it (E.164, lower case); None for what is none, and where none is typed.

    A landline or a service number takes no SMS, and is no address.
    """
    text = text.strip()
    if kind is None:
        return None
    if kind is AddressKind.EMAIL:
        name, at, domain = text.lower().rpartition("@")
        well = (
            bool(name and at)
            and "." in domain
            and len(text) <= 254
            and not any(c.isspace() or c in '<>,;"' for c in text)
        )
        return text.lower() if well else None
    try:
        found = read_telephone(text)
    except NoTelephone:
        return None
    # Codes and reminders go to it by SMS.
    return found.number if found.takes_sms else None


def address_on_record(person: Person, kind: AddressKind | None) -> str | None:
    """The number or address that the municipality has of a person, as `address_in` reads it."""
    on_record = person.on_record(kind) if kind is not None else None
    return address_in(kind, on_record) if on_record else None


def hidden(address: str) -> str:
    """Enough of an address to know one's own by: "…34", "a…@example.org"."""
    if "@" in address:
        name, _, domain = address.rpartition("@")
        return f"{name[:1]}…@{domain}"
    return f"…{address[-2:]}"
