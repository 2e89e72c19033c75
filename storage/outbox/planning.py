"""What planning does to the outbox: read what stands there, withdraw, move and add rows."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import Table, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.appointments import Appointment
from storage.engine.one_of_many import among
from storage.outbox.message import Message, Outgoing, row_of
from storage.vocabulary import LOST, MessageState

_AT_ONCE = 500
_TOLD = (MessageState.SENT, MessageState.DELIVERED, MessageState.READ)
_OUTBOX = cast(Table, Message.__table__)


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
    """The rows to or about these people that are due since then; earlier ones are history."""
    found: list[StandingRow] = []
    columns = (
        Message.id,
        Message.key,
        Message.due_at,
        Message.state,
        Message.attempts,
        Message.kind,
        Message.useful_until,
    )
    for some in _in_turn(person_ids):
        for of_person in (Message.person_id, Message.about_id):
            rows = await session.execute(
                select(*columns).where(of_person.in_(some), Message.due_at >= since, Message.kind.in_(kinds))
            )
            found.extend(
                StandingRow(id_, key, due_at, state is MessageState.PENDING and attempts == 0, kind, useful_until)
                for id_, key, due_at, state, attempts, kind, useful_until in rows
            )
    return found


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
    """What was said to or about each person, and what was lost of it, each in its order."""
    found: dict[int, list[SaidOfTerm]] = {}
    for some in _in_turn(person_ids):
        for of_person in (Message.person_id, Message.about_id):
            rows = await session.execute(
                select(of_person, Message.id, Message.key, Message.state, Message.due_at)
                .where(of_person.in_(some), Message.kind.in_(kinds), Message.state.in_((*_TOLD, *LOST)))
                .order_by(Message.sent_at, Message.id)
            )
            for person_id, message_id, key, state, due_at in rows:
                if person_id is not None:
                    found.setdefault(person_id, []).append(SaidOfTerm(message_id, key, state in LOST, due_at))
    return found


async def times_told(
    session: AsyncSession, appointment_ids: Collection[int], kinds: Collection[str]
) -> dict[tuple[int, int], int]:
    """How many messages of these kinds each person got about each appointment, by (appointment, person)."""
    found: dict[tuple[int, int], int] = {}
    for some in _in_turn(appointment_ids):
        rows = await session.execute(
            select(Message.appointment_id, Message.person_id, func.count())
            .join(Appointment, Appointment.id == Message.appointment_id)
            .where(
                Message.appointment_id.in_(some),
                Message.appointment_version == Appointment.version,
                Message.kind.in_(kinds),
                Message.state.in_(_TOLD),
            )
            .group_by(Message.appointment_id, Message.person_id)
        )
        for appointment_id, person_id, count in rows:
            if appointment_id is not None and person_id is not None:
                found[appointment_id, person_id] = count
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
    connection = await session.connection()
    await connection.execute(statement, [{"row": id_, "at": m.due_at, "until": m.useful_until} for id_, m in moved])


async def add(session: AsyncSession, messages: Sequence[Outgoing], now: datetime) -> None:
    """Put many messages in; as storage.outbox.message.put, but without asking which of them were new."""
    if not messages:
        return
    connection = await session.connection()
    make = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    statement = make(_OUTBOX).on_conflict_do_nothing(index_elements=["key"])
    await connection.execute(statement, [row_of(message, now) for message in messages])


def _in_turn(ids: Iterable[int]) -> Iterable[list[int]]:
    wanted = sorted(set(ids))
    return (wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE))
