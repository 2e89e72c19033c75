"""What people were last told of appointments: the record that planning compares with what is true.

A row says what one message told one person of one appointment. It is written in the transaction that records the
message as sent (storage/outbox/results.py), is `lost` when the message turns out not to have arrived, and is dropped
when a later message of the same appointment arrived or the appointment is over: so a person and appointment have one
row, or a few for as long as it is not known which of them arrived. What was heard is what the latest row says that is
not lost.

Time and place are copied as they stand encrypted in the appointment (and are bound to it, not to the row here), so that
writing costs no encryption and comparing, where nothing changed, no decryption.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    Table,
    bindparam,
    delete,
    exists,
    select,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from storage.appointments.appointments import Appointment
from storage.appointments.changes import NewAppointment
from storage.appointments.schedule import Member, is_for
from storage.engine.base import Base
from storage.engine.columns import Encrypted, RowId, keys_of, vocabulary
from storage.engine.encryption.row_binding import row_name
from storage.engine.keys import KeyRing, Undecryptable
from storage.engine.one_of_many import among_those
from storage.outbox.message import Message
from storage.vocabulary import AppointmentKind, AppointmentStatus, Change, MessageState, Told

#: How long after a message was sent it may still turn out not to have arrived.
NEWS_WITHIN = timedelta(days=7)
#: How long after an appointment what was heard of it is kept.
KEPT_AFTER = timedelta(days=14)
#: Moved to a time that is over for no longer than this, it is told as moved.
JUST_PAST = timedelta(hours=12)
_LOCATION, _ONLINE = "appointment.location", "appointment.online_url"


class HeardRow(Base, kw_only=True):
    """What one message (or call) told a person of an appointment; `takes_place` is false when it told that it is off.

    No foreign keys but the person's: it is written thousands of times a second, appointments' numbers are never used
    again, and a message that is forgotten was heard nevertheless.
    """

    __tablename__ = "heard"
    __table_args__ = (Index("ix_heard_person_appointment", "person_id", "appointment_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    appointment_id: Mapped[int] = mapped_column(RowId)
    message_id: Mapped[int | None] = mapped_column(RowId, default=None)
    how: Mapped[Told] = mapped_column(vocabulary(Told), default=Told.MESSAGE)
    lost: Mapped[bool] = mapped_column(default=False)
    takes_place: Mapped[bool] = mapped_column(default=True)
    # Whether it asked if they come.
    asked: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int]
    starts_at: Mapped[datetime]
    location: Mapped[str | None] = mapped_column(Encrypted(_LOCATION, named_by=("appointment_id",)), default=None)
    online_url: Mapped[str | None] = mapped_column(Encrypted(_ONLINE, named_by=("appointment_id",)), default=None)
    at: Mapped[datetime]


# Of the tables, not of the mapped classes: what is read by the thousand is not made twice.
_HEARD = cast(Table, HeardRow.__table__).c
_TRUE = cast(Table, Appointment.__table__).c


class ToldOf(NamedTuple):
    """What a message tells of one appointment when it is sent; places as they stand encrypted in the appointment."""

    person_id: int
    appointment_id: int
    version: int
    starts_at: datetime
    location: bytes | None
    online_url: bytes | None
    takes_place: bool = True
    asked: bool = False
    how: Told = Told.MESSAGE


class HeardOf(NamedTuple):
    """What a person last heard of an appointment, beside the appointment as it is now."""

    id: int
    person_id: int
    appointment_id: int
    message_id: int | None
    how: Told
    takes_place: bool
    asked: bool
    version: int
    starts_at: datetime
    at: datetime
    # The place that was told; None also where it is the present one.
    old_location: str | None
    same_place: bool
    same_url: bool
    # Of the appointment: whose it is, and what is true.
    kind: AppointmentKind
    owner_id: int | None
    group_id: int | None
    is_planned: bool
    now_version: int
    now_starts_at: datetime


def is_theirs(heard: HeardOf, members: Iterable[Member], zone: ZoneInfo) -> bool:
    """Whether the appointment is this person's as it is now; `members` are their memberships."""
    return is_for(heard.person_id, heard.owner_id, heard.group_id, heard.now_starts_at, members, zone)


def what_differs(heard: HeardOf, now: datetime, *, theirs: bool = True) -> Change | None:
    """What a person who heard this must hear; None = nothing, or nothing that is of use any more.

    A class takes place for its members of that day only: for who is not one (not `theirs`) it is off.
    """
    # What is now said to have been on an earlier day is not going to be.
    takes_place = heard.is_planned and theirs and heard.now_starts_at > now - JUST_PAST
    if not heard.takes_place:
        if not takes_place or heard.now_starts_at <= now:
            return None
        # Who never had anything to do with it is not told that it is on after all.
        return Change.MADE if heard.how is Told.AGREED else Change.RESTORED
    if not takes_place:
        return Change.CANCELLED if heard.starts_at > now else None
    if max(heard.starts_at, heard.now_starts_at) <= now:
        return None
    if heard.how is Told.MORE:
        return Change.MOVED if heard.version != heard.now_version else None
    same = heard.starts_at == heard.now_starts_at and heard.same_place and heard.same_url
    return None if same else Change.MOVED


async def heard_by(
    session: AsyncSession,
    person_ids: Collection[int],
    *,
    since: datetime | None = None,
    appointment_ids: Collection[int] | None = None,
    only_other: bool = False,
) -> dict[tuple[int, int], HeardOf]:
    """What these people last heard, by (person, appointment).

    Of appointments that are, or were thought to be, at `since` or later; None = of all. What was lost does not count.
    `only_other`: only where it was another time or place than it is now, which is seldom: whoever sends thousands of
    reminders need not read what is true.
    """
    if not person_ids or (appointment_ids is not None and not appointment_ids):
        return {}
    wanted = _wanted(since=since is not None, of_some=appointment_ids is not None, only_other=only_other)
    rows = await session.execute(wanted, {"people": person_ids, "since": since, "appointments": appointment_ids})
    # In the order in which it was told: the latest stays.
    latest = {(row.person_id, row.appointment_id): row for row in rows}
    keys = keys_of(session.get_bind().dialect)
    found: dict[tuple[int, int], HeardOf] = {}
    for pair, row in latest.items():
        place, now_place = _texts(keys, row.location, row.now_location, _LOCATION, row.appointment_id)
        if only_other and row.starts_at == row.now_starts_at and place == now_place:
            # The same place, encrypted anew.
            continue
        url, now_url = _texts(keys, row.online_url, row.now_online_url, _ONLINE, row.appointment_id)
        found[pair] = HeardOf(
            row.id,
            row.person_id,
            row.appointment_id,
            row.message_id,
            row.how,
            row.takes_place,
            row.asked,
            row.version,
            row.starts_at,
            row.at,
            place,
            place == now_place,
            url == now_url,
            row.kind,
            row.owner_id,
            row.group_id,
            row.status is AppointmentStatus.PLANNED,
            row.now_version,
            row.now_starts_at,
        )
    return found


@cache
def _wanted(*, since: bool, of_some: bool, only_other: bool) -> Select[Any]:
    """The question of heard_by, put together once: it is asked for each batch of reminders."""
    wanted = (
        select(
            *(_HEARD[name] for name in HeardOf._fields[:10]),
            *(_TRUE[name] for name in ("kind", "group_id", "status")),
            _TRUE.person_id.label("owner_id"),
            _TRUE.version.label("now_version"),
            _TRUE.starts_at.label("now_starts_at"),
            type_coerce(_HEARD.location, LargeBinary).label("location"),
            type_coerce(_HEARD.online_url, LargeBinary).label("online_url"),
            type_coerce(_TRUE.location, LargeBinary).label("now_location"),
            type_coerce(_TRUE.online_url, LargeBinary).label("now_online_url"),
        )
        .where(_TRUE.id == _HEARD.appointment_id, among_those(_HEARD.person_id, "people"), ~_HEARD.lost)
        .order_by(_HEARD.id)
    )
    if since:
        moment = bindparam("since", type_=_HEARD.starts_at.type)
        wanted = wanted.where((_HEARD.starts_at >= moment) | (_TRUE.starts_at >= moment))
    if of_some:
        # "+ 0" keeps the engine to each person's few rows: by the index it looks for each person with each appointment,
        # sixty thousand times for a batch of 250 reminders.
        wanted = wanted.where(among_those(_HEARD.appointment_id + 0, "appointments"))
    if only_other:
        later = cast(Table, HeardRow.__table__).alias().c
        newer = exists().where(
            later.person_id == _HEARD.person_id,
            later.appointment_id == _HEARD.appointment_id,
            later.id > _HEARD.id,
            ~later.lost,
        )
        told, present = (type_coerce(row.location, LargeBinary) for row in (_HEARD, _TRUE))
        differs = (_HEARD.starts_at != _TRUE.starts_at) | told.is_distinct_from(present)
        wanted = wanted.where(differs, ~newer)
    return wanted


def _texts(keys: KeyRing, was: bytes | None, now: bytes | None, context: str, of: int) -> list[str | None]:
    """Both in plain, decrypted only where they are not the very same: nothing then."""
    if was == now:
        return [None, None]
    try:
        both = (was, now)
        return [None if token is None else keys.decrypt(token, context, row_name(of)).decode() for token in both]
    except Undecryptable:
        # Under a key that is gone nobody can tell whether they differ.
        return [None, None]


def know(
    session: AsyncSession,
    person_id: int,
    appointment: Appointment | NewAppointment,
    how: Told,
    now: datetime,
    *,
    starts_at: datetime | None = None,
    location: str | None = None,
    takes_place: bool = True,
    same_url: bool = True,
) -> None:
    """Write down that somebody knows this by another way than a message that is sent.

    The appointment as it is, or with the time and place given (together) as it was before; `same_url` is false when
    the address of the video call was another one then, which is not known any more.
    """
    was = starts_at is not None
    session.add(
        HeardRow(
            person_id=person_id,
            appointment_id=appointment.id,
            how=how,
            takes_place=takes_place,
            version=appointment.version - was,
            starts_at=starts_at or appointment.starts_at,
            location=location if was else appointment.location,
            online_url=appointment.online_url if same_url else "",
            at=now,
        )
    )


async def forget_heard(session: AsyncSession, now: datetime) -> None:
    """Drop what is over, and what a later message that arrived (or had its time to fail) says anew."""
    later = aliased(HeardRow)
    newer = exists().where(
        later.person_id == HeardRow.person_id,
        later.appointment_id == HeardRow.appointment_id,
        later.id > HeardRow.id,
        ~later.lost,
        (later.at < now - NEWS_WITHIN)
        | later.message_id.is_(None)
        | exists().where(
            Message.id == later.message_id, Message.state.in_([MessageState.DELIVERED, MessageState.READ])
        ),
    )
    await session.execute(delete(HeardRow).where(newer).execution_options(synchronize_session=False))
    over = HeardRow.starts_at < now - KEPT_AFTER
    ahead = exists().where(Appointment.id == HeardRow.appointment_id, Appointment.starts_at >= now - KEPT_AFTER)
    gone = HeardRow.lost & (HeardRow.at < now - NEWS_WITHIN)
    await session.execute(delete(HeardRow).where((over & ~ahead) | gone).execution_options(synchronize_session=False))


async def lost(session: AsyncSession, message: Message, *, is_lost: bool = True) -> None:
    """What this message told was not heard after all; or was, though it was given up (`is_lost` false)."""
    if message.person_id is not None:
        await session.execute(
            update(HeardRow)
            .where(HeardRow.person_id == message.person_id, HeardRow.message_id == message.id)
            .values(lost=is_lost)
            .execution_options(synchronize_session=False)
        )
