"""From claimed rows to parcels: decrypted, routed, composed and rendered. A row that fails fails alone.

The only part of sending that uses a database session; it is closed before anything is sent.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, TypeAlias

import structlog

from locales.rendering.message import Attachment, Body, Style, Text
from locales.rendering.render import Block, Rendered, Renderer
from reminders.delivery.asking_first import ASKED, AskFirst, question_of
from reminders.delivery.channel_rules import ChannelRules
from reminders.delivery.composing import (
    ClaimedMessage,
    Composed,
    Composer,
    FileMaker,
    FileNotYet,
    Illustrator,
    LinkMaker,
    Merged,
    OfNewer,
    Skip,
    told_by,
)
from reminders.delivery.retry import LAST_CALL, end_of_use
from reminders.delivery.routing import Later, NoWay, Way, route
from reminders.intents import Act, asks
from reminders.kinds import Kind
from reminders.sending.enclosing import NOTHING, Enclosing
from reminders.sending.just_put import JustPut
from reminders.sending.lanes import Parcel
from storage.engine.database import Database
from storage.engine.faults import DATABASE_FAULTS, is_machines_fault
from storage.engine.keys import Undecryptable
from storage.outbox.message import Outgoing, put
from storage.outbox.queue import ClaimedRow, OutboxQueue
from storage.outbox.results import Result
from storage.vocabulary import MessageState, Priority

# What a message says; or why what it tells of cannot be read now.
_Said: TypeAlias = Composed | Undecryptable

log = structlog.get_logger(__name__)

# No message's fault: it waits for its file or its key; without the database the whole batch goes back.
_NOT_ITS_FAULT: tuple[type[Exception], ...] = (FileNotYet, Undecryptable, *DATABASE_FAULTS)
_YIELD_EVERY = 16
FILE_AGAIN_IN = timedelta(minutes=10)
# What its composer says a little later, and the reason that then stands with it.
PUT_OFF_FOR = timedelta(minutes=15)
PUT_OFF = "put_off"
# A row that cannot be read under the secrets that there are is tried again this often.
KEY_AGAIN_IN = timedelta(minutes=30)
# What a worker of a newer version says is soon with one; where there is none, its alarm is that it waits.
NEWER_AGAIN_IN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a batch became: parcels by lane, in order, and results of rows that are not sent."""

    parcels: Sequence[tuple[str, Parcel]]
    results: Sequence[Result]


class _Routed(NamedTuple):
    """A row that can be read, and where it goes."""

    row: ClaimedRow
    message: ClaimedMessage
    way: Way


class Preparation:
    """Prepares batches. `closed` names the channels that may not be used now (their month's budget is spent)."""

    def __init__(
        self,
        database: Database,
        queue: OutboxQueue,
        renderer: Renderer,
        composer: Composer,
        rules: ChannelRules,
        files: FileMaker | None = None,
        links: LinkMaker | None = None,
        illustrator: Illustrator | None = None,
        closed: Callable[[datetime], Awaitable[Collection[str]]] | None = None,
    ) -> None:
        self._database = database
        self._queue = queue
        self._renderer = renderer
        self._composer = composer
        self._rules = rules
        self._enclosing = Enclosing(database, files)
        self._links = links
        self._illustrator = illustrator
        self._closed = closed
        self._with_calendar = frozenset(name for name, can in rules.capabilities.items() if can.calendar)
        self._in_short = frozenset(filter(rules.is_brief, rules.capabilities))

    async def prepare(self, rows: Sequence[ClaimedRow], now: datetime, just_put: JustPut | None = None) -> Prepared:
        """Parcels and early results of these rows. Of those that were `just_put` nothing is asked of the database.

        Raises one of DATABASE_FAULTS when the database is out of reach; nothing was done then.
        """
        routed, results = await self._routed(rows, now, just_put)
        messages = [one.message for one in routed]
        composed: Mapping[int, _Said]
        composed = await self._composed(messages, now) if just_put is None else just_put.composed(messages)
        merged = _merged(composed, routed)
        parcels: list[tuple[str, Parcel]] = []
        for place, one in enumerate(routed):
            if place and place % _YIELD_EVERY == 0:
                # Let what is being sent and recorded go on: rendering a batch takes tens of milliseconds.
                await asyncio.sleep(0)
            row, said = one.row, composed.get(one.row.id)
            match said:
                case Body():
                    also = tuple(merged.get(row.id, ()))
                    said = one.way.own(said)
                    try:
                        rendered = await self._rendered(said, one.message, one.way, now)
                    except FileNotYet:
                        results.extend(_waits_for_file(waiting, now) for waiting in (row, *also))
                        continue
                    except Undecryptable:
                        results.extend(_waits_for_key(waiting, now) for waiting in (row, *also))
                        continue
                    if rendered is None:
                        results.extend(_failed(failed.id, "not_rendered", now) for failed in (row, *also))
                    else:
                        parcel = Parcel(row, rendered, list(one.way.addresses), also, knows_all=just_put is None)
                        parcel.told = told_by(composed, (row, *also))
                        self._illustrate(parcel, said, one)
                        parcels.append((one.way.lane, parcel))
                case Undecryptable():
                    results.append(_waits_for_key(row, now))
                case Skip():
                    results.append(_not_sent(row, said, now))
                case OfNewer():
                    results.append(_waits_for_newer(row, now))
                case Merged() if isinstance(composed.get(said.into), Body):
                    pass
                case _:
                    results.append(_failed(row.id, "not_composed", now))
        return Prepared(parcels, results)

    async def _routed(
        self, rows: Sequence[ClaimedRow], now: datetime, just_put: JustPut | None
    ) -> tuple[list[_Routed], list[Result]]:
        """What is still of use, can be read and has a way to go; and what became of the rest."""
        results: list[Result] = []
        useful: list[ClaimedRow] = []
        for row in rows:
            if end_of_use(row.due_at, row.useful_until) <= now:
                results.append(Result(row.id, MessageState.EXPIRED, "too_late", lost_at=now))
            else:
                useful.append(row)
        recipients = just_put.recipients if just_put is not None else await self._queue.recipients(useful)
        channels = self._rules.capabilities.keys()
        closed = await self._closed(now) if self._closed is not None and useful and just_put is None else ()
        routed: list[_Routed] = []
        asking: list[Outgoing] = []
        for row in useful:
            # Answers go out whatever the budget: who is left without one asks again.
            open_now = channels - closed if closed and row.priority != Priority.REPLY else channels
            way = route(row, recipients, open_now, self._rules, now)
            if isinstance(way, NoWay):
                results.append(_not_sent(row, way, now))
                continue
            if isinstance(way, AskFirst):
                asking += [question_of(row, way.address, now, self._rules.day(now))] if way.reason == ASKED else []
                results.append(Result(row.id, MessageState.PENDING, way.reason, way.at))
                continue
            if isinstance(way, Later):
                at = min(way.at, max(end_of_use(row.due_at, row.useful_until) - LAST_CALL, now))
                results.append(Result(row.id, MessageState.PENDING, way.reason, next_at=at))
                continue
            try:
                message = self._decrypted(row) if just_put is None else just_put.message(row)
                routed.append(_Routed(row, message, way))
            except Undecryptable:
                results.append(_waits_for_key(row, now))
            except ValueError:
                results.append(_failed(row.id, "not_json", now))
        if asking:
            async with self._database.writing() as session:
                await put(session, asking, now)
        return routed, results

    async def _rendered(self, body: Body, message: ClaimedMessage, way: Way, now: datetime) -> Rendered | None:
        """The message in the reader's language, with its file; None when a text or the file stumbles."""
        try:
            made = NOTHING
            if body.attachment is not None:
                made = await self._enclosing.file(body.attachment, message, way.language)
                body = replace(body, parts=(*body.parts, *made.says))
            rendered = self._renderer.render(body, way.language)
            channels = [address.channel for address in way.addresses]
            if made.file is not None:
                rendered = replace(rendered, file=made.file)
            if message.appointment_id is not None and not self._with_calendar.isdisjoint(channels):
                calendar = Attachment("calendar", str(message.appointment_id))
                rendered = replace(
                    rendered,
                    calendar=(await self._enclosing.made(calendar, message, way.language)).file,
                    about=f"appointment:{message.appointment_id}",
                )
            if way.unasked and not self._in_short.isdisjoint(channels):
                rendered = replace(rendered, brief=self._brief(body, message, way.language, now))
        except _NOT_ITS_FAULT:
            raise
        except Exception as error:  # costs this message only, whatever it is
            if is_machines_fault(error):
                raise FileNotYet from error
            log.error("outbox_not_rendered", message=message.id, kind=message.kind, error=type(error).__name__)
            return None
        return rendered

    def _illustrate(self, parcel: Parcel, body: Body, one: _Routed) -> None:
        """Who listens gets it with picture and sound, made in its lane; who reads, a button to hear it."""
        illustrator, way = self._illustrator, one.way
        if illustrator is None or not any(self._rules.capabilities[a.channel].media for a in way.addresses):
            return
        if way.listens or body.aloud:
            parcel.unfinished = partial(illustrator.illustrated, parcel.rendered, body, one.message)
        elif way.lane.startswith("person:") and parcel.rendered.file is None:
            parcel.rendered = replace(parcel.rendered, hear=asks(Act.HEAR, parcel.row.id))

    def _brief(self, body: Body, message: ClaimedMessage, language: str, now: datetime) -> tuple[Block, ...]:
        """The message in short, and where the rest of it can be read by nobody else."""
        texts = [*(body.brief or (Text("brief.message"),))]
        # Nobody's link before it is known who is there.
        is_theirs = message.kind != Kind.ASKS_FIRST
        link = self._links.personal_link(message, now) if self._links is not None and is_theirs else None
        if link is not None:
            texts.append(Text("brief.more", {"url": link}))
        renderer = self._renderer.by_clock(ethiopian=body.ethiopian_clock)
        return tuple(Block(renderer.say(text, language), Style.NORMAL, language) for text in texts)

    def _decrypted(self, row: ClaimedRow) -> ClaimedMessage:
        return ClaimedMessage.of(row, row.read(self._database.keys), put_off=row.reason == PUT_OFF)

    async def _composed(self, messages: Sequence[ClaimedMessage], now: datetime) -> Mapping[int, _Said]:
        """What each says; or why what it tells of cannot be read now."""
        if not messages:
            return {}
        try:
            async with self._database.reading() as session:
                return await self._composer.compose(session, messages, now)
        except DATABASE_FAULTS:
            raise
        except Exception as error:  # one bad row among many: find it by asking one at a time
            if is_machines_fault(error):
                raise
            log.warning("outbox_batch_not_composed", rows=len(messages), error=type(error).__name__)
        composed: dict[int, _Said] = {}
        for message in messages:
            # A session of its own: the one that stumbled may not be usable any more.
            async with self._database.reading() as session:
                try:
                    composed.update(await self._composer.compose(session, [message], now))
                except DATABASE_FAULTS:
                    raise
                except Undecryptable as error:
                    composed[message.id] = error
                except Exception as error:
                    if is_machines_fault(error):
                        raise
                    log.error("outbox_not_composed", message=message.id, kind=message.kind, error=type(error).__name__)
        return composed


def _merged(composed: Mapping[int, _Said], routed: Sequence[_Routed]) -> dict[int, list[ClaimedRow]]:
    """The rows that are said within another, by that row's id."""
    merged: dict[int, list[ClaimedRow]] = {}
    for one in routed:
        said = composed.get(one.row.id)
        if isinstance(said, Merged):
            merged.setdefault(said.into, []).append(one.row)
    return merged


def _not_sent(row: ClaimedRow, why: Skip | NoWay, now: datetime) -> Result:
    if why.state is MessageState.PENDING:
        return Result(row.id, why.state, PUT_OFF, next_at=now + PUT_OFF_FOR)
    return Result(row.id, why.state, why.reason, lost_at=now if why.state is MessageState.FAILED else None)


def _waits_for_file(row: ClaimedRow, now: datetime) -> Result:
    return _waits(row, now, "file_not_yet", at_least=timedelta(seconds=10), at_most=FILE_AGAIN_IN)


def _waits_for_key(row: ClaimedRow, now: datetime) -> Result:
    """What cannot be read under these secrets goes back: with the right one it is sent, and when its use ends somebody
    hears that it was not."""
    log.error("outbox_row_not_readable", message=row.id, kind=row.kind)
    return _waits(row, now, "not_readable", at_least=timedelta(minutes=1), at_most=KEY_AGAIN_IN)


def _waits_for_newer(row: ClaimedRow, now: datetime) -> Result:
    return _waits(row, now, "of_newer_version", at_least=timedelta(seconds=5), at_most=NEWER_AGAIN_IN)


def _waits(row: ClaimedRow, now: datetime, reason: str, *, at_least: timedelta, at_most: timedelta) -> Result:
    """Back into the queue, twice as long as it waited until now."""
    pause = min(max(now - row.due_at, at_least), at_most)
    return Result(row.id, MessageState.PENDING, reason, next_at=now + pause)


def _failed(row_id: int, reason: str, now: datetime) -> Result:
    log.error("outbox_row_failed", message=row_id, reason=reason)
    return Result(row_id, MessageState.FAILED, reason, lost_at=now)
