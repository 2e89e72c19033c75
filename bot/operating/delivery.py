"""`maatje doctor --deliver-to EMAIL`: a message to the operator's own contact on each of its channels, and what became
of it. It goes the way of every message: outbox, worker, provider; so the service must run."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from bot.channels.kind import Diagnosis
from locales.rendering.message import Body, Part, Text
from reminders.kinds import Kind
from storage.engine.database import Database
from storage.outbox.message import Outgoing, put
from storage.outbox.trace import BecameOf, became_of
from storage.people.contacts import every_contact_of
from storage.people.people import consultant_by_email
from storage.vocabulary import ContactState, MessageState, Priority

#: Seconds in which a provider takes a message, when all is well.
WITHIN: Final = 60.0
_AGAIN: Final = 0.5
_DONE: Final = (MessageState.DELIVERED, MessageState.READ, MessageState.SENT)
_WAITS: Final = (MessageState.PENDING, MessageState.SENDING)


class _WayTried(NamedTuple):
    message_id: int
    channel: str


async def deliver_to(
    database: Database, email: str, now: Callable[[], datetime], *, within: float = WITHIN
) -> list[Diagnosis]:
    """Send a message over each way to this consultant, and wait until each is taken or refused.

    `within` is how many seconds are waited.
    """
    async with database.writing() as session:
        found = await consultant_by_email(session, database.keys, email)
        if found is None:
            what = (
                f"nobody with the address {email}; import yourself as a consultant and open the link of maatje invite"
            )
            return [Diagnosis("delivery", "fault", what)]
        ways = [
            one
            for one in await every_contact_of(session, consultant_id=found.id)
            if one.state is ContactState.ACTIVE and one.linked_at is not None
        ]
        asked: list[_WayTried] = []
        for way in ways:
            moment = now()
            message = Outgoing(
                key=f"doctor:{way.id}:{moment.timestamp():.0f}",
                kind=Kind.SAY,
                due_at=moment,
                params=Body((Part(Text("consultant.delivery_check")),)).to_json(),
                consultant_id=found.id,
                contact_id=way.id,
                priority=Priority.NORMAL,
            )
            asked.extend(_WayTried(number, way.channel) for number in await put(session, [message], moment))
    if not asked:
        return [Diagnosis("delivery", "fault", f"{email} is linked nowhere; run: maatje invite {email}")]
    return [_judged(one, *state) for one, state in zip(asked, await _states(database, asked, within), strict=True)]


async def _states(database: Database, asked: list[_WayTried], within: float) -> list[BecameOf]:
    """What became of each, as soon as none waits any more, or when the time is over."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + within
    while True:
        async with database.reading() as session:
            found = await became_of(session, [one.message_id for one in asked])
        if all(one.state not in _WAITS for one in found.values()) or loop.time() >= ends:
            return [found[one.message_id] for one in asked]
        await asyncio.sleep(_AGAIN)


def _judged(one: _WayTried, state: MessageState, reason: str | None, channel: str | None) -> Diagnosis:
    about = f"delivery by {one.channel}"
    trace = f"see: maatje trace {one.message_id}"
    if state in _DONE and channel in (one.channel, None):
        return Diagnosis(about, "ok", "delivered" if state is not MessageState.SENT else "taken by the provider")
    if state in _DONE:
        return Diagnosis(about, "fault", f"it went over {channel} instead; {trace}")
    if state in _WAITS and reason is None:
        return Diagnosis(about, "fault", "it waits still: does the service run (maatje run)?")
    return Diagnosis(about, "fault", f"{state.value}: {reason or 'no reason is known'}; {trace}")
