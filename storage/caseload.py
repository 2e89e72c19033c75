"""Whose people are whose: a consultant's caseload, and those of colleagues they stand in for."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Protocol

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.absences import Absence
from storage.appointments.appointments import LessonGroup, Membership
from storage.people.contacts import Contact
from storage.people.people import Consultant, Person
from storage.people.relayed import Letter
from storage.vocabulary import ContactState

# How long a colleague to whom an unseen report went may still answer it.
PASSED_FOR = timedelta(days=14)


class HasAwayDays(Protocol):
    """A consultant, or what is known of one."""

    @property
    def away_from(self) -> date | None:
        """The first day."""

    @property
    def away_until(self) -> date | None:
        """The last day, included; None = not known."""


def is_away(consultant: HasAwayDays, on: date) -> bool:
    """Whether a consultant said that they are away on this day."""
    return (
        consultant.away_from is not None
        and consultant.away_from <= on
        and (consultant.away_until is None or on <= consultant.away_until)
    )


async def who_hears(session: AsyncSession, consultant_id: int | None, on: date) -> Consultant | None:
    """Who does a consultant's work on this day: themselves or, while they are away, who stands in for them.

    A colleague who stands in and is away too passes it on; where everybody of such a round is away, it stays.
    """
    first = await session.get(Consultant, consultant_id) if consultant_id is not None else None
    found, asked = first, set[int]()
    while found is not None and found.id not in asked and is_away(found, on) and found.stand_in_id is not None:
        asked.add(found.id)
        found = await session.get(Consultant, found.stand_in_id)
    return first if found is None or found.id in asked else found


async def reachable_stand_in(session: AsyncSession, consultant_id: int) -> Consultant | None:
    """Who stands in for a consultant whom nothing reaches, away or not: the first with an address that works."""
    asked, found = {consultant_id}, await session.get(Consultant, consultant_id)
    while found is not None and found.stand_in_id is not None and found.stand_in_id not in asked:
        asked.add(found.stand_in_id)
        found = await session.get(Consultant, found.stand_in_id)
        if found is not None:
            linked = select(Contact.id).where(Contact.consultant_id == found.id, Contact.state == ContactState.ACTIVE)
            if await session.scalar(linked.limit(1)) is not None:
                return found
    return None


async def whose_work(session: AsyncSession, consultant_id: int, on: date) -> list[int]:
    """The consultants whose work this one does on this day: their own, and that of those who are away."""
    found, looked = [consultant_id], 0
    while looked < len(found):
        colleagues = await session.scalars(
            select(Consultant).where(Consultant.stand_in_id == found[looked], Consultant.id.not_in(found))
        )
        found.extend(colleague.id for colleague in colleagues if is_away(colleague, on))
        looked += 1
    return found


async def caseload_of(session: AsyncSession, consultant_id: int, on: date) -> list[Person]:
    """The people of this consultant, and of colleagues they stand in for on this day, by name."""
    whose = await whose_work(session, consultant_id, on)
    people = await session.scalars(select(Person).where(Person.consultant_id.in_(whose)))
    return sorted(people, key=lambda p: (p.given_name.casefold(), p.family_name.casefold(), p.id))


async def may_act_for(session: AsyncSession, consultant_id: int, person: Person, now: datetime, on: date) -> bool:
    """Whether a consultant may see and write to this person: of their caseload, of a colleague's they stand in for, or
    because a report that nobody saw was passed on to them."""
    if person.consultant_id is None:
        return False
    whose = await whose_work(session, consultant_id, on)
    if person.consultant_id in whose:
        return True
    passed = await session.scalar(
        select(Absence.id)
        .where(
            Absence.person_id == person.id,
            Absence.passed_to_id.in_(whose),
            Absence.passed_at <= now,
            Absence.passed_at > now - PASSED_FOR,
        )
        .limit(1)
    )
    if passed is None:
        passed = await session.scalar(
            select(Letter.id)
            .where(
                Letter.person_id == person.id,
                Letter.passed_to_id.in_(whose),
                Letter.passed_at <= now,
                Letter.passed_at > now - PASSED_FOR,
            )
            .limit(1)
        )
    return passed is not None


async def groups_of(
    session: AsyncSession, people: Collection[Person], on: date
) -> list[tuple[LessonGroup, list[Person]]]:
    """The lesson groups that these people are in on this day, by name, each with those of them who are in it."""
    known = {person.id: person for person in people}
    rows = await session.execute(
        select(LessonGroup, Membership.person_id)
        .join(Membership, Membership.group_id == LessonGroup.id)
        .where(
            Membership.person_id.in_(known),
            Membership.from_on <= on,
            or_(Membership.until_on.is_(None), Membership.until_on >= on),
        )
        .order_by(Membership.person_id)
    )
    found: dict[int, tuple[LessonGroup, list[Person]]] = {}
    for group, person_id in rows:
        members = found.setdefault(group.id, (group, []))[1]
        if known[person_id] not in members:
            members.append(known[person_id])
    # Names are encrypted; the database cannot sort by them.
    return sorted(found.values(), key=lambda one: one[0].name)
