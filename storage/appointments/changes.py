"""What happened to an appointment, for those who must tell people: made, moved, cancelled, restored."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.appointments import Appointment
from storage.vocabulary import Change


@dataclass(frozen=True, slots=True)
class AppointmentChange:
    """One change, with the appointment as it is now and its time and place as they were (None when it is new)."""

    change: Change
    appointment: Appointment
    old_starts_at: datetime | None = None
    old_location: str | None = None


# Called in the transaction of the change, so that what people must hear is stored with it or not at all.
OnChanges: TypeAlias = Callable[[AsyncSession, Sequence[AppointmentChange]], Awaitable[None]]
# Called in the transaction of a change to people, plans or memberships: what is planned for them may be other now.
OnPeople: TypeAlias = Callable[[AsyncSession, Collection[int]], Awaitable[object]]


async def plan_later(_session: AsyncSession, _person_ids: Collection[int]) -> None:
    """Leave planning to the service's next look ahead, some minutes later."""
