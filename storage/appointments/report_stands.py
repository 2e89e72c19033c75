"""Whether absence reports hold for the appointments they are about, as those are now: what consultants must know."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.absence_reports import is_same_day
from storage.appointments.absences import Absence, AbsenceAppointment
from storage.appointments.appointments import Appointment
from storage.appointments.schedule import is_for, members_of
from storage.engine.one_of_many import among_those
from storage.vocabulary import SENT_REPORT, AppointmentStatus, ReportEnd

#: How a report that holds stands, as a word; otherwise the ReportEnd does.
HOLDS: Final = "holds"


class ReportStands(NamedTuple):
    """What a person reported of one appointment; `end` is why that does not hold for it, None = a report holds.

    Of several reports about it the one that holds counts, else the latest.
    """

    person_id: int
    # Who got the report.
    consultant_id: int
    appointment_id: int
    version: int
    starts_at: datetime
    reported_for: datetime
    reported_at: datetime
    end: ReportEnd | None

    @property
    def stands(self) -> str:
        """How it stands, as a word: in keys and parameters."""
        return HOLDS if self.end is None else self.end.value


_ABSENCE = cast(Table, Absence.__table__)
_ABOUT = cast(Table, AbsenceAppointment.__table__)
_WHAT = cast(Table, Appointment.__table__)
_NOW = bindparam("now", type_=_WHAT.c.starts_at.type)
_REPORTS = (
    select(
        _ABSENCE.c.id,
        _ABSENCE.c.person_id,
        _ABSENCE.c.told_id,
        _WHAT.c.id.label("appointment_id"),
        _WHAT.c.version,
        _WHAT.c.status,
        _WHAT.c.person_id.label("owner_id"),
        _WHAT.c.group_id,
        _WHAT.c.starts_at,
        _ABOUT.c.reported_for,
        _ABSENCE.c.reported_at,
    )
    .select_from(_ABSENCE)
    .join(_ABOUT, _ABOUT.c.absence_id == _ABSENCE.c.id)
    .join(_WHAT, _WHAT.c.id == _ABOUT.c.appointment_id)
    .where(
        among_those(_ABSENCE.c.person_id, "ids"),
        _ABSENCE.c.state.in_(SENT_REPORT),
        _ABSENCE.c.told_id.is_not(None),
        (_WHAT.c.starts_at > _NOW) | (func.coalesce(_ABOUT.c.reported_for, _WHAT.c.starts_at) > _NOW),
    )
    .order_by(_ABSENCE.c.id, _WHAT.c.id)
)


async def reports_standing(
    session: AsyncSession, person_ids: Collection[int], now: datetime, zone: ZoneInfo
) -> list[ReportStands]:
    """How these people's sent reports stand with what has not begun, or was not to have begun.

    What the session has not flushed yet is not seen.
    """
    if not person_ids:
        return []
    rows = (await session.execute(_REPORTS, {"ids": person_ids, "now": now})).all()
    of_groups = {row.person_id for row in rows if row.group_id is not None}
    members = await members_of(session, person_ids=of_groups) if of_groups else ()
    found: dict[tuple[int, int], ReportStands] = {}
    for row in rows:
        theirs = is_for(row.person_id, row.owner_id, row.group_id, row.starts_at, members, zone)
        end: ReportEnd | None
        if row.status is not AppointmentStatus.PLANNED:
            end = ReportEnd.CANCELLED
        elif not is_same_day(row.reported_for, row.starts_at, zone):
            end = ReportEnd.ANOTHER_DAY
        else:
            end = None if theirs else ReportEnd.NOT_THEIRS
        one = ReportStands(
            row.person_id,
            row.told_id,
            row.appointment_id,
            row.version,
            row.starts_at,
            row.reported_for or row.starts_at,
            row.reported_at or now,
            end,
        )
        before = found.get((row.person_id, row.appointment_id))
        if before is None or before.end is not None or end is None:
            found[row.person_id, row.appointment_id] = one
    return list(found.values())
