"""The audit log: who looked at or did what, by numbers; for administrators."""

from typing import Final

from starlette.responses import Response

from bot.desk.visit import Visit
from storage.privacy.audit import audit_lines

_MOST: Final = 200


async def show(visit: Visit) -> Response:
    """The latest acts, about somebody or by somebody where that is asked; of the own municipality, for who has one."""
    about, by = visit.query.text("about")[:40], visit.query.text("by")[:40]
    visit.acting.audit("looked_at_log", about or by or "everything")
    whose = visit.who.municipality
    lines = await audit_lines(visit.session, about=about or None, by=by or None, of=whose, limit=_MOST)
    return visit.page("log.html", lines=lines, about=about, by=by, most=_MOST)
