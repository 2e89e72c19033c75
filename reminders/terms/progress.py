"""How far somebody is with what their route asks: which parts there are, what is done, hours against hours required.

Rules on values: what is known of a person (storage/progress/noted.py), their group and their route. What is not known
to be done is open.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from reminders.terms.terms import Group, Route, hours_required
from storage.progress.noted import NotedPart
from storage.vocabulary import EXAMS, SETTLED, STEPS, PartStatus, PlanPart

#: In the order of the road, the exams at its end.
ROAD: Final = (PlanPart.PVT, PlanPart.LESSONS, PlanPart.PARTICIPATION, PlanPart.MAP, PlanPart.BRIDGING, *EXAMS)
# Whoever takes the education route has no MAP (Wet inburgering 2021, art. 8(3)); KNM is the one exam at DUO there
# (Regeling, art. 3.5). The Z-route has no exam but what the plan names (Besluit, art. 3.14).
_ASKED: Final[Mapping[Route, frozenset[PlanPart]]] = {
    Route.B1: frozenset({PlanPart.PVT, PlanPart.MAP, *EXAMS}),
    Route.EDUCATION: frozenset({PlanPart.PVT, PlanPart.BRIDGING, PlanPart.KNM}),
    Route.Z: frozenset({PlanPart.PVT, PlanPart.MAP, PlanPart.LESSONS, PlanPart.PARTICIPATION}),
}
#: Parts of whose hours people are told how many they made.
TIMED: Final = (PlanPart.LESSONS, PlanPart.PARTICIPATION, PlanPart.PVT)
#: Tries at one exam that cost nothing, for somebody with asylum (Regeling, art. 3.5).
FREE_ATTEMPTS: Final = 2
# MAP asks for so much practice before its closing meeting (Regeling, art. 3.1).
_PRACTICE_MINUTES: Final = 40 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PartStanding:
    """How one part stands. `on` is the day of its status; minutes are None where nothing is known or required.

    `attempts` are those at an exam that were taken; `free_left` how many more cost nothing, None where none ever do.
    `steps_done` are the steps of PVT and MAP that are noted as done.
    """

    part: PlanPart
    status: PartStatus
    on: date | None = None
    minutes: int | None = None
    required_minutes: int | None = None
    attempts: int = 0
    free_left: int | None = None
    steps_done: tuple[PlanPart, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do of it."""
        return self.status in SETTLED


def asked_parts(group: Group, route: Route | None, noted: Iterable[NotedPart] = ()) -> tuple[PlanPart, ...]:
    """What the law asks of this group on this route within the term, in the order of the road; () without a route.

    Migrants on the Z-route have the hours of lessons only (1.8); an exam belongs to the Z-route when it was noted, for
    then it is in the plan.
    """
    if route is None:
        return ()
    asked = set(_ASKED[route])
    if group is Group.MIGRANT:
        asked.discard(PlanPart.PARTICIPATION)
    if route is Route.Z:
        asked.update(line.part for line in noted if line.part in EXAMS)
    return tuple(part for part in ROAD if part in asked)


def standings(group: Group, route: Route | None, noted: Sequence[NotedPart]) -> tuple[PartStanding, ...]:
    """How every part stands that is asked, in the order of the road."""
    return tuple(standing(part, group, route, noted) for part in asked_parts(group, route, noted))


def standing(part: PlanPart, group: Group, route: Route | None, noted: Sequence[NotedPart]) -> PartStanding:
    """How one part stands, asked or not."""
    lines = sorted((line for line in noted if line.part is part), key=lambda line: line.attempt or 0)
    said = _said(lines)
    status = said.status if said is not None else PartStatus.OPEN
    on = said.on if said is not None else None
    minutes = minutes_of(part, noted)
    required = _required(part, group, route)
    steps = tuple(step for step, whole in STEPS.items() if whole is part and _said_of(step, noted) is PartStatus.DONE)
    if status not in SETTLED and _is_complete(part, minutes, required, steps):
        status, on = PartStatus.DONE, _last_day(part, noted)
    elif status is PartStatus.OPEN and (minutes or steps):
        status = PartStatus.BUSY
    taken = [line for line in lines if line.status in (PartStatus.DONE, PartStatus.FAILED)]
    attempts = max(len(taken), *(line.attempt or 0 for line in taken), 0)
    return PartStanding(
        part=part,
        status=status,
        on=on,
        minutes=minutes,
        required_minutes=required,
        attempts=attempts if part in EXAMS else 0,
        free_left=_free_left(part, group, route, attempts),
        steps_done=steps,
    )


def minutes_of(part: PlanPart, noted: Iterable[NotedPart]) -> int | None:
    """The minutes that were made of a part; None = nothing is known."""
    known = [line.minutes for line in noted if line.part is part and line.minutes is not None]
    return sum(known) if known else None


def hours_of(part: PlanPart, noted: Iterable[NotedPart]) -> float | None:
    """The same in hours."""
    minutes = minutes_of(part, noted)
    return None if minutes is None else minutes / 60


def has_certificate(noted: Iterable[NotedPart]) -> bool:
    """Whether they have their certificate (diploma): then everything is done, whatever was not noted."""
    return any(line.part is PlanPart.CERTIFICATE and line.status is PartStatus.DONE for line in noted)


def is_finished(group: Group, route: Route | None, noted: Sequence[NotedPart]) -> bool:
    """Whether everything is done that the law asks within the term; never without a route."""
    return route is not None and (
        has_certificate(noted) or all(one.is_settled for one in standings(group, route, noted))
    )


def _said(lines: Sequence[NotedPart]) -> NotedPart | None:
    """The line that says how a part stands: what settles it, else the last attempt."""
    settled = [line for line in lines if line.status in SETTLED]
    found = settled or lines
    return found[-1] if found else None


def _said_of(part: PlanPart, noted: Iterable[NotedPart]) -> PartStatus | None:
    said = _said([line for line in noted if line.part is part])
    return said.status if said is not None else None


def _required(part: PlanPart, group: Group, route: Route | None) -> int | None:
    hours = hours_required(route, group)
    needed = {
        PlanPart.PVT: hours.pvt,
        PlanPart.LESSONS: hours.lessons,
        PlanPart.PARTICIPATION: hours.participation,
    }.get(part)
    return None if needed is None else needed * 60


def _is_complete(part: PlanPart, minutes: int | None, required: int | None, steps: Sequence[PlanPart]) -> bool:
    """Whether a part is done by what it consists of, though nobody said so."""
    match part:
        case PlanPart.LESSONS | PlanPart.PARTICIPATION:
            return required is not None and minutes is not None and minutes >= required
        case PlanPart.PVT:
            return (
                required is not None
                and (minutes or 0) >= required
                and PlanPart.PVT_ACTIVITY in steps
                and PlanPart.PVT_SIGNED in steps
            )
        case PlanPart.MAP:
            return (minutes or 0) >= _PRACTICE_MINUTES and PlanPart.MAP_CLOSING in steps
        case _:
            return False


def _last_day(part: PlanPart, noted: Iterable[NotedPart]) -> date | None:
    days = [line.on for line in noted if line.on is not None and part in (line.part, STEPS.get(line.part))]
    return max(days, default=None)


def _free_left(part: PlanPart, group: Group, route: Route | None, attempts: int) -> int | None:
    free = part in EXAMS if route is not Route.EDUCATION else part is PlanPart.KNM
    if not free or group is not Group.ASYLUM:
        return None
    return max(FREE_ATTEMPTS - attempts, 0)
