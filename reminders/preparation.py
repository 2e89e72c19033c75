"""From claimed rows to parcels: decrypted, routed, composed and rendered. A row that fails fails alone.

The only part of sending that uses a database session; it is closed before anything is sent.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from locales.message import Body, Json
from locales.render import Renderer
from reminders.claimed import ClaimedMessage, Composed, Composer, FileMaker, Merged, Skip
from reminders.lanes import Parcel
from reminders.retry import end_of_use
from reminders.routing import NoWay, Way, route
from storage.database import Database
from storage.keys import Undecryptable
from storage.outbox import MessageState
from storage.outbox_queue import ClaimedRow, OutboxQueue
from storage.outbox_results import Result

log = structlog.get_logger(__name__)

# Faults of the database itself are not a message's fault: the whole batch goes back.
_NOT_THE_ROWS_FAULT = (OperationalError, InterfaceError)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a batch became: parcels by lane, in order, and results of rows that are not sent."""

    parcels: Sequence[tuple[str, Parcel]]
    results: Sequence[Result]


class Preparation:
    """Prepares batches; `channels` are the names of the deployment's senders."""

    def __init__(
        self,
        database: Database,
        queue: OutboxQueue,
        renderer: Renderer,
        composer: Composer,
        channels: Collection[str],
        files: FileMaker | None = None,
    ) -> None:
        self._database = database
        self._queue = queue
        self._renderer = renderer
        self._composer = composer
        self._channels = channels
        self._files = files

    async def prepare(self, rows: Sequence[ClaimedRow], now: datetime, lease_until: datetime) -> Prepared:
        """Parcels and early results of these rows.

        Raises OperationalError or InterfaceError when the database is out of reach; nothing was done then.
        """
        results: dict[int, Result] = {}
        parcels: list[tuple[str, Parcel]] = []
        useful = []
        for row in rows:
            if end_of_use(row.due_at, row.useful_until) <= now:
                results[row.id] = Result(row.id, MessageState.EXPIRED, "too_late")
            else:
                useful.append(row)
        parties = await self._queue.parties(useful)
        async with self._database.reading() as session:
            ways: dict[int, Way] = {}
            messages: list[ClaimedMessage] = []
            for row in useful:
                way = route(row, parties, self._channels)
                if isinstance(way, NoWay):
                    results[row.id] = Result(row.id, way.state, way.reason)
                    continue
                try:
                    messages.append(self._decrypted(row))
                except (Undecryptable, ValueError):
                    results[row.id] = _failed(row.id, "undecryptable", None)
                    continue
                ways[row.id] = way
            composed = await self._composed(session, messages, now)
            merged: dict[int, list[ClaimedRow]] = {}
            by_id = {row.id: row for row in useful}
            for row_id, said in composed.items():
                if isinstance(said, Merged) and row_id in by_id:
                    merged.setdefault(said.into, []).append(by_id[row_id])
            for message in messages:
                said = composed.get(message.id)
                match said:
                    case Body():
                        pass
                    case Skip():
                        results[message.id] = Result(message.id, said.state, said.reason)
                        continue
                    case Merged() if isinstance(composed.get(said.into), Body):
                        continue
                    case _:
                        results[message.id] = _failed(message.id, "not_composed", None)
                        continue
                row, way = by_id[message.id], ways[message.id]
                try:
                    rendered = self._renderer.render(said, way.language)
                    if said.attachment is not None and self._files is not None:
                        file = await self._files.make(session, said.attachment, message, way.language)
                        rendered = replace(rendered, file=file)
                except _NOT_THE_ROWS_FAULT:
                    raise
                except Exception as error:  # whatever a text or a file stumbles over costs this message only
                    results[row.id] = _failed(row.id, "not_rendered", error)
                    for other in merged.get(row.id, ()):
                        results[other.id] = _failed(other.id, "not_rendered", error)
                    continue
                also = tuple(merged.get(row.id, ()))
                parcels.append((way.lane, Parcel(row, rendered, list(way.addresses), lease_until, also)))
        return Prepared(parcels, list(results.values()))

    def _decrypted(self, row: ClaimedRow) -> ClaimedMessage:
        plain = self._database.keys.decrypt(row.params, "outbox.params")
        params: Mapping[str, Json] = json.loads(plain)
        return ClaimedMessage(
            row.id,
            row.key,
            row.kind,
            params,
            row.person_id,
            row.consultant_id,
            row.contact_id,
            row.appointment_id,
            row.appointment_version,
            row.priority,
            row.due_at,
            row.useful_until,
            row.attempts,
        )

    async def _composed(
        self, session: AsyncSession, messages: Sequence[ClaimedMessage], now: datetime
    ) -> Mapping[int, Composed]:
        if not messages:
            return {}
        try:
            return await self._composer.compose(session, messages, now)
        except _NOT_THE_ROWS_FAULT:
            raise
        except Exception as error:  # one bad row among many: find it by asking one at a time
            log.warning("outbox_batch_not_composed", rows=len(messages), error=type(error).__name__)
        composed: dict[int, Composed] = {}
        for message in messages:
            # A session of its own: the one that stumbled may not be usable any more.
            async with self._database.reading() as fresh:
                try:
                    composed.update(await self._composer.compose(fresh, [message], now))
                except _NOT_THE_ROWS_FAULT:
                    raise
                except Exception as error:
                    log.error("outbox_not_composed", message=message.id, kind=message.kind, error=type(error).__name__)
        return composed


def _failed(row_id: int, reason: str, error: Exception | None) -> Result:
    log.error("outbox_row_failed", message=row_id, reason=reason, error=type(error).__name__ if error else None)
    return Result(row_id, MessageState.FAILED, reason)
