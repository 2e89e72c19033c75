"""What happened to an appointment, for those who must hear of it: made, moved, cancelled, restored."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.appointments import Appointment
from storage.vocabulary import AppointmentKind, AppointmentStatus, Change, ChangeSource


@dataclass(frozen=True, slots=True)
class Overruled:
    """The word of another source that a change put aside: whose it was (None = not known), and what it had said."""

    source: ChangeSource | None
    starts_at: datetime
    location: str | None
    cancelled: bool


class NewAppointment(NamedTuple):
    """One that a table brought, with hundreds of others: what its listeners ask of it. See Appointment."""

    id: int
    external_id: str
    person_id: int | None
    group_id: int | None
    kind: AppointmentKind
    starts_at: datetime
    ends_at: datetime | None
    location: str | None
    online_url: str | None
    status: AppointmentStatus
    version: int = 1


@dataclass(frozen=True, slots=True)
class AppointmentChange:
    """One change, with the appointment as it is now and its time and place as they were (None when it is new)."""

    change: Change
    appointment: Appointment | NewAppointment
    old_starts_at: datetime | None = None
    old_location: str | None = None
    source: ChangeSource = ChangeSource.CHAT
    # Who need not be told: the person who chose the new time themselves.
    known_to: frozenset[int] = frozenset()
    # Set when two sources said different things since either last heard of the other: the newest word holds.
    overruled: Overruled | None = None


# Called in the transaction of the change, so that what people must hear is stored with it or not at all.
OnChanges: TypeAlias = Callable[[AsyncSession, Sequence[AppointmentChange]], Awaitable[None]]
# Called in the transaction of a change to people, plans or memberships: what is planned for them may be other now.
OnPeople: TypeAlias = Callable[[AsyncSession, Collection[int]], Awaitable[object]]


async def plan_later(_session: AsyncSession, _person_ids: Collection[int]) -> None:
    """Leave planning to the service's next look ahead, some minutes later."""
