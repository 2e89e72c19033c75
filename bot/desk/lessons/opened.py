"""The page behind a school's link, without an account: who cannot come in that week, and who was there.

A link that is no link, has ended or is switched off gets one answer, which says nothing of which.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.actions.acting import OPERATOR, Acting
from bot.actions.sharing.lesson_links import NOTED_HERE, LessonLinkRefused, as_office, note_list, open_week
from bot.desk.door import DeskDoor, is_from_here
from bot.desk.forms import JustDone, SentForm, number_of, sent_form, then
from bot.desk.lessons.giving import OPENS
from reminders.wording.sharing.absence_list import not_coming_line
from storage.attendance.attendance import OnAttendance
from storage.desk.lesson_links import LessonLink, find_lesson_link
from storage.privacy.audit import AuditEntry
from storage.vocabulary import Presence

_PRESENCE: Final = "presence_"


class OpenedLinks:
    """The page; `after` hears of presence that was noted, as of a list that is imported."""

    def __init__(self, door: DeskDoor, after: OnAttendance) -> None:
        self._door = door
        self._after = after

    def routes(self) -> list[BaseRoute]:
        """For Starlette."""
        return [
            Route(f"{OPENS}/{{token}}", self.show, methods=["GET"]),
            Route(f"{OPENS}/{{token}}/{{lesson:int}}", self.note, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The week; that it was shown is written down first, with whose absence."""
        async with self._door.database.reading() as session:
            acting = self._door.acting(OPERATOR, session)
            link = await self._link(request, acting)
            week = await open_week(as_office(link, acting), link) if link is not None else None
            looks = [one for one in session.new if isinstance(one, AuditEntry)]
            for one in looks:
                session.expunge(one)
            if week is None or isinstance(week, LessonLinkRefused):
                return self._closed(request)
            page = self._door.show(
                request,
                "lesson_week.html",
                {
                    "week": week,
                    "without_account": True,
                    "presences": NOTED_HERE,
                    "line": not_coming_line,
                    "field": _PRESENCE,
                    "address": f"{OPENS}/{request.path_params['token']}",
                },
            )
        if looks:
            async with self._door.database.writing() as session:
                session.add_all(looks)
        return page

    async def note(self, request: Request) -> Response:
        """Who was at one lesson; back to the week."""
        if not is_from_here(request, self._door.origin):
            return self._door.show(request, "error.html", {"why": "form"}, status=403)
        said = _presences(await sent_form(request))
        async with self._door.database.writing() as session:
            acting = self._door.acting(OPERATOR, session)
            link = await self._link(request, acting)
            lesson = number_of(str(request.path_params["lesson"]))
            done = (
                await note_list(as_office(link, acting), link, lesson, said, self._after) if link is not None else None
            )
        if done is None or done in (LessonLinkRefused.SWITCHED_OFF, LessonLinkRefused.NOT_THEIRS):
            return self._closed(request)
        refused = isinstance(done, LessonLinkRefused)
        path = f"{OPENS}/{request.path_params['token']}"
        return then(path, JustDone.NOT_DONE if refused else JustDone.NOTED, at=f"lesson{lesson}")

    async def _link(self, request: Request, acting: Acting) -> LessonLink | None:
        token = str(request.path_params["token"])
        return await find_lesson_link(acting.session, acting.parts.keys, token, acting.now)

    def _closed(self, request: Request) -> Response:
        return self._door.show(request, "lesson_closed.html", {"without_account": True}, status=404)


def _presences(form: SentForm) -> dict[int, Presence]:
    found = {}
    for name in form.fields:
        if name.startswith(_PRESENCE):
            presence = form.choice(name, NOTED_HERE)
            if presence is not None:
                found[number_of(name.removeprefix(_PRESENCE))] = presence
    return found
