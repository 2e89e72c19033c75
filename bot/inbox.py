"""The one door in: every event is handled once, in one transaction, whatever channel it came from.

In that transaction: refuse what was seen, find the contact, take one dialogue step, store the changes and the replies.
A crash before the commit leaves nothing and the channel brings the event again; after it everything is there, and the
replies go out from the outbox.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Protocol

import structlog
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import BringAgain, Channel
from bot.dialogue.services import Services
from bot.dialogue.step import step
from bot.dialogue.turn import Turn, button, part, party_of
from bot.events import InboundEvent, Media, Pressed, Said, words_of
from bot.intake import Full, Intake
from bot.telling.letters import could_not_handle
from reminders.delivery.channel import Clock
from reminders.delivery.degrade import may_number
from reminders.delivery.episodes import Episodes
from reminders.intents import Act, act_of, asks
from reminders.sending.just_put import JustPut, says_its_body
from storage.engine.base import Base
from storage.engine.database import Database
from storage.engine.faults import is_databases_fault, is_machines_fault
from storage.engine.inserts import insert_new
from storage.outbox.message import Outgoing, are_waiting, put_new
from storage.outbox.recipients import known_recipients
from storage.people.contacts import sender_made_at
from storage.people.conversations import SeenEvent, conversation_of, keep_offer
from storage.people.people import Consultant, Person
from storage.people.senders.called import know_as

log = structlog.get_logger(__name__)

# Long enough for a slow send, short enough that a reply is not missed for long when this process dies after commit.
REPLY_LEASE = timedelta(seconds=60)
# Seconds between tries to send replies when the database stumbles after the commit.
SEND_AGAIN = (0.2, 1.0, 3.0)
# Rounds of the loop after which a reply that needs nothing more is on its way.
HEAD_START = 3
# Seconds that the marks on a pressed button wait for its answer.
ANSWER_FIRST = 0.5
# And then, at most, until nobody waits for an answer.
CALM_WITHIN = 1.0
# Seconds without a refused event after which a flood is over.
FLOOD_CALM = 10.0


@dataclass(frozen=True, slots=True)
class ToBeSent:
    """What a turn leaves to be sent: the replies' rows, the replies themselves where they are at hand, and whether
    others wait to be claimed."""

    ids: Sequence[int] = ()
    just_put: JustPut | None = None
    others_wait: bool = False


class SendsReplies(Protocol):
    """What the inbox needs of the dispatcher."""

    async def send_now(self, ids: Sequence[int], just_put: JustPut | None = None) -> None:
        """Send messages that were born claimed by this worker, read back from the outbox unless they are at hand."""

    def wake(self) -> None:
        """Look for what is due."""


class Inbox:
    """Handles events; see the module's docstring."""

    def __init__(
        self,
        *,
        database: Database,
        services: Services,
        dispatcher: SendsReplies,
        channels: Mapping[str, Channel],
        clock: Clock,
        worker: str,
        intake: Intake | None = None,
        beforehand: Callable[[str], Awaitable[None]] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._services = services
        self._dispatcher = dispatcher
        self._channels = channels
        self._clock = clock
        self._worker = worker
        self._intake = intake or Intake()
        self._beforehand = beforehand
        self._sleep = sleep
        self._after: set[asyncio.Task[None]] = set()
        self._refused = Episodes("inbox_full", calm=FLOOD_CALM)
        self._faults = Episodes("inbox_database")
        self._waiting = Episodes("inbox_replies_wait_for_database")

    async def receive(self, event: InboundEvent) -> None:
        """Handle one event and return when it is committed; replies go out in the background.

        Raises:
            BringAgain: too much is in hand, or the database could not do its part: nothing was done, the channel must
                bring the event again. Any other fault is logged, answered with an apology, and does not come out.
        """
        sender = f"{event.channel}:{event.address}"
        try:
            await self._intake.line_up(sender, event.patience)
        except Full:
            self._refused.noticed(event.channel)
            raise BringAgain from None
        self._refused.well(event.channel)
        try:
            await self._intake.begin(sender)
            try:
                replies = await self._committed(event)
            finally:
                self._intake.end(sender)
        except BaseException:
            self._intake.give_up(sender)
            raise
        self._intake.handled(sender)
        task = asyncio.create_task(self._afterwards(event, replies, sender))
        self._after.add(task)
        task.add_done_callback(self._after.discard)
        # Who waits for the answer goes before the channel, which waits to hear that we have the event.
        for _ in range(HEAD_START):
            await asyncio.sleep(0)

    async def stop(self) -> None:
        """Wait for replies that are on their way."""
        if self._after:
            await asyncio.wait(self._after, timeout=20)

    async def _committed(self, event: InboundEvent) -> ToBeSent:
        try:
            if self._beforehand is not None and isinstance(event.payload, Said | Media):
                await self._beforehand(words_of(event))
            try:
                replies = await self._handle(event)
            except IntegrityError:
                # Two events that met (two devices, two processes): the second time the first one's rows are there.
                replies = await self._handle(event)
            self._faults.well(event.channel)
            return replies
        except Exception as error:
            if is_databases_fault(error) or is_machines_fault(error):
                raise self._bring_again(event, error) from None
            # Whatever a screen stumbled over, the person hears something and the next event is handled.
            log.exception("inbox_step_failed", channel=event.channel, kind=type(event.payload).__name__)
        try:
            return await self._apologise(event)
        except Exception as error:
            if is_databases_fault(error) or is_machines_fault(error):
                raise self._bring_again(event, error) from None
            raise

    def _bring_again(self, event: InboundEvent, error: Exception) -> BringAgain:
        self._faults.noticed(event.channel, error=type(error).__name__)
        return BringAgain()

    async def _afterwards(self, event: InboundEvent, replies: ToBeSent, sender: str) -> None:
        well = self._looks_well(event)
        try:
            if replies.others_wait:
                self._dispatcher.wake()
            sending = asyncio.create_task(self._send(replies))
            # The answer before what only looks well, unless it has to wait for its turn.
            done, _ = await asyncio.wait({sending}, timeout=ANSWER_FIRST)
            await _all_of([sending, *(end() for end in well if not done)], event.channel)
        finally:
            # The place is kept until the replies have left: who is let in is answered soon.
            self._intake.leave(sender)
        if done and well:
            # So are the answers to who came meanwhile.
            await self._intake.calm(CALM_WITHIN)
            await _all_of([end() for end in well], event.channel)

    def _looks_well(self, event: InboundEvent) -> list[Callable[[], Awaitable[None]]]:
        """What ends the marks on a pressed button."""
        channel, payload = self._channels.get(event.channel), event.payload
        if channel is None or not isinstance(payload, Pressed):
            return []
        ends: list[Callable[[], Awaitable[None]]] = [partial(channel.acknowledge, event)]
        # Who listened to a question may still answer it.
        if payload.message_ref is not None and act_of(payload.intent) is not Act.HEAR:
            ends.append(partial(channel.close_buttons, event.address, payload.message_ref))
        return ends

    async def _send(self, replies: ToBeSent) -> None:
        """Send the replies now; a database that stumbles in this very moment is asked again at once."""
        if not replies.ids:
            return
        just_put = replies.just_put
        for pause in SEND_AGAIN:
            try:
                await self._dispatcher.send_now(replies.ids, just_put)
            except Exception as error:
                if not is_databases_fault(error):
                    raise
                self._waiting.noticed("replies", error=type(error).__name__)
            else:
                self._waiting.well("replies")
                return
            await self._sleep(pause)
            # Meanwhile somebody else may have it.
            just_put = None
        # What is not sent now comes back with its lease.
        await self._dispatcher.send_now(replies.ids)

    async def _handle(self, event: InboundEvent) -> ToBeSent:
        async with self._database.writing(at_once=True) as session:
            if not await self._is_new(session, event):
                return ToBeSent()
            turn = await self._turn(session, event)
            await step(turn)
            await self._remember(turn)
            return await self._put(turn)

    async def _remember(self, turn: Turn) -> None:
        """Where answers are numbers, know what they stand for before the message can be read, however quick the reader.

        (What is sent unasked is remembered when it is sent: storage.outbox.results.)
        """
        channel = self._channels.get(turn.event.channel)
        if channel is not None and turn.offered and may_number(channel.capabilities):
            await keep_offer(turn.session, turn.contact.id, turn.offered, turn.now)

    async def _apologise(self, event: InboundEvent) -> ToBeSent:
        """Mark the event as seen, so that it is not tried for ever, and say that something went wrong.

        What a person wrote reaches their consultant all the same: a report must not be gone by a fault of ours.
        """
        async with self._database.writing(at_once=True) as session:
            if not await self._is_new(session, event):
                return ToBeSent()
            turn = await self._turn(session, event)
            passed_on = [part("letter.passed_on_too")] if await self._passed_on(turn) else []
            turn.say(part("error.sorry"), *passed_on, buttons=[[button("menu.back", asks(Act.MENU), "🏠")]])
            return await self._put(turn)

    async def _passed_on(self, turn: Turn) -> bool:
        """Tell the consultant what a person wrote or pressed that could not be handled; whether there is one."""
        person = turn.linked_person
        consultant = await turn.acting.who_hears(person) if person is not None else None
        if person is None or consultant is None:
            return False
        body = could_not_handle(person, words_of(turn.event))
        key = f"unhandled:{turn.once}"
        await turn.acting.tell_consultant(consultant.id, key, body, about=person)
        return True

    async def _put(self, turn: Turn) -> ToBeSent:
        """Store the replies, claimed by this worker."""
        replies = {reply.key: self._claimed(reply) for reply in turn.replies}
        ids = await put_new(turn.session, list(replies.values()), turn.now)
        waiting = are_waiting(turn.session)
        known = all(map(_is_whole, (turn.contact, turn.linked_person, turn.linked_consultant)))
        if not known or not all(_is_at_hand(turn, reply) for reply in replies.values()):
            return ToBeSent(list(ids.values()), others_wait=waiting)
        recipients = known_recipients(turn.contact, turn.linked_person, turn.linked_consultant)
        return ToBeSent(list(ids.values()), JustPut({ids[key]: replies[key] for key in ids}, recipients), waiting)

    def _claimed(self, message: Outgoing) -> Outgoing:
        return replace(message, lease_owner=self._worker, lease_until=self._clock.now() + REPLY_LEASE)

    async def _is_new(self, session: AsyncSession, event: InboundEvent) -> bool:
        row = {"channel": event.channel, "event_id": event.event_id, "at": self._clock.now()}
        return await insert_new(session, SeenEvent, row)

    async def _turn(self, session: AsyncSession, event: InboundEvent) -> Turn:
        keys, now = self._database.keys, self._clock.now()
        found = await sender_made_at(session, keys, event.channel, event.address, now)
        contact = found.contact
        if contact.address != event.address or event.also is not None:
            contact = await know_as(session, keys, contact, event.address, event.also)
        conversation = await conversation_of(session, party_of(contact), now)
        # Without a statement, unless another contact turned out to be theirs.
        person = await session.get(Person, contact.person_id) if contact.person_id is not None else None
        consultant = await session.get(Consultant, contact.consultant_id) if contact.consultant_id is not None else None
        return Turn(
            session=session,
            now=now,
            services=self._services,
            event=event,
            contact=contact,
            conversation=conversation,
            linked_person=person,
            linked_consultant=consultant,
        )


async def _all_of(jobs: Sequence[Awaitable[None]], channel: str) -> None:
    for result in await asyncio.gather(*jobs, return_exceptions=True):
        if isinstance(result, Exception):
            log.error("inbox_afterwards_failed", channel=channel, error=type(result).__name__)


def _is_at_hand(turn: Turn, reply: Outgoing) -> bool:
    """Whether a reply can be sent from what this turn knows: it carries its words, and goes to who wrote."""
    person_id = turn.linked_person.id if turn.linked_person is not None else None
    consultant_id = turn.linked_consultant.id if turn.linked_consultant is not None else None
    whose = (reply.contact_id, reply.person_id, reply.consultant_id)
    return says_its_body(reply) and whose == (turn.contact.id, person_id, consultant_id)


def _is_whole(row: Base | None) -> bool:
    """Whether all of a row is at hand: not where a statement of the turn changed or deleted it behind the object."""
    return row is None or not inspect(row).unloaded
