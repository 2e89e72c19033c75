"""Random sequences of acts over some weeks, as they happen to people; and the smallest part of one that still fails."""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Final
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
# Amina has two ways, Bilal one.
PEOPLE: Final = ("Amina", "Bilal")
WAYS: Final = {"Amina": ("telegram", "web"), "Bilal": ("telegram",)}
# The way that has a budget.
BUDGETED: Final = "web"
# Each of one kind a person, so that a reader of the messages knows which is meant.
MEETINGS: Final = ("Voortgangsgesprek", "PVT-bijeenkomst", "MAP-bijeenkomst", "Examen")
CLASSES: Final = tuple(f"class {number}" for number in range(1, 7))
PLACES: Final = ("Zaal 1", "Zaal 2", "Bibliotheek")
# Mornings before both nights of the clock lie within the weeks.
STARTS: Final = (
    datetime(2026, 3, 2, 9, 0, tzinfo=AMSTERDAM),
    datetime(2026, 3, 16, 9, 0, tzinfo=AMSTERDAM),
    datetime(2026, 10, 5, 9, 0, tzinfo=AMSTERDAM),
)


class Act(StrEnum):
    """What can happen."""

    # To an appointment.
    MADE = auto()
    MOVED = auto()
    PLACED = auto()
    CANCELLED = auto()
    RESTORED = auto()
    TIMETABLE = auto()  # the file of the lessons is imported: Tuesdays and Thursdays at the hour of `when`
    # By a person.
    ABSENT = auto()
    ILL = auto()  # until better
    BETTER = auto()
    TAKES_BACK = auto()
    COMES = auto()
    OTHER_TIME = auto()
    CHOOSES = auto()  # the time that was proposed
    STOPS = auto()
    RESUMES = auto()
    BLOCKS = auto()  # `what` is the way
    COMES_BACK = auto()
    # To a person.
    BOUNCES = auto()  # the last message did not arrive after all
    LEAVES = auto()  # the group
    JOINS = auto()
    PLANS = auto()  # the plan gets another date: the term ends on the day of `when`
    # By the consultant.
    CALLS = auto()  # who is to be telephoned; `what` says what came of it
    CONSULTANT_BLOCKS = auto()
    CONSULTANT_BACK = auto()
    PROPOSES = auto()  # another time for a meeting, `when`
    AWAY = auto()  # until the day of `when`
    BACK = auto()
    STANDS_IN = auto()  # Karim, for Ilse
    ALONE = auto()  # nobody stands in
    # To the service.
    DOWN = auto()  # it stands still until `when`
    OUTAGE = auto()  # a way takes nothing until `when`
    SPENT = auto()  # the month's budget of the second way: nothing goes unasked there until the month is over


@dataclass(frozen=True, slots=True)
class Step:
    """One act at a moment; it does nothing where it cannot be done (what was never made cannot be moved)."""

    at: datetime
    act: Act
    who: str = ""
    what: str = ""
    when: datetime | None = None
    place: str = ""

    def __str__(self) -> str:
        at = f"{self.at.astimezone(AMSTERDAM):%a %d %b %H:%M}"
        when = f" {self.when.astimezone(AMSTERDAM):%a %d %b %Y %H:%M}" if self.when is not None else ""
        what = " ".join(part for part in (self.who, self.what, self.act.value) if part)
        return f"{at}  {what}{when} {self.place}".rstrip()


def sequence(seed: int, weeks: int = 8) -> list[Step]:
    """A random sequence; the same for the same seed."""
    chance = random.Random(seed)
    start = chance.choice(STARTS)
    at, steps, made = start, list[Step](), list[tuple[str, str]]()
    end = start + timedelta(weeks=weeks)
    while at < end:
        step = _step(chance, at, made)
        if step.act is Act.MADE:
            made.append((step.who, step.what))
        steps.append(step)
        # Now and then several things at once, as in one import or one angry minute.
        pause = chance.choice((1, 3, 20, 60, 60 * 5, 60 * 14, 60 * 24, 60 * 24 * 4))
        at += timedelta(minutes=pause * chance.choice((1, 1, 2)))
    return steps


_OFTEN: Final = {
    Act.MADE: 9,
    Act.MOVED: 8,
    Act.PLACED: 3,
    Act.CANCELLED: 4,
    Act.RESTORED: 4,
    Act.ABSENT: 5,
    Act.COMES: 2,
    Act.BOUNCES: 2,
    Act.CALLS: 2,
    Act.PROPOSES: 3,
    Act.CHOOSES: 3,
}
_OF_APPOINTMENTS: Final = (Act.MADE, Act.MOVED, Act.PLACED, Act.CANCELLED, Act.RESTORED)
_OF_MEETINGS: Final = (Act.ABSENT, Act.TAKES_BACK, Act.COMES, Act.OTHER_TIME, Act.PROPOSES, Act.CHOOSES)
_CALLS: Final = ("reached", "reached", "again", "wrong")
# What happens does so to what was made lately: much else is over.
_LATELY: Final = 8
_HOURS: Final = (9, 10, 11, 13, 14, 15, 16)


def _step(chance: random.Random, at: datetime, made: Sequence[tuple[str, str]]) -> Step:
    act = chance.choices(list(Act), weights=[_OFTEN.get(act, 1) for act in Act])[0]
    who = chance.choice(PEOPLE)
    match act:
        case Act.DOWN:
            return Step(at, act, when=at + timedelta(hours=chance.choice((1, 5, 12, 30))))
        case Act.OUTAGE:
            return Step(
                at, act, what=chance.choice(WAYS["Amina"]), when=at + timedelta(hours=chance.choice((1, 1, 5, 5, 30)))
            )
        case Act.BLOCKS | Act.COMES_BACK:
            return Step(at, act, who, chance.choice(WAYS[who]))
        case Act.TIMETABLE:
            return Step(at, act, when=_hour(chance, at))
        case Act.PLANS:
            return Step(at, act, who, when=_hour(chance, at + timedelta(days=chance.choice((20, 33, 60, 95, 200)))))
        case Act.CALLS:
            return Step(at, act, who, chance.choice(_CALLS))
        case Act.AWAY:
            return Step(at, act, when=_hour(chance, at + timedelta(days=chance.choice((0, 1, 4, 12)))))
        case Act.BACK | Act.CONSULTANT_BLOCKS | Act.CONSULTANT_BACK | Act.STANDS_IN | Act.ALONE | Act.SPENT:
            return Step(at, act)
        case _ if act in _OF_MEETINGS:
            own = [one for one in made[-_LATELY:] if one[0]]
            when = _hour(chance, at + timedelta(days=chance.choice((1, 2, 5)))) if act is Act.PROPOSES else None
            return Step(at, act, *(chance.choice(own) if own else (who, chance.choice(MEETINGS))), when)
        case _ if act not in _OF_APPOINTMENTS:
            return Step(at, act, who)
    what = chance.choice((*MEETINGS, *MEETINGS, *CLASSES))
    days = chance.choice((0, 1, 1, 2, 3, 5)) if act is not Act.MADE else chance.choice((1, 2, 3, 4, 10, 14, 20))
    when = _hour(chance, at.astimezone(AMSTERDAM) + timedelta(days=days))
    owner = "" if what in CLASSES else who
    if act is not Act.MADE and made:
        owner, what = chance.choice(made[-_LATELY:])
    return Step(at, act, owner, what, when if act in (Act.MADE, Act.MOVED) else None, chance.choice(PLACES))


def _hour(chance: random.Random, day: datetime) -> datetime:
    local = day.astimezone(AMSTERDAM)
    return local.replace(hour=chance.choice(_HOURS), minute=chance.choice((0, 30)), second=0, microsecond=0)


async def smallest(
    steps: Sequence[Step], fails: Callable[[Sequence[Step]], Awaitable[bool]], tries: int = 200
) -> list[Step]:
    """The fewest of these steps that still fail, by leaving out ever smaller parts."""
    kept, size = list(steps), max(1, len(steps) // 2)
    while size >= 1 and tries > 0:
        start, found = 0, False
        while start < len(kept) and tries > 0:
            without = kept[:start] + kept[start + size :]
            tries -= 1
            if without and await fails(without):
                kept, found = without, True
            else:
                start += size
        if not found:
            size //= 2
        elif size > 1:
            size = min(size, max(1, len(kept) // 2))
    return kept
