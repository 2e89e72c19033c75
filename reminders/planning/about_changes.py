"""Notices of changes: told once, with what the person knew before and what is true now.

Changes that follow each other before the first was told (in the night, or in one import) are told as one; when they
lead back to what the person knows, nothing is told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reminders.kinds import Kind, useful_for
from reminders.planning.planned_for import PlannedFor
from storage.appointments.appointments import Appointment
from storage.appointments.changes import AppointmentChange
from storage.engine.columns import Json
from storage.outbox.message import Outgoing
from storage.vocabulary import AppointmentKind, AppointmentStatus, Change, Priority

# Closer to the appointment than this, quiet hours do not hold a notice back: better woken than at a closed door.
WAKE_FOR = timedelta(hours=1)
# Of more changed classes than this, at once, the next ones are named: as many as stand in one message.
MOST_CLASSES = 8


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


def what_changed(known: Known | None, appointment: Appointment, now: datetime, *, theirs: bool = True) -> Change | None:
    """What a person who knows this must hear; None = nothing.

    It is cancelled for who is not in the group any more on its new day (not `theirs`), and when its new time is past.
    """
    cancelled = appointment.status is AppointmentStatus.CANCELLED or not theirs or appointment.starts_at <= now
    if known is None:
        return None if cancelled else Change.MADE
    if known.cancelled or cancelled:
        return None if known.cancelled == cancelled else Change.CANCELLED if cancelled else Change.RESTORED
    if (known.starts_at, known.location) == (appointment.starts_at, appointment.location):
        return None
    return Change.MOVED


def notice(
    change: Change, known: Known | None, appointment: Appointment, reader: PlannedFor, now: datetime
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
        kind=Kind.CHANGE,
        due_at=due_at,
        # Until the appointment (old or new) begins, and at least so long.
        useful_until=max(last_use, now + useful_for(Kind.CHANGE)),
        person_id=reader.id,
        appointment_id=appointment.id,
        appointment_version=appointment.version,
        params=params,
        priority=Priority.NORMAL,
    )


def conflicts(change: AppointmentChange, readers: Iterable[PlannedFor], now: datetime) -> list[Outgoing]:
    """What consultants hear when two sources said different things of an appointment: both, and that the newest holds.

    Once a consultant, about the first of their people whose appointment it is.
    """
    appointment, overruled = change.appointment, change.overruled
    if overruled is None:
        return []
    first: dict[int, PlannedFor] = {}
    for reader in readers:
        if reader.consultant_id is not None:
            first.setdefault(reader.consultant_id, reader)
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
            useful_until=max(appointment.starts_at, overruled.starts_at, now + useful_for(Kind.CHANGE)),
            consultant_id=consultant_id,
            about_id=reader.id,
            appointment_id=appointment.id,
            appointment_version=appointment.version,
            params={"person_id": reader.id, **params},
        )
        for consultant_id, reader in first.items()
    ]


def in_few_words(notices: Iterable[tuple[Outgoing, Appointment]]) -> list[Outgoing]:
    """The notices by reader, and of many classes of one reader the next ones only: the last says how many more.

    A timetable that is half an hour later for a year is two hundred changes, and nobody reads two hundred.
    """
    kept: list[Outgoing] = []
    classes: dict[int | None, list[Outgoing]] = {}
    for said, appointment in sorted(notices, key=lambda item: (item[0].person_id or 0, _first_use(*item))):
        if appointment.kind is AppointmentKind.CLASS:
            classes.setdefault(said.person_id, []).append(said)
        else:
            kept.append(said)
    for of_reader in classes.values():
        kept.extend(of_reader[: MOST_CLASSES - 1])
        if len(of_reader) >= MOST_CLASSES:
            more: dict[str, Json] = {"more": len(of_reader) - MOST_CLASSES}
            kept.append(replace(of_reader[MOST_CLASSES - 1], params={**of_reader[MOST_CLASSES - 1].params, **more}))
    return kept


def _first_use(said: Outgoing, appointment: Appointment) -> datetime:
    old = said.params.get("old_starts_at")
    return min(datetime.fromisoformat(old), appointment.starts_at) if isinstance(old, str) else appointment.starts_at
