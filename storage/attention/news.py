"""How much came in since a moment that a consultant has not seen: a number, and nobody's name."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.absences import Absence
from storage.people.people import Person
from storage.people.phone_tasks import PhoneTask
from storage.people.relayed import Letter
from storage.vocabulary import AbsenceState, LetterKind, TaskState


async def news_since(session: AsyncSession, consultant_ids: Collection[int], since: datetime) -> int:
    """Reports and letters of these consultants' people that nobody saw, and calls to make, of after this instant."""
    theirs = Person.consultant_id.in_(consultant_ids)
    asked = (
        select(func.count())
        .select_from(Absence)
        .join(Person, Person.id == Absence.person_id)
        .where(theirs, Absence.state == AbsenceState.REPORTED, Absence.reported_at > since),
        select(func.count())
        .select_from(Letter)
        .join(Person, Person.id == Letter.person_id)
        .where(theirs, Letter.kind != LetterKind.ANSWER, Letter.seen_at.is_(None), Letter.written_at > since),
        select(func.count())
        .select_from(PhoneTask)
        .join(Person, Person.id == PhoneTask.person_id)
        .where(theirs, PhoneTask.state == TaskState.OPEN, PhoneTask.opened_at > since),
    )
    return sum([await session.scalar(one) or 0 for one in asked])
