"""Where a message goes: which addresses, in which order, in which language; or why nowhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from locales.rendering.languages import LANGUAGES, SOURCE
from locales.rendering.message import Body
from reminders.delivery.asking_first import ASKED, AskFirst, addressed, ask_at, must_ask
from reminders.delivery.channel_rules import ChannelRules
from reminders.delivery.retry import end_of_use
from reminders.kinds import Kind
from storage.caseload import is_away
from storage.outbox.message import NO_CHANNEL
from storage.outbox.queue import ClaimedRow
from storage.outbox.recipients import Address, Recipient, Recipients
from storage.vocabulary import ContactState, MessageState, Priority

_NEVER = datetime.min.replace(tzinfo=UTC)
# An address where a message did not arrive goes behind the others for so long, unless something arrived there since.
FAILING_FOR = timedelta(days=1)
# When it is looked again whether a consultant can be reached.
LINKED_SOON, LINKED_LATE = timedelta(minutes=1), timedelta(hours=1)
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
    # Whether times are told by the Ethiopian clock too.
    ethiopian_clock: bool = False
    # Whose it is, where several people use the telephone: that is said first.
    addressed_to: str = ""

    def own(self, body: Body) -> Body:
        """A message as its reader is told it: by their clocks, and by name where others read along."""
        if self.ethiopian_clock:
            body = replace(body, ethiopian_clock=True)
        return addressed(body, self.addressed_to) if self.addressed_to else body


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: every channel that is left, or the person, is in quiet hours until then, or there is no channel yet."""

    at: datetime
    reason: str = "channel_quiet"


@dataclass(frozen=True, slots=True)
class NoWay:
    """Why a message goes nowhere; a word for tables."""

    reason: str
    state: MessageState = MessageState.FAILED


def route(
    row: ClaimedRow, recipients: Recipients, channels: Collection[str], rules: ChannelRules, now: datetime
) -> Way | Later | NoWay | AskFirst:
    """The way of one message over the channels that this deployment has open.

    A message to one contact goes there, and to the recipient's other contacts only when that one is gone. A person
    who stopped gets answers to what they write, nothing else. Contacts where it did not arrive are passed over. What is
    for a consultant who is away goes to who stands in, also when it was written before they went. On a telephone of
    several people, who is there is asked first.
    """
    asked = recipients.contacts.get(row.contact_id) if row.contact_id is not None else None
    person_id = row.person_id if row.person_id is not None else (asked.person_id if asked else None)
    consultant_id = row.consultant_id if row.consultant_id is not None else (asked.consultant_id if asked else None)
    if asked is None and consultant_id is not None:
        consultant_id = _who_hears(consultant_id, recipients, now.astimezone(rules.zone).date())
    person = recipients.people.get(person_id) if person_id is not None else None
    consultant = recipients.consultants.get(consultant_id) if consultant_id is not None else None
    if person is not None and person.stopped and row.priority != Priority.REPLY:
        return NoWay("stopped", MessageState.CANCELLED)
    others: Sequence[Address] = ()
    if person is not None and person_id is not None:
        others = _ordered(recipients.of_person.get(person_id, ()), person, rules, now)
    elif consultant is not None and consultant_id is not None:
        others = _ordered(recipients.of_consultant.get(consultant_id, ()), consultant, rules, now)
    if asked is not None:
        others = [asked, *(address for address in others if address != asked)]
    usable = [
        address
        for address in others
        if address.address is not None and address.channel in channels and _takes(address, asked, row)
    ]
    if row.passed_over:
        passed_over = set(row.passed_over.split(","))
        usable = [address for address in usable if str(address.contact_id) not in passed_over]
    addresses = tuple(a for a in usable if rules.opens_at(a.channel, row.priority, now) <= now)
    if not addresses:
        if usable:
            return Later(min(rules.opens_at(a.channel, row.priority, now) for a in usable))
        gone = row.contact_id is None and consultant is not None and others and _is_stood_in_for(consultant, recipients)
        return NoWay("not_delivered") if gone else _no_channel(row, consultant, now)
    if person is not None:
        return _to_person(row, person, addresses, rules, now)
    if consultant is not None:
        return Way(addresses, _known(consultant.language), f"consultant:{consultant_id}")
    return Way(addresses, _known(addresses[0].language), f"contact:{addresses[0].contact_id}")


def _to_person(
    row: ClaimedRow, person: Recipient, addresses: tuple[Address, ...], rules: ChannelRules, now: datetime
) -> Way | Later | AskFirst:
    if (later := _waits(row, person, addresses[0], rules, now)) is not None:
        return later
    if any(address.absent_since for address in addresses):
        seen = tuple(address for address in addresses if not must_ask(row, address, rules))
        if addresses[0] not in seen and (row.reason != ASKED or not seen):
            return ask_at(row, addresses[0], now, has_others=bool(seen))
        addresses = seen
    unasked = row.priority != Priority.REPLY
    lane = f"person:{row.person_id if row.person_id is not None else addresses[0].person_id}"
    clock, named = person.ethiopian_clock, unasked and addresses[0].is_shared and row.kind != Kind.ASKS_FIRST
    to = person.given_name if named else ""
    return Way(addresses, _known(person.language), lane, unasked, person.listens, clock, to)


def _takes(address: Address, asked: Address | None, row: ClaimedRow) -> bool:
    """Whether it may be written to: one that works; and of one that said STOP, the answer to that word."""
    answered = address is asked and row.priority == Priority.REPLY and address.state is ContactState.BLOCKED
    return answered or address.state is ContactState.ACTIVE


def _waits(row: ClaimedRow, person: Recipient, first: Address, rules: ChannelRules, now: datetime) -> Later | None:
    """Until when it is held back for a person who did not ask for it: their morning, or the end of what they are
    saying."""
    if row.priority in (Priority.REPLY, Priority.URGENT):
        return None
    until = end_of_use(row.due_at, row.useful_until)
    if (at := rules.considerate_at(person.quiet_hours, row.due_at, until, now)) > now:
        return Later(at)
    if row.priority == Priority.REMINDER:
        at = rules.interrupts_until(first.channel, first.last_heard_at, row.due_at)
        if now < at < until:
            return Later(at, "in_conversation")
    return None


def _is_stood_in_for(consultant: Recipient, recipients: Recipients) -> bool:
    """Whether somebody who can be reached stands in for a consultant whose addresses are all gone: then nothing waits
    for the one, since it is for the other (reminders/planning/not_delivered.py)."""
    asked, stand_in_id = set[int](), consultant.stand_in_id
    while stand_in_id is not None and stand_in_id not in asked:
        asked.add(stand_in_id)
        if any(address.state is ContactState.ACTIVE for address in recipients.of_consultant.get(stand_in_id, ())):
            return True
        following = recipients.consultants.get(stand_in_id)
        stand_in_id = following.stand_in_id if following is not None else None
    return False


def _no_channel(row: ClaimedRow, consultant: Recipient | None, now: datetime) -> Later | NoWay:
    """What is told to a consultant who is not linked yet waits, ever longer, as long as it is of use: a report that
    came before its reader is not lost."""
    pause = min(max(now - row.due_at, LINKED_SOON), LINKED_LATE)
    told = consultant is not None and row.contact_id is None and row.priority <= Priority.NORMAL
    if told and not row.passed_over and now + pause < end_of_use(row.due_at, row.useful_until):
        return Later(now + pause, NO_CHANNEL)
    return NoWay("not_delivered" if row.passed_over else NO_CHANNEL)


def _who_hears(consultant_id: int, recipients: Recipients, on: date) -> int:
    """The consultant, or on away days who stands in and can be reached; see storage.caseload.who_hears."""
    found, asked = consultant_id, set[int]()
    while found not in asked and (reader := recipients.consultants.get(found)) is not None and is_away(reader, on):
        asked.add(found)
        found = reader.stand_in_id if reader.stand_in_id is not None else consultant_id
    return found if found not in asked and recipients.of_consultant.get(found) else consultant_id


def _ordered(addresses: Sequence[Address], reader: Recipient, rules: ChannelRules, now: datetime) -> Sequence[Address]:
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
