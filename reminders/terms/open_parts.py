"""What the law still asks of somebody within the term, and how often they spoke with their consultant."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from reminders.terms.milestones import OpenPart
from reminders.terms.progress import has_certificate, standings
from reminders.terms.terms import Group, Route
from storage.progress.noted import NotedPart
from storage.vocabulary import EXAMS, PlanPart

#: What people hear a part called when it is open: all exams together, the rest each by itself.
OPEN_AS: Final[Mapping[PlanPart, OpenPart]] = {
    **dict.fromkeys(EXAMS, OpenPart.EXAM),
    PlanPart.BRIDGING: OpenPart.BRIDGING,
    PlanPart.LESSONS: OpenPart.LESSON_HOURS,
    PlanPart.PARTICIPATION: OpenPart.PARTICIPATION_HOURS,
    PlanPart.PVT: OpenPart.PVT,
    PlanPart.MAP: OpenPart.MAP,
}


def contacts_since(term_start: date | None, moments: Iterable[datetime], zone: ZoneInfo) -> int:
    """How many of these contact moments fall within the term (3.7)."""
    if term_start is None:
        return 0
    return sum(moment.astimezone(zone).date() >= term_start for moment in moments)


def open_parts(group: Group, route: Route | None, noted: Sequence[NotedPart]) -> tuple[OpenPart, ...]:
    """What the law asks within the term and is not known to be finished (1.5, 1.8, 1.9), in the law's order; () while
    no route is known, and for who has the certificate."""
    if has_certificate(noted):
        return ()
    still_open = {OPEN_AS[one.part] for one in standings(group, route, noted) if not one.is_settled}
    return tuple(part for part in OpenPart if part in still_open)
