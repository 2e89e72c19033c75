"""A telephone of several people: what is for one of them, while another is there, waits for an answer to who it is.

It waits in the outbox, and so is planned anew, taken back or lost as anything that was not sent yet. The question is a
message of its own, at most one for each day of an absence.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from locales.rendering.message import Body, Part, Text
from reminders.delivery.channel_rules import ChannelRules
from reminders.delivery.retry import LAST_CALL, end_of_use
from reminders.kinds import Kind
from storage.outbox.claimed_row import ClaimedRow
from storage.outbox.message import Outgoing
from storage.outbox.recipients import Address
from storage.vocabulary import Priority

#: Why such a message waits.
ASKED: Final = "asks_first"
#: So long a message waits for the answer before it goes over another way of its reader's.
OTHERWISE_AFTER: Final = timedelta(hours=2)
# Where there is no other way, who is there is asked again after so long.
_AGAIN_AFTER: Final = timedelta(days=1)
# Who wrote so short ago is spoken with: the question does not come between.
_TALK_LASTS: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class AskFirst:
    """Who is at this address is asked, and what is to be said waits until `at`; while another is spoken with
    there (another `reason`), it only waits."""

    address: Address
    at: datetime
    reason: str = ASKED


def must_ask(row: ClaimedRow, address: Address, rules: ChannelRules) -> bool:
    """Whether it is not known that the reader is the one who is there. What is for the address itself (a code that
    proves it) goes to whoever has it."""
    is_theirs = row.person_id is not None and row.kind != Kind.ASKS_FIRST
    return is_theirs and address.absent_since is not None and address.asks_first and not rules.asks_who(address.channel)


def ask_at(row: ClaimedRow, address: Address, now: datetime, *, has_others: bool) -> AskFirst:
    """That it is asked who is at this address, and when the message is looked at again: in time for another way, where
    there is one."""
    end = end_of_use(row.due_at, row.useful_until)
    heard = address.last_heard_at
    if heard is not None and now < heard + _TALK_LASTS < end - LAST_CALL:
        return AskFirst(address, heard + _TALK_LASTS, "in_conversation")
    if has_others:
        return AskFirst(address, now + min(OTHERWISE_AFTER, max((end - now) / 2, timedelta(0))))
    return AskFirst(address, min(end, now + _AGAIN_AFTER))


def question_of(row: ClaimedRow, address: Address, now: datetime, day: date) -> Outgoing:
    """The question who is there; `day` is the local one."""
    since = f"{address.absent_since or now:%Y%m%dT%H%M%S}"
    return Outgoing(
        key=f"{Kind.ASKS_FIRST}:{address.contact_id}:{since}:{day.isoformat()}",
        kind=Kind.ASKS_FIRST,
        due_at=now,
        useful_until=end_of_use(row.due_at, row.useful_until),
        person_id=row.person_id,
        contact_id=address.contact_id,
        priority=Priority.URGENT if row.priority == Priority.URGENT else Priority.NORMAL,
    )


def addressed(body: Body, name: str) -> Body:
    """A message that says whose it is before all else, also where it is said in short."""
    theirs = Text("shared.for", {"name": name})
    brief = (theirs, *(body.brief or (Text("brief.message"),)))
    return replace(body, parts=(Part(theirs), *body.parts), brief=brief)
