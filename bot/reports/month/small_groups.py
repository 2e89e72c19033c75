"""Counts that tell of nobody: groups of fewer than five people are not shown, and cannot be had by subtraction.

Each figure parts everybody of a place into categories (those whom it does not concern are one of them), so that a
figure's categories add up to the people of the place, and its places to everybody. A partition is shown whole or not at
all, and only with categories that are empty or have five people: a difference of two counts is then a sum of such
categories. Places in which one would be smaller are shown together with the next smallest; where all together have one,
the figure is left out. What is counted may be more than people (lessons, questions): who they were decides.

Two reports, of two months or of one month on two days, may differ by one person. So what is shown is rounded to fives
(`in_fives`): the difference of any two sums of any two reports is none, or five and more, and no sum is known exactly.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

#: Fewer people than these are not shown.
FEWEST: Final = 5
#: All places together.
EVERYWHERE: Final = "all"


@dataclass(frozen=True, slots=True)
class Counted:
    """One thing that is counted (or so many alike): whose it is, where, and under which category. What is nobody's has
    a number of its own."""

    person_id: int
    place: str
    category: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """So many of a category in a place; `place` names several where they are shown together."""

    place: str
    category: str
    count: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it may be shown; no cells = left out, since a group would be too small."""

    name: str
    cells: tuple[Cell, ...]

    @property
    def is_left_out(self) -> bool:
        """Whether it is not shown."""
        return not self.cells

    def of(self, place: str = EVERYWHERE) -> Mapping[str, int]:
        """The counts of a place, by category."""
        return {cell.category: cell.count for cell in self.cells if cell.place == place}


def figure(name: str, categories: Sequence[str], counted: Sequence[Counted], *, by_place: bool = True) -> Figure:
    """What may be shown of these, everywhere and by place; () where it may not.

    Raises:
        ValueError: something was counted under no category of these.
    """
    if unknown := {one.category for one in counted} - set(categories):
        raise ValueError(f"{name} has no category {', '.join(sorted(unknown))}")
    by = _by_place(counted)
    everywhere = tuple(by)
    if not _is_shown(by, everywhere):
        return Figure(name, ())
    cells = _cells(EVERYWHERE, categories, by, everywhere)
    groups = _places(by) if by_place else []
    if len(groups) > 1:
        for places in groups:
            cells += _cells(", ".join(places), categories, by, places)
    return Figure(name, tuple(cells))


def in_fives(found: Figure) -> Figure:
    """The same with every count rounded to the nearest five: what is shown has five people, so that none becomes 0."""
    cells = (Cell(cell.place, cell.category, FEWEST * round(cell.count / FEWEST)) for cell in found.cells)
    return Figure(found.name, tuple(cells))


class _Theirs(NamedTuple):
    """Of one place and category: whose, and how many."""

    people: set[int]
    counts: list[int]


def _by_place(counted: Sequence[Counted]) -> dict[str, dict[str, _Theirs]]:
    """What was counted, by place and category."""
    by: dict[str, dict[str, _Theirs]] = {}
    for one in counted:
        theirs = by.setdefault(one.place, {}).setdefault(one.category, _Theirs(set(), []))
        theirs.people.add(one.person_id)
        theirs.counts.append(one.times)
    return by


def _is_shown(by: Mapping[str, Mapping[str, _Theirs]], places: Sequence[str]) -> bool:
    people: dict[str, set[int]] = {}
    for place in places:
        for category, theirs in by[place].items():
            # Once there are enough, who else there is does not matter.
            if len(known := people.setdefault(category, set())) < FEWEST:
                known |= theirs.people
    return all(len(one) >= FEWEST for one in people.values())


def _places(by: Mapping[str, Mapping[str, _Theirs]]) -> list[tuple[str, ...]]:
    """The places, together where one alone has too small a group; the smallest are put together first."""
    sizes = {place: sum(len(theirs.counts) for theirs in categories.values()) for place, categories in by.items()}
    groups: list[tuple[str, ...]] = [(place,) for place in sorted(sizes, key=lambda place: (sizes[place], place))]

    def size(group: tuple[str, ...]) -> int:
        return sum(sizes[place] for place in group)

    while len(groups) > 1:
        small = next((group for group in groups if not _is_shown(by, group)), None)
        if small is None:
            break
        groups.remove(small)
        other = min(groups, key=lambda group: (size(group), group))
        groups.remove(other)
        groups.append(tuple(sorted((*small, *other))))
    return sorted(groups)


def _cells(
    place: str, categories: Sequence[str], by: Mapping[str, Mapping[str, _Theirs]], places: Sequence[str]
) -> list[Cell]:
    counts: Counter[str] = Counter()
    for one in places:
        for category, theirs in by[one].items():
            counts[category] += sum(theirs.counts)
    return [Cell(place, category, counts[category]) for category in categories]
