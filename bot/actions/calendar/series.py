"""A series of meetings with one person: the same hour, week after week; and what else there is at those times."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.actions.acting import Acting
from bot.actions.meetings import LENGTH, Meeting, MeetingRefused
from bot.actions.progress.talks import Say, make_talk
from reminders.local_time import to_instant, to_wall
from storage.appointments.appointments import Appointment, appointments_of
from storage.appointments.calendar import calendar_of
from storage.appointments.changing import length_of
from storage.caseload import caseload_of
from storage.vocabulary import AppointmentKind, AppointmentStatus

#: Meetings of one series: half a year, week by week.
MOST_TIMES: Final = 26
_DAY: Final = timedelta(days=1)


@dataclass(slots=True)
class MeetingSeries:
    """What was made, and the times at which the person had such a meeting already."""

    made: list[Appointment] = field(default_factory=list)
    there: list[datetime] = field(default_factory=list)


def times_of(acting: Acting, starts_at: datetime, times: int) -> list[datetime]:
    """The instants of a series: the same hour on the wall each week, also when the clocks change; a series leaves
    public holidays out, a single meeting is made where it was put."""
    wall = to_wall(starts_at, acting.zone)
    weeks = range(max(1, min(times, MOST_TIMES)))
    walls = [wall + timedelta(weeks=week) for week in weeks]
    kept = [one for one in walls if len(walls) == 1 or one.date() not in acting.parts.holidays]
    return [to_instant(one, acting.zone).instant for one in kept]


async def clashes(acting: Acting, person_id: int, starts: Sequence[datetime]) -> list[Appointment]:
    """What takes place at those times already: of this person, lessons too, or of whoever the consultant meets."""
    if not starts or await acting.person(person_id) is None:
        return []
    consultant = await acting.consultant()
    everybody = [one.id for one in await caseload_of(acting.session, consultant.id, acting.today)]
    first, last = min(starts) - _DAY, max(starts) + LENGTH
    theirs = await appointments_of(acting.session, person_id, first, last, zone=acting.zone, limit=1_000)
    own = await calendar_of(acting.session, first, last, person_ids=everybody)
    found = {one.id: one for one in (*own, *theirs) if one.status is AppointmentStatus.PLANNED}
    met = [
        one
        for one in found.values()
        if (one.kind is not AppointmentKind.CLASS or one in theirs)
        and any(one.starts_at < start + LENGTH and start < one.starts_at + length_of(one) for start in starts)
    ]
    return sorted(met, key=lambda one: one.starts_at)


async def make_series(
    acting: Acting,
    person_id: int,
    kind: AppointmentKind,
    starts_at: datetime,
    place: str,
    note: str,
    times: int,
    say: Say,
) -> MeetingSeries | MeetingRefused:
    """Make them all, with the same `note` of what to bring; the person hears of each. Nothing is made when the first
    cannot be."""
    series = MeetingSeries()
    wanted = times_of(acting, starts_at, times)
    if not wanted:
        return MeetingRefused.PAST
    for instant in wanted:
        made = await make_talk(acting, person_id, kind, instant, place, note, say)
        if isinstance(made, Meeting):
            series.made.append(made.appointment)
        elif made is MeetingRefused.THERE_ALREADY:
            series.there.append(instant)
        else:
            return made
    if not series.made:
        return MeetingRefused.THERE_ALREADY
    return series
