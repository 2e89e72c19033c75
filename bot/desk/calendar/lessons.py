"""A lesson of a group, cancelled or moved for everybody: who would hear what, in which language, is shown before."""

from typing import Final

from starlette.responses import Response

from bot.actions.calendar.lessons import GroupLesson, cancel_lesson, move_lesson, open_lesson
from bot.actions.meetings import MeetingRefused
from bot.desk.calendar.week import CALENDAR
from bot.desk.foreseen import Foresees
from bot.desk.forms import JustDone, not_found, then
from bot.desk.visit import Visit
from storage.vocabulary import CancelReason

LESSONS: Final = f"{CALENDAR}/lessons"
_SAID: Final = {
    MeetingRefused.CHANGED: JustDone.CHANGED,
    MeetingRefused.PAST: JustDone.PAST,
    MeetingRefused.BEGUN: JustDone.PAST,
}


class ChangesLessons:
    """The pages of one lesson; `foresees` words what people would hear."""

    def __init__(self, foresees: Foresees) -> None:
        self._foresees = foresees

    async def show(self, visit: Visit) -> Response:
        """The lesson, who has it, and the two forms."""
        found = await open_lesson(visit.acting, visit.row())
        if isinstance(found, MeetingRefused):
            raise not_found()
        return visit.page("lesson.html", lesson=found, reasons=list(CancelReason))

    async def preview(self, visit: Visit) -> Response:
        """What everybody would hear; the act is done and taken back (see DeskDoor.page)."""
        found = await self._act(visit)
        if found.refused is not None:
            return self._back(visit, found.refused)
        hear = await self._foresees.of_change(visit.session, found.people, found.appointment.id, visit.acting.now)
        fields = ("do", "version", "because", "on", "at")
        return visit.page(
            "lesson_preview.html",
            lesson=found,
            hear=hear,
            given={name: text for name in fields if (text := visit.form.text(name))},
        )

    async def change(self, visit: Visit) -> Response:
        """Do it."""
        found = await self._act(visit)
        if found.refused is not None:
            return self._back(visit, found.refused)
        said = JustDone.LESSON_MOVED if visit.form.text("do") == "move" else JustDone.LESSON_CANCELLED
        return then(f"{LESSONS}/{visit.row()}", said)

    async def _act(self, visit: Visit) -> GroupLesson:
        form, version = visit.form, visit.form.number("version")
        if form.text("do") == "move":
            starts_at = form.moment(visit.acting.zone)
            if starts_at is None:
                found = await open_lesson(visit.acting, visit.row(), version)
                if not isinstance(found, MeetingRefused):
                    return GroupLesson(found.appointment, found.people, found.others, MeetingRefused.THERE_ALREADY)
            else:
                found = await move_lesson(visit.acting, visit.row(), version, starts_at)
        else:
            because = form.choice("because", CancelReason)
            found = await cancel_lesson(visit.acting, visit.row(), version, because)
        if isinstance(found, MeetingRefused):
            raise not_found()
        return found

    def _back(self, visit: Visit, refused: MeetingRefused) -> Response:
        return then(f"{LESSONS}/{visit.row()}", _SAID.get(refused, JustDone.NOT_DONE))
