"""Notices of changes: told once, with what the person knew before and what is true now.

Changes that follow each other before the first was told (in the night, or in one import) are told as one; when they
lead back to what the person knows, nothing is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from reminders.planned import Kind, Reader
from storage.appointments import Appointment, AppointmentStatus
from storage.changes import AppointmentChange, Change
from storage.columns import Json
from storage.outbox import Outgoing, Priority

# A notice is of use until the appointment (old or new) begins, and at least this long.
NOTICE_USEFUL = timedelta(hours=12)
# Closer to the appointment than this, quiet hours do not hold a notice back: better woken than at a closed door.
WAKE_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Known:
    """What a person was last told of an appointment."""

    starts_at: datetime | None
    location: str | None
    cancelled: bool = False


def known_before(change: AppointmentChange) -> Known | None:
    """What people knew before this change; None = not of the appointment at all."""
    if change.change is Change.MADE:
        return None
    return Known(change.old_starts_at, change.old_location, cancelled=change.change is Change.RESTORED)


def known_from(params: Mapping[str, Json]) -> Known | None:
    """What a person still knows, who was not told the notice with these parameters."""
    change, old_starts_at, old_location = (params.get(name) for name in ("change", "old_starts_at", "old_location"))
    if change == Change.MADE:
        return None
    return Known(
        datetime.fromisoformat(old_starts_at) if isinstance(old_starts_at, str) else None,
        old_location if isinstance(old_location, str) else None,
        cancelled=change == Change.RESTORED,
    )


def what_changed(known: Known | None, appointment: Appointment) -> Change | None:
    """What a person who knows this must hear; None = nothing."""
    cancelled = appointment.status is AppointmentStatus.CANCELLED
    if known is None:
        return None if cancelled else Change.MADE
    if known.cancelled or cancelled:
        return None if known.cancelled == cancelled else Change.CANCELLED if cancelled else Change.RESTORED
    if (known.starts_at, known.location) == (appointment.starts_at, appointment.location):
        return None
    return Change.MOVED


def notice(
    change: Change, known: Known | None, appointment: Appointment, reader: Reader, now: datetime
) -> Outgoing | None:
    """The message that tells a person of a change; None when it comes too late to be of use."""
    old_starts_at = (known.starts_at if known is not None else None) or appointment.starts_at
    last_use = max(appointment.starts_at, old_starts_at)
    if last_use <= now:
        return None
    due_at = reader.quiet_hours.later_than_quiet(now)
    if due_at >= min(appointment.starts_at, old_starts_at) - WAKE_FOR:
        due_at = now
    params: dict[str, Json] = {"change": change.value}
    if known is not None:
        params["old_starts_at"] = old_starts_at.isoformat()
        params["old_location"] = known.location
    return Outgoing(
        key=f"notice:{appointment.id}:{appointment.version}:{reader.id}",
        kind=Kind.NOTICE,
        due_at=due_at,
        useful_until=max(last_use, now + NOTICE_USEFUL),
        person_id=reader.id,
        appointment_id=appointment.id,
        appointment_version=appointment.version,
        params=params,
        priority=Priority.NOTICE,
    )
