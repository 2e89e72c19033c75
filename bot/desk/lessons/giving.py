"""At the desk: a link to a group's week for its school is given (mailed, or shown once), and ended."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from starlette.responses import Response

from bot.actions.sharing.lesson_links import (
    WEEKS_AHEAD,
    GivenLink,
    LessonLinkRefused,
    end_link,
    give_link,
    links_of,
    monday_of,
    offices_of,
)
from bot.desk.caseload import everybody_of
from bot.desk.forms import JustDone, not_found, then
from bot.desk.visit import Visit
from storage.appointments.appointments import LessonGroup
from storage.caseload import groups_of
from storage.people.people import Person

#: Where the page behind a link is.
OPENS: Final = "/lessons"


class GivesLinks:
    """The pages; `own_url` is where people reach us."""

    def __init__(self, own_url: str) -> None:
        self._own_url = own_url

    async def show(self, visit: Visit) -> Response:
        """The links that open something now, and a form for another."""
        return await self._page(visit, *await _group(visit))

    async def give(self, visit: Visit) -> Response:
        """A new link: it is mailed to the school, or, where no address is named, shown once."""
        group, members = await _group(visit)
        try:
            week = date.fromisoformat(visit.form.text("week"))
        except ValueError:
            return then(_path(group), JustDone.UNREADABLE)
        opens = f"{self._own_url}{OPENS}/"
        given = await give_link(visit.acting, group, members, visit.form.text("office"), week, opens)
        if isinstance(given, LessonLinkRefused):
            return then(_path(group), JustDone.NOT_DONE)
        return await self._page(visit, group, members, given)

    async def end(self, visit: Visit) -> Response:
        """A link opens nothing any more."""
        group, members = await _group(visit)
        if isinstance(await end_link(visit.acting, group, members, visit.row("link")), LessonLinkRefused):
            raise not_found()
        return then(_path(group), JustDone.WAY_ENDED)

    async def _page(
        self, visit: Visit, group: LessonGroup, members: Sequence[Person], given: GivenLink | None = None
    ) -> Response:
        monday = monday_of(visit.acting.today)
        return visit.page(
            "lesson_links.html",
            group=group,
            links=await links_of(visit.acting, group, members),
            offices=[name for _, name in offices_of(visit.acting, group, members)],
            weeks=[monday + timedelta(days=7 * number) for number in range(-1, WEEKS_AHEAD + 1)],
            this_week=monday,
            given=given,
        )


async def _group(visit: Visit) -> tuple[LessonGroup, list[Person]]:
    people = (await everybody_of(visit)).people.values()
    groups = await groups_of(visit.session, list(people), visit.acting.today)
    found = next((one for one in groups if one[0].id == visit.row()), None)
    if found is None:
        raise not_found()
    return found


def _path(group: LessonGroup) -> str:
    return f"/desk/groups/{group.id}/lessons"
