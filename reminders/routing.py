"""Where a message goes: which addresses, in which order, in which language; or why nowhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from locales.languages import LANGUAGES, SOURCE
from reminders.channel_rules import ChannelRules
from storage.contacts import ContactState
from storage.outbox import MessageState, Priority
from storage.outbox_parties import Address, Parties, Reader
from storage.outbox_queue import ClaimedRow

_NEVER = datetime.min.replace(tzinfo=UTC)
# An address where a message did not arrive goes behind the others for so long, unless something arrived there since.
FAILING_FOR = timedelta(days=1)
# A channel that a person wrote on within this time is one they use.
IN_USE = timedelta(days=60)


class Way(NamedTuple):
    """The addresses to try, the first one first, and the reader's present language. `lane` names the recipient."""

    addresses: tuple[Address, ...]
    language: str
    lane: str
    # Whether it goes to a person unasked: what others may read is then said in short.
    unasked: bool = False
    # Whether the reader would rather listen: then it comes with picture and sound.
    listens: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Every channel that is left is in its quiet hours until then."""

    at: datetime


@dataclass(frozen=True, slots=True)
class NoWay:
    """Why a message goes nowhere; a word for tables."""

    reason: str
    state: MessageState = MessageState.FAILED


def route(
    row: ClaimedRow, parties: Parties, channels: Collection[str], rules: ChannelRules, now: datetime
) -> Way | Later | NoWay:
    """The way of one message over the channels that this deployment has open.

    A message to one contact goes there, and to the recipient's other contacts only when that one is gone. A person
    who stopped gets answers to what they write, nothing else. Contacts where it did not arrive are passed over.
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
        others = _ordered(parties.of_person.get(person_id, ()), person, rules, now)
    elif consultant is not None and consultant_id is not None:
        others = _ordered(parties.of_consultant.get(consultant_id, ()), consultant, rules, now)
    if asked is not None:
        others = [asked, *(address for address in others if address != asked)]
    usable = [
        address
        for address in others
        if address.state is ContactState.ACTIVE and address.address is not None and address.channel in channels
    ]
    if row.passed_over:
        passed_over = set(row.passed_over.split(","))
        usable = [address for address in usable if str(address.contact_id) not in passed_over]
    addresses = tuple(a for a in usable if rules.opens_at(a.channel, row.priority, now) <= now)
    if not addresses:
        if usable:
            return Later(min(rules.opens_at(a.channel, row.priority, now) for a in usable))
        return NoWay("not_delivered" if row.passed_over else "no_channel")
    if person is not None:
        unasked = row.priority != Priority.REPLY
        return Way(addresses, _known(person.language), f"person:{person_id}", unasked, person.listens)
    if consultant is not None:
        return Way(addresses, _known(consultant.language), f"consultant:{consultant_id}")
    return Way(addresses, _known(addresses[0].language), f"contact:{addresses[0].contact_id}")


def _ordered(addresses: Sequence[Address], reader: Reader, rules: ChannelRules, now: datetime) -> Sequence[Address]:
    """Where nothing failed lately, in the reader's own order of channels; then where they write themselves, the
    cheapest first; then where something worked last."""
    if len(addresses) < 2:
        return addresses
    places = {channel: place for place, channel in enumerate(reader.channel_order)}

    def place(address: Address) -> tuple[bool, int, bool, int]:
        worked_at = _worked_at(address)
        failing = address.last_failed_at is not None and address.last_failed_at > max(worked_at, now - FAILING_FOR)
        unused = (address.last_heard_at or _NEVER) < now - IN_USE
        return failing, places.get(address.channel, len(places)), unused, rules.cost(address.channel)

    by_worked = sorted(addresses, key=lambda a: (_worked_at(a), a.contact_id), reverse=True)
    return sorted(by_worked, key=place)


def _worked_at(address: Address) -> datetime:
    return max(address.last_heard_at or _NEVER, address.last_delivered_at or _NEVER)


def _known(language: str | None) -> str:
    return language if language in LANGUAGES else SOURCE
