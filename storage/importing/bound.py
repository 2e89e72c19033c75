"""An import that is bound to one municipality: rows about anybody of another are refused, with the cell that says so.

It goes around the importer of a table, which hears of the other rows only. Whether a number is somebody's of another
municipality or nobody's is not told.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.appointments import Membership
from storage.engine.keys import KeyRing
from storage.engine.one_of_many import among
from storage.importing.groups import find_groups
from storage.importing.run import Importer, Parsed, RowOutcome
from storage.offers.offers import offers_by_external_id
from storage.people.people import Consultant, Person, is_in, is_same_municipality, person_ids

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bound:
    """Whose rows may be brought in; `keys` find consultants by their address."""

    municipality: str
    keys: KeyRing


#: Which rows of a group are refused: by number, the cell and why.
Refused = Mapping[int, tuple[str, str]]
Refuses = Callable[[AsyncSession, Sequence[Parsed[Any]], Bound], Awaitable[Refused]]


class BoundImporter(Generic[T]):
    """An importer that leaves other municipalities' rows alone; see Importer."""

    def __init__(self, importer: Importer[T], bound: Bound, refuses: Refuses) -> None:
        self.required, self.known, self.key_field = importer.required, importer.known, importer.key_field
        self._importer = importer
        self._bound = bound
        self._refuses = refuses

    def parse(self, cells: Mapping[str, str], warn: Callable[[str, str], None]) -> T:
        """See Importer. Where a row may say for whom it is and does not, it is for the own municipality."""
        if "municipality" in self.known - self.required and not cells.get("municipality", "").strip():
            cells = {**cells, "municipality": self._bound.municipality}
        return self._importer.parse(cells, warn)

    def key(self, value: T) -> str:
        """See Importer."""
        return self._importer.key(value)

    async def save(
        self, session: AsyncSession, rows: Sequence[Parsed[T]], reject: Callable[[int, str, str], None]
    ) -> list[RowOutcome]:
        """See Importer."""
        refused = await self._refuses(session, rows, self._bound)
        for number, (field, error) in refused.items():
            reject(number, field, error)
        return await self._importer.save(session, [row for row in rows if row.number not in refused], reject)


async def of_others(session: AsyncSession, rows: Sequence[Parsed[Any]], bound: Bound) -> Refused:
    """Rows about a person (`person_external_id`) who is not of the municipality."""
    ids = {row.value.person_external_id for row in rows}
    own = await session.scalars(
        select(Person.external_id).where(Person.external_id.in_(ids), is_in(Person.municipality, bound.municipality))
    )
    error = f"is nobody of {bound.municipality} whom we know; import people first, or mend the id"
    theirs = ids.difference(own)
    return {row.number: ("person_external_id", error) for row in rows if row.value.person_external_id in theirs}


async def groups_of_others(session: AsyncSession, rows: Sequence[Parsed[Any]], bound: Bound) -> Refused:
    """As `of_others`, and rows that put own people into a lesson group of other municipalities' people alone: its
    timetable would be theirs. Once whoever imports for all has put one in, it is a group of both."""
    refused = dict(await of_others(session, rows, bound))
    groups = await find_groups(session, {row.value.group for row in rows})
    members = await session.execute(
        select(Membership.group_id, is_in(Person.municipality, bound.municipality))
        .join(Person, Person.id == Membership.person_id)
        .where(among(Membership.group_id, {group.id for group in groups.values()}))
        .distinct()
    )
    whose: dict[int, set[bool]] = {}
    for group_id, is_own in members:
        whose.setdefault(group_id, set()).add(bool(is_own))
    error = "is a group of people of other municipalities; give this one another name, or ask whoever imports for all"
    for row in rows:
        group = groups.get(row.value.group)
        if group is not None and whose.get(group.id) == {False}:
            refused.setdefault(row.number, ("group", error))
    return refused


async def people_of_others(session: AsyncSession, rows: Sequence[Parsed[Any]], bound: Bound) -> Refused:
    """Rows of the people table that make or change somebody of another municipality, or name its consultant."""
    named: dict[bytes, str] = {
        hashed: row.value.consultant_email
        for row in rows
        if row.value.consultant_email
        for hashed in bound.keys.fingerprints(row.value.consultant_email, "email")
    }
    known = await person_ids(session, {row.value.external_id for row in rows})
    elsewhere = await _elsewhere(session, known.values(), bound.municipality)
    colleagues = await session.scalars(
        select(Consultant.email_hash).where(
            Consultant.email_hash.in_(named),
            Consultant.municipality != "",
            ~is_in(Consultant.municipality, bound.municipality),
        )
    )
    strangers = {named[hashed] for hashed in colleagues}
    refused: dict[int, tuple[str, str]] = {}
    for row in rows:
        if (other := _other_named(row, bound)) is not None:
            refused[row.number] = other
        elif known.get(row.value.external_id) in elsewhere:
            refused[row.number] = (
                "external_id",
                f"is in use outside {bound.municipality}; give this person another id",
            )
        elif row.value.consultant_email in strangers:
            what = f"is a consultant of another municipality than {bound.municipality}; name one of yours"
            refused[row.number] = ("consultant_email", what)
    return refused


async def offers_of_others(session: AsyncSession, rows: Sequence[Parsed[Any]], bound: Bound) -> Refused:
    """Offers to the people of another municipality, or of all: they would see what is written, and be moved with it."""
    ids = {row.value.external_id for row in rows}
    theirs = {
        known for known, offer in (await offers_by_external_id(session, ids)).items()
        if not offer.municipality or not offer.is_of(bound.municipality)
    }  # fmt: skip
    refused: dict[int, tuple[str, str]] = {}
    for row in rows:
        if (other := _other_named(row, bound)) is not None:
            refused[row.number] = other
        elif row.value.external_id in theirs:
            what = f"is in use outside {bound.municipality}; give this offer another id"
            refused[row.number] = ("external_id", what)
    return refused


#: By the table's name, what of it is refused.
REFUSES: Final[Mapping[str, Refuses]] = {
    "people": people_of_others,
    "plans": of_others,
    "appointments": of_others,
    "groups": groups_of_others,
    "attendance": of_others,
    "progress": of_others,
    "offers": offers_of_others,
}


async def is_others_group(session: AsyncSession, name: str, municipality: str) -> bool:
    """Whether people of other municipalities are or were in the lesson group of this name."""
    found = (await find_groups(session, [name])).get(name)
    if found is None:
        return False
    members = await session.scalars(select(Membership.person_id).where(Membership.group_id == found.id))
    return bool(await _elsewhere(session, members.all(), municipality))


def _other_named(row: Parsed[Any], bound: Bound) -> tuple[str, str] | None:
    """What is wrong with a row that names another municipality (or none); None where it names this one."""
    named = row.value.municipality
    if is_same_municipality(named, bound.municipality):
        return None
    return ("municipality", f"is {named!r}, and you import for {bound.municipality!r} only; take the row out")


async def _elsewhere(session: AsyncSession, ids: Collection[int], municipality: str) -> set[int]:
    """Who of these people is of another municipality."""
    found = await session.scalars(
        select(Person.id).where(among(Person.id, ids), ~is_in(Person.municipality, municipality))
    )
    return set(found)
