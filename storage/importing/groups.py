"""The groups table: who is in which lesson group, from when until when."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.appointments import LessonGroup, Membership
from storage.appointments.changes import OnPeople
from storage.engine.inserts import insert_new
from storage.importing import cells as cell
from storage.importing.run import Border, Parsed, RowOutcome
from storage.people.people import person_ids


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One row of the groups table; `until` is the last day (None = open)."""

    group: str
    person_external_id: str
    from_on: date
    until_on: date | None


class GroupsImporter:
    """Imports memberships by group, person and first day; groups come into being with their first row."""

    required = frozenset({"group", "person_external_id", "from"})
    known = required | {"until"}
    key_field = "person_external_id"

    def __init__(self, _border: Border, on_people: OnPeople) -> None:
        self._on_people = on_people

    def parse(self, cells: Mapping[str, str], _warn: Callable[[str, str], None]) -> GroupRow:
        """See Importer."""
        from_on, until_on = cell.day(cells, "from"), cell.day(cells, "until")
        if from_on is None:
            cell.fault(cells, "from", "is empty; write the first day in the group, as 2026-03-01")
        elif until_on is not None and until_on < from_on:
            cell.fault(cells, "until", "is before from; look at both")
        return GroupRow(
            group=cell.required(cells, "group", longest=120),
            person_external_id=cell.required(cells, "person_external_id", longest=80),
            from_on=from_on or date.max,
            until_on=until_on,
        )

    def key(self, value: GroupRow) -> str:
        """See Importer."""
        return f"{_alike(value.group)}\n{value.person_external_id}\n{value.from_on.isoformat()}"

    async def save(
        self, session: AsyncSession, rows: Sequence[Parsed[GroupRow]], reject: Callable[[int, str, str], None]
    ) -> list[RowOutcome]:
        """See Importer."""
        people = await person_ids(session, [row.value.person_external_id for row in rows])
        other_names: dict[str, str] = {}
        groups = await group_ids(session, [row.value.group for row in rows], other_names.__setitem__)
        existing = {
            (membership.group_id, membership.person_id, membership.from_on): membership
            for membership in await session.scalars(select(Membership).where(Membership.group_id.in_(groups.values())))
        }
        outcomes: list[RowOutcome] = []
        changed: set[int] = set()
        for row in rows:
            value = row.value
            person_id = people.get(value.person_external_id)
            if person_id is None:
                reject(row.number, "person_external_id", "is nobody we know; import people first, or mend the id")
                continue
            if value.group in other_names:
                own = other_names[value.group]
                row.warn("group", f"was taken as {own!r}, which differs in capitals or spaces")
            group_id = groups[value.group]
            membership = existing.get((group_id, person_id, value.from_on))
            if membership is None:
                session.add(
                    Membership(group_id=group_id, person_id=person_id, from_on=value.from_on, until_on=value.until_on)
                )
                outcomes.append(RowOutcome.CREATED)
            elif "until" in row.columns and membership.until_on != value.until_on:
                membership.until_on = value.until_on
                outcomes.append(RowOutcome.UPDATED)
            else:
                outcomes.append(RowOutcome.UNCHANGED)
                continue
            changed.add(person_id)
        await session.flush()
        await self._on_people(session, changed)
        return outcomes


async def group_ids(
    session: AsyncSession, names: Collection[str], known_as: Callable[[str, str], None] | None = None
) -> dict[str, int]:
    """The ids of the groups with these names; those that do not exist yet are made.

    A name that differs from a group's in capitals or spaces only is that group's: `known_as` hears of it, with the
    name that was given and the group's own.
    """
    found = await find_groups(session, names)
    for name in dict.fromkeys(names):
        if name not in found:
            await insert_new(session, LessonGroup, {"name": _tidy(name)})
            found = await find_groups(session, names)
    if known_as is not None:
        for given, group in found.items():
            if given != group.name:
                known_as(given, group.name)
    return {given: group.id for given, group in found.items()}


class KnownGroup(NamedTuple):
    """A group that exists."""

    id: int
    name: str


async def find_groups(session: AsyncSession, names: Collection[str]) -> dict[str, KnownGroup]:
    """The groups that these names mean, by the name as given: its own name first, then without capitals and spaces."""
    rows = await session.execute(select(LessonGroup.id, LessonGroup.name).order_by(LessonGroup.id))
    groups = [KnownGroup(group_id, name) for group_id, name in rows]
    exact = {group.name: group for group in groups}
    loose: dict[str, KnownGroup] = {}
    for group in groups:
        loose.setdefault(_alike(group.name), group)
    found = ((name, exact.get(name) or loose.get(_alike(name))) for name in names)
    return {name: group for name, group in found if group is not None}


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _alike(name: str) -> str:
    return "".join(name.split()).casefold()
