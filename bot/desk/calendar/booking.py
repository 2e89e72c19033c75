"""A meeting, or a series of them, made from a free hour of the calendar; what else takes place then is shown first."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from bot.actions.calendar.series import MOST_TIMES, clashes, make_series, times_of
from bot.actions.meetings import KINDS, MeetingRefused
from bot.actions.people import looked_at_list
from bot.desk.calendar.week import CALENDAR
from bot.desk.caseload import everybody_of
from bot.desk.forms import JustDone, SentForm, not_found
from bot.desk.persons.meetings import PLACE_LENGTH, note_in
from bot.desk.visit import Visit
from reminders.local_time import to_wall
from storage.appointments.appointments import Appointment
from storage.people.people import Person

_FIELDS: Final = ("person", "kind", "on", "at", "place", "times", "interpreter")
_REFUSED: Final = {
    MeetingRefused.PAST: JustDone.PAST,
    MeetingRefused.THERE_ALREADY: JustDone.THERE_ALREADY,
}


async def show(visit: Visit) -> Response:
    """The form, with the day and hour of the free place that was chosen."""
    return await _form(visit, visit.query)


async def make(visit: Visit) -> Response:
    """Make it, or all of the series. Where something else takes place then, that is shown before."""
    form = visit.form
    kind, starts_at = form.choice("kind", KINDS), form.moment(visit.acting.zone)
    person_id, times = form.number("person"), form.number("times") or 1
    if kind is None or starts_at is None or not person_id:
        return await _form(visit, form, said=JustDone.UNREADABLE)
    if await visit.acting.person(person_id) is None:
        raise not_found()
    met = await clashes(visit.acting, person_id, times_of(visit.acting, starts_at, times))
    if met and form.text("anyway") != "yes":
        return await _form(visit, form, met=met)
    place = form.text("place")[:PLACE_LENGTH]
    note, say = note_in(form), visit.texts.renderer.say
    done = await make_series(visit.acting, person_id, kind, starts_at, place, note, times, say)
    if isinstance(done, MeetingRefused):
        return await _form(visit, form, said=_REFUSED.get(done, JustDone.NOT_DONE))
    query = urlencode({"week": to_wall(starts_at, visit.acting.zone).date().isoformat()})
    left_out = min(times, MOST_TIMES) - len(done.made)
    said = JustDone.MADE_BUT if left_out > 0 else JustDone.MADE
    return RedirectResponse(f"{CALENDAR}?{query}&said={said}&n={left_out}", 303)


async def _form(
    visit: Visit, form: SentForm, *, met: Sequence[Appointment] = (), said: JustDone | None = None
) -> Response:
    caseload = await everybody_of(visit)
    people: dict[int, Person] = dict(caseload.people)
    looked_at_list(visit.acting, "desk_booking")
    return visit.page(
        "booking.html",
        people=list(people.values()),
        given={name: form.text(name) for name in _FIELDS},
        brings=form.fields.get("bring", ()),
        met=[(one, people.get(one.person_id or 0)) for one in met],
        most=MOST_TIMES,
        problem=said,
    )
