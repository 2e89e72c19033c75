"""The outbox as a queue: claiming what is due under a lease, recording results, freeing leases that nobody serves.

All of it is bulk statements on the tables themselves, no mapped objects: a worker moves thousands of rows a second
(measured: the mapped way costs four times the time). Order and states are DESIGN.md rule 4's; a state never goes back
from an end, because every statement here says which states it starts from.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from sqlalchemy import (
    CTE,
    LargeBinary,
    Table,
    bindparam,
    case,
    exists,
    literal,
    literal_column,
    select,
    type_coerce,
    union_all,
    update,
)
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.dml import ReturningUpdate

from storage.engine.database import Database
from storage.outbox.claimed_row import UNFINISHED, ClaimedRow
from storage.outbox.connection import Transactions
from storage.outbox.message import Message
from storage.outbox.recipients import Recipients, recipients_of
from storage.outbox.results import Result, write_results
from storage.vocabulary import MessageState, Priority

__all__ = ["ClaimedRow", "OutboxQueue"]

_OUTBOX = cast(Table, Message.__table__)
_C = _OUTBOX.c
# Literals, not bound values: SQLite uses a partial index only when it can see its condition in the statement.
_IS_PENDING: ColumnElement[bool] = literal_column("outbox.state = 'pending'")
_IS_SENDING: ColumnElement[bool] = literal_column("outbox.state = 'sending'")
# A message whose worker died this often under it waits before the next try: it may be what kills them.
_SUSPECT_AFTER = 5
_SUSPECT_WAIT = timedelta(minutes=1)
_TRIES_TO_RECORD = 5
# So many results take less of the loop than the way to a thread and back.
_FEW = 8
# A try is put off by minutes.
_LONGEST_TRY = timedelta(minutes=15)


_COLUMNS = (
    _C.id,
    _C.key,
    _C.kind,
    type_coerce(_C.params, LargeBinary).label("params"),
    _C.person_id,
    _C.consultant_id,
    _C.contact_id,
    _C.appointment_id,
    _C.appointment_version,
    _C.priority,
    _C.due_at,
    _C.useful_until,
    _C.next_at,
    _C.attempts,
    _C.passed_over,
    _C.reason,
)


class WaitingRow(NamedTuple):
    """A sent message of which nothing was heard in time, and the contact it went to."""

    row: ClaimedRow
    contact_id: int
    sent_at: datetime
    channel: str | None
    provider_ref: str | None


class OutboxQueue:
    """One worker's hands on the outbox. `worker` is its name (storage.outbox.leases.worker_name)."""

    def __init__(self, database: Database, worker: str) -> None:
        self._transactions = Transactions(database)
        self._worker = worker
        self._keys = database.keys
        # On SQLite there is one writer at a time and in practice one process, whose own lanes keep the order.
        self._claim = _claim_statement(order_across_workers=not database.is_sqlite)

    async def recipients(self, rows: Sequence[ClaimedRow]) -> Recipients:
        """Whom these rows are for."""
        return await self._transactions.run(
            lambda connection: recipients_of(connection, self._keys, rows), reading=True
        )

    async def claim(self, now: datetime, limit: int, lease: timedelta) -> list[ClaimedRow]:
        """Take up to `limit` rows that are due, the most urgent and then the longest waiting first."""
        until = now + lease
        values = {"now": now, "most": limit, "worker": self._worker, "until": until}
        claimed = await self._transactions.run(
            lambda connection: [
                ClaimedRow._make((*row, until)) for row in connection.execute(self._claim, values).fetchall()
            ]
        )
        claimed.sort(key=lambda row: (row.priority, row.next_at, row.id))
        return claimed

    async def taken(self, ids: Sequence[int]) -> list[ClaimedRow]:
        """The rows of these ids that this worker holds already: replies that were born claimed."""
        if not ids:
            return []
        wanted = (
            select(*_COLUMNS, _C.lease_until)
            .where(_C.id.in_(ids), _IS_SENDING, _C.lease_owner == self._worker)
            .order_by(_C.id)
        )
        return await self._transactions.run(
            lambda connection: [ClaimedRow._make(row) for row in connection.execute(wanted)]
        )

    async def without_news(self, now: datetime, limit: int) -> list[WaitingRow]:
        """Sent messages whose time for news is over, the longest waiting first."""
        wanted = (
            select(*_COLUMNS, _C.sent_contact_id, _C.sent_at, _C.channel, _C.provider_ref)
            .where(_C.pass_on_at <= now, _C.state == MessageState.SENT, _C.sent_contact_id.is_not(None))
            .order_by(_C.pass_on_at)
            .limit(limit)
        )
        return await self._transactions.run(
            lambda connection: [WaitingRow(ClaimedRow(*row[:-4]), *row[-4:]) for row in connection.execute(wanted)],
            reading=True,
        )

    async def record(self, results: Sequence[Result]) -> None:
        """Write results and their attempts in one transaction; waits and tries again when the database is busy.

        A message that was sent is `sent` even when its lease was lost meanwhile; any other result counts only while
        this worker still holds the row.
        """
        for tries_left in range(_TRIES_TO_RECORD, -1, -1):
            try:
                await self._transactions.run(
                    lambda connection: write_results(connection, results, self._worker, self._keys),
                    short=len(results) <= _FEW,
                )
            except (IntegrityError, OperationalError):
                # A contact or message that is deleted at this very moment, or a deadlock with that deletion.
                if not tries_left:
                    raise
            else:
                return

    async def renew(self, ids: Collection[int], until: datetime) -> set[int]:
        """Hold these rows until then, as far as this worker holds them still; which those are."""
        renewed = (
            update(_OUTBOX)
            .where(_C.id.in_(ids), _IS_SENDING, _C.lease_owner == self._worker)
            .values(lease_until=until)
            .returning(_C.id)
        )
        return await self._transactions.run(lambda connection: set(connection.scalars(renewed)))

    async def bring_forward(self, now: datetime, by: timedelta) -> int:
        """Tries that were put off by a clock that has been set back by so much come when they were meant to; how many.

        What is due at a wall time (a reminder) keeps it.
        """
        again = (
            update(_OUTBOX)
            .where(_IS_PENDING, _C.next_at > now, _C.next_at <= now + by + _LONGEST_TRY, _C.next_at > _C.due_at)
            .values(next_at=now)
        )
        return await self._transactions.run(lambda connection: connection.execute(again).rowcount)

    async def free_expired(self, now: datetime, in_hand: Collection[int]) -> int:
        """Give rows whose lease ran out back to the queue, except those this worker is busy with; how many."""
        wanted = select(_C.id).where(_IS_SENDING, _C.lease_until <= now).order_by(_C.id).limit(1000)
        held = await self._transactions.run(lambda connection: connection.scalars(wanted).all())
        ids = [row_id for row_id in held if row_id not in in_hand]
        if not ids:
            return 0
        return await self._free(_C.id.in_(ids) & (_C.lease_until <= now), now)

    async def owners(self) -> list[str]:
        """The workers that hold a lease now."""
        wanted = select(_C.lease_owner).where(_IS_SENDING, _C.lease_owner.is_not(None)).distinct()
        held = await self._transactions.run(lambda connection: connection.scalars(wanted).all())
        return [owner for owner in held if owner is not None]

    async def free_owned_by(self, workers: Collection[str], now: datetime) -> int:
        """Give everything these (dead) workers held back to the queue; how many."""
        return await self._free(_C.lease_owner.in_(workers), now) if workers else 0

    async def _free(self, which: ColumnElement[bool], now: datetime) -> int:
        freed = (
            update(_OUTBOX)
            .where(_IS_SENDING, which)
            .values(
                state=MessageState.PENDING,
                reason=UNFINISHED,
                lease_owner=None,
                lease_until=None,
                attempts=_C.attempts + 1,
                next_at=_later_when_suspect(now),
            )
        )
        return await self._transactions.run(lambda connection: connection.execute(freed).rowcount)


def _later_when_suspect(now: datetime) -> ColumnElement[datetime]:
    return case((_C.attempts >= _SUSPECT_AFTER, literal(now + _SUSPECT_WAIT, _C.next_at.type)), else_=_C.next_at)


def _due(priority: Priority, *, order_across_workers: bool) -> CTE:
    """The rows of one priority that are due. One branch a priority lets each walk its own stretch of the index."""
    wanted = (
        select(_C.id)
        .where(_IS_PENDING, literal_column(f"outbox.priority = {int(priority)}"), _C.next_at <= bindparam("now"))
        .order_by(_C.next_at, _C.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )
    if order_across_workers:
        wanted = wanted.where(*_nobody_sends_to_them())
    return wanted.cte(f"due_{int(priority)}")


def _nobody_sends_to_them() -> list[ColumnElement[bool]]:
    """No other worker is sending an earlier message to the same recipient (kept in order across workers).

    Two claims at the very same instant can still take one each; that window is the length of one claim.
    """
    other = _OUTBOX.alias("other")
    return [
        ~exists().where(
            literal_column("other.state = 'sending'"),
            other.c[column] == _C[column],
            other.c.id < _C.id,
            other.c.lease_owner != bindparam("worker"),
            other.c.lease_until > bindparam("now"),
        )
        for column in ("person_id", "consultant_id")
    ]


def _claim_statement(*, order_across_workers: bool) -> ReturningUpdate[tuple[object, ...]]:
    branches = [_due(priority, order_across_workers=order_across_workers) for priority in sorted(Priority)]
    chosen = union_all(*(select(branch.c.id) for branch in branches)).limit(bindparam("most")).cte("chosen")
    return (
        update(_OUTBOX)
        .where(_C.id.in_(select(chosen.c.id)))
        .values(state=MessageState.SENDING, lease_owner=bindparam("worker"), lease_until=bindparam("until"))
        .returning(*_COLUMNS)
    )
