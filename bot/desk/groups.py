"""Lesson groups: who is in them, and one message to all, looked at before it goes: who reads what, and who nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from bot.actions.attention.broadcasts import (
    TEXT_LENGTH,
    BroadcastRefused,
    GroupPreview,
    ToMany,
    asked_for_yes,
    give_yes,
    preview,
    send,
    take_back,
)
from bot.actions.people import looked_at_list
from bot.desk.caseload import everybody_of
from bot.desk.forms import JustDone, SentForm, not_found, then
from bot.desk.visit import Visit
from locales.rendering.languages import LANGUAGES, SOURCE
from storage.appointments.appointments import LessonGroup
from storage.attention.broadcasts import broadcasts_waiting
from storage.caseload import groups_of, whose_work
from storage.people.people import Consultant, Person
from storage.vocabulary import ReadyAnswer

GROUPS: Final = "/desk/groups"
#: When a message for a day is sent whose hour nobody said; without a day it goes now.
_MORNING: Final = "09:00"
_SAID: Final = {
    BroadcastRefused.NOTHING: JustDone.NOT_DONE,
    BroadcastRefused.PAST: JustDone.PAST,
    BroadcastRefused.GONE: JustDone.CHANGED,
}


@dataclass(frozen=True, slots=True)
class GroupReader:
    """Somebody of a group, and the own words that they would read; None = nothing, "" = the ready sentence."""

    person: Person
    words: str | None


async def show_all(visit: Visit) -> Response:
    """The groups in which people of theirs are."""
    found = await _groups(visit)
    looked_at_list(visit.acting, "desk_groups")
    asked = [
        (one, await visit.session.get_one(Consultant, one.consultant_id)) for one in await asked_for_yes(visit.acting)
    ]
    return visit.page("groups.html", groups=found, asked=asked)


async def show(visit: Visit) -> Response:
    """One group: its people, what waits to be said to them, and a form for a new message."""
    group, members = await _group(visit)
    looked_at_list(visit.acting, "desk_group", [person.id for person in members])
    consultant = await visit.acting.consultant()
    theirs = await whose_work(visit.session, consultant.id, visit.acting.today)
    return visit.page(
        "group.html",
        group=group,
        members=members,
        waiting=await broadcasts_waiting(visit.session, theirs, group.id, visit.acting.now),
        spoken=_spoken(members),
        ready=list(ReadyAnswer),
        longest=TEXT_LENGTH,
    )


async def look(visit: Visit) -> Response:
    """What everybody would read, before it is sent."""
    said, at = _said(visit.form), visit.form.moment(visit.acting.zone, _MORNING)
    found = await preview(visit.acting, visit.row(), said)
    if isinstance(found, BroadcastRefused):
        raise not_found()
    if said.ready is None and not said.texts:
        return then(_path(visit.row()), JustDone.NOT_DONE, at="write")
    return visit.page("preview.html", group=found.group, said=None, to_many=said, at=at, readers=_readers(found, said))


async def send_it(visit: Visit) -> Response:
    """Send what was looked at, now or at its time."""
    sent = await send(visit.acting, visit.row(), _said(visit.form), visit.form.moment(visit.acting.zone, _MORNING))
    if sent is BroadcastRefused.NOT_THEIRS:
        raise not_found()
    if isinstance(sent, BroadcastRefused):
        return then(_path(visit.row()), _SAID[sent], at="write")
    return then(_path(visit.row()), JustDone.WAITS_FOR_YES if sent.needs_yes else JustDone.WRITTEN)


async def answer_asked(visit: Visit) -> Response:
    """A colleague's message to very many: yes, it goes; or no, it does not."""
    yes = visit.form.text("answer") == "yes"
    done = await give_yes(visit.acting, visit.row(), yes=yes)
    if done is BroadcastRefused.NOT_THEIRS:
        raise not_found()
    if isinstance(done, BroadcastRefused):
        return then(GROUPS, _SAID[done])
    return then(GROUPS, JustDone.WRITTEN if yes else JustDone.TAKEN_BACK)


async def take_it_back(visit: Visit) -> Response:
    """It is not said after all."""
    taken = await take_back(visit.acting, visit.row("broadcast"))
    if taken is BroadcastRefused.NOT_THEIRS or (
        not isinstance(taken, BroadcastRefused) and taken.group_id != visit.row()
    ):
        raise not_found()
    if isinstance(taken, BroadcastRefused):
        return then(_path(visit.row()), _SAID[taken])
    return then(_path(visit.row()), JustDone.TAKEN_BACK)


async def _groups(visit: Visit) -> list[tuple[LessonGroup, list[Person]]]:
    people = (await everybody_of(visit)).people.values()
    return await groups_of(visit.session, list(people), visit.acting.today)


async def _group(visit: Visit) -> tuple[LessonGroup, list[Person]]:
    found = next((one for one in await _groups(visit) if one[0].id == visit.row()), None)
    if found is None:
        raise not_found()
    return found


def _spoken(members: Sequence[Person]) -> list[str]:
    """The languages of a group, Dutch first: what has to be written so that everybody reads it."""
    return [SOURCE, *sorted({person.language for person in members} - {SOURCE})]


def _said(form: SentForm) -> ToMany:
    ready = form.choice("ready", ReadyAnswer)
    texts = {language: words for language in LANGUAGES if (words := form.text(f"words_{language}")[:TEXT_LENGTH])}
    return ToMany(ready, texts, dutch_for_others=form.text("dutch") == "yes")


def _readers(found: GroupPreview, said: ToMany) -> list[GroupReader]:
    got = [GroupReader(one, "" if said.ready is not None else said.words_for(one.language)) for one in found.get]
    return [*got, *(GroupReader(one, None) for one in found.left_out)]


def _path(group_id: int) -> str:
    return f"{GROUPS}/{group_id}"
