"""Where a message goes: which addresses, in which order, in which language; or why nowhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from locales.languages import LANGUAGES, SOURCE
from storage.contacts import ContactState
from storage.outbox import MessageState, Priority
from storage.outbox_parties import Address, Parties, Reader
from storage.outbox_queue import ClaimedRow

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Way:
    """The addresses to try, the first one first, and the reader's present language. `lane` names the recipient."""

    addresses: tuple[Address, ...]
    language: str
    lane: str


@dataclass(frozen=True, slots=True)
class NoWay:
    """Why a message goes nowhere; a word for tables."""

    reason: str
    state: MessageState = MessageState.FAILED


def route(row: ClaimedRow, parties: Parties, channels: Collection[str]) -> Way | NoWay:
    """The way of one message over the channels that this deployment has.

    A message to one contact goes there, and to the recipient's other contacts only when that one is gone. A person
    who stopped gets answers to what they write, nothing else.
    """
    asked = parties.contacts.get(row.contact_id) if row.contact_id is not None else None
    person_id = row.person_id if row.person_id is not None else (asked.person_id if asked else None)
    consultant_id = row.consultant_id if row.consultant_id is not None else (asked.consultant_id if asked else None)
    person = parties.people.get(person_id) if person_id is not None else None
    consultant = parties.consultants.get(consultant_id) if consultant_id is not None else None
    if person is not None and person.stopped and row.priority != Priority.REPLY:
        return NoWay("stopped", MessageState.CANCELLED)
    others: Sequence[Address] = ()
    if person is not None and person_id is not None:
        others = _ordered(parties.of_person.get(person_id, ()), person)
    elif consultant is not None and consultant_id is not None:
        others = _ordered(parties.of_consultant.get(consultant_id, ()), consultant)
    first = [asked] if asked is not None else []
    addresses = tuple(
        address
        for address in dict.fromkeys([*first, *others])
        if address.state is ContactState.ACTIVE and address.address is not None and address.channel in channels
    )
    if not addresses:
        return NoWay("no_channel")
    if person is not None:
        return Way(addresses, _known(person.language), f"person:{person_id}")
    if consultant is not None:
        return Way(addresses, _known(consultant.language), f"consultant:{consultant_id}")
    return Way(addresses, _known(addresses[0].language), f"contact:{addresses[0].contact_id}")


def _ordered(addresses: Sequence[Address], reader: Reader) -> Sequence[Address]:
    """In the reader's own order of channels; then where they were heard last."""
    if len(addresses) < 2:
        return addresses
    places = {channel: place for place, channel in enumerate(reader.channel_order)}
    by_heard = sorted(addresses, key=lambda a: (a.last_heard_at or _NEVER, a.contact_id), reverse=True)
    return sorted(by_heard, key=lambda a: places.get(a.channel, len(places)))


def _known(language: str | None) -> str:
    return language if language in LANGUAGES else SOURCE
