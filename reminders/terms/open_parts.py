"""What the law still asks of somebody within the term, and how often they spoke with their consultant."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from locales.rendering.message import Json
from reminders.terms.milestones import OpenPart
from reminders.terms.terms import Group, Route, hours_required


def contacts_since(term_start: date | None, moments: Iterable[datetime], zone: ZoneInfo) -> int:
    """How many of these contact moments fall within the term (3.7)."""
    if term_start is None:
        return 0
    return sum(moment.astimezone(zone).date() >= term_start for moment in moments)


def open_parts(group: Group, route: Route | None, progress: Mapping[str, Json]) -> tuple[OpenPart, ...]:
    """What the law asks within the term and is not known to be finished (1.5, 1.8, 1.9); () while no route is known."""
    if route is None:
        return ()
    by_route = {
        Route.B1: (OpenPart.EXAM, OpenPart.PVT, OpenPart.MAP),
        # Completing the education route exempts from MAP (1.8).
        Route.EDUCATION: (OpenPart.BRIDGING, OpenPart.PVT),
        Route.Z: (OpenPart.LESSON_HOURS, OpenPart.PARTICIPATION_HOURS, OpenPart.PVT, OpenPart.MAP),
    }
    parts = by_route[route]
    if group is Group.MIGRANT:
        # Migrants in the Z-route have the hours of lessons only (1.8).
        parts = tuple(part for part in parts if part is not OpenPart.PARTICIPATION_HOURS)
    required = hours_required(route, group)
    needed = {
        OpenPart.LESSON_HOURS: required.lessons,
        OpenPart.PARTICIPATION_HOURS: required.participation,
    }
    return tuple(part for part in parts if not _finished(progress.get(part.value), needed.get(part)))


def _finished(value: Json, needed: float | None) -> bool:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return needed is not None and value >= needed
    return value == "done"
