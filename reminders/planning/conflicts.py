"""Conflicts: two sources said different things of an appointment, and the newest word holds."""

from collections.abc import Iterable
from datetime import datetime

from reminders.kinds import Kind, useful_for
from reminders.planning.planned_for import PlannedFor
from storage.appointments.changes import AppointmentChange
from storage.engine.columns import Json
from storage.outbox.message import Outgoing


def conflicts(change: AppointmentChange, people: Iterable[PlannedFor], now: datetime) -> list[Outgoing]:
    """What consultants hear when two sources said different things of an appointment: both, and that the newest holds.

    Once a consultant, about the first of their people whose appointment it is.
    """
    appointment, overruled = change.appointment, change.overruled
    if overruled is None:
        return []
    first: dict[int, PlannedFor] = {}
    for person in people:
        if person.consultant_id is not None:
            first.setdefault(person.consultant_id, person)
    params: dict[str, Json] = {
        "source": change.source.value,
        "other_source": overruled.source.value if overruled.source is not None else None,
        "old_starts_at": overruled.starts_at.isoformat(),
        "old_location": overruled.location,
        "old_cancelled": overruled.cancelled,
    }
    return [
        Outgoing(
            key=f"conflict:{appointment.id}:{appointment.version}:{consultant_id}",
            kind=Kind.CONFLICT,
            due_at=now,
            useful_until=max(appointment.starts_at, overruled.starts_at, now + useful_for(Kind.CONFLICT)),
            consultant_id=consultant_id,
            about_id=person.id,
            appointment_id=appointment.id,
            appointment_version=appointment.version,
            params={"person_id": person.id, **params},
        )
        for consultant_id, person in first.items()
    ]
