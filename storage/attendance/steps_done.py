"""Steps of a plan that are done by being at an appointment, such as the closing meeting of MAP."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointment_kinds import APPOINTMENTS
from storage.appointments.appointments import Appointment, Participation
from storage.engine.one_of_many import among
from storage.vocabulary import AppointmentStatus, PlanPart, Presence

#: The day on which somebody was first there, by person and step.
SeenSteps: TypeAlias = Mapping[tuple[int, PlanPart], date]

_WAS_THERE: Final = (Presence.PRESENT, Presence.LATE)
_STEPS: Final = {kind: traits.step for kind, traits in APPOINTMENTS.items() if traits.step is not None}


async def steps_seen(session: AsyncSession, person_ids: Collection[int], zone: ZoneInfo) -> SeenSteps:
    """At which steps these people were, by what lists say now, on which local day. One query; none for nobody."""
    if not person_ids:
        return {}
    lines = await session.execute(
        select(Participation.person_id, Participation.presence, Appointment.kind, Appointment.starts_at)
        .join(Appointment, Appointment.id == Participation.appointment_id)
        .where(
            among(Participation.person_id, person_ids),
            Appointment.kind.in_(_STEPS),
            Appointment.status == AppointmentStatus.PLANNED,
        )
        .order_by(Appointment.starts_at)
    )
    found: dict[tuple[int, PlanPart], date] = {}
    for person_id, presence, kind, starts_at in lines:
        if presence in _WAS_THERE:
            found.setdefault((person_id, _STEPS[kind]), starts_at.astimezone(zone).date())
    return found
