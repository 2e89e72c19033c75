"""How far somebody is with the parts of their plan, noted from their page; the guidance that ended, opened again."""

from typing import Final

from starlette.responses import Response

from bot.actions.progress.parts import ProgressRefused, note_part, reopen
from bot.desk.forms import JustDone, not_found, person_path, then
from bot.desk.visit import Visit
from reminders.local_time import QuietHours
from reminders.progress.lines import PART_ICONS
from storage.vocabulary import STEPS, PartStatus, PlanPart

_NOTED: Final = frozenset({*PART_ICONS, *STEPS} - {PlanPart.CERTIFICATE})


class NotesProgress:
    """Notes parts; `quiet_hours` are the deployment's, in which nobody is told that everything is done."""

    def __init__(self, quiet_hours: str) -> None:
        self._quiet_hours = quiet_hours

    async def note(self, visit: Visit) -> Response:
        """A status of a part, or of a step of one."""
        which = visit.form.choice("part", PlanPart)
        status = visit.form.choice("status", PartStatus)
        if which is None or which not in _NOTED or status is None:
            return then(person_path(visit.row()), JustDone.NOT_DONE, at="plan")
        quiet = QuietHours.parse(self._quiet_hours, visit.acting.zone)
        noted = await note_part(visit.acting, visit.row(), which, status, quiet)
        if isinstance(noted, ProgressRefused):
            raise not_found()
        return then(person_path(visit.row()), JustDone.CALLED, at="plan")

    async def open_again(self, visit: Visit) -> Response:
        """The guidance goes on after all."""
        opened = await reopen(visit.acting, visit.row())
        if opened is ProgressRefused.NOT_THEIRS:
            raise not_found()
        return then(
            person_path(visit.row()),
            JustDone.NOT_DONE if isinstance(opened, ProgressRefused) else JustDone.CALLED,
            at="plan",
        )
