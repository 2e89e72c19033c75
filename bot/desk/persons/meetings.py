"""Meetings made, moved and cancelled from a person's page; each form shows one version of a meeting. What else takes
place then is shown first."""

from datetime import datetime
from typing import Final

from starlette.responses import Response

from bot.actions.calendar.series import clashes
from bot.actions.meetings import KINDS, Meeting, MeetingRefused, cancel, move
from bot.actions.progress.talks import make_talk
from bot.desk.caseload import everybody_of
from bot.desk.forms import JustDone, SentForm, not_found, person_path, then
from bot.desk.visit import Visit
from reminders.wording.meetings.bringing import Item, note_of
from storage.vocabulary import AppointmentKind, CancelReason

PLACE_LENGTH: Final = 200
_SAID: Final = {
    MeetingRefused.CHANGED: JustDone.CHANGED,
    MeetingRefused.PAST: JustDone.PAST,
    MeetingRefused.THERE_ALREADY: JustDone.THERE_ALREADY,
}


def note_in(form: SentForm) -> str:
    """What the person brings along and whether there is an interpreter, as chosen in a form (parts.html)."""
    things = [item for item in Item if item.value in form.fields.get("bring", ())]
    return note_of(things, {"yes": True, "no": False}.get(form.text("interpreter")))


async def make_one(visit: Visit) -> Response:
    """A new meeting with the consultant, with what the person brings along and whether there is an interpreter."""
    person_id, form = visit.row(), visit.form
    kind = form.choice("kind", KINDS)
    starts_at = form.moment(visit.acting.zone)
    if kind is None or starts_at is None:
        return then(person_path(person_id), JustDone.UNREADABLE, at="coming")
    if (shown := await _what_clashes(visit, starts_at, kind=kind)) is not None:
        return shown
    place = form.text("place")[:PLACE_LENGTH]
    say = visit.texts.renderer.say
    made = await make_talk(visit.acting, person_id, AppointmentKind(kind), starts_at, place, note_in(form), say)
    return _said(made, person_id, JustDone.MADE)


async def move_one(visit: Visit) -> Response:
    """Another time."""
    starts_at = visit.form.moment(visit.acting.zone)
    if starts_at is None:
        return then(person_path(visit.row()), JustDone.UNREADABLE, at="coming")
    number = visit.row("appointment")
    if (shown := await _what_clashes(visit, starts_at, moved=number)) is not None:
        return shown
    moved = await move(visit.acting, number, visit.form.number("version"), starts_at)
    return _said(moved, visit.row(), JustDone.MOVED)


async def cancel_one(visit: Visit) -> Response:
    """It does not take place."""
    because = visit.form.choice("because", CancelReason)
    cancelled = await cancel(visit.acting, visit.row("appointment"), visit.form.number("version"), because)
    return _said(cancelled, visit.row(), JustDone.CANCELLED)


async def _what_clashes(
    visit: Visit, starts_at: datetime, *, kind: AppointmentKind | None = None, moved: int | None = None
) -> Response | None:
    """What takes place then, with the form once more; None where there is nothing, or it was seen, or is the same."""
    if visit.form.text("anyway") == "yes" or starts_at <= visit.acting.now:
        return None
    met = [one for one in await clashes(visit.acting, visit.row(), [starts_at]) if one.id != moved]
    the_same = any((one.person_id, one.kind, one.starts_at) == (visit.row(), kind, starts_at) for one in met)
    if not met or the_same:
        return None
    people = (await everybody_of(visit)).people
    return visit.page(
        "clash.html",
        met=[(one, people.get(one.person_id or 0)) for one in met],
        given=visit.form.fields,
        moves=moved is not None,
        person=visit.row(),
    )


def _said(done: Meeting | MeetingRefused, person_id: int, said: JustDone) -> Response:
    if done is MeetingRefused.NOT_THEIRS or (isinstance(done, Meeting) and done.person.id != person_id):
        raise not_found()
    refused = done.refused if isinstance(done, Meeting) else done
    return then(person_path(person_id), said if refused is None else _SAID.get(refused, JustDone.NOT_DONE), at="coming")
