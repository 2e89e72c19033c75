"""What was attended reaches the plan in the transaction that stores the list, and leaves it when that is corrected:
hours, and the step that is done by being there (the closing meeting of MAP).

A list changes what is different from before; whole files of attendance are never read again for it. Only where somebody
gave a total is everything after its day counted anew.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointment_kinds import APPOINTMENTS, Hours
from storage.appointments.appointments import Appointment, Participation
from storage.attendance.attendance import minutes_counted
from storage.attendance.steps_done import SeenSteps, steps_seen
from storage.engine.one_of_many import among
from storage.progress.parts import Progress, rows_to_change
from storage.vocabulary import (
    AppointmentKind,
    AppointmentStatus,
    PartStatus,
    PlanPart,
    Presence,
    ProgressSource,
    complete,
)

_PARTS: Final[Mapping[Hours, PlanPart]] = complete(
    {
        Hours.LESSONS: PlanPart.LESSONS,
        Hours.PVT: PlanPart.PVT,
        Hours.MAP: PlanPart.MAP,
        Hours.PARTICIPATION: PlanPart.PARTICIPATION,
    },
    Hours,
)


@dataclass(frozen=True, slots=True)
class MinutesMade:
    """Minutes that somebody made more (or, after a correction, fewer) at an appointment of this kind."""

    person_id: int
    kind: AppointmentKind
    starts_at: datetime
    minutes: int


def minutes_at(presence: Presence | None, minutes: int | None, starts_at: datetime, ends_at: datetime | None) -> int:
    """The minutes that count of one line of a list; 0 where it says nothing of somebody, or nothing of how long."""
    return 0 if presence is None else minutes_counted(presence, minutes, starts_at, ends_at) or 0


async def add_made(session: AsyncSession, made: Iterable[MinutesMade], zone: ZoneInfo, now: datetime) -> set[int]:
    """Add them to the plans of these people; answers with whose plans are other than before."""
    listed = list(made)
    changes = [one for one in listed if one.minutes and APPOINTMENTS[one.kind].hours]
    at_steps = {one.person_id for one in listed if APPOINTMENTS[one.kind].step is not None}
    if not changes and not at_steps:
        return set()
    rows = await rows_to_change(session, at_steps | {one.person_id for one in changes})
    touched = _mark_steps(session, rows, at_steps, await steps_seen(session, at_steps, zone), now)
    for one in changes:
        for part in sorted(_PARTS[counted] for counted in APPOINTMENTS[one.kind].hours):
            row = rows[one.person_id].get((part, None)) or _new_row(session, one.person_id, part, now)
            rows[one.person_id][part, None] = row
            if row.noted_on is not None and one.starts_at.astimezone(zone).date() <= row.noted_on:
                # It is in the total that was given.
                continue
            _set_attended(row, (row.attended_minutes or 0) + one.minutes, now)
            touched.add(one.person_id)
    await session.flush()
    return touched


async def count_anew(session: AsyncSession, person_ids: Collection[int], zone: ZoneInfo, now: datetime) -> set[int]:
    """Count everything that these people attended after the totals that were given; answers with whose plans changed.

    Three queries, and a line of each list that these people stand on.
    """
    rows = await rows_to_change(session, person_ids)
    totals: defaultdict[tuple[int, PlanPart], int] = defaultdict(int)
    lines = await session.execute(
        select(
            Participation.person_id,
            Participation.presence,
            Participation.minutes,
            Appointment.kind,
            Appointment.starts_at,
            Appointment.ends_at,
        )
        .join(Appointment, Appointment.id == Participation.appointment_id)
        .where(
            among(Participation.person_id, person_ids),
            Participation.presence.is_not(None),
            Appointment.status == AppointmentStatus.PLANNED,
        )
    )
    for person_id, presence, minutes, kind, starts_at, ends_at in lines:
        for counted in APPOINTMENTS[kind].hours:
            row = rows[person_id].get((_PARTS[counted], None))
            since = row.noted_on if row is not None else None
            if since is None or starts_at.astimezone(zone).date() > since:
                totals[person_id, _PARTS[counted]] += minutes_at(presence, minutes, starts_at, ends_at)
    touched = _mark_steps(session, rows, person_ids, await steps_seen(session, person_ids, zone), now)
    for person_id, theirs in rows.items():
        for part in _PARTS.values():
            row, total = theirs.get((part, None)), totals[person_id, part]
            if row is None and total:
                row = _new_row(session, person_id, part, now)
            if row is not None and (row.attended_minutes or 0) != total:
                _set_attended(row, total, now)
                touched.add(person_id)
    await session.flush()
    return touched


async def listed_at(session: AsyncSession, appointment_ids: Collection[int]) -> set[int]:
    """Of whom a list says whether they were at one of these appointments."""
    wanted = select(Participation.person_id).where(
        among(Participation.appointment_id, appointment_ids), Participation.presence.is_not(None)
    )
    return set(await session.scalars(wanted))


def _new_row(session: AsyncSession, person_id: int, part: PlanPart, now: datetime) -> Progress:
    row = Progress(
        person_id=person_id, part=part, status=PartStatus.OPEN, source=ProgressSource.ATTENDANCE, updated_at=now
    )
    session.add(row)
    return row


def _mark_steps(
    session: AsyncSession,
    rows: Mapping[int, dict[tuple[PlanPart, int | None], Progress]],
    person_ids: Collection[int],
    seen: SeenSteps,
    now: datetime,
) -> set[int]:
    """Note the steps at which these people were, and take back what only lists said; what a consultant noted stands."""
    touched: set[int] = set()
    for person_id in person_ids:
        for step in (traits.step for traits in APPOINTMENTS.values() if traits.step is not None):
            row, on = rows[person_id].get((step, None)), seen.get((person_id, step))
            if row is None and on is not None:
                row = rows[person_id][step, None] = _new_row(session, person_id, step, now)
            wanted = PartStatus.OPEN if on is None else PartStatus.DONE
            if (
                row is None
                or row.source is not ProgressSource.ATTENDANCE
                or (row.status, row.status_on) == (wanted, on)
            ):
                continue
            row.status, row.status_on, row.updated_at = wanted, on, now
            touched.add(person_id)
    return touched


def _set_attended(row: Progress, minutes: int, now: datetime) -> None:
    row.attended_minutes = max(minutes, 0)
    row.updated_at = now
