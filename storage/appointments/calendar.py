"""What stands in a calendar: own appointments of some people and classes of some groups, cancelled ones too."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.appointments import Appointment


async def calendar_of(
    session: AsyncSession,
    since: datetime,
    until: datetime,
    *,
    person_ids: Collection[int] = (),
    group_ids: Collection[int] = (),
) -> list[Appointment]:
    """What starts in [since, until), of these people themselves and of these groups, by time."""
    found = await session.scalars(
        select(Appointment)
        .where(
            Appointment.starts_at >= since,
            Appointment.starts_at < until,
            or_(Appointment.person_id.in_(person_ids), Appointment.group_id.in_(group_ids)),
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return list(found)
