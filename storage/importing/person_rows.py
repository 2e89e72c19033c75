"""One row of the people table, and whether somebody new in it is somebody who is known under another id."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine.encryption.row_binding import keyed_hashes
from storage.engine.one_of_many import among_texts
from storage.importing.run import Parsed
from storage.people.people import Person, is_same_municipality
from storage.vocabulary import Group


class PersonRow(NamedTuple):
    """One row of the people table."""

    external_id: str
    given_name: str
    family_name: str
    language: str
    group: Group
    municipality: str
    born_on: date | None
    phone: str | None
    email: str | None
    brp_registered_on: date | None
    duty_notified_on: date | None
    benefit: bool | None
    housed_on: date | None
    consultant_email: str | None
    consultant_name: str | None


class Doubles:
    """Looks out for people who would be stored a second time; for one file, `within` a municipality ("" = all).

    A spreadsheet takes the zeros in front of ids away, and a register that gives new ids sends everybody again.
    """

    def __init__(self, within: str = "") -> None:
        self._within = within
        # Who stood in the file before, by name and birth date: in which row.
        self._seen: dict[tuple[str, str, date], int] = {}
        self._warned = False

    async def without(
        self,
        session: AsyncSession,
        rows: Sequence[Parsed[PersonRow]],
        known: Collection[str],
        reject: Callable[[int, str, str], None],
    ) -> list[Parsed[PersonRow]]:
        """The rows but for those of somebody new who looks like somebody known: these are rejected with a question."""
        new = [row.value for row in rows if row.value.external_id not in known]
        alike = await _alike(session, new, self._within) if new else []
        kept: list[Parsed[PersonRow]] = []
        for row in rows:
            value = row.value
            question = None
            if value.external_id not in known:
                question = self._question(row, alike)
            if question is None:
                kept.append(row)
                if value.born_on is not None:
                    self._seen.setdefault(_who(value.given_name, value.family_name, value.born_on), row.number)
            else:
                reject(row.number, "external_id", question)
        return kept

    def _question(self, row: Parsed[PersonRow], alike: Sequence[Person]) -> str | None:
        value = row.value
        mend = "mend the id, or import with --as-new when they are two people"
        for person in alike:
            same_birth = value.born_on is not None and person.born_on == value.born_on
            same_name = _name(person.given_name) == _name(value.given_name)
            if _bare(person.external_id) == _bare(value.external_id) and (same_name or same_birth):
                if not self._warned:
                    self._warned = True
                    row.warn("external_id", "ids lost their zeros in front, as in a spreadsheet; make the column text")
                return f"is it {person.external_id!r}, without its zeros in front? Not stored: {mend}"
            same_family = _name(person.family_name) == _name(value.family_name)
            if same_birth and same_name and same_family:
                return f"is it {person.external_id!r}, of the same name and date of birth? Not stored: {mend}"
        if value.born_on is not None:
            earlier = self._seen.get(_who(value.given_name, value.family_name, value.born_on))
            if earlier is not None:
                return f"is it who stands in row {earlier}, of the same name and date of birth? Not stored: {mend}"
        return None


async def _alike(session: AsyncSession, new: Sequence[PersonRow], within: str) -> list[Person]:
    """Who of the municipality was born on one of these days, or has one of these ids but for zeros in front."""
    days = {value.born_on for value in new if value.born_on is not None}
    born_on = keyed_hashes(session.get_bind().dialect, Person.born_on, days)
    bare = {_bare(value.external_id) for value in new}
    # By its index: who has an id of these, or one that begins with zeros. Taking them off everybody's is a look at all.
    begins_with_zero = and_(Person.external_id >= "0", Person.external_id < "1")
    same_id = or_(
        among_texts(Person.external_id, bare), and_(begins_with_zero, func.ltrim(Person.external_id, "0").in_(bare))
    )
    found = await session.scalars(
        select(Person).where(or_(Person.born_on_hash.in_(born_on), same_id)).order_by(Person.id)
    )
    return [person for person in found if not within or is_same_municipality(person.municipality, within)]


def _bare(external_id: str) -> str:
    return external_id.lstrip("0")


def _name(name: str) -> str:
    return " ".join(name.casefold().split())


def _who(given_name: str, family_name: str, born_on: date) -> tuple[str, str, date]:
    return _name(given_name), _name(family_name), born_on
