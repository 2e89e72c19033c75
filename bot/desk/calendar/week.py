"""The calendar's page: a week or a day, of the consultant's own meetings or of one group's lessons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from starlette.responses import Response

from bot.actions.people import looked_at_list
from bot.configuration.border import holiday_name
from bot.desk.calendar.grid import LaidOutDay, days_shown, laid_out
from bot.desk.caseload import everybody_of
from bot.desk.forms import not_found
from bot.desk.visit import Visit
from storage.appointments.appointments import Appointment, day_bounds
from storage.appointments.calendar import calendar_of
from storage.caseload import groups_of
from storage.people.people import Person
from storage.vocabulary import AppointmentKind, AppointmentStatus

CALENDAR: Final = "/desk/calendar"


@dataclass(frozen=True, slots=True)
class ShownAppointment:
    """An appointment in the calendar, and whose it is; None = the group's that is shown."""

    appointment: Appointment
    person: Person | None

    @property
    def starts_at(self) -> datetime:
        """When it begins."""
        return self.appointment.starts_at

    @property
    def ends_at(self) -> datetime | None:
        """When it ends, if that is known."""
        return self.appointment.ends_at


async def show(visit: Visit) -> Response:
    """The page."""
    caseload = await everybody_of(visit)
    people = caseload.people
    groups = await groups_of(visit.session, list(people.values()), visit.acting.today)
    group_id = visit.query.number("group")
    group = next((one for one, _ in groups if one.id == group_id), None)
    if group_id and group is None:
        raise not_found()
    asked, week = _asked(visit)
    days = days_shown(asked, week=week)
    since, until = day_bounds(days[0], visit.acting.zone)[0], day_bounds(days[-1], visit.acting.zone)[1]
    if group is not None:
        found = await calendar_of(visit.session, since, until, group_ids=[group.id])
    else:
        found = await calendar_of(visit.session, since, until, person_ids=list(people))
        found = [one for one in found if one.kind is not AppointmentKind.CLASS]
    entries = [ShownAppointment(one, people.get(one.person_id or 0)) for one in found]
    looked_at_list(visit.acting, "desk_calendar", [one.person.id for one in entries if one.person is not None])
    step = timedelta(days=7 if week else 1)
    return visit.page(
        "calendar.html",
        days=_days(visit, days, entries, offers=group is None),
        asked=asked,
        before=asked - step,
        after=asked + step,
        week=week,
        group=group,
        groups=[one for one, _ in groups],
        today=visit.acting.today,
    )


def _days(visit: Visit, days: Sequence[date], entries: Sequence[ShownAppointment], *, offers: bool) -> list[LaidOutDay]:
    acting = visit.acting
    holidays = {day: name for day in days if (name := holiday_name(day)) is not None}
    taken = [one for one in entries if one.appointment.status is AppointmentStatus.PLANNED]
    laid = laid_out(days, entries, taken, holidays, acting.zone, acting.now)
    # Where lessons are shown nothing is made: a timetable is the school's.
    return laid if offers else [LaidOutDay(one.on, one.standing, (), one.holiday) for one in laid]


def _asked(visit: Visit) -> tuple[date, bool]:
    """The day that is asked for, and whether its whole week is; today's week for anything that is no day."""
    for name, week in (("day", False), ("week", True)):
        try:
            asked = date.fromisoformat(visit.query.text(name))
        except ValueError:
            continue
        # A year either way is what can be planned, and what is kept.
        if abs(asked - visit.acting.today) <= timedelta(days=400):
            return asked, week
    return visit.acting.today, True
