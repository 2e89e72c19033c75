"""What was attended counts as long as its appointment stands: one that is cancelled, restored or given another end when
it was held already changes the hours of who was there."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointment_kinds import APPOINTMENTS
from storage.appointments.changes import AppointmentChange, OnChanges
from storage.attendance.made_hours import count_anew, listed_at
from storage.progress.parts import OnProgress


class AfterChanges:
    """Tells planning of changed appointments, and counts hours anew where lists name who was there; see OnChanges."""

    def __init__(self, plan: OnChanges, on_progress: OnProgress, now: Callable[[], datetime], zone: ZoneInfo) -> None:
        self._plan = plan
        self._on_progress = on_progress
        self._now = now
        self._zone = zone

    async def __call__(self, session: AsyncSession, changes: Sequence[AppointmentChange]) -> None:
        """See OnChanges."""
        await self._plan(session, changes)
        now = self._now()
        held = {
            change.appointment.id
            for change in changes
            if min(change.appointment.starts_at, change.old_starts_at or now) <= now
            and APPOINTMENTS[change.appointment.kind].is_counted
        }
        people = await listed_at(session, held) if held else set()
        if people and (touched := await count_anew(session, people, self._zone, now)):
            await self._on_progress(session, touched)
