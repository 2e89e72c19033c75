"""Messages that failed or expired and that nobody was told of yet."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import ColumnElement

from storage.appointments.schedule import (
    Member,
    ScheduledAppointment,
    appointment_rows,
    appointments_by_id,
    members_of,
)
from storage.engine.one_of_many import among
from storage.outbox.heard import HeardOf, heard_by, is_theirs, know, what_differs
from storage.outbox.message import Message
from storage.vocabulary import LOST, ON_ITS_WAY, AppointmentStatus, Change, MessageState, Told

# What was lost longer ago is for a talk; and so is what began longer ago.
_LATELY = timedelta(days=30)
_BEGUN = timedelta(days=1)
# What is due within a night to somebody whom messages do not reach will be lost as well.
_SOON = timedelta(hours=12)


class Loss(NamedTuple):
    """A message that did not arrive; see Message for the fields."""

    id: int
    kind: str
    person_id: int | None
    consultant_id: int | None
    about_id: int | None


# As the partial index has it, so that SQLite uses that.
_IS_LOST: ColumnElement[bool] = literal_column("outbox.lost_at IS NOT NULL")


async def losses(session: AsyncSession, *, limit: int, for_update: bool = False) -> list[Loss]:
    """What was lost, the longest ago first. `for_update` keeps other workers off until the transaction ends."""
    wanted = (
        select(*(getattr(Message, name) for name in Loss._fields))
        .where(_IS_LOST)
        .order_by(Message.lost_at, Message.id)
        .limit(limit)
    )
    if for_update:
        wanted = wanted.with_for_update(skip_locked=True)
    return [Loss._make(row) for row in await session.execute(wanted)]


async def lost_on_the_way(
    session: AsyncSession, consultant_id: int, person_id: int, kinds: Collection[str], since: datetime
) -> Message | None:
    """The latest message of these kinds about this person that was lost on its way to this consultant."""
    return await session.scalar(
        select(Message)
        .where(
            Message.consultant_id == consultant_id,
            Message.about_id == person_id,
            Message.kind.in_(kinds),
            Message.state.in_(LOST),
            Message.due_at > since,
        )
        .order_by(Message.id.desc())
        .limit(1)
    )


async def told_since(session: AsyncSession, person_id: int, key_begins: str, since: datetime) -> bool:
    """Whether a message whose key begins so was put for this person since then, and is not lost."""
    wanted = select(Message.id).where(
        Message.person_id == person_id,
        Message.due_at > since,
        Message.key.startswith(key_begins, autoescape=True),
        Message.state.not_in(LOST),
    )
    return await session.scalar(wanted.limit(1)) is not None


async def taken_up(session: AsyncSession, ids: Collection[int]) -> None:
    """Somebody was told of these, or nobody needs to be."""
    await session.execute(
        update(Message).where(among(Message.id, ids)).values(lost_at=None).execution_options(synchronize_session=False)
    )


class LostOf(NamedTuple):
    """What a person must still hear of an appointment, and did not because messages were lost.

    `change` is None for an appointment that is as they heard it, or that they never heard of.
    """

    appointment: ScheduledAppointment
    change: Change | None = None
    heard: HeardOf | None = None


async def lost_of(
    session: AsyncSession, person_ids: Collection[int], now: datetime, zone: ZoneInfo
) -> dict[int, list[LostOf]]:
    """What there is to tell by telephone to people whom messages do not reach, by person: what is not as they heard it
    first, then what was lost and not told since, or waits and is about to be, by time."""
    if not person_ids:
        return {}
    failed = await session.execute(
        select(Message.person_id, Message.appointment_id, func.max(Message.id))
        .where(
            among(Message.person_id, person_ids),
            Message.state.in_(LOST) | ((Message.state == MessageState.PENDING) & (Message.due_at < now + _SOON)),
            Message.appointment_id.is_not(None),
            Message.due_at > now - _LATELY,
        )
        .group_by(Message.person_id, Message.appointment_id)
    )
    lost = {(person_id, appointment_id): last for person_id, appointment_id, last in failed}
    heard = await heard_by(session, person_ids)
    members = await members_of(session, person_ids=person_ids)
    wanted = {pair: what for pair, one in heard.items() if (what := _differs(one, now, members, zone)) is not None}
    # Lost since they last heard of it.
    also = [
        (person_id, appointment_id)
        for (person_id, appointment_id), last in lost.items()
        if person_id is not None
        and appointment_id is not None
        and (person_id, appointment_id) not in wanted
        and ((one := heard.get((person_id, appointment_id))) is None or last > (one.message_id or 0))
    ]
    appointments = await appointment_rows(session, {pair[1] for pair in (*wanted, *also)})
    found: defaultdict[int, list[LostOf]] = defaultdict(list)
    for (person_id, appointment_id), what in wanted.items():
        found[person_id].append(LostOf(appointments[appointment_id], what, heard[person_id, appointment_id]))
    for person_id, appointment_id in also:
        appointment = appointments.get(appointment_id)
        if appointment is None or appointment.status is not AppointmentStatus.PLANNED:
            continue
        if appointment.starts_at > now - _BEGUN:
            found[person_id].append(LostOf(appointment))
    for all_of in found.values():
        all_of.sort(key=lambda one: (one.change is None, one.appointment.starts_at, one.appointment.id))
    return dict(found)


class LostDate(NamedTuple):
    """A term's last day that a person was to be told, and was not."""

    about: str
    on: date


async def lost_dates_of(
    session: AsyncSession, person_ids: Collection[int], kinds: Collection[str], now: datetime
) -> dict[int, list[LostDate]]:
    """The dates that messages of these kinds were to tell people and did not, by person: of each term the latest, where
    nothing was told of it since."""
    if not person_ids:
        return {}
    rows = await session.execute(
        select(Message.person_id, Message.state, Message.params)
        .where(
            among(Message.person_id, person_ids),
            Message.kind.in_(kinds),
            Message.state.not_in([*ON_ITS_WAY, MessageState.CANCELLED]),
            Message.due_at > now - _LATELY,
        )
        .order_by(Message.id)
    )
    latest: dict[tuple[int, str], LostDate | None] = {}
    for person_id, state, params in rows:
        match params:
            case {"about": str(about), "on": str(on)} if person_id is not None:
                is_lost = state in LOST
                latest[person_id, about] = LostDate(about, date.fromisoformat(on)) if is_lost else None
    found: defaultdict[int, list[LostDate]] = defaultdict(list)
    for (person_id, _), one in latest.items():
        if one is not None:
            found[person_id].append(one)
    return dict(found)


def _differs(heard: HeardOf, now: datetime, members: Sequence[Member], zone: ZoneInfo) -> Change | None:
    return what_differs(heard, now, theirs=is_theirs(heard, members, zone))


async def told_by_call(session: AsyncSession, person_id: int, now: datetime, zone: ZoneInfo) -> None:
    """A consultant spoke with this person: they know now what messages could not tell them."""
    lost = (await lost_of(session, [person_id], now, zone)).get(person_id, ())
    appointments = await appointments_by_id(session, [one.appointment.id for one in lost])
    for one in lost:
        takes_place = one.change is not Change.CANCELLED
        know(session, person_id, appointments[one.appointment.id], Told.CALL, now, takes_place=takes_place)
