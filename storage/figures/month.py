"""Who there was in a stretch of time, who was linked, how long questions waited, and who took what was offered."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine.one_of_many import among
from storage.offers.offers import OfferWish
from storage.people.contacts import Contact
from storage.people.people import Person, is_in
from storage.people.relayed import Letter
from storage.vocabulary import ContactState, LetterKind, WishState


class InGuidance(NamedTuple):
    """Somebody in guidance, and where."""

    person_id: int
    municipality: str


async def in_guidance(
    session: AsyncSession, since: datetime, until: datetime, municipality: str = ""
) -> list[InGuidance]:
    """Who was in guidance in [since, until): known before its end, and not closed before its beginning; of one
    municipality where it is named."""
    wanted = select(Person.id, Person.municipality).where(
        Person.created_at < until, or_(Person.closed_at.is_(None), Person.closed_at >= since)
    )
    if municipality:
        wanted = wanted.where(is_in(Person.municipality, municipality))
    return [InGuidance(*row) for row in await session.execute(wanted.order_by(Person.id))]


async def linked(session: AsyncSession, person_ids: Collection[int]) -> set[int]:
    """Who of these people agreed, did not stop, and has a way that works."""
    rows = await session.scalars(
        select(Contact.person_id)
        .join(Person, Person.id == Contact.person_id)
        .where(
            among(Contact.person_id, person_ids),
            Contact.state == ContactState.ACTIVE,
            Person.consented_at.is_not(None),
            Person.stopped_at.is_(None),
        )
    )
    return {person_id for person_id in rows if person_id is not None}


class Waited(NamedTuple):
    """A question or message of a person's, and when it was answered, or else seen; None = it waits."""

    person_id: int
    written_at: datetime
    answered_at: datetime | None


async def waited(session: AsyncSession, person_ids: Collection[int], since: datetime, until: datetime) -> list[Waited]:
    """What these people wrote in [since, until); answers of consultants are none of theirs."""
    rows = await session.execute(
        select(Letter.person_id, Letter.written_at, Letter.answered_at, Letter.seen_at)
        .where(
            among(Letter.person_id, person_ids),
            Letter.kind != LetterKind.ANSWER,
            Letter.written_at >= since,
            Letter.written_at < until,
        )
        .order_by(Letter.id)
    )
    return [
        Waited(person_id, written_at, answered_at or seen_at) for person_id, written_at, answered_at, seen_at in rows
    ]


async def wished(
    session: AsyncSession, person_ids: Collection[int], since: datetime, until: datetime
) -> list[tuple[int, WishState]]:
    """What these people asked to take part in, in [since, until): who, and how it stands with it."""
    rows = await session.execute(
        select(OfferWish.person_id, OfferWish.state)
        .where(among(OfferWish.person_id, person_ids), OfferWish.asked_at >= since, OfferWish.asked_at < until)
        .order_by(OfferWish.id)
    )
    return [(person_id, state) for person_id, state in rows]
