"""What planning does to the outbox: read what stands there, withdraw, move and add rows."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from sqlalchemy import CompoundSelect, Table, bindparam, delete, select, type_coerce, union_all, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.absence_reports import is_same_day
from storage.appointments.appointments import Appointment
from storage.appointments.history import RecordedChange
from storage.engine.one_of_many import among, among_those
from storage.outbox.message import Message, Outgoing, note_waiting, row_of
from storage.vocabulary import LOST, Change, MessageState

_AT_ONCE = 500
_TOLD = (MessageState.SENT, MessageState.DELIVERED, MessageState.READ)
_OUTBOX = cast(Table, Message.__table__)
_C = _OUTBOX.c


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A row as planning sees it; `untouched` = waiting, and never tried."""

    id: int
    key: str
    due_at: datetime
    untouched: bool
    kind: str = ""
    useful_until: datetime | None = None


async def standing_rows(
    session: AsyncSession, person_ids: Collection[int], kinds: Collection[str], since: datetime
) -> list[StandingRow]:
    """The rows to or about these people that are due since then; earlier ones are history.

    What the session has not flushed yet is not seen.
    """
    rows = await session.execute(_standing(frozenset(kinds)), {"people": person_ids, "since": since})
    return [
        StandingRow(id_, key, due_at, state is MessageState.PENDING and attempts == 0, kind, useful_until)
        for id_, key, due_at, state, attempts, kind, useful_until in rows
    ]


@cache
def _standing(kinds: frozenset[str]) -> CompoundSelect[Any]:
    """Put together once: it is asked whenever anything changes. So are the others here and in schedule.py."""
    names = ("id", "key", "due_at", "state", "attempts", "kind", "useful_until")
    since = bindparam("since", type_=_C.due_at.type)
    return union_all(
        *(
            select(*(_C[name] for name in names)).where(
                among_those(column, "people"), _C.due_at >= since, _C.kind.in_(sorted(kinds))
            )
            for column in (_C.person_id, _C.about_id)
        )
    )


class Earlier(NamedTuple):
    """An earlier message of a kind about an appointment."""

    id: int
    person_id: int | None
    appointment_id: int | None
    key: str
    state: MessageState
    due_at: datetime


async def earlier_about(session: AsyncSession, kind: str, appointment_ids: Collection[int]) -> list[Earlier]:
    """The messages of this kind about these appointments, the first one first; few have any."""
    if not appointment_ids:
        return []
    rows = await session.execute(
        select(Message.id, Message.person_id, Message.appointment_id, Message.key, Message.state, Message.due_at)
        .where(among(Message.appointment_id, appointment_ids), Message.kind == kind)
        .order_by(Message.id)
    )
    return [Earlier(*row) for row in rows]


class SaidOfTerm(NamedTuple):
    """What was said to or about a person, or was lost."""

    id: int
    key: str
    lost: bool
    due_at: datetime


async def said_about(
    session: AsyncSession, person_ids: Collection[int], kinds: Collection[str]
) -> dict[int, list[SaidOfTerm]]:
    """What was said to or about each person, and what was lost of it, each in its order.

    What the session has not flushed yet is not seen.
    """
    if not person_ids:
        return {}
    found: dict[int, list[SaidOfTerm]] = {}
    for row in await session.execute(_said(frozenset(kinds)), {"people": person_ids}):
        found.setdefault(row.of_id, []).append(SaidOfTerm(row.id, row.key, row.state in LOST, row.due_at))
    return found


@cache
def _said(kinds: frozenset[str]) -> CompoundSelect[Any]:
    return union_all(
        *(
            select(column.label("of_id"), _C.id, _C.key, _C.state, _C.due_at, _C.sent_at).where(
                among_those(column, "people"), _C.kind.in_(sorted(kinds)), _C.state.in_((*_TOLD, *LOST))
            )
            for column in (_C.person_id, _C.about_id)
        )
    ).order_by("sent_at", "id")


async def times_told(
    session: AsyncSession, appointment_ids: Collection[int], kinds: Collection[str], zone: ZoneInfo
) -> dict[tuple[int, int], int]:
    """How many messages of these kinds each person got about each appointment, by (appointment, person).

    At whatever hour and place it was then: only what was told of another day, or that it is off, does not count.
    """
    found: defaultdict[tuple[int, int], int] = defaultdict(int)
    for some in _in_turn(appointment_ids):
        rows = await session.execute(
            select(
                Message.appointment_id,
                Message.person_id,
                Appointment.starts_at,
                Message.appointment_version == Appointment.version,
                type_coerce(RecordedChange.starts_at, _C.due_at.type).label("was"),
            )
            .join(Appointment, Appointment.id == Message.appointment_id)
            .outerjoin(
                RecordedChange,
                (RecordedChange.appointment_id == Message.appointment_id)
                & (RecordedChange.version == Message.appointment_version)
                & RecordedChange.change.not_in([Change.DETAILS, Change.CANCELLED]),
            )
            .where(Message.appointment_id.in_(some), Message.kind.in_(kinds), Message.state.in_(_TOLD))
        )
        for appointment_id, person_id, starts_at, is_as_now, was in rows:
            # No such version is known any more of what was changed before changes were recorded.
            told_of_that_day = is_as_now or (was is not None and is_same_day(was, starts_at, zone))
            if appointment_id is not None and person_id is not None and told_of_that_day:
                found[appointment_id, person_id] += 1
    return dict(found)


async def being_told(
    session: AsyncSession, appointment_ids: Collection[int], kinds: Collection[str], now: datetime
) -> dict[tuple[int, int], bool]:
    """Of which appointments messages of these kinds are about to go to whom: by (appointment, person), whether one is
    being sent at this very moment."""
    found: dict[tuple[int, int], bool] = {}
    for some in _in_turn(appointment_ids):
        rows = await session.execute(
            select(Message.appointment_id, Message.person_id, Message.state).where(
                Message.appointment_id.in_(some),
                Message.kind.in_(kinds),
                (Message.state == MessageState.SENDING)
                | ((Message.state == MessageState.PENDING) & (Message.next_at <= now) & (Message.attempts == 0)),
            )
        )
        for of, to, state in rows:
            if of is not None and to is not None:
                found[of, to] = found.get((of, to), False) or state is MessageState.SENDING
    return found


async def withdraw(session: AsyncSession, ids: Collection[int]) -> None:
    """Take back rows that wait and were never tried; one that a worker has in hand meanwhile stays."""
    for some in _in_turn(ids):
        await session.execute(
            delete(Message).where(Message.id.in_(some), Message.state == MessageState.PENDING, Message.attempts == 0)
        )


async def move(session: AsyncSession, moved: Sequence[tuple[int, Outgoing]]) -> None:
    """Give waiting rows other times."""
    if not moved:
        return
    statement = (
        update(_OUTBOX)
        .where(_OUTBOX.c.id == bindparam("row"), _OUTBOX.c.state == MessageState.PENDING, _OUTBOX.c.attempts == 0)
        .values(due_at=bindparam("at"), next_at=bindparam("at"), useful_until=bindparam("until"))
    )
    rows = [{"row": id_, "at": m.due_at, "until": m.useful_until} for id_, m in moved]
    await session.run_sync(lambda within: within.connection().execute(statement, rows))


async def add(session: AsyncSession, messages: Sequence[Outgoing], now: datetime) -> None:
    """Put many messages in; as storage.outbox.message.put, but without asking which of them were new."""
    if not messages:
        return
    note_waiting(session, messages)
    make = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = make(_OUTBOX).on_conflict_do_nothing(index_elements=["key"])
    rows = [row_of(message, now) for message in messages]
    await session.run_sync(lambda within: within.connection().execute(statement, rows))


def _in_turn(ids: Iterable[int]) -> Iterable[list[int]]:
    wanted = sorted(set(ids))
    return (wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE))
