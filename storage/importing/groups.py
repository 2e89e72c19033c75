"""The groups table: who is in which lesson group, from when until when."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.appointments import LessonGroup, Membership
from storage.appointments.changes import OnPeople
from storage.engine.inserts import insert_new
from storage.importing import cells as cell
from storage.importing.cells import CellFault
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
            raise CellFault("from", "is empty; write the first day in the group, as 2026-03-01")
        if until_on is not None and until_on < from_on:
            raise CellFault("until", "is before from; look at both")
        return GroupRow(
            group=cell.required(cells, "group", longest=120),
            person_external_id=cell.required(cells, "person_external_id", longest=80),
            from_on=from_on,
            until_on=until_on,
        )

    def key(self, value: GroupRow) -> str:
        """See Importer."""
        return f"{value.group}\n{value.person_external_id}\n{value.from_on.isoformat()}"

    async def save(
        self, session: AsyncSession, rows: Sequence[Parsed[GroupRow]], reject: Callable[[int, str, str], None]
    ) -> list[RowOutcome]:
        """See Importer."""
        people = await person_ids(session, [row.value.person_external_id for row in rows])
        groups = await group_ids(session, [row.value.group for row in rows])
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


async def group_ids(session: AsyncSession, names: Sequence[str]) -> dict[str, int]:
    """The ids of the groups with these names; those that do not exist yet are made."""
    for name in dict.fromkeys(names):
        await insert_new(session, LessonGroup, {"name": name})
    found = await session.execute(select(LessonGroup.name, LessonGroup.id).where(LessonGroup.name.in_(set(names))))
    return dict(found.all())
