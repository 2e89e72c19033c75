"""A talk made with somebody who said that they doubt their learning route is about that, and takes the doubt up."""

from collections.abc import Callable
from datetime import datetime

from bot.actions.acting import Acting
from bot.actions.meetings import Meeting, MeetingRefused, make
from bot.actions.progress.parts import route_doubt, took_up
from locales.rendering.message import Text
from storage.people.people import Person
from storage.vocabulary import AppointmentKind

#: Says a text in a language (code).
Say = Callable[[Text, str], str]


async def make_talk(
    acting: Acting,
    person_id: int,
    kind: AppointmentKind,
    starts_at: datetime,
    place: str,
    note: str,
    say: Say,
) -> Meeting | MeetingRefused:
    """Make a meeting (bot.actions.meetings.make). Where it is a progress meeting with somebody whose doubt about their
    route waits for a talk, its note begins with that, in their language, and the doubt waits for nobody any more."""
    doubt = await route_doubt(acting, person_id) if kind is AppointmentKind.PROGRESS_MEETING else None
    if doubt is None:
        return await make(acting, person_id, kind, starts_at, place, note)
    person = await acting.session.get_one(Person, person_id)
    subject = say(Text("progress.doubt.subject"), person.language)
    made = await make(acting, person_id, kind, starts_at, place, "\n".join(line for line in (subject, note) if line))
    if isinstance(made, Meeting):
        took_up(acting, doubt)
    return made
