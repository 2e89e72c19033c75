"""A colleague who leaves: their people and what was theirs go to another."""

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.absences import Absence
from storage.appointments.proposals import Proposal
from storage.outbox.message import Message
from storage.people.conversations import Conversation
from storage.people.people import Consultant, Person
from storage.people.relayed import Letter
from storage.vocabulary import MessageState


async def hand_over_people(session: AsyncSession, one: Consultant, other: Consultant) -> list[int]:
    """All people of the one are the other's, with what was not said yet; answers with whose they are."""
    mine = list(await session.scalars(select(Person.id).where(Person.consultant_id == one.id).order_by(Person.id)))
    await session.execute(update(Person).where(Person.consultant_id == one.id).values(consultant_id=other.id))
    waiting = (
        (Message.consultant_id == one.id) & (Message.state == MessageState.PENDING) & Message.about_id.is_not(None)
    )
    await session.execute(update(Message).where(waiting).values(consultant_id=other.id, contact_id=None))
    return mine


async def people_left(session: AsyncSession, consultant: Consultant) -> int:
    """How many people a consultant has."""
    wanted = select(func.count()).select_from(Person).where(Person.consultant_id == consultant.id)
    return await session.scalar(wanted) or 0


async def delete_consultant(session: AsyncSession, gone: Consultant) -> None:
    """Delete a consultant who has no people any more; what they wrote stays with those it was written to."""
    for column, table in (
        (Letter.consultant_id, Letter),
        (Absence.seen_by, Absence),
        (Absence.told_id, Absence),
        (Absence.passed_to_id, Absence),
        (Consultant.stand_in_id, Consultant),
        (Consultant.stand_in_asked_id, Consultant),
    ):
        await session.execute(update(table).where(column == gone.id).values({column.key: None}))
    await session.execute(delete(Proposal).where(Proposal.consultant_id == gone.id))
    await session.execute(delete(Conversation).where(Conversation.party == f"consultant:{gone.id}"))
    await session.execute(delete(Consultant).where(Consultant.id == gone.id))


async def every_consultant(session: AsyncSession) -> list[tuple[Consultant, int]]:
    """All consultants with how many people they have, by name."""
    rows = await session.execute(select(Person.consultant_id, func.count()).group_by(Person.consultant_id))
    counts = dict(rows.all())
    found = [(one, counts.get(one.id, 0)) for one in await session.scalars(select(Consultant))]
    return sorted(found, key=lambda pair: (pair[0].name.casefold(), pair[0].id))
